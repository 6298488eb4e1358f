"""Compares what was understood of one sentence, or of one turn of a call, with its labels."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assist.core.events import Evidence, ForbiddenHit, Judgement, ObjectionHit, Promise, Signal
from assist.training.judged import Group, Outcome, Place, Question
from assist.training.labelled import Sentence, Utterances
from assist.training.labels import About
from assist.training.scores import NONE

YES = "yes"
_CALM = "calm"

Normal = Callable[[str], str]  # words in the one form in which deadlines are compared


def sentence_outcomes(
    file: Utterances, sentence: Sentence, judgements: Sequence[Judgement], normal: Normal
) -> Iterator[Outcome]:
    """Every question that a line of an utterance file asks."""
    place = Place(file.path.name, sentence.line, Group.SENTENCES, sentence.text, None)
    labels = sentence.labels
    match file.about:
        case About.FORBIDDEN:
            said = [] if labels["label"] == NONE else [labels["label"]]
            yield from forbidden(place, said, judgements, hard=labels["hard_negative"])
        case About.OBJECTIONS:
            objection = None if labels["topic"] == NONE else {"topic": labels["topic"], "kind": labels["kind"]}
            yield from customer(place, {**labels, "objection": objection}, judgements)
        case About.COMMITMENTS:
            promised = {"deadline": labels["deadline"]} if labels["commitment"] else None
            yield from commitment(place, promised, judgements, normal)


def forbidden(
    place: Place, categories: Sequence[str], judgements: Iterable[Judgement], *, hard: bool = False
) -> Iterator[Outcome]:
    """Whether something forbidden was said, and where that was found rightly, whether the first hit has one of its categories."""
    found = [_Hit(one.hit, one.signal) for one in judgements if isinstance(one.hit, ForbiddenHit)]
    evidence = (*_labelled(*categories), *(hit.told for hit in found))
    yield Outcome(
        Question.FORBIDDEN,
        place,
        YES if categories else NONE,
        YES if found else NONE,
        evidence,
        hard and not categories,
    )
    if categories and found:
        first = found[0].hit.category
        yield Outcome(Question.CATEGORY, place, first if first in categories else categories[0], first, evidence)


@dataclass(frozen=True, slots=True)
class _Hit:
    hit: ForbiddenHit
    signal: Signal

    @property
    def told(self) -> str:
        return f"{self.hit.category}: “{self.hit.matched}” {self.hit.via} {_score(self.signal.score)}"


def customer(place: Place, labels: Mapping[str, Any], judgements: Sequence[Judgement]) -> Iterator[Outcome]:
    """Objection, emotion and intent, as far as they are labelled."""
    if "objection" in labels:
        yield from _objection(place, labels["objection"], judgements)
    if "emotion" in labels:
        said = _told(judgements, "emotion")
        strongest = max(said, key=lambda signal: (signal.label == "angry", signal.label != _CALM), default=None)
        predicted = _CALM if strongest is None else strongest.label
        yield Outcome(Question.EMOTION, place, labels["emotion"], predicted, tuple(_because(said)))
    if "intent" in labels:
        said = _told(judgements, "intent")
        surest = max(said, key=lambda signal: signal.score, default=None)
        predicted = NONE if surest is None else surest.label
        yield Outcome(Question.INTENT, place, labels["intent"] or NONE, predicted, tuple(_because(said)))


def _objection(place: Place, label: Mapping[str, Any] | None, judgements: Iterable[Judgement]) -> Iterator[Outcome]:
    found = [(one.hit, one.signal) for one in judgements if isinstance(one.hit, ObjectionHit)]
    hit, _ = max(found, key=lambda one: (one[0].objection != "hidden", one[1].score), default=(None, None))
    topic, kind = ("", None) if label is None else (label["topic"], label.get("kind"))
    evidence = (
        *_labelled(*(() if label is None else (f"{topic} {kind}",))),
        *(f"{one.topic} {one.objection} {_score(signal.score)}: {_why(signal.evidence)}" for one, signal in found),
    )
    yield Outcome(Question.OBJECTION, place, YES if label else NONE, YES if hit else NONE, evidence)
    yield Outcome(Question.TOPIC, place, topic or NONE, hit.topic if hit else NONE, evidence)
    if label is None or kind in ("real", "false"):
        yield Outcome(Question.KIND, place, kind or NONE, hit.objection if hit else NONE, evidence)


def commitment(
    place: Place, label: Mapping[str, Any] | None, judgements: Iterable[Judgement], normal: Normal
) -> Iterator[Outcome]:
    """Whether something was promised, and where that was found rightly, whether its deadline is as labelled."""
    found = [one.hit for one in judgements if isinstance(one.hit, Promise)]
    evidence = tuple(f"“{one.what}” deadline {one.deadline or NONE}" for one in found)
    yield Outcome(Question.COMMITMENT, place, YES if label else NONE, YES if found else NONE, evidence)
    if label and found and "deadline" in label:
        labelled = label["deadline"] or NONE
        predicted = next((one.deadline for one in found if one.deadline), NONE)
        alike = normal(labelled) == normal(predicted)
        yield Outcome(Question.DEADLINE, place, labelled, labelled if alike else predicted, evidence)


def _told(judgements: Iterable[Judgement], name: str) -> list[Signal]:
    return [one.signal for one in judgements if one.signal.signal == name]


def _because(signals: Iterable[Signal]) -> Iterator[str]:
    return (f"{signal.label} {_score(signal.score)}: {_why(signal.evidence)}" for signal in signals)


def _why(evidence: Iterable[Evidence]) -> str:
    return "; ".join(one.why for one in evidence)


def _labelled(*labels: str) -> tuple[str, ...]:
    return (f"labelled {', '.join(labels)}",) if labels else ()


def _score(score: float) -> str:
    return f"{score:.2f}"
