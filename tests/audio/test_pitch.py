"""How high a voice is: exact on tones, right on voices, and silent where no voice is."""

import math

import numpy as np
import pytest
import soxr

from assist.core.events import AudioFrame, Channel
from assist.core.spans import RATE, WINDOW
from audio.decoding import DecodedFile, Samples
from audio.ear import Ear
from audio.file import FileSource
from audio.pitch import HIGHEST_HZ, LOWEST_HZ, Pitch
from tests.audio.files import wav
from tests.audio.sounds import SPEECH, noise, spoken, telephone

pytestmark = pytest.mark.unit
TIME = np.arange(2 * RATE) / RATE
PITCHES = [70.0, 71.0, 85.0, 110.0, 163.0, 220.0, 301.0, 390.0, 450.0]


def heard(pcm, speech: float = 1.0) -> np.ndarray:
    pitch = Pitch()
    pcm = np.asarray(pcm, np.float32)
    return np.array([pitch.hear(pcm[i : i + WINDOW], speech) for i in range(0, len(pcm) - WINDOW + 1, WINDOW)])


def voiced(phase, harmonics=range(1, 30), highest: float = 4000.0) -> np.ndarray:
    """A buzz like that of vocal folds; `phase` is that of its fundamental, in radians."""
    rate = np.gradient(phase, 1 / RATE) / (2 * np.pi)
    return 0.1 * sum(np.sin(k * phase + k * k) / k * (k * rate < highest) for k in harmonics)


def off(found, true) -> float:
    """The most that pitches are off, in semitones."""
    return float(np.abs(12 * np.log2(np.asarray(found) / np.asarray(true))).max())


@pytest.mark.parametrize("hz", PITCHES)
def test_a_tone_has_its_pitch(hz):
    assert off(heard(0.3 * np.sin(2 * np.pi * hz * TIME))[1:], hz) < 0.05


@pytest.mark.parametrize("hz", PITCHES)
def test_a_buzz_has_the_pitch_of_its_fundamental(hz):
    assert off(heard(voiced(2 * np.pi * hz * TIME))[1:], hz) < 0.1


@pytest.mark.parametrize("hz", [90.0, 120.0, 180.0, 250.0])
def test_a_fundamental_that_the_line_cuts_off_is_heard_in_its_harmonics(hz):
    harmonics = range(math.ceil(300 / hz), 1 + int(3400 / hz))
    assert off(heard(voiced(2 * np.pi * hz * TIME, harmonics))[1:], hz) < 0.1


@pytest.mark.parametrize(("first", "last"), [(100.0, 200.0), (200.0, 100.0), (160.0, 400.0), (80.0, 110.0)])
def test_a_glide_is_followed(first, last):
    """As in a rising or a falling tone: what is told lies between the pitch at the end of a window and 48 ms before that."""
    hz = first * (last / first) ** (TIME / TIME[-1])
    found = heard(voiced(2 * np.pi * np.cumsum(hz) / RATE))[1:]
    ends = np.arange(2, 2 + len(found)) * WINDOW
    now, before = hz[ends - 1], hz[ends - 768]
    assert (found >= 0.99 * np.minimum(now, before)).all()
    assert (found <= 1.01 * np.maximum(now, before)).all()


@pytest.mark.parametrize("hz", [40.0, 60.0, 700.0, 2000.0])
def test_what_lies_outside_the_range_of_voices_is_never_told_as_such(hz):
    found = heard(0.3 * np.sin(2 * np.pi * hz * TIME))
    found = found[np.isfinite(found)]
    assert ((found >= LOWEST_HZ) & (found <= HIGHEST_HZ)).all()


def test_noise_and_silence_have_none():
    for pcm in (
        noise(2.0, -20.0),
        noise(2.0, -20.0, 1.0),
        np.zeros(RATE),
        np.full(RATE, 0.4),
        1e-6 * np.sin(900 * TIME),
    ):
        assert np.isnan(heard(pcm)).mean() > 0.97


@pytest.mark.parametrize("speech", [0.0, 0.49, math.nan])
def test_without_speech_it_is_not_asked_for(speech):
    assert np.isnan(heard(voiced(2 * np.pi * 150 * TIME), speech)).all()


@pytest.mark.parametrize("gain", [1e-3, 0.05, 9.0])
@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_neither_loudness_nor_an_offset_change_it(gain, offset):
    pcm = spoken(4.0)
    assert np.nanmax(np.abs(heard(pcm * gain + offset) - heard(pcm))) < 0.5
    assert np.mean(np.isnan(heard(pcm * gain + offset)) != np.isnan(heard(pcm))) < 0.02


def test_an_overdriven_voice_keeps_its_pitch():
    plain, driven = heard(spoken(8.0)), heard(np.clip(spoken(8.0) * 40, -1, 1))
    both = np.isfinite(plain) & np.isfinite(driven)
    assert both.sum() > 0.7 * np.isfinite(plain).sum()
    assert np.mean(np.abs(12 * np.log2(driven[both] / plain[both])) < 1) > 0.95


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 3e38])
def test_a_broken_number_costs_no_more_than_two_windows(broken):
    pcm = voiced(2 * np.pi * 150 * TIME).astype(np.float32)
    pcm[10 * WINDOW + 400] = broken
    found = heard(pcm)
    assert np.isnan(found[10:12]).all()
    assert off(np.delete(found, [0, 10, 11]), 150.0) < 0.1


def test_two_people_in_a_call_are_told_apart(tmp_path):
    """The bundled call: a woman at the desk, a man on the line. As recorded, over a telephone line, and 30 dB lower."""
    file = DecodedFile(SPEECH)
    stereo = np.concatenate([piece.pcm for piece in file.pieces() if isinstance(piece, Samples)])[: 40 * file.rate]
    sides = soxr.resample(stereo, file.rate, RATE)
    middle = {}
    for name, change in {"plain": lambda x: x, "line": telephone, "low": lambda x: x * 10**-1.5}.items():
        stereo = np.stack([change(np.ascontiguousarray(side)) for side in sides.T], axis=1)
        pitch: dict[Channel, list[float]] = {channel: [] for channel in Channel}
        for frame in FileSource(wav(tmp_path / f"{name}.wav", stereo, RATE, floats=True)).heard():
            if isinstance(frame, AudioFrame):
                pitch[frame.channel].append(frame.pitch_hz[0])
        middle[name] = {channel: float(np.nanmedian(found)) for channel, found in pitch.items()}
        assert 190 < middle[name][Channel.AGENT] < 290
        assert 85 < middle[name][Channel.CUSTOMER] < 165
    assert middle["low"][Channel.AGENT] == pytest.approx(middle["plain"][Channel.AGENT], rel=0.03)
    assert middle["low"][Channel.CUSTOMER] == pytest.approx(middle["plain"][Channel.CUSTOMER], rel=0.03)


def test_the_gain_of_the_ear_does_not_reach_it():
    """A quiet voice is lifted for the recogniser, more and more while it speaks; its pitch is that of the voice as it came."""
    pcm = (spoken(6.0) * 0.5).astype(np.float32)
    loud, quiet = Ear(), Ear()
    windows = [pcm[start : start + WINDOW] for start in range(0, len(pcm) - WINDOW + 1, WINDOW)]
    pitch = np.array([[loud.hear(w).pitch_hz, quiet.hear(w * np.float32(2**-6)).pitch_hz] for w in windows])
    both = pitch[np.isfinite(pitch).all(axis=1)]
    assert len(both) > 60
    assert np.abs(both[:, 0] - both[:, 1]).max() < 1e-3


def test_how_much_of_a_file_is_read_at_a_time_changes_nothing(tmp_path):
    path = wav(tmp_path / "a.wav", np.stack([spoken(2.0), spoken(2.0, 9.0)], axis=1), RATE)
    runs = [
        b"".join(h.pitch_hz.tobytes() + h.level_db.tobytes() for h in FileSource(path, block_ms=block_ms).heard())
        for block_ms in (1, 32, 5000)
    ]
    assert runs[0] == runs[1] == runs[2]
    assert np.isfinite(np.frombuffer(runs[0], np.float32)[::2]).sum() > 30
