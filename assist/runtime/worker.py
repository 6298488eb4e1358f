"""One thread per loaded model. A newer partial replaces an older one that still waits; a final is never dropped."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from assist.core.errors import AssistError
from assist.core.events import Fault, Latency, Transcript
from assist.core.ports import AsrEngine, TranscribeJob

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job: its text, and the fault when the engine failed on it."""

    transcript: Transcript
    fault: Fault | None = None


Deliver = Callable[[TranscribeJob, Result | None], None]  # None: a newer partial took the job's place


@dataclass(slots=True)
class _Waiting:
    job: TranscribeJob
    since: float
    deliver: Deliver


class ModelWorker:
    """Owns an engine. `deliver` is called on the worker's thread, once for each job submitted."""

    def __init__(self, engine: AsrEngine) -> None:
        self._engine = engine
        self._finals: deque[_Waiting] = deque()
        self._partials: dict[str, _Waiting] = {}  # at most one per utterance, so at most one per open utterance
        self._last: dict[str, Transcript] = {}  # newest text by channel: a final over the same audio need not run again
        self._wake = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"asr-{engine.name}", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Jobs that wait."""
        with self._wake:
            return len(self._finals) + len(self._partials)

    def submit(self, job: TranscribeJob, deliver: Deliver) -> None:
        """Takes a job; never blocks."""
        waiting = _Waiting(job, time.monotonic(), deliver)
        with self._wake:
            replaced = self._partials.pop(job.utterance, None)
            if job.final:
                self._finals.append(waiting)
            else:
                self._partials[job.utterance] = waiting
            self._wake.notify()
        if replaced is not None:
            replaced.deliver(replaced.job, None)

    def stop(self) -> None:
        """Lets the job in hand finish and ends the thread."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            began = time.monotonic()
            result = self._transcribe(waiting.job)
            done = time.monotonic()
            latency = Latency(round((began - waiting.since) * 1000), round((done - began) * 1000))
            text = replace(result.transcript, latency_ms=latency)
            self._last[waiting.job.channel] = text
            waiting.deliver(waiting.job, Result(text, result.fault))

    def _next(self) -> _Waiting | None:
        with self._wake:
            while not (self._stopped or self._finals or self._partials):
                self._wake.wait()
            if self._finals:
                return self._finals.popleft()
            if self._stopped:
                return None
            return self._partials.pop(next(iter(self._partials)))

    def _transcribe(self, job: TranscribeJob) -> Result:
        known = self._last.get(job.channel)
        if job.final and known is not None and (known.utterance, known.span) == (job.utterance, job.span):
            return Result(replace(known, revision=job.revision, final=True))
        try:
            return Result(self._engine.transcribe([job])[0])
        except Exception as error:  # the worker's boundary: a failing engine must not end the call
            log.exception("transcription failed")
            code = error.code if isinstance(error, AssistError) else "engine.failed"
            fault = Fault(
                at=job.span.end,
                component="asr",
                code=code,
                message=f"识别失败（{type(error).__name__}），这一句没有文字",
                recoverable=True,
            )
            return Result(job.answer("", suspect=True), fault)
