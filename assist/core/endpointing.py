"""Where an utterance begins and ends, decided by counting windows of audio, never by a clock.

The voice activity model only says how likely each 32 ms window holds speech; the decision is made here. A short pause is
reported before the end is certain, so that the text can be decoded meanwhile and kept if the pause turns out to be the end.
"""

from dataclasses import dataclass

from assist.core.endings import Ending
from assist.core.spans import RATE, WINDOW, Span


def windows(seconds: float) -> int:
    """Whole VAD windows in a time, at least one."""
    return max(1, round(seconds * RATE / WINDOW))


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """Limits of endpointing. Probabilities are the voice activity model's; the rest are seconds of audio.

    0.6 s of silence is where the error rate stops falling with the default recogniser; a shorter one cuts sentences in two,
    and is right only where the words say that the sentence is finished. Where they say that more must come, as in the middle
    of a number, a longer one is.
    """

    onset: float = 0.4
    release: float = 0.25
    onset_seconds: float = 0.096
    pause_seconds: float = 0.128
    hangover_seconds: float = 0.608
    finished_seconds: float = 0.416
    open_seconds: float = 0.896
    pre_roll_seconds: float = 0.224
    long_seconds: float = 12.0  # from here on a short silence is enough
    long_hangover_seconds: float = 0.256
    max_seconds: float = 24.0  # Whisper sees 30 s at most


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech began at `speech`; the audio worth decoding begins at `start`."""

    start: int
    speech: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A short silence; if it is the end, the utterance's audio is `audio`."""

    audio: Span


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The utterance is over: `audio` is what to decode, `speech` from its first to its last window with speech."""

    audio: Span
    speech: Span


class Endpointing:
    """The decision for one channel, fed window by window."""

    def __init__(self, rules: EndpointRules) -> None:
        self._rules = rules
        self._onset = windows(rules.onset_seconds)
        self._pause = windows(rules.pause_seconds)
        self._hangovers = {
            Ending.FINISHED: windows(rules.finished_seconds),
            Ending.UNKNOWN: windows(rules.hangover_seconds),
            Ending.OPEN: windows(rules.open_seconds),
        }
        self._ending = Ending.UNKNOWN  # of what was said before the silence, as far as it is known
        self._long_hangover = windows(rules.long_hangover_seconds)
        self._pre_roll = windows(rules.pre_roll_seconds) * WINDOW
        self._loud = 0  # windows above the onset in a row, while silent
        self._start: int | None = None  # audio of the open utterance begins here
        self._first = 0  # first window with speech
        self._last = 0  # end of the last window with speech
        self._silence = 0  # windows since then
        self._free = 0  # audio before this belongs to an utterance that has ended

    @property
    def open(self) -> bool:
        """Whether an utterance is being spoken."""
        return self._start is not None

    @property
    def start(self) -> int | None:
        """Where the open utterance's audio begins."""
        return self._start

    @property
    def silent(self) -> bool:
        """Whether the newest window of the open utterance holds no speech."""
        return self._silence > 0

    def expect(self, ending: Ending, until: int) -> None:
        """What the words before `until` say about what follows; it counts for this silence only, if it was silent then."""
        if until >= self._last:
            self._ending = ending

    def hear(self, start: int, probability: float) -> Onset | Pause | Endpoint | None:
        """The decision after the window that begins at `start`."""
        end = start + WINDOW
        if self._start is None:
            return self._listen(start, probability)
        if probability >= self._rules.release:
            self._last, self._ending = end, Ending.UNKNOWN
        self._silence = (end - self._last) // WINDOW
        long = end - self._start >= self._rules.long_seconds * RATE
        if self._silence >= (self._long_hangover if long else self._hangovers[self._ending]):
            return self._close(min(end, self._last + self._pause * WINDOW))
        if end - self._start >= self._rules.max_seconds * RATE:
            return self._close(end)
        return Pause(Span(self._start, end)) if self._silence == self._pause else None

    def close(self, end: int) -> Endpoint | None:
        """The channel ends at `end`: what was being spoken is over."""
        if self._start is None:
            return None
        return self._close(min(end, self._last + self._pause * WINDOW))

    def _listen(self, start: int, probability: float) -> Onset | None:
        self._loud = self._loud + 1 if probability >= self._rules.onset else 0
        if self._loud < self._onset:
            return None
        self._first = start - (self._loud - 1) * WINDOW
        self._last = start + WINDOW
        self._start = max(self._first - self._pre_roll, self._free)
        self._loud = self._silence = 0
        self._ending = Ending.UNKNOWN
        return Onset(self._start, self._first)

    def _close(self, end: int) -> Endpoint:
        start, self._start, self._free = self._start or 0, None, end
        return Endpoint(Span(start, end), Span(self._first, min(self._last, end)))
