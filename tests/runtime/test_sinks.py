"""A slow or failing sink delays nobody; the log is complete and readable."""

import io
import threading

import pytest

from assist.core.errors import LogCorrupt, SourceError
from assist.core.events import CueRetired
from assist.runtime.log import JsonLines, read_log
from assist.runtime.publisher import Publisher
from assist.runtime.sinks import SinkRunner

pytestmark = pytest.mark.shell


def _event(n: int) -> CueRetired:
    return CueRetired(at=n * 16, cue_id=f"x#{n}", reason="expired")


class Slow:
    name = "slow"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.got: list[int] = []

    def publish(self, seq, event):
        assert self.go.wait(10)
        self.got.append(seq)

    def close(self):
        pass


class Full(Slow):
    name = "full"

    def publish(self, seq, event):
        self.got.append(seq)
        raise OSError(28, "No space left on device")


def test_a_slow_sink_is_cut_off_and_the_others_get_everything(tmp_path):
    faults: list[tuple[str, str]] = []
    slow = Slow()
    out = (tmp_path / "log.jsonl").open("w", encoding="utf-8")
    runners = [
        SinkRunner(slow, lambda *f: faults.append(f), length=8),
        SinkRunner(JsonLines("c", out), lambda *f: None),
    ]
    seen: list[int] = []
    publish = Publisher(runners, [lambda seq, _: seen.append(seq)])
    publish(_event(n) for n in range(50))
    slow.go.set()
    publish.close()
    out.close()
    assert seen == list(range(1, 51))
    assert [code for code, _ in faults] == ["sink.slow"]
    assert [r.seq for r in read_log(tmp_path / "log.jsonl")] == seen
    assert len(slow.got) < 20


def test_a_patient_runner_waits_for_a_slow_sink_and_loses_nothing():
    faults: list[tuple[str, str]] = []
    slow = Slow()
    runner = SinkRunner(slow, lambda *f: faults.append(f), length=2, patience=20.0)
    threading.Timer(0.2, slow.go.set).start()
    for n in range(20):
        runner.publish(n + 1, _event(n))
    runner.close()
    assert (slow.got, faults) == (list(range(1, 21)), [])


def test_a_full_disk_is_one_fault(tmp_path):
    faults: list[tuple[str, str]] = []
    full = Full()
    runner = SinkRunner(full, lambda *f: faults.append(f))
    for n in range(5):
        runner.publish(n + 1, _event(n))
    runner.close()
    assert [code for code, _ in faults] == ["sink.failed"]
    assert full.got == [1]


def test_what_was_written_is_read_back(tmp_path):
    out = io.StringIO()
    log = JsonLines("c", out)
    for n in range(3):
        log.publish(n + 1, _event(n))
    path = tmp_path / "a.jsonl"
    path.write_text(out.getvalue(), encoding="utf-8")
    assert [(r.call_id, r.seq, r.event) for r in read_log(path)] == [("c", n + 1, _event(n)) for n in range(3)]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda lines: [lines[0], lines[2]], "seq 3 where 2"),
        (lambda lines: [lines[0], lines[1][:20]], "not a line of JSON"),
        (lambda lines: [lines[0], lines[1].replace('"v":1', '"v":9')], "version 9"),
        (lambda lines: [lines[0], lines[1].replace("cue_retired", "cue_eaten")], "cue_eaten"),
        (lambda lines: [lines[0], "NaN"], "not"),
        (lambda lines: [lines[0], "[" * 100_000], "not"),
    ],
)
def test_a_broken_log_names_the_line(tmp_path, spoil, words):
    out = io.StringIO()
    log = JsonLines("c", out)
    for n in range(3):
        log.publish(n + 1, _event(n))
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(spoil(out.getvalue().splitlines())) + "\n", encoding="utf-8")
    with pytest.raises(LogCorrupt, match=words) as refused:
        list(read_log(path))
    assert f"{path}:2:" in refused.value.message


def test_bytes_that_are_no_text_are_named_too(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LogCorrupt, match="UTF-8"):
        list(read_log(path))
    with pytest.raises(SourceError, match="cannot be read"):
        list(read_log(tmp_path))
