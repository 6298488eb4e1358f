"""One thread per loaded model: decodes what waits, as many jobs at once as the engine likes, for one call or for many."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from assist.core.errors import AssistError, EngineError
from assist.core.events import Channel, Fault, Latency, Transcript
from assist.core.ports import AsrEngine, TranscribeJob
from assist.runtime.waiting import Deliver, Result, Waiting, WaitingJobs

log = logging.getLogger(__name__)

_REMEMBERED = 256  # texts of pauses, one for each channel of each call


class Transcriber(Protocol):
    """Where a driver takes its jobs."""

    def submit(self, jobs: Sequence[TranscribeJob], deliver: Deliver) -> None:
        """Takes jobs that may run together; never blocks. `deliver` is called once for each, on any thread."""
        ...


class ModelWorker:
    """Owns an engine. `deliver` is called on the worker's thread, once for each job submitted.

    A newer unfinished job of an utterance replaces an older one that still waits; a final is never dropped. Calls that share
    the worker are told apart by the name given as `call`.
    """

    def __init__(self, engine: AsrEngine) -> None:
        self._engine = engine
        self._most = max(1, engine.capabilities.batch)
        self._waiting = WaitingJobs()
        self._pauses: dict[tuple[str, Channel], Transcript] = {}  # text of the latest pause: a final need not run again
        self._wake = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"asr-{engine.name}", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Jobs that wait."""
        with self._wake:
            return len(self._waiting)

    def submit(self, jobs: Sequence[TranscribeJob], deliver: Deliver, call: str = "") -> None:
        """Takes jobs that may run together; never blocks."""
        now = time.monotonic()
        with self._wake:
            if self._stopped:
                raise AssertionError("a job came after the worker was stopped")
            replaced = [self._waiting.put(Waiting(job, call, now, deliver)) for job in jobs]
            self._wake.notify()
        for waiting in replaced:
            if waiting is not None:
                _give(waiting, None)

    def stop(self, *, finish: bool = True) -> None:
        """Ends the thread after the job in hand and, unless `finish` is False, every final that waits."""
        with self._wake:
            self._stopped = True
            left = [] if finish else self._waiting.clear()
            self._wake.notify()
        for waiting in left:
            _give(waiting, None)
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while batch := self._next():
            self._answer(batch)

    def _next(self) -> list[Waiting]:
        with self._wake:
            while not (self._stopped or len(self._waiting)):
                self._wake.wait()
            batch = self._waiting.take(self._most)
            if not self._stopped or not batch or batch[0].job.final:
                return batch
            left = [*batch, *self._waiting.clear()]
        for waiting in left:
            _give(waiting, None)
        return []

    def _answer(self, batch: Sequence[Waiting]) -> None:
        began = time.monotonic()
        known = {id(waiting): self._known(waiting) for waiting in batch}
        jobs = [waiting.job for waiting in batch if known[id(waiting)] is None]
        fresh = iter(self._transcribe(jobs) if jobs else ())
        took = time.monotonic() - began
        for waiting in batch:
            result = known[id(waiting)] or next(fresh)
            latency = Latency(round((began - waiting.since) * 1000), round(took * 1000))
            text = replace(result.transcript, latency_ms=latency)
            if waiting.job.pause and result.fault is None:
                self._remember(waiting, text)
            _give(waiting, Result(text, result.fault))

    def _known(self, waiting: Waiting) -> Result | None:
        """The text of the latest pause, when it covers what a final asks for."""
        job = waiting.job
        text = self._pauses.get((waiting.call, job.channel)) if job.final else None
        if text is None or (text.utterance, text.span) != (job.utterance, job.span):
            return None
        if not text.text.startswith(job.prefix) or (job.words and text.words is None):
            return None
        return Result(replace(text, revision=job.revision, final=True))

    def _remember(self, waiting: Waiting, text: Transcript) -> None:
        key = waiting.call, waiting.job.channel
        self._pauses.pop(key, None)
        self._pauses[key] = text
        if len(self._pauses) > _REMEMBERED:
            del self._pauses[next(iter(self._pauses))]

    def _transcribe(self, jobs: Sequence[TranscribeJob]) -> Iterable[Result]:
        try:
            texts = self._engine.transcribe(jobs)
            if len(texts) != len(jobs):
                raise EngineError("engine.count", f"{self._engine.name} gave {len(texts)} texts for {len(jobs)} jobs")
        except Exception as error:  # the worker's boundary: a failing engine must not end the call
            log.error("transcription of %d jobs failed: %s", len(jobs), type(error).__name__)
            log.debug("traceback", exc_info=True)  # an engine's message may quote the customer
            if len(jobs) == 1:
                return [_failed(jobs[0], error)]
            return [result for job in jobs for result in self._transcribe([job])]  # one bad job spoils no other
        return [Result(text) for text in texts]


def _failed(job: TranscribeJob, error: Exception) -> Result:
    fault = Fault(
        at=job.span.end,
        component="asr",
        code=error.code if isinstance(error, AssistError) else "engine.failed",
        message=f"识别失败（{type(error).__name__}），这一句没有文字",
        recoverable=True,
    )
    return Result(job.answer("", suspect=True), fault)


def _give(waiting: Waiting, result: Result | None) -> None:
    try:
        waiting.deliver(waiting.job, result)
    except Exception:  # a call that has gone away must not take the others' worker along
        log.exception("a text could not be delivered")
