"""Everything a playbook offers as proof of itself: examples of entries, and sentences of forbidden speech."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assist.core.events import Channel, ForbiddenHit, Transcript
from assist.core.playbook import Playbook
from assist.core.ports import Classifier
from assist.core.spans import Span
from assist.core.state import CallState
from assist.training.examples import Example, examples, play

_SENTENCES = "forbidden"  # how the classifier is called, and what their names begin with


@dataclass(frozen=True, slots=True)
class Proof:
    """One example, tried: `should` it have been found, was it, and what shows why."""

    category: str
    name: str
    text: str
    should: bool
    found: bool
    evidence: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether it did what it says."""
        return self.found is self.should


@dataclass(frozen=True, slots=True)
class Score:
    """How a category did; a share is None where there is nothing to take it of."""

    examples: int
    failed: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an agent that is, or only looks like, forbidden speech of a category."""

    category: str
    text: str
    said: bool


Trial = Example | Sentence


def trials(playbook: Playbook, prefix: str = "") -> list[Trial]:
    """All there is to try whose name begins with `prefix`; sentences of forbidden speech are `forbidden.CATEGORY`."""
    found: list[Trial] = list(examples(playbook, prefix))
    for category, those in playbook.forbidden_examples.items():
        if _name(category).startswith(prefix):
            found += (Sentence(category, text, True) for text in those.said)
            found += (Sentence(category, text, False) for text in those.harmless)
    return found


def prove(playbook: Playbook, classifiers: Sequence[Classifier], trial: Trial) -> Proof:
    """Tries one; `classifiers` are those that were built from this playbook."""
    if isinstance(trial, Sentence):
        return _judged(classifiers, trial)
    played = play(playbook, classifiers, trial)
    name = trial.entry.id
    said = " / ".join(f"{line.channel.value}: {line.text}" for line in trial.lines)
    return Proof(name.split(".")[0], name, said, trial.should_fire, played.fired, played.evidence)


def _judged(classifiers: Sequence[Classifier], sentence: Sentence) -> Proof:
    """A said sentence must be found in its own category; a harmless one in none."""
    hits = _hits((one for one in classifiers if one.name == _SENTENCES), sentence.text)
    found = any(hit.category == sentence.category for hit in hits) if sentence.said else bool(hits)
    why = tuple(f"{hit.category} “{hit.matched}”" for hit in hits)
    name = _name(sentence.category)
    return Proof(name, name, sentence.text, sentence.said, found, why)


def scores(tried: Iterable[Proof]) -> Mapping[str, Score]:
    """Precision and recall by category, in the order in which they come."""
    by_category: dict[str, list[Proof]] = {}
    for proof in tried:
        by_category.setdefault(proof.category, []).append(proof)
    return {category: score(those) for category, those in by_category.items()}


def score(tried: Sequence[Proof]) -> Score:
    """Precision and recall of some proofs together."""
    right = sum(proof.should and proof.found for proof in tried)
    found = sum(proof.found for proof in tried)
    wanted = sum(proof.should for proof in tried)
    failed = sum(not proof.holds for proof in tried)
    return Score(len(tried), failed, right / found if found else None, right / wanted if wanted else None)


def _name(category: str) -> str:
    return f"{_SENTENCES}.{category}"


def _hits(judges: Iterable[Classifier], text: str) -> list[ForbiddenHit]:
    said = Transcript(utterance="a1", channel=Channel.AGENT, revision=1, span=Span(0, 16_000), text=text, final=True)
    judged = (judgement.hit for judge in judges for judgement in judge.classify(said, CallState()))
    return [hit for hit in judged if isinstance(hit, ForbiddenHit)]
