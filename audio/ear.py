"""One channel's ear: from windows as they come to what a recogniser gets, the probability of speech, loudness and pitch."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.core.spans import WINDOW
from audio.gate import FarVoices
from audio.levels import Gain, LowCut, SpeechLevel, level_db
from audio.pitch import Pitch
from audio.vad import SileroVad

_CERTAIN = 0.7  # only such windows tell how loud the speaker is
_HELD_WINDOWS = 10  # 0.3 s: soft consonants and endings lean on the vowel before them
_FULL_SCALE = 0.999
_CLIPPED_SHARE = 0.02
_CLIPPED_AFTER = 64  # windows of speech, 2 s


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """What the ear makes of one window of 512 samples."""

    pcm: NDArray[np.float32]
    """Float32 in [-1, 1], shape (512,): no offset, and at a comfortable level."""
    speech: float
    """Probability in [0, 1] that this channel's speaker speaks."""
    level_db: float
    """Loudness in dBFS before the gain; -120 where there is nothing."""
    pitch_hz: float
    """Of the voice, before the gain; nan where there is none."""
    lost: int
    """Samples that were no numbers; silence stands for them."""


class Ear:
    """Hears one channel of one call, window by window; what it says of a window depends on nothing that comes later."""

    def __init__(self) -> None:
        self._vad = SileroVad()
        self._low_cut = LowCut()
        self._gain = Gain()
        self._pitch = Pitch()
        self._speaker = SpeechLevel()
        self._far = FarVoices(self._speaker)
        self._levels: deque[float] = deque(maxlen=_HELD_WINDOWS)
        self._spoken = 0
        self._clipped = 0

    @property
    def clipped(self) -> bool:
        """Whether the speech so far is overdriven: more than one sample in fifty is at full scale."""
        return self._spoken >= _CLIPPED_AFTER and self._clipped > _CLIPPED_SHARE * self._spoken * WINDOW

    def hear(self, window: NDArray[np.float32]) -> HeardWindow:
        """Takes the next window: float32 mono at 16 kHz, shape (512,)."""
        finite = np.isfinite(window)
        lost = len(window) - int(np.count_nonzero(finite))
        clean = np.clip(np.where(finite, window, np.float32(0)), -1.0, 1.0)
        plain = self._low_cut(clean)
        db = level_db(plain)
        pcm = self._gain(plain, self._speaker.db)
        self._levels.append(db)
        held = max(self._levels)
        speech = self._far(self._vad(pcm), held)
        if speech >= _CERTAIN:
            self._speaker.hear(held)
            self._spoken += 1
            self._clipped += int(np.count_nonzero(np.abs(clean) >= _FULL_SCALE))
        return HeardWindow(pcm, speech, db, self._pitch.hear(plain, speech), lost)
