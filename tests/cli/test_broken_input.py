"""Broken input gets one clear sentence on stderr and exit code 1; wrong usage gets 2; no traceback ever."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from assist import cli
from assist.core import wire
from models import weights
from tests.audio.files import encoded, tone, wav
from tests.cli.running import assist

pytestmark = pytest.mark.shell
DATA = Path(__file__).parent.parent / "data"
PROMPTS = Path(cli.__file__).parent.parent / "prompts"


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: assist(capsys, monkeypatch, *arguments)


def _one_sentence(outcome, *words):
    assert outcome.code == 1, outcome
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("assist: ")
    for word in words:
        assert word in lines[0]


def _file(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _half(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: len(content) * 2 // 3]


def _nan() -> np.ndarray:
    pcm = tone(1.0, 16_000)
    pcm[100, 0] = np.nan
    return pcm


BROKEN = {
    "no file": (lambda p: p / "none.wav", "no such file"),
    "empty file": (lambda p: _file(p / "a.wav", b""), "empty"),
    "text renamed": (lambda p: _file(p / "a.wav", "不是录音" * 99), "not an audio file"),
    "truncated": (lambda p: _file(p / "b.flac", _half(encoded(p / "a.flac", tone(4.0, 16_000), 16_000, "flac"))), "breaks off"),
    "zero samples": (lambda p: wav(p / "a.wav", tone(0.0, 16_000), 16_000), "no samples"),
    "nan": (lambda p: wav(p / "a.wav", _nan(), 16_000, floats=True), "NaN"),
    "mono": (lambda p: wav(p / "a.wav", tone(1.0, 16_000, 1), 16_000), "--channel"),
    "six channels": (lambda p: wav(p / "a.wav", tone(1.0, 16_000, 6), 16_000), "6 channels"),
    "empty log": (lambda p: _file(p / "a.jsonl", b""), "empty"),
    "broken log": (lambda p: _file(p / "a.jsonl", "{}\n"), "a.jsonl:1"),
    "empty call": (lambda p: _file(p / "a.json", b""), "not JSON"),
    "no turns": (lambda p: _file(p / "a.json", '{"turns": []}'), "list of turns"),
    "broken characters": (lambda p: _file(p / "a.json", '{"turns": [{"channel": "agent", "text": "\\ud800"}]}'), "broken"),
    "bad turn": (lambda p: _file(p / "a.json", '{"turns": [{"channel": "robot", "text": "x"}]}'), "turn 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_source_gets_one_sentence(run, tmp_path, case):
    build, words = BROKEN[case]
    path = build(tmp_path)
    _one_sentence(run("replay", path, "--headless", "--speed", "max", "--no-partials"), words, str(path))


@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_other_rates_are_accepted(run, tmp_path, rate):
    outcome = run("replay", wav(tmp_path / "a.wav", tone(1.0, rate), rate), "--headless", "--speed", "max")
    assert outcome.code == 0, outcome
    assert "通话结束" in outcome.out


def test_what_was_said_before_the_break_is_kept(run, tmp_path):
    whole = (DATA / "two_turns.flac").read_bytes()
    path, log = _file(tmp_path / "cut.flac", whole[: len(whole) * 2 // 3]), tmp_path / "log.jsonl"
    _one_sentence(run("replay", path, "--headless", "--speed", "max", "--events", log), "breaks off")
    events = [wire.loads(line).event for line in log.read_text(encoding="utf-8").splitlines()]
    kinds = [wire.kind_of(type(event)) for event in events]
    assert "speech_started" in kinds
    assert kinds[-1] == "call_ended"
    assert [e.code for e in events if wire.kind_of(type(e)) == "fault"] == ["source.truncated"]


def test_weights_with_a_wrong_digest_are_refused(run, tmp_path, monkeypatch):
    monkeypatch.setenv(weights.CACHE_VARIABLE, str(tmp_path))
    home = tmp_path / "base"
    home.mkdir()
    for file in weights.entry("base").files:
        (home / file.name).write_bytes(b"not the weights")
    _one_sentence(
        run("replay", DATA / "two_turns.flac", "--headless", "--speed", "max"), "digest", "assist models fetch base"
    )
    outcome = run("models", "verify", "base")
    assert outcome.code == 1
    assert "digest is" in outcome.out


def test_an_unknown_model_is_refused(run):
    _one_sentence(run("replay", DATA / "two_turns.flac", "--headless", "--model", "gigantic"), "gigantic", "base")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("scenes/churn_inbound.yaml", "id: churn_inbound", "id: churn_in", "'churn_in' is not a known scene"),
        ("playbook.yaml", "default_scene: churn_inbound", "default_scene: nowhere", "'nowhere'"),
        ("models/M3.yaml", "id: M3", "id: M2", "already the id"),
        ("playbook.yaml", "id: telecom", "id: [telecom]", "id"),
        ("playbook.yaml", "id: telecom", "id: &a telecom", "anchors"),
        ("playbook.yaml", "id: telecom", "id: telecom\nid: again", "twice"),
    ],
)
def test_a_wrong_playbook_is_refused_with_file_and_line(run, tmp_path, file, old, new, words):
    folder = tmp_path / "telecom"
    shutil.copytree(PROMPTS / "telecom", folder)
    target = folder / file
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    outcome = run("playbook", "check", folder)
    _one_sentence(outcome, words)
    assert f"{Path(file).name}:" in outcome.err
    assert outcome.err.split(f"{Path(file).name}:")[1].split(":")[0].isdigit()


def test_an_unknown_playbook_names_the_known_ones(run):
    _one_sentence(run("playbook", "check", "nothing"), "nothing", "telecom")


def test_an_unknown_scene_names_the_known_ones(run):
    _one_sentence(run("replay", DATA / "two_turns.flac", "--scene", "party", "--headless"), "party", "churn_inbound")


def test_a_log_that_cannot_be_written_is_said_before_anything_is_lost(run, tmp_path):
    target = tmp_path / "none" / "log.jsonl"
    _one_sentence(
        run("replay", DATA / "two_turns.json", "--headless", "--speed", "max", "--events", target), str(target)
    )


def test_a_recording_is_never_written_over(run, tmp_path):
    path = tmp_path / "two_turns.flac"
    shutil.copy(DATA / "two_turns.flac", path)
    before = path.read_bytes()
    _one_sentence(run("replay", path, "--headless", "--speed", "max", "--events", path), "is what is being replayed")
    other = _file(tmp_path / "notes.txt", "meine Notizen")
    _one_sentence(
        run("replay", DATA / "two_turns.json", "--headless", "--speed", "max", "--events", other), "not an event log"
    )
    assert (path.read_bytes(), other.read_text()) == (before, "meine Notizen")
    log = tmp_path / "log.jsonl"
    for _ in range(2):
        assert run("replay", DATA / "two_turns.json", "--headless", "--speed", "max", "--events", log).code == 0


def test_a_date_that_is_none_is_refused(run):
    arguments = ("replay", DATA / "two_turns.json", "--headless", "--started-at", "next Tuesday")
    _one_sentence(run(*arguments), "next Tuesday", "2026-01-31T09:30:00")


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "\\ud800"}', '{"txt": "x"}', '{"text": 5}'])
def test_classify_names_the_line(run, tmp_path, line):
    path = _file(tmp_path / "a.jsonl", '{"text": "您好"}\n' + line + "\n")
    outcome = run("classify", path)
    _one_sentence(outcome, "line 2")
    assert len(outcome.out.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay",),
        ("nonsense",),
        ("replay", "x.wav", "--speed", "fast"),
        ("replay", "x.wav", "--speed", "0"),
        ("replay", "x.wav", "--channel", "both"),
        ("replay", "x.wav", "--block-ms", "0"),
        ("demo", "--port", "99999"),
        ("classify", "does-not-exist.jsonl"),
    ],
)
def test_wrong_usage_is_exit_code_2(run, arguments):
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert "Usage" in outcome.err or "Error" in outcome.err


def test_a_bug_shows_no_traceback(run, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("秘密")

    monkeypatch.delenv("ASSIST_TRACEBACK", raising=False)
    monkeypatch.setattr(cli, "classify_lines", broken)
    outcome = run("classify", DATA / "two_turns.json")
    _one_sentence(outcome, "ZeroDivisionError")
    assert "秘密" not in outcome.err


def test_a_taken_port_names_the_flag(run):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _one_sentence(run("replay", DATA / "two_turns.json", "--no-browser", "--port", port), str(port), "--port")


def test_help_teaches(run):
    for arguments in (
        (),
        ("demo",),
        ("replay",),
        ("classify",),
        ("models",),
        ("models", "fetch"),
        ("playbook",),
        ("doctor",),
    ):
        outcome = run(*arguments, "--help")
        assert outcome.code == 0
        assert len(outcome.out) > 150


def test_classify_says_what_each_classifier_says(run, tmp_path):
    path = _file(
        tmp_path / "a.jsonl", '{"text": "这是公司规定，我也没办法"}\n\n{"text": "你们这个月租太贵了，能不能便宜点"}\n'
    )
    lines = [json.loads(line) for line in run("classify", path).out.splitlines()]
    assert [set(line) for line in lines] == [{"forbidden", "objection", "intent", "emotion", "commitment"}] * 2
    assert {hit["category"] for hit in lines[0]["forbidden"]}
    assert set(lines[0]["forbidden"][0]) == {"category", "matched", "severity", "say_instead"}
    assert lines[1]["objection"]["topic"] == "price"
    assert lines[1]["forbidden"] == []


def test_standard_output_carries_the_log_and_nothing_else(run):
    outcome = run("replay", DATA / "two_turns.json", "--headless", "--speed", "max", "--events", "-")
    assert outcome.code == 0
    events = [wire.loads(line) for line in outcome.out.splitlines()]
    assert [recorded.seq for recorded in events] == list(range(1, len(events) + 1))
    assert sys.stdout is not None
