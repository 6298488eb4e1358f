"""The telephone copy: what a line lets through, what it does not, and that times stay where they are."""

import numpy as np
import pytest

from assist.training.telephone import LINE_RATE, NOISE_DB, companded, over_telephone

pytestmark = pytest.mark.unit
RATE = 16_000


def tone(hertz: float, seconds: float = 1.0, level: float = 0.3) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)[:, None]


def level_at(pcm: np.ndarray, hertz: float) -> float:
    """Amplitude of a tone in a recording at the line's rate, its ends left out."""
    middle = pcm[len(pcm) // 4 : -len(pcm) // 4]
    at = np.arange(len(middle)) / LINE_RATE
    return float(2 * np.abs(np.mean(middle * np.exp(-2j * np.pi * hertz * at))))


@pytest.mark.parametrize("hertz", [500, 1000, 2000, 3200])
def test_what_a_voice_needs_passes(hertz):
    assert level_at(over_telephone(tone(hertz), RATE)[:, 0], hertz) == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize("hertz", [50, 120, 180, 3700])
def test_what_lies_outside_the_band_does_not(hertz):
    assert level_at(over_telephone(tone(hertz), RATE)[:, 0], hertz) < 0.03


def test_nothing_above_the_band_comes_back_as_an_alias():
    line = over_telephone(tone(6000), RATE)[:, 0]
    assert level_at(line, 2000) < 0.01


def test_noise_lies_under_the_voice_by_the_same_measure_whatever_its_level():
    for level in (0.05, 0.5):
        line = over_telephone(tone(1000, level=level), RATE)[:, 0]
        middle = line[LINE_RATE // 4 : -LINE_RATE // 4]
        voice = level_at(line, 1000) ** 2 / 2
        rest = float(np.mean(middle**2)) - voice
        assert 10 * np.log10(voice / rest) == pytest.approx(NOISE_DB, abs=2.5)


def test_length_channels_and_times_stay():
    pcm = np.zeros((2 * RATE, 2), np.float32)
    pcm[RATE : RATE + 1600, 1] = tone(1000, 0.1)[:, 0]
    line = over_telephone(pcm, RATE)
    assert line.shape == (2 * LINE_RATE, 2)
    assert line.dtype == np.float32
    loud = np.flatnonzero(np.abs(line[:, 1]) > 0.2)
    assert LINE_RATE - 8 <= loud[0] < LINE_RATE + 40
    assert LINE_RATE + 760 < loud[-1] <= LINE_RATE + 808


def test_the_same_seed_gives_the_same_copy_and_another_does_not():
    assert np.array_equal(over_telephone(tone(800), RATE, 1), over_telephone(tone(800), RATE, 1))
    assert not np.array_equal(over_telephone(tone(800), RATE, 1), over_telephone(tone(800), RATE, 2))


def test_companding_is_fine_where_it_is_quiet_and_coarse_where_it_is_loud():
    quiet, loud = np.linspace(-0.01, 0.01, 500), np.linspace(0.5, 1.0, 500)
    assert np.max(np.abs(companded(quiet) - quiet)) < 0.0005
    assert np.max(np.abs(companded(loud) / loud - 1)) < 0.03
    assert len(np.unique(companded(np.linspace(-1, 1, 50_000)))) == 255
    assert np.all(np.abs(companded(np.array([-1.0, 0.0, 1.0]))) <= 1.0)


def test_silence_stays_quiet_and_nothing_stays_nothing():
    assert np.max(np.abs(over_telephone(np.zeros((RATE, 1), np.float32), RATE))) < 0.01
    assert over_telephone(np.zeros((0, 2), np.float32), RATE).shape == (0, 2)
