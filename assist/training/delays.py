"""How long an agent waits for words: from what a person truly said and when, to when its text stood there.

Speech has call time, texts have the seconds at which they came; both count from the beginning of the call. Nothing here
looks at a clock of its own accord, so a scripted call gives known figures.
"""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assist.core.events import Backlog, CallEvent, CallStarted, Channel, SpeechEnded, Transcribed, Transcript
from assist.core.spans import RATE, Span
from assist.training.calls import Turn


@dataclass(slots=True)
class Utterance:
    """One utterance and every version of its text with the second at which it came."""

    channel: Channel
    span: Span | None = None  # of its speech, once it has ended
    versions: list[tuple[float, Transcript]] = field(default_factory=list)

    @property
    def heard(self) -> Span | None:
        """Where it lies in the call, as far as that is known."""
        return self.span or (self.versions[-1][1].span if self.versions else None)

    @property
    def final(self) -> tuple[float, Transcript] | None:
        """Its final text, when it has come."""
        return next((version for version in self.versions if version[1].final), None)

    def broke_its_word(self) -> bool:
        """Whether characters that were shown as stable stood otherwise in a later version."""
        texts = [text for _, text in self.versions]
        return any(
            not later.text.startswith(text.text[: text.stable])
            for i, text in enumerate(texts)
            for later in texts[i + 1 :]
        )


class Timeline:
    """Listens to a call as it runs and notes when each text came. `clock` gives seconds; only differences count."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began: float | None = None
        self.utterances: dict[str, Utterance] = {}
        self.backlogs: list[Backlog] = []
        self.reached = 0.0  # call time, in seconds, of the latest event

    def note(self, _: int, event: CallEvent) -> None:
        """Takes one event; fits `Publisher`'s listeners."""
        self.reached = max(self.reached, event.at / RATE)
        match event:
            case CallStarted():
                self._began = self._clock()
            case SpeechEnded():
                self._utterance(event.utterance, event.channel).span = event.span
            case Transcribed(transcript=text):
                self._utterance(text.utterance, text.channel).versions.append((self.seconds, text))
            case Backlog():
                self.backlogs.append(event)
            case _:
                pass

    @property
    def seconds(self) -> float:
        """Since the call began."""
        return 0.0 if self._began is None else self._clock() - self._began

    @property
    def finals(self) -> list[Transcript]:
        """The final texts, in the order in which they came."""
        found = sorted((u.final for u in self.utterances.values() if u.final), key=lambda version: version[0])
        return [text for _, text in found]

    def _utterance(self, name: str, channel: Channel) -> Utterance:
        return self.utterances.setdefault(name, Utterance(channel))


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of waiting in one call, one figure per turn that has it."""

    final: tuple[float, ...]  # from the true end of a turn to the final text that covers it
    partial: tuple[float, ...]  # from the true onset of a turn to the first words shown before they are final
    first: tuple[float, ...]  # from the true onset to the first words of any kind
    unheard: int  # turns without an utterance, or whose final text never came


def delays(utterances: Iterable[Utterance], turns: Sequence[Turn]) -> Delays:
    """What each turn had to wait.

    An utterance that covers several turns is counted once: its final from the end of the last, its first words from the
    onset of the first.
    """
    placed = sorted(((u.heard.start, u) for u in utterances if u.heard is not None), key=lambda item: item[0])
    ends: dict[int, tuple[Utterance, float]] = {}
    onsets: dict[int, tuple[Utterance, float]] = {}
    unheard = 0
    for turn in sorted(turns, key=lambda t: t.start):
        covering = [u for _, u in placed if u.channel is turn.channel and _covers(u, turn)]
        if not covering or covering[-1].final is None:
            unheard += 1
            continue
        ends[id(covering[-1])] = (covering[-1], turn.end)
        onsets.setdefault(id(covering[0]), (covering[0], turn.start))
    finals = [u.final[0] - end for u, end in ends.values() if u.final is not None]
    words = [(u, start, [v for v in u.versions if v[1].text]) for u, start in onsets.values()]
    return Delays(
        final=tuple(finals),
        partial=tuple(v[0][0] - start for _, start, v in words if v and not v[0][1].final),
        first=tuple(v[0][0] - start for _, start, v in words if v),
        unheard=unheard,
    )


def _covers(utterance: Utterance, turn: Turn) -> bool:
    span = utterance.heard
    return span is not None and span.start < turn.end * RATE and span.end > turn.start * RATE


def queued(work: Sequence[tuple[float, float]]) -> list[float]:
    """When each piece of work is done that one worker does in order; given as (ready, seconds of work), sorted."""
    free, done = 0.0, []
    for ready, seconds in work:
        free = max(ready, free) + seconds
        done.append(free)
    return done


def lag(utterances: Iterable[Utterance], at: float) -> float:
    """Seconds since the end of the oldest speech that has ended by `at` and still has no final text."""
    waiting = (at - u.heard.end / RATE for u in utterances if u.heard is not None and not _done(u, at))
    return max(0.0, max(waiting, default=0.0))


def waits(utterances: Iterable[Utterance]) -> list[float]:
    """Seconds from the end of the speech of each utterance, as it was detected, to its final text."""
    return [u.final[0] - u.heard.end / RATE for u in utterances if u.final is not None and u.heard is not None]


def caught_up(utterances: Sequence[Utterance], stop: float, limit: float) -> float | None:
    """Seconds after `stop` from which the lag stays at `limit` or below; None when a final text never came.

    Nobody speaks after `stop`.
    """
    behind = 0.0
    for utterance in utterances:
        if utterance.heard is None:
            continue
        if utterance.final is None:
            return None
        end, done = utterance.heard.end / RATE, utterance.final[0]
        if done - end > limit:
            behind = max(behind, done - stop)
    return behind


def _done(utterance: Utterance, at: float) -> bool:
    final = utterance.final
    return final is not None and final[0] <= at


def spread(seconds: Sequence[float]) -> Mapping[str, float | int] | None:
    """Number, median, 95th percentile and worst, in seconds; None of nothing."""
    if not seconds:
        return None
    tail = statistics.quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return {
        "n": len(seconds),
        "median_s": round(statistics.median(seconds), 3),
        "p95_s": round(tail, 3),
        "worst_s": round(max(seconds), 3),
    }
