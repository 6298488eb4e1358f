"""Finding calls with their voices, and making two people talk without a pause."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from assist.core.errors import SourceError
from assist.core.events import Channel
from assist.core.spans import RATE
from assist.training.calls import Turn
from assist.training.voiced import clips, voiced_calls, without_pauses, write_wave

pytestmark = pytest.mark.unit
TURNS = [{"channel": "agent", "text": "您好"}, {"channel": "customer", "text": "我要销户"}]


def put(
    folder: Path, name: str = "c1", *, timing: bool = True, recording: str | None = ".wav", line: bool = False
) -> Path:
    call = folder / f"{name}.json"
    call.write_text(json.dumps({"call_id": name, "scene": "churn_inbound", "turns": TURNS}), encoding="utf-8")
    if timing:
        times = {"turns": [{"start": 0.5, "end": 1.0}, {"start": 1.5, "end": 2.25}]}
        call.with_name(f"{name}.timing.json").write_text(json.dumps(times), encoding="utf-8")
    for ending in [recording] if recording else []:
        write_wave(call.with_name(name + ending), np.zeros((RATE, 2), np.float32), RATE)
    if line:
        write_wave(call.with_name(f"{name}.phone.wav"), np.zeros((8000, 2), np.float32), 8000)
    return call


def test_a_call_is_found_with_recording_times_and_line(tmp_path):
    (call,) = voiced_calls([put(tmp_path, line=True)])
    assert call.recording == tmp_path / "c1.wav"
    assert call.line == tmp_path / "c1.phone.wav"
    assert call.name == "c1"
    assert call.seconds == 2.25
    assert [turn.start for turn in call.call.turns] == [0.5, 1.5]


def test_a_folder_gives_all_its_voiced_calls_in_order(tmp_path):
    put(tmp_path, "b")
    put(tmp_path, "a")
    put(tmp_path, "text_only", timing=False, recording=None)
    calls = voiced_calls([tmp_path])
    assert [call.name for call in calls] == ["a", "b"]
    assert calls[0].seed != calls[1].seed
    assert calls[0].line is None


@pytest.mark.parametrize(
    ("missing", "code", "says"),
    [({"timing": False}, "call.timing", "c1.timing.json"), ({"recording": None}, "source.missing", "c1.flac")],
)
def test_what_is_missing_is_named(tmp_path, missing, code, says):
    with pytest.raises(SourceError) as error:
        voiced_calls([put(tmp_path, **missing)])
    assert error.value.code == code
    assert says in error.value.message


def test_a_folder_without_calls_says_what_one_is(tmp_path):
    with pytest.raises(SourceError) as error:
        voiced_calls([tmp_path])
    assert error.value.code == "call.folder"


def turn(channel: Channel, start: float, end: float) -> Turn:
    return Turn(0, channel, "好", start, end)


def test_talk_without_a_pause_is_all_speech_and_reads_no_more_than_it_needs():
    loud = np.ones(4 * RATE, np.float32)
    loud[: RATE // 2] = 0
    voices = {Channel.AGENT: loud, Channel.CUSTOMER: -loud}
    turns = [turn(Channel.AGENT, 1, 2), turn(Channel.CUSTOMER, 2, 2.5), turn(Channel.CUSTOMER, 3, 4)]

    def never():
        raise AssertionError("the first call has enough")

    talk = without_pauses([(turns, lambda: voices), (turns, never)], 1.0)
    assert talk.shape == (RATE, 2)
    assert np.all(talk == [1, -1])
    assert len(without_pauses([(turns, lambda: voices)], 7.3)) == round(7.3 * RATE)


def test_a_channel_that_never_speaks_is_named():
    voices = {channel: np.ones(RATE, np.float32) for channel in Channel}
    with pytest.raises(SourceError) as error:
        without_pauses([([turn(Channel.AGENT, 0, 1)], lambda: voices)], 5.0)
    assert "customer" in error.value.message


def test_clips_are_what_the_manifest_lists(tmp_path):
    (tmp_path / "manifest.jsonl").write_text('{"audio": "a.flac", "text": "您好", "seconds": 2}\n\n', encoding="utf-8")
    (clip,) = clips(tmp_path)
    assert (clip.recording, clip.text, clip.seconds) == (tmp_path / "a.flac", "您好", 2.0)


@pytest.mark.parametrize("content", [None, "", '{"audio": "a.flac"}', "[1]", "not JSON"])
def test_a_manifest_that_cannot_be_used_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as error:
        clips(tmp_path)
    assert "manifest.jsonl" in error.value.message


def test_a_wave_file_holds_the_samples_clipped(tmp_path):
    path = tmp_path / "x.wav"
    write_wave(path, np.array([[0.5, -2.0], [0.0, 1.0]], np.float32), 8000)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 2, 2)
        assert np.frombuffer(file.readframes(2), "<i2").tolist() == [16384, -32767, 0, 32767]
