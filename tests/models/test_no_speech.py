"""What is not speech gives no text: noise, tones, music, breath, a television behind the speaker."""

import json
from pathlib import Path

import numpy as np
import pytest

from assist.core.events import SpeechStarted, Transcribed
from assist.core.spans import RATE
from audio.decoding import DecodedFile, Samples
from tests.audio.files import wav
from tests.audio.sounds import Piece, levelled, spoken, television, two_minutes
from tests.runtime.test_replay import replayed

pytestmark = pytest.mark.model
DATA = Path(__file__).parent.parent / "data"


def texts_of(pieces: list[Piece], folder: Path) -> dict[str, str]:
    """What was written down of each piece; the pieces lie on both channels of one call, a second apart."""
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for piece in sorted(pieces, key=lambda p: -p.seconds):
        min(sides, key=lambda side: sum(p.seconds + 1 for p in side)).append(piece)
    tracks, starts = [], {}
    for channel, side in zip(("agent", "customer"), sides, strict=True):
        at = 0
        for piece in side:
            starts[channel, at] = piece.name
            at += len(piece.pcm) + RATE
        tracks.append(np.concatenate([np.concatenate([p.pcm, np.zeros(RATE, np.float32)]) for p in side]))
    stereo = np.zeros((max(map(len, tracks)), 2), np.float32)
    for index, track in enumerate(tracks):
        stereo[: len(track), index] = track
    found: dict[str, str] = {}
    for event in replayed(wav(folder / "sounds.wav", stereo, RATE)):
        if isinstance(event, Transcribed) and event.transcript.text:
            channel, begins = event.transcript.channel.value, event.transcript.span.start
            name = starts[max(key for key in starts if key[0] == channel and key[1] <= begins + RATE // 2)]
            found[name] = found.get(name, "") + event.transcript.text
    return found


def test_two_minutes_without_speech_give_no_characters(tmp_path):
    pieces = two_minutes()
    assert sum(piece.seconds for piece in pieces) > 110
    assert texts_of(pieces, tmp_path) == {}


@pytest.mark.parametrize("far", ["in the room", "through the wall of the headset"])
def test_a_television_behind_the_speaker_is_not_written_down(tmp_path, far):
    """The speaker says a sentence and is silent for 12 s; the set goes on, 30 dB below."""
    pcm = np.concatenate([p.pcm for p in DecodedFile(DATA / "two_turns.flac").pieces() if isinstance(p, Samples)])
    turn = json.loads((DATA / "two_turns.timing.json").read_text(encoding="utf-8"))["turns"][1]
    begin, end = int((turn["start"] - 0.5) * RATE), int((turn["end"] + 0.2) * RATE)
    own = np.concatenate([pcm[begin:end, 1], np.zeros(12 * RATE, np.float32)])
    loud = own[np.abs(own) > 0.01]
    db = 10 * np.log10(np.mean(loud**2)) - 30
    seconds = len(own) / RATE
    tv = television(seconds, db, voices=1, reverb=0.4) if far == "in the room" else levelled(spoken(seconds, 30.0), db)
    began = int(0.5 * RATE)  # the set is switched on while he speaks
    behind = own + np.where(np.arange(len(own)) > began + RATE, tv[: len(own)], 0)
    events = replayed(wav(tmp_path / "tv.wav", np.stack([np.zeros_like(own), behind], axis=1), RATE))
    assert [e.start / RATE for e in events if isinstance(e, SpeechStarted)] == [pytest.approx(0.5, abs=0.3)]
    finals = [e.transcript for e in events if isinstance(e, Transcribed) and e.transcript.final]
    assert len(finals) == 1
    assert finals[0].text
    assert finals[0].span.end / RATE == pytest.approx((end - begin) / RATE - 0.2, abs=0.7)
