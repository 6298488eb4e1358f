"""A playbook that is edited while the program runs: used from the next call on, or refused with a sentence."""

import json
import shutil
from pathlib import Path

import pytest

from assist import wiring
from assist.commands import replay
from assist.core.errors import PlaybookError
from assist.core.events import CallStarted, CueShown, Fault
from assist.runtime.log import read_log
from assist.shelf import Shelf
from tests.cli.playbooks import CUES, small_playbook, write
from tests.cli.running import assist
from tests.runtime.scripted import Namer

pytestmark = pytest.mark.shell
DATA = Path(__file__).parent.parent / "data"
EDITED = CUES.replace("一起看账单", "逐条看账单")
BROKEN = CUES.replace("opens: bill.look", "opens: bill.lok")


@pytest.fixture
def folder(tmp_path):
    return small_playbook(tmp_path / "mine")


def _title(playbook):
    return next(entry.title for entry in playbook.entries if entry.id == "bill.look")


def test_nothing_is_read_again_while_nothing_changes(folder):
    shelf = Shelf(str(folder))
    assert shelf.current() is shelf.current()
    assert shelf.take().news is None


def test_an_edit_counts_the_next_time_and_is_told_once(folder):
    shelf = Shelf(str(folder))
    write(folder, "cues/mine", EDITED)
    taken = shelf.take()
    assert _title(taken.playbook) == "逐条看账单"
    assert taken.news == "the playbook telecom 1.0 was read again"
    assert shelf.take().news is None


def test_a_new_file_and_a_file_that_goes_are_edits(folder):
    shelf = Shelf(str(folder))
    write(
        folder,
        "cues/more",
        CUES.replace("bill.look\n  source: [", "bill.more\n  source: [").replace("promise.kept", "promise.more"),
    )
    assert len(shelf.current().entries) == 4
    (folder / "cues" / "more.yaml").unlink()
    assert len(shelf.current().entries) == 2


def test_a_broken_edit_leaves_the_old_one_running_and_says_so_once(folder):
    shelf = Shelf(str(folder))
    first = shelf.current()
    write(folder, "cues/mine", BROKEN)
    taken = shelf.take()
    assert taken.playbook is first
    assert taken.refused
    assert "'bill.lok' is not a known card" in (taken.news or "")
    assert shelf.complaint is not None
    assert shelf.take().news is None
    write(folder, "cues/mine", EDITED)
    assert _title(shelf.current()) == "逐条看账单"
    assert shelf.complaint is None


def test_what_is_broken_from_the_start_is_refused(folder):
    write(folder, "cues/mine", BROKEN)
    with pytest.raises(PlaybookError, match="bill.lok"):
        Shelf(str(folder))


def test_a_batch_takes_each_call_with_the_playbook_as_it_then_is(folder, tmp_path, capsys, monkeypatch):
    calls = tmp_path / "calls"
    calls.mkdir()
    for name in ("a", "b", "c"):
        shutil.copy(DATA / "two_turns.flac", calls / f"{name}.flac")
    versions = iter((None, (folder / "playbook.yaml").read_text(encoding="utf-8").replace('"1.0"', '"1.1"'), "id: x\n"))
    engine = Namer(batch=4)
    monkeypatch.setattr(wiring, "load_engine", lambda settings, playbook: engine)
    take = Shelf.take

    def edited(shelf):
        text = next(versions)
        if text is not None:
            (folder / "playbook.yaml").write_text(text, encoding="utf-8")
        return take(shelf)

    monkeypatch.setattr(Shelf, "current", lambda shelf: take(shelf).playbook)
    monkeypatch.setattr(Shelf, "take", edited)
    out = tmp_path / "logs"
    done = assist(capsys, monkeypatch, "batch", calls, "--out", out, "--jobs", 1, "--playbook", folder)
    assert done.code == 0
    told = done.err.strip().splitlines()
    assert len(told) == 2
    assert told[0] == "assist: the playbook telecom 1.1 was read again"
    assert "the one before it still runs" in told[1]
    assert "playbook.yaml:1" in told[1]
    started = [next(iter(read_log(out / f"{name}.jsonl"))).event for name in ("a", "b", "c")]
    assert all(isinstance(event, CallStarted) for event in started)
    assert [event.playbook.version for event in started] == ["1.0", "1.1", "1.1"]


def test_a_repeated_call_shows_the_edit_and_then_that_a_broken_one_is_not_used(folder, tmp_path, capsys, monkeypatch):
    call = tmp_path / "call.json"
    turns = [{"channel": "customer", "text": "这个账单我看不懂呀。"}, {"channel": "agent", "text": "好的。"}]
    call.write_text(json.dumps({"scene": "churn_inbound", "turns": turns}), encoding="utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    log = tmp_path / "log.jsonl"
    edits = iter((EDITED, BROKEN))
    take = Shelf.take

    def edited(shelf):
        shutil.copy(log, logs / f"{len(list(logs.iterdir()))}.jsonl")
        text = next(edits, None)
        if text is None:
            raise KeyboardInterrupt
        write(folder, "cues/mine", text)
        return take(shelf)

    monkeypatch.setattr(replay, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(Shelf, "current", lambda shelf: take(shelf).playbook)
    monkeypatch.setattr(Shelf, "take", edited)
    options = ("--headless", "--again", "--speed", "max", "--playbook", folder, "--events", log)
    done = assist(capsys, monkeypatch, "replay", call, *options)
    assert done.code == 130
    told = [[recorded.event for recorded in read_log(logs / f"{time}.jsonl")] for time in range(3)]
    titles = [[event.cue.title for event in events if isinstance(event, CueShown)] for events in told]
    assert titles == [["一起看账单"], ["逐条看账单"], ["逐条看账单"]]
    faults = [[event for event in events if isinstance(event, Fault)] for events in told]
    assert faults[:2] == [[], []]
    (fault,) = faults[2]
    assert (fault.component, fault.code, fault.recoverable) == ("playbook", "playbook.refused", True)
    assert "'bill.lok' is not a known card" in fault.message
