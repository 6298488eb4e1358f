"""A call as turns: what one side says until the other takes the floor, with all that was understood of it."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby

from assist.core.events import Channel, Transcript
from assist.core.spans import Samples
from assist.core.state import CallState

Mark = tuple[str, str]  # a signal and its label; also ("objection", topic) and ("promise", "dated" or "open")


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive utterances of one side, and what they were understood to be."""

    channel: Channel
    texts: tuple[Transcript, ...]  # at least one
    marks: frozenset[Mark]

    @property
    def start(self) -> Samples:
        return self.texts[0].span.start

    @property
    def utterance(self) -> str:
        """The latest of its utterances."""
        return self.texts[-1].utterance

    @property
    def text(self) -> str:
        return "".join(text.text for text in self.texts)

    def is_one(self, *marks: Mark) -> bool:
        """Whether any of these was heard in it."""
        return not self.marks.isdisjoint(marks)

    def has(self, signal: str, *beginnings: str) -> bool:
        """Whether a label of this signal that begins so was heard in it; without beginnings, any label."""
        return any(name == signal and label.startswith(beginnings or "") for name, label in self.marks)


def turns(state: CallState) -> tuple[Turn, ...]:
    """The turns of the call so far, in the order in which they were begun. An utterance without words is none."""
    marks = _marks(state)
    said = sorted((text for text in state.finals if text.text), key=lambda text: text.span.start)
    found = []
    for channel, group in groupby(said, key=lambda text: text.channel):
        texts = tuple(group)
        found.append(Turn(channel, texts, frozenset().union(*(marks[text.utterance] for text in texts))))
    return tuple(found)


def _marks(state: CallState) -> defaultdict[str | None, set[Mark]]:
    marks: defaultdict[str | None, set[Mark]] = defaultdict(set)
    for heard in state.signals:
        marks[heard.signal.utterance].add((heard.signal.signal, heard.signal.label))
    for objection in state.objections:
        marks[objection.utterance].add(("objection", objection.hit.topic))
    for made in state.commitments:
        marks[made.utterance].add(("promise", "open" if made.promise.deadline is None else "dated"))
    return marks
