"""What a telephone line leaves of a recording: 8 kHz, 300 to 3400 Hz, line noise, A-law."""

import numpy as np
import soxr
from numpy.typing import NDArray

LINE_RATE = 8_000
LOW_HZ, HIGH_HZ = 300.0, 3400.0
NOISE_DB = 22.0  # speech above noise
_TAPS = 257  # at 8 kHz: the edges are about 80 Hz wide
_SPEECH = 0.01  # a sample above this belongs to speech, when its power is measured
_SILENCE_POWER = 1e-4  # stands for the power of speech where there is none
_A = 87.6  # ITU-T G.711
_STEPS = 127  # on each side of zero


def over_telephone(pcm: NDArray[np.float32], rate: int, seed: int = 0) -> NDArray[np.float32]:
    """A recording as the other end of a line hears it, at `LINE_RATE`.

    `pcm` is float32 in [-1, 1], shape (n, channels), at `rate` Hz. The same seed gives the same noise.
    """
    random = np.random.default_rng(seed)
    lines = [_line(np.ascontiguousarray(channel), rate, random) for channel in pcm.T]
    return np.stack(lines, axis=1)


def _line(pcm: NDArray[np.float32], rate: int, random: np.random.Generator) -> NDArray[np.float32]:
    low = np.asarray(soxr.resample(pcm, rate, LINE_RATE), np.float64)
    band = _band_limited(low)
    speech = band[np.abs(band) > _SPEECH]
    power = float(np.mean(speech**2)) if speech.size else _SILENCE_POWER
    noise = _band_limited(random.normal(0.0, 1.0, band.shape))
    level = np.sqrt(power / 10 ** (NOISE_DB / 10) / np.sum(_taps() ** 2))  # of what the band leaves of white noise
    return companded(np.clip(band + level * noise, -1.0, 1.0))


def _band_limited(pcm: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is between the limits of the line; the filter's delay is taken back, so times stay."""
    taps = _taps()
    size = 1 << (len(pcm) + len(taps) - 1).bit_length()
    whole = np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(taps, size), size)
    return np.asarray(whole[_TAPS // 2 :][: len(pcm)], np.float64)


def _taps() -> NDArray[np.float64]:
    """A windowed-sinc band pass, linear phase."""
    at = np.arange(_TAPS) - _TAPS // 2
    high, low = (2 * hz / LINE_RATE * np.sinc(2 * hz / LINE_RATE * at) for hz in (HIGH_HZ, LOW_HZ))
    return np.asarray((high - low) * np.hamming(_TAPS), np.float64)


def companded(pcm: NDArray[np.float64]) -> NDArray[np.float32]:
    """Samples in [-1, 1] after A-law coding in 8 bits and decoding; G.711's curve without its straight segments."""
    size, whole = np.abs(pcm), 1 + np.log(_A)
    squeezed = np.where(size < 1 / _A, _A * size, 1 + np.log(np.maximum(_A * size, 1.0))) / whole
    code = np.round(squeezed * _STEPS) / _STEPS * whole
    return np.asarray(np.sign(pcm) * np.where(code < 1, code, np.exp(code - 1)) / _A, np.float32)
