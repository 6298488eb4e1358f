"""A newer partial replaces an older one, a final is never dropped, a failing engine ends nothing."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from assist.core.errors import EngineError
from assist.core.events import Channel, Transcript
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import Span
from assist.runtime.worker import ModelWorker, Result

pytestmark = pytest.mark.shell


@dataclass
class Scripted:
    """An engine that waits for its cue, so that a test decides what piles up behind it."""

    name: str = "scripted"
    capabilities: EngineCapabilities = EngineCapabilities(True, False, False, ("zh",))
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ran: list[tuple[str, int]] = field(default_factory=list)
    raises: Exception | None = None

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        (job,) = jobs
        self.began.release()
        assert self.go.acquire(timeout=10)
        self.ran.append((job.utterance, job.revision))
        if self.raises is not None:
            raise self.raises
        return [job.answer("好的")]


def _job(utterance: str, revision: int, *, final: bool = False, end: int = 1600) -> TranscribeJob:
    return TranscribeJob(
        utterance=utterance,
        channel=Channel.AGENT,
        revision=revision,
        span=Span(0, end),
        pcm=np.zeros(end, np.float32),
        final=final,
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
    worker.submit(_job("a1", 1), delivered)
    assert engine.began.acquire(timeout=10)  # the first one is being decoded; the rest piles up
    worker.submit(_job("a2", 1), delivered)
    worker.submit(_job("a2", 2), delivered)
    worker.submit(_job("c1", 1), delivered)
    worker.submit(_job("a3", 5, final=True), delivered)
    worker.submit(_job("c1", 2, final=True, end=3200), delivered)
    assert worker.backlog == 3
    engine.go.release(10)
    delivered.wait(6)
    assert engine.ran == [("a1", 1), ("a3", 5), ("c1", 2), ("a2", 2)]
    assert {(u, r) for u, r, result in delivered.results if result is None} == {("a2", 1), ("c1", 1)}


def test_a_final_over_audio_that_was_just_decoded_is_not_decoded_again(engine, worker):
    delivered = Delivered()
    engine.go.release(10)
    worker.submit(_job("a1", 3), delivered)
    delivered.wait(1)
    worker.submit(_job("a1", 4, final=True), delivered)
    delivered.wait(1)
    final = delivered.results[-1][2].transcript
    assert (final.final, final.revision, final.text) == (True, 4, "好的")
    assert engine.ran == [("a1", 3)]


@pytest.mark.parametrize(
    ("error", "code"), [(EngineError("engine.odd", "x"), "engine.odd"), (ValueError("客户说的话"), "engine.failed")]
)
def test_a_failing_engine_gives_a_fault_and_an_empty_text(engine, worker, error, code):
    delivered = Delivered()
    engine.raises = error
    engine.go.release(10)
    worker.submit(_job("a1", 1, final=True), delivered)
    delivered.wait(1)
    result = delivered.results[0][2]
    assert (result.transcript.text, result.transcript.final, result.transcript.suspect) == ("", True, True)
    assert (result.fault.code, result.fault.recoverable) == (code, True)
    assert "客户说的话" not in result.fault.message
    engine.raises = None
    worker.submit(_job("a2", 1, final=True), delivered)
    delivered.wait(1)
    assert delivered.results[1][2].transcript.text == "好的"


def test_stopping_finishes_the_finals(engine):
    worker, delivered = ModelWorker(engine), Delivered()
    for n in range(5):
        worker.submit(_job(f"a{n}", 1, final=True), delivered)
    engine.go.release(10)
    worker.stop()
    assert len(engine.ran) == 5
