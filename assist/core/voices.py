"""How an utterance is spoken: measured from its windows when it ends, and told once its words are known too.

Nothing here is a trait of a person. Loudness is told against the same channel's earlier utterances, because a line has a
loudness of its own.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assist.core.events import CallEvent, Channel, Transcribed, Transcript, VoiceMeasure, VoiceMeasured, Window
from assist.core.spans import RATE, WINDOW, Span, from_seconds
from assist.core.state import CallState, Spoken

_PAUSE = from_seconds(0.3)
_VOICED_ENOUGH = 5  # windows, for a pitch
_RANGED_ENOUGH = 15  # windows, for its range
_NEAR_ST = (
    9.0  # a voice's own pitch stays so near its median; farther off, a part of its period was taken for the whole
)
_COUNTED_ENOUGH = 6  # characters, for a rate
_SPOKEN_ENOUGH = from_seconds(0.8)
_USUAL_ENOUGH = 2  # earlier utterances, for what is usual on a channel


@dataclass(frozen=True, slots=True)
class _Sound:
    """What is kept of a window."""

    start: int
    speech: float
    level_db: float | None
    pitch_hz: float | None


class VoiceMeter:
    """Measures the utterances of one channel, fed window by window.

    `least` is the probability from which a window counts as speech; before an utterance is open, `before` windows are kept.
    """

    def __init__(self, least: float, before: int) -> None:
        self._least = least
        self._before = before
        self._sounds: deque[_Sound] = deque()

    def hear(self, window: Window, *, speaking: bool) -> None:
        """The next window; `speaking` while an utterance is open."""
        self._sounds.append(_Sound(window.start, window.speech, window.level_db, window.pitch_hz))
        while not speaking and len(self._sounds) > self._before:
            self._sounds.popleft()

    def measure(self, span: Span) -> VoiceMeasure:
        """What the windows of an utterance say, from its first to its last one with speech."""
        inside = [sound for sound in self._sounds if span.start <= sound.start < span.end]
        spoken = [sound for sound in inside if sound.speech >= self._least]
        levels = [sound.level_db for sound in spoken if sound.level_db is not None]
        pitch, pitch_range = _pitch([sound.pitch_hz for sound in spoken if sound.pitch_hz is not None])
        return VoiceMeasure(
            speech=len(spoken) * WINDOW,
            level_db=_median(levels) if levels else None,
            pitch_hz=pitch,
            pitch_range_st=pitch_range,
            pauses=sum(after.start - before.start - WINDOW >= _PAUSE for before, after in pairwise(spoken)),
        )


class Voices:
    """Tells how an utterance was spoken when its final text comes, so that who judges the words knows the voice."""

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if not isinstance(event, Transcribed) or not event.transcript.final or not event.transcript.text:
            return
        text = event.transcript
        for spoken in state.spoken:
            if spoken.utterance == text.utterance and spoken.voice is not None:
                yield _told(text, spoken, spoken.voice, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()


def characters(text: str) -> int:
    """Characters of a text that are spoken: letters and digits."""
    return sum(character.isalnum() for character in text)


def _told(text: Transcript, spoken: Spoken, voice: VoiceMeasure, state: CallState) -> VoiceMeasured:
    return VoiceMeasured(
        at=state.at,
        utterance=text.utterance,
        channel=text.channel,
        rate=_rate(text.text, spoken.span, voice.speech),
        level_db=voice.level_db,
        relative_db=_relative(voice.level_db, text.channel, state),
        pitch_hz=voice.pitch_hz,
        pitch_range_st=voice.pitch_range_st,
        pauses=voice.pauses,
        overlap=_overlap(spoken, state),
        talk_share=_talk_share(state),
    )


def _rate(text: str, span: Span, speech: int) -> float | None:
    """Characters a second. Pauses between words count as time: who speaks slowly makes more of them."""
    count, spoken = characters(text), min(speech, len(span))
    return round(count * RATE / len(span), 2) if count >= _COUNTED_ENOUGH and spoken >= _SPOKEN_ENOUGH else None


def _relative(level_db: float | None, channel: Channel, state: CallState) -> float | None:
    earlier = [voice.level_db for voice in state.voices if voice.channel is channel and voice.level_db is not None]
    if level_db is None or len(earlier) < _USUAL_ENOUGH:
        return None
    return round(level_db - _median(earlier), 1)


def _overlap(spoken: Spoken, state: CallState) -> int:
    """Samples of an utterance in which the other side spoke too, or had not been silent for long enough to have ended."""
    other = spoken.channel.other
    ended = sum(spoken.span.overlap(one.span) for one in state.spoken if one.channel is other)
    opened = (Span(one.start, max(one.start, state.at)) for one in state.speaking if one.channel is other)
    return ended + sum(spoken.span.overlap(span) for span in opened)


def _talk_share(state: CallState) -> float | None:
    agent, customer = state.speech(Channel.AGENT), state.speech(Channel.CUSTOMER)
    return round(agent / (agent + customer), 3) if agent + customer else None


def _pitch(heard: Sequence[float]) -> tuple[float | None, float | None]:
    """The median in Hz, and the range in semitones."""
    if len(heard) < _VOICED_ENOUGH:
        return None, None
    middle = float(np.median(heard))
    near = [hz for hz in heard if abs(12 * math.log2(hz / middle)) <= _NEAR_ST]
    if len(near) < _RANGED_ENOUGH:
        return _median(near), None
    low, high = np.percentile(near, (10, 90))
    return _median(near), round(12 * math.log2(high / low), 1)


def _median(values: Sequence[float]) -> float:
    return round(float(np.median(values)), 1)
