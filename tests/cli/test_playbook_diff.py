"""`assist playbook diff`: cues added, removed, moved and reworded, on event logs and on annotated calls."""

import json
import shutil

import pytest

from tests.cli.playbooks import CUES, small_playbook, write
from tests.cli.running import assist

pytestmark = pytest.mark.golden
TURNS = [
    {"channel": "agent", "text": "您好，请讲。"},
    {"channel": "customer", "text": "这个账单我看不懂呀。"},
    {"channel": "agent", "text": "我看一下。", "gap": 1.0},
    {"channel": "customer", "text": "你们什么时候给我答复。", "gap": 1.0},
    {"channel": "agent", "text": "我先记下来。", "gap": 14.0},
]


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: assist(capsys, monkeypatch, *arguments)


@pytest.fixture
def before(tmp_path):
    return small_playbook(tmp_path / "before")


@pytest.fixture
def after(tmp_path, before):
    return shutil.copytree(before, tmp_path / "after")


@pytest.fixture
def calls(tmp_path, before, run):
    """The same call twice: as its annotation, and as the log of a replay."""
    folder = tmp_path / "calls"
    folder.mkdir()
    call = folder / "call.json"
    call.write_text(json.dumps({"scene": "churn_inbound", "turns": TURNS}), encoding="utf-8")
    log = folder / "logged.jsonl"
    done = run("replay", call, "--headless", "--speed", "max", "--playbook", before, "--events", log)
    assert done.code == 0
    return folder


def _compared(run, before, after, calls):
    outcome = run("playbook", "diff", before, after, "--calls", calls, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def _kinds(compared):
    return {
        name: [(c["kind"], (c["after"] or c["before"])["entry"]) for c in those]
        for name, those in compared["calls"].items()
    }


def test_a_playbook_differs_from_itself_in_nothing(run, before, after, calls):
    compared = _compared(run, before, after, calls)
    assert compared == {"calls": {"call.json": [], "logged.jsonl": []}, "entries": {}}


def test_another_trigger_moves_a_cue_and_names_the_sentence(run, before, after, calls):
    write(after, "cues/mine", CUES.replace("customer, heard: [账单…看不懂]", "agent, heard: [我看一下]"))
    outcome = run("playbook", "diff", before, after, "--calls", calls)
    lines = outcome.out.splitlines()
    head = lines.index("logged.jsonl: 1 moved")
    assert "bill.look 一起看账单 ← “我看一下。”" in lines[head + 1]
    assert " → " in lines[head + 1]
    assert "2 of 2 calls would differ: 2 moved" in outcome.out


def test_what_is_taken_away_is_removed_and_what_is_put_in_is_added(run, before, after, calls):
    write(after, "cues/mine", CUES.replace("id: bill.look\n  source: [S4, K1]", "id: bill.read\n  source: [S4, K1]"))
    compared = _compared(run, before, after, calls)
    assert sorted(_kinds(compared)["logged.jsonl"]) == [("added", "bill.read"), ("removed", "bill.look")]
    assert _kinds(compared)["call.json"] == _kinds(compared)["logged.jsonl"]
    assert compared["entries"] == {"bill.look": {"removed": 2}, "bill.read": {"added": 2}}
    added = next(change["after"] for change in compared["calls"]["call.json"] if change["kind"] == "added")
    assert added["sentence"] == "这个账单我看不懂呀。"


def test_more_patience_moves_a_cue_and_other_words_reword_it(run, before, after, calls):
    write(after, "cues/mine", CUES.replace("within_seconds: 8", "within_seconds: 11").replace("看一遍", "过一遍"))
    kinds = _kinds(_compared(run, before, after, calls))
    assert kinds["logged.jsonl"] == [("reworded", "bill.look"), ("moved", "promise.kept")]


def test_a_call_that_cannot_be_told_is_named_and_the_others_are_compared(run, before, after, calls):
    (calls / "broken.jsonl").write_text("{", encoding="utf-8")
    outcome = run("playbook", "diff", before, after, "--calls", calls)
    assert outcome.code == 1
    assert "broken.jsonl" in outcome.err
    assert "0 of 2 calls would differ: no difference" in outcome.out


def test_a_folder_without_calls_is_named(run, before, after, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    outcome = run("playbook", "diff", before, after, "--calls", empty)
    assert outcome.code == 1
    assert str(empty) in outcome.err
