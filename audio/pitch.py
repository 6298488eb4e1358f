"""How high a voice is: YIN (de Cheveigné and Kawahara, 2002), window by window, from the newest 48 ms and nothing later.

A period is where the difference between the sound and itself, shifted, is small for its length: steps 1 to 5 of the paper.
Step 6, a second search around each estimate, would need audio that is still to come; a median over an utterance does instead.
"""

import math

import numpy as np
from numpy.typing import NDArray

from assist.core.spans import RATE, WINDOW

LOWEST_HZ, HIGHEST_HZ = 70.0, 450.0

_CONTEXT = WINDOW + WINDOW // 2  # the tones of Mandarin move a low voice out of step with itself in a longer one
_SHORTEST, _LONGEST = int(RATE / HIGHEST_HZ), math.ceil(RATE / LOWEST_HZ)  # periods, in samples
_LAGS = _LONGEST + 2  # one more at the end, so that a minimum there has two neighbours
_COMPARED = _CONTEXT - _LAGS + 1  # samples compared at every lag
_PERIODIC = 0.1  # the first dip under this is the period, though a multiple of it may dip lower
_VOICED = 0.4  # where no dip is under this, nothing repeats
_NOTHING = 1e-9  # mean power of -90 dBFS, under which only the steps of 16 bits are left
_SPEECH = 0.5  # least probability of speech in a window that is worth measuring

Samples = NDArray[np.float64]


class Pitch:
    """The pitch of one channel's voice. What it says does not depend on how loud the voice is."""

    def __init__(self) -> None:
        self._pcm = np.zeros(_CONTEXT)

    def hear(self, window: NDArray[np.float32], speech: float) -> float:
        """Hz, between 70 and 450, at the end of the next window; nan where no voice is.

        `window` is float32 mono at 16 kHz, shape (512,); `speech` is the probability that it holds speech. Where that is under
        0.5, or a sample is no number, the answer is nan.
        """
        self._pcm[:-WINDOW] = self._pcm[WINDOW:]
        self._pcm[-WINDOW:] = window
        if not speech >= _SPEECH or not np.isfinite(self._pcm).all():
            return math.nan
        return _pitch(self._pcm - self._pcm.mean())


def _pitch(pcm: Samples) -> float:
    dips = _normalised(_difference(pcm))
    if dips is None:
        return math.nan
    inner = dips[_SHORTEST : _LONGEST + 1]
    lowest = (inner <= dips[_SHORTEST - 1 : _LONGEST]) & (inner < dips[_SHORTEST + 1 :])
    lags = np.flatnonzero(lowest & (inner < _VOICED)) + _SHORTEST
    if not len(lags):
        return math.nan
    periodic = lags[dips[lags] < _PERIODIC]
    lag = int(periodic[0] if len(periodic) else lags[np.argmin(dips[lags])])
    return min(max(RATE / (lag + _vertex(dips[lag - 1 : lag + 2])), LOWEST_HZ), HIGHEST_HZ)


def _difference(pcm: Samples) -> Samples:
    """Squared difference between the sound and itself at each lag, summed; as energy minus twice the product."""
    product = np.correlate(pcm, pcm[:_COMPARED], "valid")
    summed = np.concatenate(([0.0], np.cumsum(np.square(pcm))))
    energy = summed[_COMPARED:] - summed[:_LAGS]
    difference: Samples = energy[0] + energy - 2 * product
    return np.maximum(difference, 0.0)


def _normalised(difference: Samples) -> Samples | None:
    """Each difference over the mean of those at shorter lags; None where there is no sound."""
    summed = np.cumsum(difference[1:])
    if summed[-1] <= _NOTHING * _COMPARED * _LAGS:
        return None
    found = np.ones_like(difference)
    np.divide(difference[1:] * np.arange(1, _LAGS), summed, out=found[1:], where=summed > 0)
    return found


def _vertex(dip: Samples) -> float:
    """Where the parabola through a minimum and its neighbours is lowest, in lags from the minimum."""
    left, low, right = (float(value) for value in dip)
    return (left - right) / (2 * (left - 2 * low + right))
