"""Many recordings at once give, each, what a replay of it alone gives; one that is broken costs the others nothing."""

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assist.core import wire
from assist.core.errors import SourceError
from assist.core.events import CallEvent, Transcribed
from assist.core.listening import ListeningRules
from assist.core.ports import TranscribeJob
from assist.core.session import SessionRules
from assist.runtime.ahead import Ahead
from assist.runtime.batch import Batch, BatchCall, BatchRules, Outcome, Progress
from assist.runtime.log import read_log
from assist.runtime.worker import ModelWorker
from tests.core.builders import started, voice
from tests.runtime.scripted import Namer, Voices, finals, replayed, session

pytestmark = pytest.mark.shell
FINALS = SessionRules(ListeningRules(partials=None, speculate=False))


def _sides(seed: int, turns: int = 6) -> tuple[list[float], list[float]]:
    """Two people who speak for a while each, differently for every seed."""
    agent = [0.5 + seed / 10, *(1.0 + (seed * turn) % 4 / 2 for turn in range(2 * turns)), 1.0]
    customer = [1.7, *(0.8 + (seed + turn) % 5 / 2 for turn in range(2 * turns)), 1.0]
    sides = voice(*agent), voice(*customer)
    length = min(map(len, sides))
    return sides[0][:length], sides[1][:length]


def _call(seed: int, broken: int | None = None) -> Voices:
    return Voices(*_sides(seed), broken)


@dataclass
class Taped:
    """A recording without a file."""

    name: str
    log: Path
    source: Voices | SourceError
    scout_rules: SessionRules = FINALS
    opened: int = 0

    def open(self) -> BatchCall:
        self.opened += 1
        if isinstance(self.source, SourceError):
            raise self.source
        return BatchCall(self.name, started(), self.source, session(FINALS), session(self.scout_rules))


def _run(recordings, engine, *, again=False, told=lambda _: None, **rules) -> list[Outcome]:
    return asyncio.run(Batch(engine, BatchRules(**rules), again=again).run(recordings, told))


def _lines(events: list[CallEvent]) -> list[str]:
    """Events as the log has them, without the wall-clock latency."""
    found = []
    for seq, event in enumerate(events, 1):
        if isinstance(event, Transcribed):
            timeless = type(event.transcript.latency_ms)(0, 0)
            event = dataclasses.replace(event, transcript=dataclasses.replace(event.transcript, latency_ms=timeless))
        found.append(wire.dumps(wire.encode(event, "call", seq)))
    return found


def _logged(path: Path) -> list[CallEvent]:
    return [recorded.event for recorded in read_log(path)]


@pytest.mark.parametrize("ahead", [0.0, 5.0, 1000.0])
def test_each_log_is_the_one_that_a_replay_without_partials_gives(tmp_path, ahead):
    recordings = [Taped(f"call {n}", tmp_path / f"{n}.jsonl", _call(n)) for n in range(5)]
    outcomes = _run(recordings, Namer(batch=4), calls=3, ahead_seconds=ahead)
    assert [outcome.name for outcome in outcomes] == [recording.name for recording in recordings]
    for recording, outcome in zip(recordings, outcomes, strict=True):
        alone = replayed(recording.source, Namer(), rules=FINALS)
        assert _lines(_logged(recording.log)) == _lines(alone)
        assert (outcome.failure, outcome.silent, outcome.skipped) == (None, 0, False)
        assert outcome.seconds == pytest.approx(alone[-1].at / 16_000)
        assert len(finals(alone)) > 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n}.jsonl" for n in range(5)]


def test_every_sentence_is_decoded_once_and_together_with_others(tmp_path):
    read = threading.Event()

    class Announced(Voices):
        def heard(self) -> Iterator:
            yield from super().heard()
            read.set()

    recording = Taped("call", tmp_path / "a.jsonl", Announced(*_sides(1, turns=12)))
    engine = Namer(batch=4, cost=lambda job: read.wait(10))  # what is heard ahead piles up behind the first run
    _run([recording], engine)
    texts = finals(_logged(recording.log))
    assert len(engine.jobs) == len(texts) > 12
    assert all(job.final for job in engine.jobs)
    assert [len(run) for run in engine.runs[1:5]] == [4] * 4
    assert len(engine.runs) <= len(texts) / 4 + 3  # the first, and what the hang-up asks for, may run by themselves


def test_what_the_scout_did_not_foresee_is_decoded_when_it_is_asked_for(tmp_path):
    rules = FINALS.listening.endpointing
    hasty = ListeningRules(endpointing=dataclasses.replace(rules, hangover_seconds=0.3), partials=None, speculate=False)
    recording = Taped("call", tmp_path / "a.jsonl", Voices(*_pauses()), scout_rules=SessionRules(hasty))
    _run([recording], Namer(batch=4))
    assert _lines(_logged(recording.log)) == _lines(replayed(recording.source, Namer(), rules=FINALS))


def _pauses() -> tuple[list[float], list[float]]:
    """Speech with pauses that end an utterance for a hasty listener only."""
    agent = voice(0.5, 1.0, 0.45, 1.0, 1.2, 2.0, 0.45, 1.5, 1.0)
    return agent, [0.0] * len(agent)


def test_the_same_words_at_the_same_time_in_two_calls_are_decoded_in_both(tmp_path):
    recordings = [Taped(name, tmp_path / f"{name}.jsonl", _call(2)) for name in ("x", "y")]
    engine = Namer(batch=8)
    _run(recordings, engine)
    assert finals(_logged(recordings[0].log)) == finals(_logged(recordings[1].log))
    assert len(engine.jobs) == 2 * len(finals(_logged(recordings[0].log)))


def test_a_broken_recording_in_the_middle_is_told_and_the_others_are_done(tmp_path):
    unreadable = SourceError("source.format", "b.wav: not an audio file; export it again")
    recordings = [
        Taped("a", tmp_path / "a.jsonl", _call(1)),
        Taped("b", tmp_path / "b.jsonl", unreadable),
        Taped("c", tmp_path / "c.jsonl", _call(2, broken=300)),
        Taped("d", tmp_path / "d.jsonl", _call(3)),
    ]
    told: list[Progress] = []
    outcomes = _run(recordings, Namer(batch=2), calls=2, told=told.append)
    assert [outcome.failure for outcome in outcomes] == [
        None,
        unreadable.message,
        "the recording breaks off here; export it again",
        None,
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "c.jsonl.partial", "d.jsonl"]
    kinds = [wire.kind_of(type(event)) for event in _logged(tmp_path / "c.jsonl.partial")]
    assert kinds[-1] == "call_ended"  # what came before the break is there, and says why it ends
    assert "fault" in kinds
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1] == Progress(4, 4, pytest.approx(sum(outcome.seconds for outcome in outcomes)))


def test_a_bug_in_one_recording_stops_no_other(tmp_path):
    class Odd(Voices):
        def heard(self) -> Iterator:
            yield from super().heard()
            raise ZeroDivisionError("客户说的话")

    recordings = [
        Taped("odd", tmp_path / "odd.jsonl", Odd(*_pauses())),
        Taped("good", tmp_path / "good.jsonl", _call(1)),
    ]
    odd, good = _run(recordings, Namer(), calls=1)
    assert "odd: unexpected ZeroDivisionError" in odd.failure
    assert "客户说的话" not in odd.failure
    assert good.failure is None


def test_a_rerun_leaves_out_what_is_done_unless_told_otherwise(tmp_path):
    def recordings() -> list[Taped]:
        return [Taped(name, tmp_path / f"{name}.jsonl", _call(1)) for name in ("x", "y")]

    _run(recordings()[:1], Namer())
    (tmp_path / "y.jsonl.partial").write_text("broken off here", encoding="utf-8")
    x, y = recordings()
    outcomes = _run([x, y], Namer())
    assert [(outcome.skipped, outcome.failure) for outcome in outcomes] == [(True, None), (False, None)]
    assert (x.opened, y.opened) == (0, 1)
    assert finals(_logged(x.log)) == finals(_logged(y.log))
    x, y = recordings()
    assert [outcome.skipped for outcome in _run([x, y], Namer(), again=True)] == [False, False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.jsonl", "y.jsonl"]


def test_a_batch_that_is_broken_off_ends_at_once_and_goes_on_where_it_was(tmp_path):
    recordings = [Taped(name, tmp_path / f"{name}.jsonl", _call(n)) for n, name in enumerate("abc")]

    async def broken_off() -> None:
        batch = Batch(Namer(batch=2), BatchRules(calls=2, ahead_seconds=5.0))
        me = asyncio.current_task()
        assert me is not None
        await batch.run(recordings, lambda progress: me.cancel() if progress.done else None)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(broken_off())
    done = {path.name for path in tmp_path.glob("*.jsonl")}
    assert len(done) in (1, 2)
    outcomes = _run(recordings, Namer(batch=2))
    assert sum(outcome.skipped for outcome in outcomes) == len(done)
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl", "b.jsonl", "c.jsonl"}


def test_sentences_that_the_engine_failed_on_are_counted(tmp_path):
    def fails(job: TranscribeJob) -> None:
        if job.channel.value == "agent":
            raise ValueError("no")

    recording = Taped("call", tmp_path / "a.jsonl", _call(1))
    (outcome,) = _run([recording], Namer(batch=4, cost=fails))
    texts = finals(_logged(recording.log))
    assert outcome.silent == sum(text == "" for _, text in texts) > 0
    assert all(text for utterance, text in texts if utterance.startswith("c"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    recording = Taped("call", tmp_path / "file" / "a.jsonl", _call(1))
    (outcome,) = _run([recording], Namer())
    assert "cannot be written" in outcome.failure
    assert "--out" in outcome.failure


def test_no_more_is_held_than_was_allowed():
    read = 0

    class Counted(Voices):
        def heard(self) -> Iterator:
            nonlocal read
            for item in super().heard():
                read = max(read, item.end)
                yield item

    worker = ModelWorker(Namer(batch=4))
    ahead = Ahead(Counted(*_pauses()), session(FINALS), worker, "call", seconds=2.0)
    ahead.begin(started())
    for frame in ahead.heard():
        assert read - frame.start <= 2.1 * 16_000
    worker.stop()
