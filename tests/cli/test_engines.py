"""A second recogniser through the whole product, and settings that cannot be refused in one sentence."""

from pathlib import Path

import pytest

from assist.core import wire
from assist.core.events import CallStarted, Transcribed
from models import devices
from tests.cli.running import assist
from tests.models import tiny_onnx

pytestmark = pytest.mark.shell
CALL = Path(__file__).parent.parent / "data" / "two_turns.flac"


@pytest.fixture
def replay(capsys, monkeypatch):
    return lambda *rest: assist(capsys, monkeypatch, "replay", CALL, "--headless", "--speed", "max", *rest)


def _refused(outcome, *words):
    assert outcome.code == 1, outcome
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    for word in words:
        assert word in outcome.err


@pytest.mark.parametrize("write", [tiny_onnx.write_sense_voice, tiny_onnx.write_streaming_transducer])
def test_a_call_is_heard_by_another_recogniser(replay, tmp_path, write):
    folder, log = write(tmp_path / "tiny"), tmp_path / "log.jsonl"
    outcome = replay("--engine", "sherpa-onnx", "--model", folder, "--word-times", "--events", log)
    assert outcome.code == 0, outcome
    events = [wire.loads(line).event for line in log.read_text(encoding="utf-8").splitlines()]
    assert [e.engine for e in events if isinstance(e, CallStarted)] == ["sherpa-onnx tiny"]
    texts = [e.transcript for e in events if isinstance(e, Transcribed) and e.transcript.final]
    assert {text.channel for text in texts} == {"agent", "customer"}
    assert any("销" in text.text for text in texts)
    for text in texts:
        assert "".join(word.text for word in text.words or ()) == text.text


def test_an_unknown_recogniser_lists_the_installed_ones(replay):
    _refused(replay("--engine", "kaldi"), "kaldi", "--engine", "faster-whisper, sherpa-onnx")


def test_what_the_machine_cannot_do_names_the_setting(replay, monkeypatch):
    monkeypatch.setattr(devices.ctranslate2, "get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(devices.ctranslate2, "get_supported_compute_types", lambda device: {"int8", "float32"})
    _refused(replay("--device", "cuda"), "CUDA", "--device cpu")
    _refused(replay("--compute-type", "float16"), "float16", "--compute-type auto, float32, int8")


def test_what_the_recogniser_cannot_do_names_the_setting(replay, tmp_path):
    folder = tiny_onnx.write_paraformer(tmp_path / "tiny")
    chosen = ("--engine", "sherpa-onnx", "--model", folder)
    _refused(replay(*chosen, "--word-times"), "--no-word-times")
    table = (folder / "tokens.txt").read_text(encoding="utf-8")
    (folder / "tokens.txt").write_text(table.replace("銷", "a").replace("戶", "b"), encoding="utf-8")
    _refused(replay(*chosen), "does not know Chinese", "--model")
    _refused(replay("--engine", "sherpa-onnx"), "--model FOLDER")


def test_a_folder_that_is_not_whole_names_the_file_and_the_mend(replay, tmp_path):
    folder = tiny_onnx.write_sense_voice(tmp_path / "tiny")
    _refused(replay("--model", folder), "--engine sherpa-onnx")
    (folder / "tokens.txt").unlink()
    _refused(replay("--engine", "sherpa-onnx", "--model", folder), "tokens.txt", "copy the whole folder")
    (folder / "model.bin").write_bytes(b"x")
    _refused(replay("--model", folder), "config.json", "copy the whole CTranslate2 folder")
    _refused(replay("--model", tmp_path / "none"), "is not there")


def test_a_wrong_choice_is_wrong_usage(replay):
    for option, value in (("--device", "tpu"), ("--compute-type", "int3")):
        outcome = replay(option, value)
        assert outcome.code == 2
        assert option in outcome.err


def test_doctor_tells_of_recognisers_and_graphics_cards(capsys, monkeypatch):
    outcome = assist(capsys, monkeypatch, "doctor")
    assert "faster-whisper, sherpa-onnx" in outcome.out
    assert "graphics card: " in outcome.out
    assert "--compute-type" in outcome.out


def test_models_list_tells_which_digests_are_known(capsys, monkeypatch):
    out = assist(capsys, monkeypatch, "models", "list").out
    assert "first use" in out
    assert "small" in out
    assert "known" in out
