"""One channel's ear: keeps the audio of the utterance being spoken, and asks for its text at the right moments."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from assist.core.endpointing import Endpoint, Endpointing, EndpointRules, Onset, Pause, windows
from assist.core.events import Channel, SpeechEnded, SpeechStarted, Transcribed, Transcript, Window
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW, Span


@dataclass(frozen=True, slots=True)
class PartialRules:
    """When to ask for the text of an unfinished utterance, in seconds of its audio.

    Decoding grows with the utterance, so the interval grows with it: a constant one would triple the work.
    """

    first_seconds: float = 0.9
    growth: float = 1.25
    least_seconds: float = 0.8
    job_seconds: float = 0.2  # what a decode costs at least, on two shared cores with Whisper base
    job_share: float = 0.12  # and on top of it for each second of audio


class Load:
    """How busy one recogniser would be by now, in call time, on a machine that just suffices.

    Both channels share it. A partial is only asked for when the work before it would be done; deciding that by what the work
    costs, and not by a clock, makes the same call ask for the same texts on every machine and at every speed.
    """

    def __init__(self, rules: PartialRules) -> None:
        self._rules = rules
        self._busy_until = 0

    def free(self, at: int) -> bool:
        """Whether nothing would be under way at `at`."""
        return at >= self._busy_until

    def add(self, at: int, length: int) -> None:
        """Work on so many samples of audio is asked for."""
        cost = self._rules.job_seconds * RATE + self._rules.job_share * length
        self._busy_until = max(self._busy_until, at) + int(cost)


Outcome = SpeechStarted | SpeechEnded | Transcribed | TranscribeJob


class Listener:
    """Turns windows of one channel into speech events and transcription jobs, and results into texts.

    Every sample of an utterance is in its final job. Results of unfinished utterances that come too late are passed over;
    an utterance whose last pause was already decoded needs no second decode.
    """

    def __init__(
        self, channel: Channel, rules: EndpointRules, partials: PartialRules | None, load: Load | None = None
    ) -> None:
        self._load = load or Load(partials or PartialRules())
        self._channel = channel
        self._endpointing = Endpointing(rules)
        self._partials = partials
        self._kept: deque[Window] = deque()
        self._pre_roll = windows(rules.pre_roll_seconds) + windows(rules.onset_seconds)
        self._count = 0
        self._revision = 0
        self._shown = 0  # newest revision published of the open utterance
        self._next_partial = 0
        self._at_pause: Transcript | None = None  # text of the utterance up to its latest pause
        self._pause_revision = 0
        self._waiting: dict[str, int] = {}  # utterances whose final text is under way
        self._end = 0

    @property
    def waiting(self) -> bool:
        """Whether a final text is still to come."""
        return bool(self._waiting)

    def hear(self, window: Window) -> Iterator[Outcome]:
        """What follows from the next window."""
        self._kept.append(window)
        self._end = window.start + WINDOW
        match self._endpointing.hear(window.start, window.speech):
            case Onset() as onset:
                yield from self._began(onset)
            case Pause(audio=audio):
                job = self._job(audio, pause=True)
                self._next_partial = max(self._next_partial, self._end + int(self._step()))
                self._pause_revision, self._at_pause = job.revision, None
                yield job
            case Endpoint() as ended:
                yield from self._ended(self._end, ended)
            case None:
                yield from self._partial()
            case _ as never:  # pragma: no cover
                assert_never(never)
        if not self._endpointing.open:
            while len(self._kept) > self._pre_roll:
                self._kept.popleft()

    def close(self, at: int) -> Iterator[Outcome]:
        """The channel has ended."""
        ended = self._endpointing.close(self._end)
        if ended is not None:
            yield from self._ended(at, ended)

    def transcribed(self, at: int, text: Transcript) -> Transcribed | None:
        """The event that a result makes, or None when it came too late to matter."""
        if text.final:
            if self._waiting.pop(text.utterance, None) is None:
                return None
            return Transcribed(at=at, transcript=text)
        if not self._endpointing.open or text.utterance != self._utterance or text.revision <= self._shown:
            return None
        if text.revision == self._pause_revision:
            self._at_pause = text
        if not text.text or self._partials is None:
            return None
        self._shown = text.revision
        return Transcribed(at=at, transcript=text)

    @property
    def _utterance(self) -> str:
        return f"{self._channel.value[0]}{self._count}"

    def _began(self, onset: Onset) -> Iterator[Outcome]:
        self._count += 1
        self._revision = self._shown = self._pause_revision = 0
        self._at_pause = None
        while self._kept[0].start < onset.start:
            self._kept.popleft()
        if self._partials is not None:
            self._next_partial = onset.start + int(self._partials.first_seconds * RATE)
        yield SpeechStarted(at=self._end, channel=self._channel, utterance=self._utterance, start=onset.speech)

    def _partial(self) -> Iterator[Outcome]:
        start = self._endpointing.start
        if start is None or self._partials is None or self._end < self._next_partial or not self._load.free(self._end):
            return
        self._next_partial = self._end + int(self._step())
        yield self._job(Span(start, self._end))

    def _step(self) -> float:
        """Samples until the next partial."""
        rules = self._partials or PartialRules()
        length = self._end - (self._endpointing.start or 0)
        return max(length * (rules.growth - 1), rules.least_seconds * RATE)

    def _ended(self, at: int, ended: Endpoint) -> Iterator[Outcome]:
        yield SpeechEnded(at=at, channel=self._channel, utterance=self._utterance, span=ended.speech)
        known = self._at_pause
        if known is not None and known.span == ended.audio:
            final = replace(known, revision=self._revision + 1, final=True)
            yield Transcribed(at=at, transcript=final)
            return
        job = self._job(ended.audio, final=True)
        self._waiting[job.utterance] = job.revision
        yield job

    def _job(self, audio: Span, *, final: bool = False, pause: bool = False) -> TranscribeJob:
        self._revision += 1
        self._load.add(self._end, len(audio))
        pcm = np.concatenate([w.pcm for w in self._kept if audio.start <= w.start < audio.end])
        return TranscribeJob(
            utterance=self._utterance,
            channel=self._channel,
            revision=self._revision,
            span=audio,
            pcm=pcm[: len(audio)],
            final=final,
            pause=pause,
        )
