"""A newer partial replaces an older one, a final is never dropped, what waits runs together, a failing engine ends nothing."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from assist.core.errors import EngineError
from assist.core.events import Channel, Transcript, Word
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import Span
from assist.runtime.waiting import Result
from assist.runtime.worker import ModelWorker

pytestmark = pytest.mark.shell


@dataclass
class Scripted:
    """An engine that waits for its cue before each run, so that a test decides what piles up behind it."""

    name: str = "scripted"
    capabilities: EngineCapabilities = EngineCapabilities(True, False, False, ("zh",))
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    runs: list[list[tuple[str, int]]] = field(default_factory=list)
    raises: Exception | None = None
    words: tuple[Word, ...] | None = None

    @property
    def ran(self) -> list[tuple[str, int]]:
        return [job for run in self.runs for job in run]

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        self.began.release()
        assert self.go.acquire(timeout=10)
        self.runs.append([(job.utterance, job.revision) for job in jobs])
        if self.raises is not None:
            raise self.raises
        return [replace(job.answer("好的"), words=self.words) for job in jobs]


def _job(utterance: str, revision: int, *, end: int = 1600, **more: Any) -> TranscribeJob:
    return TranscribeJob(
        utterance=utterance,
        channel=Channel.AGENT,
        revision=revision,
        span=Span(0, end),
        pcm=np.zeros(end, np.float32),
        **{"final": False} | more,
    )


@pytest.fixture
def engine():
    return Scripted()


@pytest.fixture
def worker(engine):
    worker = ModelWorker(engine)
    yield worker
    engine.go.release(1000)
    worker.stop()


class Delivered:
    def __init__(self) -> None:
        self.results: list[tuple[str, int, Result | None]] = []
        self._count = threading.Semaphore(0)

    def __call__(self, job: TranscribeJob, result: Result | None) -> None:
        self.results.append((job.utterance, job.revision, result))
        self._count.release()

    def wait(self, count: int) -> None:
        for _ in range(count):
            assert self._count.acquire(timeout=10)


def test_newest_partial_wins_and_finals_go_first(engine, worker):
    delivered = Delivered()
    worker.submit([_job("a1", 1)], delivered)
    assert engine.began.acquire(timeout=10)  # the first one is being decoded; the rest piles up
    worker.submit([_job("a2", 1)], delivered)
    worker.submit([_job("a2", 2)], delivered)
    worker.submit([_job("c1", 1)], delivered)
    worker.submit([_job("a3", 5, final=True)], delivered)
    worker.submit([_job("c1", 2, final=True, end=3200)], delivered)
    assert worker.backlog == 3
    engine.go.release(10)
    delivered.wait(6)
    assert engine.ran == [("a1", 1), ("a3", 5), ("c1", 2), ("a2", 2)]
    assert {(u, r) for u, r, result in delivered.results if result is None} == {("a2", 1), ("c1", 1)}


def test_what_waits_runs_together_and_the_urgent_alone_before_the_rest():
    engine = Scripted(capabilities=EngineCapabilities(True, False, False, ("zh",), batch=3))
    worker, delivered = ModelWorker(engine), Delivered()
    worker.submit([_job("a1", 1)], delivered)
    assert engine.began.acquire(timeout=10)
    worker.submit([_job("a2", 1)], delivered)
    worker.submit([_job("c1", 1, pause=True)], delivered)
    worker.submit([_job("c2", 1)], delivered)
    worker.submit([_job("c1", 3, final=True, end=3200)], delivered)
    worker.submit([_job("a3", 2, pause=True)], delivered)
    engine.go.release(10)
    delivered.wait(6)
    assert engine.runs == [[("a1", 1)], [("c1", 3)], [("a3", 2)], [("a2", 1), ("c2", 1)]]
    worker.stop()


def test_finals_of_both_channels_share_a_run():
    engine = Scripted(capabilities=EngineCapabilities(True, False, False, ("zh",), batch=8))
    worker, delivered = ModelWorker(engine), Delivered()
    worker.submit([_job("a1", 1)], delivered)
    assert engine.began.acquire(timeout=10)
    worker.submit([_job("a1", 2, final=True)], delivered)
    worker.submit([_job("c1", 2, final=True)], delivered)
    engine.go.release(10)
    delivered.wait(3)
    assert engine.runs == [[("a1", 1)], [("a1", 2), ("c1", 2)]]
    worker.submit([_job("a2", 1, final=True), _job("c2", 1, final=True)], delivered)  # handed over in one go
    delivered.wait(2)
    assert engine.runs[2:] == [[("a2", 1), ("c2", 1)]]
    worker.stop()


def test_a_final_over_the_audio_of_the_latest_pause_is_not_decoded_again(engine, worker):
    delivered = Delivered()
    engine.words = (Word("好", Span(0, 800)), Word("的", Span(800, 1600)))
    engine.go.release(10)
    worker.submit([_job("a1", 3, pause=True)], delivered)
    delivered.wait(1)
    worker.submit([_job("a1", 4, final=True, words=True, prefix="好")], delivered)
    delivered.wait(1)
    final = delivered.results[-1][2].transcript
    assert (final.final, final.revision, final.text, final.words) == (True, 4, "好的", engine.words)
    assert engine.ran == [("a1", 3)]


@pytest.mark.parametrize(
    ("pause", "final", "call"),
    [
        ({}, {"end": 3200}, ""),
        ({}, {}, "another call"),
        ({"pause": False}, {}, ""),  # a plain partial is decoded with less care
        ({}, {"words": True}, ""),
        ({}, {"prefix": "您好"}, ""),
    ],
)
def test_a_final_that_asks_for_something_else_is_decoded(engine, worker, pause, final, call):
    delivered = Delivered()
    engine.go.release(10)
    worker.submit([_job("a1", 3, **{"pause": True} | pause)], delivered)
    delivered.wait(1)
    worker.submit([_job("a1", 4, final=True, **final)], delivered, call)
    delivered.wait(1)
    assert engine.ran == [("a1", 3), ("a1", 4)]


def test_a_pause_that_failed_is_tried_again_as_a_final(engine, worker):
    delivered = Delivered()
    engine.go.release(10)
    engine.raises = ValueError()
    worker.submit([_job("a1", 3, pause=True)], delivered)
    delivered.wait(1)
    engine.raises = None
    worker.submit([_job("a1", 4, final=True)], delivered)
    delivered.wait(1)
    assert [result.transcript.text for _, _, result in delivered.results] == ["", "好的"]


def test_an_engine_that_miscounts_gives_no_sentence_the_text_of_another(engine, worker):
    delivered = Delivered()
    engine.transcribe = lambda jobs: []
    worker.submit([_job("a1", 1, final=True)], delivered)
    delivered.wait(1)
    assert delivered.results[0][2].fault.code == "engine.count"


@pytest.mark.parametrize(
    ("error", "code"), [(EngineError("engine.odd", "x"), "engine.odd"), (ValueError("客户说的话"), "engine.failed")]
)
def test_a_failing_engine_gives_a_fault_and_an_empty_text(engine, worker, error, code):
    delivered = Delivered()
    engine.raises = error
    engine.go.release(10)
    worker.submit([_job("a1", 1, final=True)], delivered)
    delivered.wait(1)
    result = delivered.results[0][2]
    assert (result.transcript.text, result.transcript.final, result.transcript.suspect) == ("", True, True)
    assert (result.fault.code, result.fault.recoverable) == (code, True)
    assert "客户说的话" not in result.fault.message
    engine.raises = None
    worker.submit([_job("a2", 1, final=True)], delivered)
    delivered.wait(1)
    assert delivered.results[1][2].transcript.text == "好的"


def test_stopping_finishes_the_finals(engine):
    worker, delivered = ModelWorker(engine), Delivered()
    for n in range(5):
        worker.submit([_job(f"a{n}", 1, final=True)], delivered)
    engine.go.release(10)
    worker.stop()
    assert len(engine.ran) == 5


def test_stopping_gives_back_what_no_longer_matters(engine):
    worker, delivered = ModelWorker(engine), Delivered()
    worker.submit([_job("a1", 1, final=True)], delivered)
    assert engine.began.acquire(timeout=10)
    worker.submit([_job("a2", 1)], delivered)
    worker.submit([_job("a3", 1, pause=True)], delivered)
    engine.go.release(10)
    worker.stop()
    assert engine.ran[0] == ("a1", 1)
    assert {u for u, _, _ in delivered.results} == {"a1", "a2", "a3"}
    with pytest.raises(AssertionError, match="stopped"):
        worker.submit([_job("a4", 1)], delivered)
