"""How loud a channel is: measured as it came, and evened out for the ear of the recogniser and the voice activity model.

Loudness is measured before the gain and kept beside the audio, so that nothing downstream has to undo it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from assist.core.spans import RATE, WINDOW

SILENCE_DB = -120.0
Window = NDArray[np.float32]

_CUTOFF_HZ = 20.0  # below any voice; takes a constant offset away and leaves speech alone
_DECAY = math.exp(-2 * math.pi * _CUTOFF_HZ / RATE)
_POWERS = _DECAY ** np.arange(1, WINDOW + 1)


def level_db(pcm: Window) -> float:
    """Level of audio in dBFS (full-scale square wave = 0), no lower than -120."""
    power = float(np.mean(np.square(pcm, dtype=np.float64))) if len(pcm) else 0.0
    return max(SILENCE_DB, 10 * math.log10(power)) if power > 0 else SILENCE_DB


class LowCut:
    """Takes a constant offset and rumble under 20 Hz out of a stream of windows (first order)."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def __call__(self, window: Window) -> Window:
        """The window without its offset; shape (512,)."""
        if self._offset is None:  # a recording that begins with an offset must not begin with a click
            self._offset = float(np.mean(window, dtype=np.float64))
        slow = _POWERS * (self._offset + (1 - _DECAY) * np.cumsum(window / _POWERS))
        self._offset = float(slow[-1])
        return np.clip(window - slow, -1.0, 1.0).astype(np.float32)


class SpeechLevel:
    """The usual level that the voice close to one microphone reaches, in dBFS; None until enough has been heard.

    It rises within half a second of speech and falls over ten, so that quiet words and distant voices do not talk it down.
    """

    _ENOUGH = 8  # windows
    _RISE, _FALL = 1 / 12, 1 / 320  # share of the difference that each window of speech makes up

    def __init__(self) -> None:
        self._windows = 0
        self._db = 0.0

    @property
    def db(self) -> float | None:
        return self._db if self._windows >= self._ENOUGH else None

    def hear(self, db: float) -> None:
        """A window that is certainly speech, at a level of `db`."""
        self._windows += 1
        share = self._RISE if db > self._db else self._FALL
        self._db += (db - self._db) * max(share, 1 / self._windows if self._windows <= self._ENOUGH else 0.0)

    def forget(self, db: float) -> None:
        """Lowers the level by `db`: whoever spoke may have gone."""
        self._db -= db


class Gain:
    """A slow gain that lifts a quiet voice into a comfortable range; what is loud enough is left as it is."""

    _LOWEST_DB, _HIGHEST_DB = -28.0, -14.0  # a voice between these keeps the gain it has
    _MOST_DB = 24.0
    _STEP_DB = 0.4  # most change in one window: 12 dB a second

    def __init__(self) -> None:
        self.db = 0.0

    def __call__(self, window: Window, voice_db: float | None) -> Window:
        """The window with the gain that fits a voice of `voice_db`; it glides within the window. Shape (512,)."""
        peak = float(np.max(np.abs(window), initial=0.0))
        clips_at = -20 * math.log10(peak) if 0 < peak <= 1 else math.inf
        before = self.db = min(self.db, clips_at)
        if voice_db is not None:
            wanted = min(max(before, self._LOWEST_DB - voice_db), self._HIGHEST_DB - voice_db)
            wanted = min(max(wanted, 0.0), self._MOST_DB, clips_at)
            self.db += min(max(wanted - before, -self._STEP_DB), self._STEP_DB)
        if before == self.db == 0.0:
            return window
        glide = 10 ** (np.linspace(before, self.db, len(window)) / 20)
        return np.clip(window * glide, -1.0, 1.0).astype(np.float32)
