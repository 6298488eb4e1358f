"""What an agent must not say, found by wording; the line to say instead comes with the word list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assist.core.events import Channel, Evidence, ForbiddenHit, Judgement, Signal, Transcript
from assist.core.playbook import ForbiddenPhrase, Lexicon
from assist.core.state import CallState
from classifiers.phrases import Hit, PhraseSet


@dataclass(frozen=True, slots=True)
class _Found:
    entry: ForbiddenPhrase
    hit: Hit


class ForbiddenWords:
    """One judgement for each place: where wordings overlap, the surest and then the longest is kept."""

    name = "forbidden"

    def __init__(self, lexicon: Lexicon) -> None:
        self._entries = [(entry, PhraseSet(entry.phrases, lexicon.forbidden_unless)) for entry in lexicon.forbidden]

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return ()
        text = transcript.text
        found = (_Found(entry, hit) for entry, phrases in self._entries for hit in phrases.find_all(text))
        return tuple(_judgement(one, transcript) for one in _best(found))


def _best(found: Iterable[_Found]) -> Iterator[_Found]:
    ranked = sorted(found, key=lambda one: (-one.hit.score, one.hit.start - one.hit.end, one.hit.start))
    kept: list[_Found] = []
    for one in ranked:
        if all(one.hit.end <= other.hit.start or other.hit.end <= one.hit.start for other in kept):
            kept.append(one)
    yield from sorted(kept, key=lambda one: one.hit.start)


def _judgement(found: _Found, transcript: Transcript) -> Judgement:
    entry, hit = found.entry, found.hit
    sounds = "，按读音识别" if hit.via == "pinyin" else ""
    signal = Signal(
        signal="forbidden",
        label=entry.category,
        score=hit.score,
        utterance=transcript.utterance,
        evidence=(Evidence(why=f"坐席说了“{hit.matched}”{sounds}", utterance=transcript.utterance),),
    )
    return Judgement(signal, ForbiddenHit(entry.category, entry.severity, hit.matched, entry.say_instead, hit.via))
