"""One channel's ear: keeps the audio of the utterance being spoken, and asks for its text at the right moments."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from assist.core.endings import ending
from assist.core.endpointing import Endpoint, Endpointing, EndpointRules, Onset, Pause, windows
from assist.core.events import Channel, SpeechEnded, SpeechStarted, Transcribed, Transcript, Window
from assist.core.growing import GrowingText
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW, Span
from assist.core.voices import VoiceMeter


@dataclass(frozen=True, slots=True)
class PartialRules:
    """When to ask for the text of an unfinished utterance, in seconds of its audio.

    Decoding grows with the audio, so the interval grows with it: a constant one would triple the work.
    """

    first_seconds: float = 0.8  # of audio, which begins a little before the speech
    growth: float = 1.25
    least_seconds: float = 0.7
    strained_factor: float = 3.0  # how much rarer partials are while the recogniser is behind
    job_seconds: float = 0.2  # what a decode costs at least, on two shared cores with Whisper base
    job_share: float = 0.05  # and on top of it for each second of audio


@dataclass(frozen=True, slots=True)
class PartRules:
    """When the beginning of long speech is committed, in seconds of audio since the last commitment."""

    pause_seconds: float = 5.0  # after so much, a part ends at the next short pause
    hold_seconds: float = 2.0  # after so much, the text at a pause stands though its audio is decoded again
    cut_seconds: float = 9.0  # without a pause it ends after the last stable word, if the recogniser tells times


class Load:
    """How busy one recogniser would be by now, in call time, on a machine that just suffices.

    Both channels share it. A partial is only asked for when the work before it would be done; deciding that by what the work
    costs, and not by a clock, makes the same call ask for the same texts on every machine and at every speed.
    """

    def __init__(self, rules: PartialRules) -> None:
        self._rules = rules
        self._busy_until = 0
        self.strained = False  # the machine does not suffice: ask for less

    def free(self, at: int) -> bool:
        """Whether nothing would be under way at `at`."""
        return at >= self._busy_until

    def add(self, at: int, length: int) -> None:
        """Work on so many samples of audio is asked for."""
        cost = self._rules.job_seconds * RATE + self._rules.job_share * length
        self._busy_until = max(self._busy_until, at) + int(cost)


Outcome = SpeechStarted | SpeechEnded | Transcribed | TranscribeJob


@dataclass(frozen=True, slots=True)
class ListeningRules:
    """How one channel is listened to; `partials` None asks for no text of unfinished utterances.

    Without `speculate` nothing is decoded before an utterance has ended, and its end does not depend on its words.
    """

    endpointing: EndpointRules = EndpointRules()
    partials: PartialRules | None = PartialRules()
    parts: PartRules = PartRules()
    speculate: bool = True
    words: bool = False  # ask for the time of each word


class Listener:
    """Turns windows of one channel into speech events and transcription jobs, and results into texts.

    Every sample of an utterance is in its final job or in a part that was committed before. Results of unfinished utterances
    that come too late are passed over; an utterance whose last pause was already decoded needs no second decode.
    """

    def __init__(self, channel: Channel, rules: ListeningRules | None = None, load: Load | None = None) -> None:
        self._rules = rules = rules or ListeningRules()
        self._channel = channel
        self._partials = rules.partials or PartialRules()
        self._load = load or Load(self._partials)
        self._endpointing = Endpointing(rules.endpointing)
        self._kept: deque[Window] = deque()
        self._pre_roll = windows(rules.endpointing.pre_roll_seconds) + windows(rules.endpointing.onset_seconds)
        self._meter = VoiceMeter(rules.endpointing.release, self._pre_roll)
        self._text = GrowingText(0)
        self._count = 0
        self._revision = 0
        self._shown = 0  # newest revision published of the open utterance
        self._next_partial = 0
        self._at_pause: Transcript | None = None  # text of the utterance up to its latest pause
        self._pause_revision = 0
        self._cut_revision = 0  # a job that was asked where its words are, so that a part can end after one
        self._waiting: dict[str, GrowingText] = {}  # utterances whose final text is under way
        self._end = 0

    @property
    def waiting(self) -> bool:
        """Whether a final text is still to come."""
        return bool(self._waiting)

    def hear(self, window: Window) -> Iterator[Outcome]:
        """What follows from the next window."""
        self._kept.append(window)
        self._meter.hear(window, speaking=self._endpointing.open)
        self._end = window.start + WINDOW
        match self._endpointing.hear(window.start, window.speech):
            case Onset() as onset:
                yield from self._began(onset)
            case Pause(audio=audio):
                if self._rules.speculate:
                    yield self._paused(audio)
            case Endpoint() as ended:
                yield from self._ended(self._end, ended)
            case None:
                self._commit()
                yield from self._partial()
            case _ as never:  # pragma: no cover
                assert_never(never)
        keep = self._pre_roll
        while len(self._kept) > keep and (
            not self._endpointing.open or self._kept[0].start + WINDOW <= self._text.start
        ):
            self._kept.popleft()

    def close(self, at: int) -> Iterator[Outcome]:
        """The channel has ended."""
        ended = self._endpointing.close(self._end)
        if ended is not None:
            yield from self._ended(at, ended)

    def transcribed(self, at: int, answer: Transcript) -> Transcribed | None:
        """The event that a result makes, or None when it came too late to matter."""
        if answer.final:
            growing = self._waiting.pop(answer.utterance, None)
            return None if growing is None else Transcribed(at=at, transcript=_final(growing.settle(answer)))
        if not self._endpointing.open or answer.utterance != self._utterance or answer.revision <= self._shown:
            return None
        if answer.span.start != self._text.start:
            return None  # a part has been committed since: it would be heard twice
        at_pause = answer.revision == self._pause_revision
        if not answer.text and not at_pause:
            return None
        text = self._text.hear(answer)
        self._shown = answer.revision
        self._at_pause = text if at_pause else None  # only the newest text may stand
        if at_pause:
            self._endpointing.expect(ending(text.text), answer.span.end)
        elif answer.revision == self._cut_revision:
            self._text.cut()
        if not answer.text or self._rules.partials is None:
            return None
        return Transcribed(at=at, transcript=text)

    @property
    def _utterance(self) -> str:
        return f"{self._channel.value[0]}{self._count}"

    def _began(self, onset: Onset) -> Iterator[Outcome]:
        self._count += 1
        self._revision = self._shown = self._pause_revision = self._cut_revision = 0
        self._at_pause = None
        self._text = GrowingText(onset.start)
        while self._kept[0].start < onset.start:
            self._kept.popleft()
        self._next_partial = onset.start + int(self._partials.first_seconds * RATE)
        yield SpeechStarted(at=self._end, channel=self._channel, utterance=self._utterance, start=onset.speech)

    def _paused(self, audio: Span) -> TranscribeJob:
        job = self._job(audio.end, pause=True)
        self._next_partial = max(self._next_partial, self._end + int(self._step()))
        self._pause_revision, self._at_pause = job.revision, None
        return job

    def _commit(self) -> None:
        """Speech goes on after a pause: what was said up to it stands, once it is long enough to stand alone."""
        known = self._at_pause
        if known is None or self._endpointing.silent:
            return
        self._at_pause = None
        if known.suspect:
            return
        length = known.span.end - self._text.start
        if length >= self._rules.parts.pause_seconds * RATE:
            self._text.commit(known.span.end - WINDOW)
        elif length >= self._rules.parts.hold_seconds * RATE:
            self._text.hold()

    def _partial(self) -> Iterator[Outcome]:
        speaking = self._endpointing.open and not self._endpointing.silent  # a silence is decoded once, as a pause
        due = speaking and self._end >= self._next_partial and self._load.free(self._end)
        if self._rules.partials is None or not self._rules.speculate or not due:
            return
        self._next_partial = self._end + int(self._step())
        long = self._end - self._text.start >= self._rules.parts.cut_seconds * RATE
        job = self._job(self._end, words=self._rules.words or long)
        if long:
            self._cut_revision = job.revision
        yield job

    def _step(self) -> float:
        """Samples until the next partial."""
        rules = self._partials
        least = max((self._end - self._text.start) * (rules.growth - 1), rules.least_seconds * RATE)
        return least * (rules.strained_factor if self._load.strained else 1)

    def _ended(self, at: int, ended: Endpoint) -> Iterator[Outcome]:
        span, voice = ended.speech, self._meter.measure(ended.speech)
        yield SpeechEnded(at=at, channel=self._channel, utterance=self._utterance, span=span, voice=voice)
        known, self._at_pause = self._at_pause, None
        if known is not None and known.span.end == ended.audio.end:
            yield Transcribed(at=at, transcript=_final(replace(known, revision=self._revision + 1)))
            return
        job = self._job(ended.audio.end, final=True)
        self._waiting[job.utterance] = self._text
        yield job

    def _job(self, end: int, *, final: bool = False, pause: bool = False, words: bool = False) -> TranscribeJob:
        self._revision += 1
        audio = Span(min(self._text.start, end), end)
        self._load.add(self._end, len(audio))
        heard = [w for w in self._kept if w.start < audio.end and w.start + WINDOW > audio.start]
        pcm = np.concatenate([w.pcm for w in heard]) if heard else np.zeros(0, np.float32)
        skipped = audio.start - heard[0].start if heard else 0
        return TranscribeJob(
            utterance=self._utterance,
            channel=self._channel,
            revision=self._revision,
            span=audio,
            pcm=pcm[skipped : skipped + len(audio)],
            final=final,
            pause=pause,
            prefix=self._text.prefix,
            before=self._text.before,
            words=words or self._rules.words,
            voiced=sum(w.speech for w in heard) / len(heard) if heard else 0.0,
        )


def _final(text: Transcript) -> Transcript:
    return replace(text, final=True, stable=len(text.text))
