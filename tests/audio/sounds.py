"""What a call carries besides speech, made by rule: the same samples on every machine.

Everything is float32 mono at 16 kHz. Levels are dBFS of the root mean square while the sound is on. `twenty_minutes` is the
whole collection; `two_minutes` takes a cut of every sound in it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from assist.core.spans import RATE
from assist.training.telephone import LINE_RATE, companded
from audio.decoding import DecodedFile, Samples
from tests.audio.music import TUNES, music

Sound = NDArray[np.float32]
SPEECH = Path(__file__).parents[2] / "assist" / "demo" / "churn_angry.mka"
_DIGITS = {d: (low, high) for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
           for d, high in zip(row, (1209, 1336, 1477, 1633), strict=True)}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """One kind of sound without speech."""

    name: str
    pcm: Sound

    @property
    def seconds(self) -> float:
        return len(self.pcm) / RATE


def levelled(pcm: NDArray[np.floating], db: float) -> Sound:
    """The sound scaled so that what is not silent in it has a level of `db`."""
    on = pcm[np.abs(pcm) > 1e-3 * np.abs(pcm).max()] if pcm.any() else pcm
    return (pcm * 10 ** (db / 20) / max(float(np.sqrt(np.mean(on**2))), 1e-9)).astype(np.float32)


def random_of(name: str) -> np.random.Generator:
    """Chance that depends on a name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def noise(seconds: float, db: float, colour: float = 0.0, band: tuple[float, float] = (20.0, 8000.0)) -> Sound:
    """Noise whose power falls with frequency to the power of `colour`: 0 white, 1 pink, 2 brown."""
    n = int(seconds * RATE)
    spectrum = np.fft.rfft(random_of(f"noise {seconds} {db} {colour} {band}").normal(0, 1, n))
    frequency = np.fft.rfftfreq(n, 1 / RATE)
    shape = np.where((frequency >= band[0]) & (frequency <= band[1]), np.maximum(frequency, 20.0) ** (-colour / 2), 0)
    return levelled(np.fft.irfft(spectrum * shape, n), db)


def hum(seconds: float, db: float) -> Sound:
    """Mains at 50 Hz with its odd harmonics."""
    time = np.arange(int(seconds * RATE)) / RATE
    return levelled(sum(np.sin(2 * np.pi * 50 * k * time) / k**1.5 for k in (1, 3, 5, 7)), db)


def cadence(seconds: float, frequencies: tuple[float, ...], on: float, off: float, db: float = -15.0) -> Sound:
    """A tone or a sum of tones, switched on and off with 5 ms edges."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = time % (on + off)
    gate = np.clip(np.minimum(phase, on - phase) / 0.005, 0, 1)
    return levelled(gate * sum(np.sin(2 * np.pi * f * time) for f in frequencies), db)


def dtmf(seconds: float, db: float = -15.0) -> Sound:
    """Digits dialled by hand, 80 to 200 ms each."""
    random, parts, n = random_of(f"dtmf {seconds}"), [], int(seconds * RATE)
    while sum(map(len, parts)) < n:
        time = np.arange(int(random.uniform(0.08, 0.2) * RATE)) / RATE
        low, high = _DIGITS[random.choice(list(_DIGITS))]
        parts += [np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)]
        parts += [np.zeros(int(random.choice([0.08, 0.3, 1.2]) * RATE))]
    return levelled(np.concatenate(parts)[:n], db)


def modem(seconds: float, db: float = -18.0) -> Sound:
    """A fax that answers: 2100 Hz for 3 s, then frequency-shift keying at 300 baud (ITU-T V.21) with pauses."""
    n = int(seconds * RATE)
    time = np.arange(n) / RATE
    bits = random_of("modem").integers(0, 2, int(seconds * 300) + 1)[(time * 300).astype(int)]
    keyed = np.where(time % 9 < 3, 2100, np.where(bits, 1650, 1850))
    return levelled(np.sin(2 * np.pi * np.cumsum(keyed) / RATE) * (time % 4.5 < 4), db)


def bursts(seconds: float, db: float, every: tuple[float, float], burst: str) -> Sound:
    """Short sounds of one kind at uneven times."""
    random, n = random_of(f"{burst} {seconds} {db}"), int(seconds * RATE)
    out, at = np.zeros(n + 2 * RATE), int(0.4 * RATE)
    while at < n:
        made = _BURSTS[burst](random) * random.uniform(0.6, 1.0)
        out[at : at + len(made)] += made
        at += int(random.uniform(*every) * RATE)
    return levelled(out[:n], db)


def _shaped(random: np.random.Generator, seconds: float, peaks: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Noise through resonances, each (centre, width) in Hz."""
    n = int(seconds * RATE)
    frequency = np.fft.rfftfreq(n, 1 / RATE)
    gain = sum(1 / (1 + ((frequency - centre) / width) ** 2) for centre, width in peaks)
    return np.asarray(np.fft.irfft(np.fft.rfft(random.normal(0, 1, n)) * gain, n))


def _breath(random: np.random.Generator) -> NDArray[np.float64]:
    """In, a short rest, and out: noise through a throat, louder in the middle."""
    parts = []
    for seconds, throat in ((random.uniform(0.6, 1.1), 1700.0), (random.uniform(0.9, 1.6), 900.0)):
        flow = _shaped(random, seconds, ((throat, 500), (throat * 2.1, 600), (5200, 1500)))
        parts += [flow * np.sin(np.linspace(0, np.pi, len(flow))) ** 1.5, np.zeros(int(0.25 * RATE))]
    return np.concatenate(parts)


def _click(random: np.random.Generator) -> NDArray[np.float64]:
    """A key or a pop of the lips: a few milliseconds with a body resonance, and a softer one when it is let go."""
    press = _shaped(random, 0.05, ((random.uniform(1500, 4500), 900), (300, 200)))
    press *= np.exp(-np.arange(len(press)) / RATE / 0.006)
    return np.concatenate([press, np.zeros(int(random.uniform(0.04, 0.09) * RATE)), 0.4 * press])


def _slam(random: np.random.Generator) -> NDArray[np.float64]:
    """A door: a low thump with a rattle, dying away in the room."""
    body = _shaped(random, 0.9, ((90, 60), (240, 120), (1200, 900)))
    return body * np.exp(-np.arange(len(body)) / RATE / 0.12)


def _cough(random: np.random.Generator) -> NDArray[np.float64]:
    """An explosive start and a breathy rest, once or twice."""
    parts = []
    for _ in range(random.integers(1, 4)):
        body = _shaped(random, random.uniform(0.25, 0.4), ((600, 300), (1500, 500), (3200, 900)))
        rise = np.minimum(np.arange(len(body)) / (0.01 * RATE), 1)
        parts += [body * rise * np.exp(-np.arange(len(body)) / RATE / 0.09), np.zeros(int(0.12 * RATE))]
    return np.concatenate(parts)


_BURSTS = {"breath": _breath, "click": _click, "slam": _slam, "cough": _cough}


@cache
def _voices() -> Sound:
    """Two people's speech in one track without the long pauses."""
    file = DecodedFile(SPEECH)
    mono = np.concatenate([p.pcm for p in file.pieces() if isinstance(p, Samples)]).sum(axis=1)
    whole = soxr.resample(mono, file.rate, RATE)
    blocks = whole[: len(whole) // 3200 * 3200].reshape(-1, 3200)
    return np.asarray(blocks[np.sqrt((blocks**2).mean(axis=1)) > 0.003].ravel(), np.float32)


def spoken(seconds: float, start: float = 0.0) -> Sound:
    """Real speech without end."""
    return np.take(_voices(), np.arange(int(seconds * RATE)) + int(start * RATE), mode="wrap")


def television(seconds: float, db: float, voices: int = 5, reverb: float = 0.5) -> Sound:
    """A set in another corner of the room: several voices over each other, dull, with the room in them."""
    mixed = sum(spoken(seconds, 17.3 * k) * 0.8**k for k in range(voices))
    n = len(mixed)
    time = np.arange(int(reverb * 1.2 * RATE)) / RATE
    room = random_of("room").normal(0, 1, len(time)) * np.exp(-6.9 * time / reverb)
    room[0] = 4.0
    size = 1 << (n + len(room)).bit_length()
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    dull = 1 / np.sqrt(1 + (frequency / 1800) ** 4)
    far = np.fft.irfft(np.fft.rfft(mixed, size) * np.fft.rfft(room, size) * dull, size)[:n]
    return (levelled(far, db) + noise(seconds, min(-65.0, db - 10), 1.0)).astype(np.float32)


def telephone(pcm: Sound, noise_db: float = -48.0) -> Sound:
    """What a line leaves: 8 kHz, 300 to 3400 Hz, noise, and the steps of A-law."""
    low = np.asarray(soxr.resample(pcm, RATE, LINE_RATE), np.float64)
    frequency = np.fft.rfftfreq(len(low), 1 / LINE_RATE)
    gain = 1 / np.sqrt((1 + (300 / np.maximum(frequency, 1)) ** 12) * (1 + (frequency / 3400) ** 12))
    low = np.fft.irfft(np.fft.rfft(low) * gain, len(low))
    low = np.clip(low + random_of(f"line {len(pcm)}").normal(0, 10 ** (noise_db / 20), len(low)), -1, 1)
    return np.asarray(soxr.resample(companded(low), LINE_RATE, RATE), np.float32)[: len(pcm)]


def _quiet(part: float) -> Iterator[Piece]:
    yield Piece("silence", silence(45 * part))
    for db in (-70, -50, -35):
        for colour, name in ((0.0, "white"), (1.0, "pink"), (2.0, "brown")):
            yield Piece(f"{name} noise {db} dB", noise(12 * part, db, colour))
    yield Piece("hum", hum(20 * part, -30))
    yield Piece("hum and hiss", hum(20 * part, -40) + noise(20 * part, -50))


def _tones(part: float) -> Iterator[Piece]:
    yield Piece("ring-back tone", cadence(45 * part, (450,), 1.0, 4.0))
    yield Piece("busy tone", cadence(20 * part, (450,), 0.35, 0.35))
    yield Piece("congestion tone", cadence(20 * part, (450,), 0.7, 0.7))
    yield Piece("dial tone", cadence(20 * part, (450,), 60.0, 1.0, -20))
    yield Piece("american ring-back tone", cadence(20 * part, (440, 480), 2.0, 4.0))
    yield Piece("DTMF", dtmf(40 * part))
    yield Piece("fax calling tone", cadence(20 * part, (1100,), 0.5, 3.0))
    yield Piece("fax answering", modem(20 * part))


def _people(part: float) -> Iterator[Piece]:
    room = noise(60 * part, -62, 1.0)
    for name, db, every, burst in (
        ("breathing", -38.0, (2.2, 4.0), "breath"),
        ("heavy breathing", -26.0, (2.0, 3.0), "breath"),
        ("keyboard", -30.0, (0.12, 0.5), "click"),
        ("mouth clicks", -28.0, (0.7, 3.0), "click"),
        ("door", -18.0, (3.0, 7.0), "slam"),
        ("coughing", -20.0, (2.5, 6.0), "cough"),
    ):
        pcm = bursts(40 * part, db, every, burst)
        yield Piece(name, pcm + room[: len(pcm)])
    for db in (-48.0, -53.0, -58.0):
        yield Piece(f"television {db:.0f} dB", television(40 * part, db))


def twenty_minutes(part: float = 1.0) -> list[Piece]:
    """About twenty minutes of everything a call carries that is not speech; `part` shortens each piece."""
    pieces = [*_quiet(part), *_tones(part), *_people(part)]
    pieces += [Piece(f"music: {tune.name}", music(tune, 36 * part)) for tune in TUNES]
    lined = ("ring-back", "busy", "DTMF", "music", "breath", "television -48", "keyboard", "cough")
    over = [Piece(f"{p.name}, telephone", telephone(p.pcm)) for p in pieces if any(word in p.name for word in lined)]
    short = over if part < 1 else [Piece(p.name, p.pcm[: int(16 * RATE)]) for p in over]
    return pieces + short


def two_minutes() -> list[Piece]:
    """A cut of every sound: long enough for each to begin and to go on."""
    return twenty_minutes(part=0.1)
