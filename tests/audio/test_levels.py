"""Loudness is measured as it came; offset goes, quiet voices are lifted, everything else is left alone."""

import numpy as np
import pytest

from assist.core.spans import RATE, WINDOW
from audio.levels import SILENCE_DB, Gain, LowCut, SpeechLevel, level_db

pytestmark = pytest.mark.unit


def _windows(pcm):
    return [pcm[i : i + WINDOW] for i in range(0, len(pcm) - WINDOW + 1, WINDOW)]


def _sine(frequency, db, seconds=2.0):
    time = np.arange(int(seconds * RATE)) / RATE
    return (10 ** (db / 20) * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def test_levels_are_dbfs():
    assert level_db(np.ones(WINDOW, np.float32)) == pytest.approx(0)
    assert level_db(_sine(500, -20)) == pytest.approx(-23.01, abs=0.01)
    assert level_db(np.zeros(WINDOW, np.float32)) == level_db(np.zeros(0, np.float32)) == SILENCE_DB


def test_an_offset_goes_without_a_click_and_a_voice_stays():
    voice = _sine(200, -20)
    cut = LowCut()
    out = np.concatenate([cut(w) for w in _windows(voice + np.float32(0.3))])
    assert np.abs(out).max() < 0.12
    assert abs(float(out[WINDOW:].mean())) < 1e-3
    assert level_db(out) == pytest.approx(level_db(voice), abs=0.15)


def test_the_low_cut_is_the_plain_recursion():
    pcm = np.random.default_rng(1).normal(0, 0.1, 4 * WINDOW).astype(np.float32)
    cut = LowCut()
    out = np.concatenate([cut(w) for w in _windows(pcm)])
    decay, offset, expected = np.exp(-2 * np.pi * 20 / RATE), float(pcm[:WINDOW].mean(dtype=np.float64)), []
    for sample in pcm:
        offset = decay * offset + (1 - decay) * float(sample)
        expected.append(sample - offset)
    assert np.allclose(out, expected, atol=1e-6)


def test_the_speaker_is_known_after_a_while_and_quiet_words_hardly_lower_him():
    level = SpeechLevel()
    for _ in range(7):
        level.hear(-20)
    assert level.db is None
    level.hear(-20)
    assert level.db == pytest.approx(-20)
    for _ in range(30):  # a second, 30 dB quieter
        level.hear(-50)
    assert level.db > -23
    for _ in range(30):  # a second at the microphone
        level.hear(-15)
    assert level.db == pytest.approx(-15, abs=1)


@pytest.mark.parametrize("voice_db", [-28.0, -20.0, -3.0, None])
def test_what_is_loud_enough_is_not_touched(voice_db):
    gain = Gain()
    for window in _windows(_sine(300, -18)):
        assert gain(window, voice_db) is window


@pytest.mark.parametrize(("voice_db", "lifted"), [(-40.0, 12.0), (-50.0, 22.0), (-70.0, 24.0)])
def test_a_quiet_voice_is_lifted_slowly_and_not_without_bounds(voice_db, lifted):
    gain, quiet = Gain(), _sine(300, voice_db + 3)
    out, gains = [], []
    for window in _windows(quiet):
        out.append(gain(window, voice_db))
        gains.append(gain.db)
    assert np.diff([0.0, *gains]).max() < 0.41
    assert gains[-1] == pytest.approx(lifted)
    assert level_db(out[-1]) - voice_db == pytest.approx(lifted, abs=0.5)
    joints = np.abs(np.diff(np.concatenate(out)))[WINDOW - 1 :: WINDOW]
    assert joints.max() < 2 * np.abs(np.diff(out[-1])).max()  # no steps between windows


def test_a_lifted_gain_gives_way_at_once_to_somebody_loud():
    gain = Gain()
    for window in _windows(_sine(300, -60)):
        gain(window, -55.0)
    sudden = _sine(300, -2, 0.032)
    loud = gain(sudden, -55.0)
    assert np.abs(loud).max() <= 1.0
    assert np.allclose(loud / loud.max(), sudden / sudden.max(), atol=1e-3)  # lifted less, not cut off
