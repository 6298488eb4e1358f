"""A voice much quieter than the speaker's own is somebody else's."""

import pytest

from audio.gate import FarVoices
from audio.levels import SpeechLevel

pytestmark = pytest.mark.unit


def _speaker(db: float) -> SpeechLevel:
    level = SpeechLevel()
    for _ in range(20):
        level.hear(db)
    return level


@pytest.mark.parametrize("below", [-10.0, 0.0, 12.0, 19.9])
def test_the_speaker_s_own_loud_and_quiet_words_stay(below):
    assert FarVoices(_speaker(-20))(0.9, -20 - below) == 0.9


@pytest.mark.parametrize("below", [27.0, 35.0, 60.0])
def test_a_far_voice_is_no_speech(below):
    assert FarVoices(_speaker(-20))(0.99, -20 - below) == 0


def test_between_near_and_far_the_probability_falls_evenly():
    heard = [FarVoices(_speaker(-20))(0.8, -20 - below) for below in (20, 22, 24, 26)]
    assert heard == pytest.approx([0.8, 0.8 * 2 / 3, 0.8 / 3, 0.0], abs=0.01)


def test_before_anybody_has_spoken_a_quiet_person_is_heard():
    assert FarVoices(SpeechLevel())(0.9, -53) == 0.9
    assert FarVoices(SpeechLevel())(0.9, -61) == 0


def test_who_goes_on_quietly_is_heard_in_the_end():
    """The telephone was handed over to somebody 27 dB quieter: half a minute of speech, not for ever."""
    far = FarVoices(_speaker(-20))
    heard = [far(0.9, -47) for _ in range(int(30 / 0.032))]
    assert heard[0] == 0
    assert heard[-1] == pytest.approx(0.9)


def test_pauses_do_not_lower_the_bar():
    speaker = _speaker(-20)
    far = FarVoices(speaker)
    for _ in range(10_000):
        far(0.01, -70)
    assert speaker.db == pytest.approx(-20)
