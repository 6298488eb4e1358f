"""Keeps voices that are not the speaker's out of an utterance: a television in the room, the other side leaking through.

They are speech to the voice activity model, and rightly so. What tells them apart is that they are much quieter than the
person at the microphone, and go on while that person is silent.
"""

from audio.levels import SpeechLevel

_NEAR_DB = 20.0  # a voice this much below the speaker's own is still the speaker's
_FAR_DB = 26.0  # one this much below it is not
_FORGET_DB = 0.008  # for each window of a far voice, 0.25 dB a second: the telephone may have been handed over
_UNHEARD_DB = -34.0  # before the speaker has spoken, only what no microphone near a mouth gives is far: -60 dBFS


class FarVoices:
    """Lowers the probability of speech where it is much quieter than this channel's speaker."""

    def __init__(self, speaker: SpeechLevel) -> None:
        self._speaker = speaker

    def __call__(self, probability: float, db: float) -> float:
        """The probability that the speaker speaks, given that of any speech, and the level that it holds."""
        speaker = self._speaker.db
        below = (_UNHEARD_DB if speaker is None else speaker) - db
        nearness = min(max((_FAR_DB - below) / (_FAR_DB - _NEAR_DB), 0.0), 1.0)
        if probability >= 0.5 and nearness < 1.0:
            self._speaker.forget(_FORGET_DB)
        return probability * nearness
