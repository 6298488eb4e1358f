"""Hold music by rule: chords, a melody, a bass and drums, in several timbres, one of them close to a singing choir."""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.core.spans import RATE

_MAJOR, _MINOR, _FIVE_TONES = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9)
_VOWELS = {"a": (800, 1200, 2700), "o": (500, 850, 2600), "u": (330, 700, 2400), "i": (300, 2250, 3000)}


@dataclass(frozen=True)
class Tune:
    """How a piece of music is made; `vibrato` in semitones, `drums` and `level` in 0..1 and dBFS."""

    name: str
    tempo: float
    timbre: str
    scale: tuple[int, ...] = _MAJOR
    key: int = 57  # MIDI number of the lowest chord's root
    vibrato: float = 0.0
    drums: float = 0.0
    level: float = -20.0


TUNES = (
    Tune("piano", 96, "struck"),
    Tune("music box", 120, "bell", key=69, level=-25),
    Tune("strings", 66, "bowed", _MINOR, vibrato=0.3),
    Tune("flute", 84, "wind", _FIVE_TONES, key=62, vibrato=0.25),
    Tune("erhu", 72, "bowed", _FIVE_TONES, key=55, vibrato=0.5, level=-18),
    Tune("pop", 118, "struck", _MAJOR, drums=0.9, level=-16),
    Tune("synthesiser", 128, "buzz", _MINOR, drums=0.6),
    Tune("choir", 60, "choir", key=48, vibrato=0.3),
)


def music(tune: Tune, seconds: float) -> NDArray[np.float32]:
    """A tune of any length, float32 mono at 16 kHz, with its own level."""
    n = int(seconds * RATE)
    random = np.random.default_rng(zlib.crc32(tune.name.encode()))
    beat = int(60 / tune.tempo * RATE)
    out = np.zeros(n + 8 * beat)
    degrees = (0, 5, 3, 4)
    for bar, at in enumerate(range(0, n, 4 * beat)):
        root = degrees[bar % len(degrees)]
        for voice, step in enumerate((0, 2, 4)):
            _add(out, at, _note(tune, _pitch(tune, root + step), 4 * beat, voice, random) * 0.5)
        _add(out, at, _note(tune, _pitch(tune, root) - 12, 2 * beat, 3, random) * 0.6)
        _melody(out, at, tune, beat, random)
        _drums(out, at, tune, beat, random)
    whole = out[:n]
    scaled = whole / np.sqrt(np.mean(whole**2)) * 10 ** (tune.level / 20)
    return np.clip(scaled, -1, 1).astype(np.float32)


def _pitch(tune: Tune, degree: int) -> int:
    octave, step = divmod(degree, len(tune.scale))
    return tune.key + 12 * octave + tune.scale[step]


def _add(out: NDArray[np.float64], at: int, sound: NDArray[np.float64]) -> None:
    fits = min(len(sound), len(out) - at)
    out[at : at + fits] += sound[:fits]


def _melody(out: NDArray[np.float64], at: int, tune: Tune, beat: int, random: np.random.Generator) -> None:
    """Four beats of a walk over the scale, in quarters, eighths and halves."""
    here, degree = at, int(random.integers(7, 12))
    while here < at + 4 * beat:
        length = int(beat * random.choice([0.5, 1.0, 1.0, 2.0]))
        if random.random() > 0.12:
            _add(out, here, _note(tune, _pitch(tune, degree), length, 0, random))
        degree = int(np.clip(degree + random.integers(-2, 3), 5, 14))
        here += length


def _note(tune: Tune, pitch: int, length: int, voice: int, random: np.random.Generator) -> NDArray[np.float64]:
    """One note with attack, decay, sustain and release."""
    n = int(length * 1.15)
    time = np.arange(n) / RATE
    rate = random.uniform(4.8, 6.2)
    bend = tune.vibrato * np.minimum(time / 0.4, 1) * np.sin(2 * np.pi * rate * time + voice)
    frequency = 440 * 2 ** ((pitch - 69 + bend) / 12)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    sound = np.zeros(n)
    for harmonic, weight in _partials(tune.timbre, float(440 * 2 ** ((pitch - 69) / 12)), "aoui"[pitch % 4]):
        sound += weight * np.sin(harmonic * phase + voice)
    return sound * _envelope(tune.timbre, n, length)


def _partials(timbre: str, fundamental: float, vowel: str) -> list[tuple[float, float]]:
    """(multiple of the fundamental, weight) of what sounds together, nothing above 7.5 kHz."""
    count = max(1, min(24, int(7500 / fundamental)))
    if timbre == "bell":
        return [(m, w) for m, w in ((1.0, 1.0), (2.76, 0.5), (5.4, 0.2)) if m * fundamental < 7500]
    if timbre == "choir":  # a voice's source, 12 dB an octave, through the resonances of a vowel
        return [
            (k, sum(1 / (1 + ((k * fundamental - peak) / 120) ** 2) for peak in _VOWELS[vowel]) / k**0.5)
            for k in range(1, count + 1)
        ]
    slope = {"struck": 1.6, "bowed": 1.0, "wind": 2.4, "buzz": 0.8}[timbre]
    return [(k, k**-slope) for k in range(1, count + 1)]


def _envelope(timbre: str, n: int, length: int) -> NDArray[np.float64]:
    time = np.arange(n) / RATE
    release = np.clip((n - np.arange(n)) / max(1, n - length), 0, 1)
    if timbre in ("struck", "bell"):
        return np.minimum(time / 0.004, 1) * np.exp(-time / 0.6) * release
    return np.minimum(time / 0.08, 1) * (0.75 + 0.25 * np.exp(-time / 0.15)) * release


def _drums(out: NDArray[np.float64], at: int, tune: Tune, beat: int, random: np.random.Generator) -> None:
    """Kick on one and three, snare on two and four, a hat on every eighth."""
    if not tune.drums:
        return
    time = np.arange(int(0.2 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (45 * time + 4 * (1 - np.exp(-time / 0.03)))) * np.exp(-time / 0.08)
    for eighth in range(8):
        here, hiss = at + eighth * beat // 2, random.normal(0, 1, len(time))
        _add(out, here, tune.drums * 0.25 * hiss * np.exp(-time / 0.02))
        if eighth % 4 == 0:
            _add(out, here, tune.drums * 2.5 * kick)
        if eighth % 4 == 2:
            _add(out, here, tune.drums * 0.8 * hiss * np.exp(-time / 0.07))
