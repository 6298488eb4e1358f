"""`assist batch`: a log for every recording, one sentence for every failure, and nothing done twice."""

import shutil
from pathlib import Path

import pytest

from assist import wiring
from assist.commands.batch import place_logs
from assist.core.errors import SettingsError
from assist.core.events import CallEnded, Transcribed
from assist.runtime.log import read_log
from tests.cli.running import assist
from tests.runtime.scripted import Namer

pytestmark = pytest.mark.shell
DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def engine(monkeypatch) -> Namer:
    """A recogniser without weights, in place of the one that the settings name."""
    scripted = Namer(batch=4)
    monkeypatch.setattr(wiring, "load_engine", lambda settings, playbook: scripted)
    return scripted


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: assist(capsys, monkeypatch, "batch", *arguments)


@pytest.fixture
def calls(tmp_path) -> Path:
    """A folder with two recordings, one of them deeper, and one file that is none."""
    folder = tmp_path / "calls"
    (folder / "monday").mkdir(parents=True)
    shutil.copy(DATA / "two_turns.flac", folder / "first.flac")
    shutil.copy(DATA / "two_turns.flac", folder / "monday" / "second.FLAC")
    (folder / "notes.txt").write_text("录音说明", encoding="utf-8")
    return folder


def _finals(log: Path) -> list[str]:
    events = [recorded.event for recorded in read_log(log)]
    assert isinstance(events[-1], CallEnded)
    return [event.transcript.text for event in events if isinstance(event, Transcribed)]


def test_a_folder_of_recordings_becomes_a_folder_of_logs(run, engine, calls, tmp_path):
    out = tmp_path / "logs"
    done = run(calls, "--out", out, "--scene", "churn_inbound")
    assert (done.code, done.err.strip()) == (0, "")
    assert "2 of 2 calls written" in done.out
    assert "× real time" in done.out
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == [
        "first.jsonl",
        "monday/second.jsonl",
    ]
    assert _finals(out / "first.jsonl") == _finals(out / "monday" / "second.jsonl") != []
    first = next(iter(read_log(out / "first.jsonl")))
    assert (first.call_id, first.event.scene, first.event.engine) == ("first", "churn_inbound", "namer")
    assert all(job.final for job in engine.jobs)


def test_a_broken_file_is_one_sentence_and_the_others_are_done(run, engine, calls, tmp_path):
    (calls / "broken.wav").write_text("不是录音" * 99, encoding="utf-8")
    out = tmp_path / "logs"
    done = run(calls, calls / "none.wav", "--out", out)
    assert done.code == 1
    first, second = done.err.strip().splitlines()
    assert first.startswith("assist: ")
    assert "broken.wav" in first
    assert "not an audio file" in first
    assert "none.wav" in second
    assert "2 of 4 calls written" in done.out
    assert "2 failed" in done.out
    assert sorted(path.name for path in out.rglob("*.*")) == ["first.jsonl", "second.jsonl"]


def test_a_second_run_does_what_is_left(run, engine, calls, tmp_path):
    out = tmp_path / "logs"
    run(calls / "first.flac", "--out", out)
    decoded = len(engine.jobs)
    assert decoded
    (out / "second.jsonl.partial").write_text("{", encoding="utf-8")
    again = run(calls / "first.flac", calls / "monday" / "second.FLAC", "--out", out)
    assert (again.code, len(engine.jobs)) == (0, 2 * decoded)
    assert "1 of 2 calls written" in again.out
    assert "1 were there already" in again.out
    assert sorted(path.name for path in out.iterdir()) == ["first.jsonl", "second.jsonl"]
    run(calls / "first.flac", "--out", out, "--again")
    assert len(engine.jobs) == 3 * decoded


def test_what_cannot_be_begun_says_so_before_anything_is_loaded(run, calls, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, words in [
        ((empty, "--out", tmp_path / "out"), "holds no recording"),
        ((calls, "--out", tmp_path / "out", "--scene", "none"), "no scene 'none'"),
        ((calls, "--out", tmp_path / "out", "--playbook", "none"), "none"),
    ]:
        refused = run(*arguments)
        assert refused.code == 1
        (sentence,) = refused.err.strip().splitlines()
        assert words in sentence
    assert not (tmp_path / "out").exists()


def test_logs_of_recordings_with_the_same_name_keep_apart(tmp_path):
    for name in ("a.wav", "a.mp3", "b.wav", "deep/a.wav"):
        path = tmp_path / "calls" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    out = tmp_path / "out"
    placed = {
        path.name if path.parent.name == "calls" else "deep": log for path, log in place_logs([tmp_path / "calls"], out)
    }
    assert placed == {
        "a.wav": out / "a.wav.jsonl",
        "a.mp3": out / "a.mp3.jsonl",
        "b.wav": out / "b.jsonl",
        "deep": out / "deep" / "a.jsonl",
    }
    assert place_logs([tmp_path / "calls" / "b.wav"] * 2, out) == [(tmp_path / "calls" / "b.wav", out / "b.jsonl")]
    with pytest.raises(SettingsError, match="both be written"):
        place_logs([tmp_path / "calls" / "a.wav", tmp_path / "calls" / "deep" / "a.wav"], out)
