"""What a recogniser gets of a channel, whatever came in: offset, broken numbers, clipping, one sample, next to nothing."""

import numpy as np
import pytest

from assist.core.events import AudioFrame, Channel, Fault
from assist.core.spans import RATE, WINDOW
from audio.ear import Ear
from audio.file import FileSource
from tests.audio.files import wav
from tests.audio.sounds import spoken, telephone

pytestmark = pytest.mark.unit


def _heard(pcm):
    ear = Ear()
    return [ear.hear(pcm[i : i + WINDOW].astype(np.float32)) for i in range(0, len(pcm) - WINDOW + 1, WINDOW)]


def _speech(heard) -> np.ndarray:
    return np.array([h.speech for h in heard])


@pytest.fixture(scope="module")
def voice():
    return spoken(8.0) * 0.5


@pytest.fixture(scope="module")
def plain(voice):
    return _heard(voice)


def test_a_voice_of_ordinary_level_passes_as_it_is(voice, plain):
    pcm = np.concatenate([h.pcm for h in plain])
    same = voice[: len(pcm)]
    assert float(np.corrcoef(pcm, same)[0, 1]) > 0.99
    assert np.mean(_speech(plain) > 0.5) > 0.6


@pytest.mark.parametrize("offset", [-0.3, 0.05, 0.3])
def test_an_offset_changes_neither_loudness_nor_speech(voice, plain, offset):
    heard = _heard(voice + offset)
    assert np.mean((_speech(heard) > 0.5) != (_speech(plain) > 0.5)) < 0.05
    spoken_db = [[h.level_db for h in run if h.level_db > -40] for run in (heard, plain)]
    assert np.median(spoken_db[0]) == pytest.approx(np.median(spoken_db[1]), abs=0.5)


def test_a_quiet_call_is_lifted_and_its_loudness_is_still_known(voice, plain):
    quiet = _heard(voice * 10**-1.5)
    assert quiet[-1].level_db == pytest.approx(plain[-1].level_db - 30, abs=0.1)
    loudness = [np.sqrt(np.mean(np.concatenate([h.pcm for h in run[-60:]]) ** 2)) for run in (quiet, plain)]
    assert 20 * np.log10(loudness[1] / loudness[0]) < 20
    assert np.mean((_speech(quiet) > 0.5) != (_speech(plain) > 0.5)) < 0.1


def test_a_telephone_line_costs_little_speech(voice, plain):
    line = _heard(telephone(voice))
    certain = _speech(plain) > 0.8
    assert np.mean(_speech(line)[certain] > 0.35) > 0.85


def test_broken_numbers_become_silence_and_are_counted(voice):
    broken = voice.copy()
    broken[WINDOW * 3 : WINDOW * 3 + 100] = np.nan
    broken[WINDOW * 5] = np.inf
    heard = _heard(broken)
    assert [i for i, h in enumerate(heard) if h.lost] == [3, 5]
    assert heard[3].lost == 100
    assert all(np.isfinite(h.pcm).all() and np.isfinite(h.speech) for h in heard)
    assert np.mean(_speech(heard) > 0.5) > 0.6


@pytest.mark.parametrize("pcm", [np.zeros(WINDOW), np.full(WINDOW, 1.0), np.full(WINDOW, -5e30), np.eye(1, WINDOW)[0]])
def test_windows_without_any_sense_are_heard_without_speech(pcm):
    window = Ear().hear(pcm.astype(np.float32))
    assert window.speech < 0.5
    assert np.abs(window.pcm).max() <= 1.0


def test_a_file_says_how_loud_it_was_and_that_it_is_overdriven_once(tmp_path, voice):
    stereo = np.stack([np.clip(voice * 40, -1, 1), voice * 0.1], axis=1)
    heard = list(FileSource(wav(tmp_path / "a.wav", stereo, RATE)).heard())
    faults = [h for h in heard if isinstance(h, Fault)]
    assert [f.code for f in faults] == ["audio.clipped"]
    assert faults[0].recoverable
    frames = [h for h in heard if isinstance(h, AudioFrame) and h.channel is Channel.CUSTOMER]
    measured = np.concatenate([f.level_db for f in frames])
    direct = stereo[: len(measured) * WINDOW, 1].reshape(-1, WINDOW)
    power = np.mean(direct**2, axis=1)
    assert np.median(np.abs(measured[: len(power)][power > 1e-6] - 10 * np.log10(power[power > 1e-6]))) < 0.3


@pytest.mark.parametrize("samples", [1, 2, 511, 513])
def test_a_recording_of_next_to_nothing_is_heard(tmp_path, samples):
    pcm = np.full((samples, 2), 0.1, np.float32)
    frames = [h for h in FileSource(wav(tmp_path / "a.wav", pcm, RATE)).heard() if isinstance(h, AudioFrame)]
    assert len(frames) == 2 * -(-samples // WINDOW)
