"""Hears a recording some way ahead of its session, so that a recogniser has many of its sentences to decode at once.

A session waits for each text before it hears on, so one by itself never has two sentences to decode. Beside it runs a
scout: another session with the same rules, fed the same frames earlier and never told a text. The finals that the scout
asks for are the ones that the session will ask for, so they go to the recogniser at once and the session finds its answers
waiting. Whatever the scout did not foresee is decoded when it is asked for. What a job carries besides its audio is what
is known at the start of the call: words learned from earlier texts are not known yet.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from assist.core.errors import SourceError
from assist.core.events import AudioFrame, CallStarted, Channel
from assist.core.ports import AudioSource, Heard, TranscribeJob
from assist.core.session import CallSession, Step
from assist.core.spans import RATE, Span
from assist.runtime.waiting import Deliver, Result
from assist.runtime.worker import ModelWorker


class Ahead:
    """A source and a transcriber in one: what its session hears comes from here, and so do the texts it asks for.

    Holds `seconds` of the call's audio, and the jobs cut from it, at most.
    """

    def __init__(self, source: AudioSource, scout: CallSession, worker: ModelWorker, call: str, seconds: float) -> None:
        self._source, self._scout, self._worker = source, scout, worker
        self._call = call
        self._reach = int(seconds * RATE)
        self._foreseen: dict[tuple[Channel, Span], Future[Result | None]] = {}

    def begin(self, started: CallStarted) -> None:
        """Tells the scout what the session is told."""
        self._ask(self._scout.start(started))

    def heard(self) -> Iterator[Heard]:
        """The source's own frames, some way behind where it is read. Raises `SourceError` after all that came before."""
        held: deque[Heard] = deque()
        broken: SourceError | None = None
        try:
            for item in self._source.heard():
                self._ask(self._scout.hear(item) if isinstance(item, AudioFrame) else self._scout.note(item))
                held.append(item)
                while held and _place(item) - _place(held[0]) >= self._reach:
                    yield held.popleft()
        except SourceError as error:
            broken = error
        self._ask(self._scout.end())
        while held:
            yield held.popleft()
        if broken is not None:
            raise broken

    def submit(self, jobs: Sequence[TranscribeJob], deliver: Deliver) -> None:
        """Answers from what was foreseen; what was not goes to the recogniser now."""
        for job in jobs:
            future = self._foreseen.pop((job.channel, job.span), None)
            if future is None:
                self._worker.submit([job], deliver, self._call)
            else:
                future.add_done_callback(partial(_answer, job, deliver))

    def _ask(self, step: Step) -> None:
        finals = {id(job): (job, Future[Result | None]()) for job in step.work if job.final}
        self._foreseen |= {(job.channel, job.span): future for job, future in finals.values()}
        if finals:
            asked = [job for job, _ in finals.values()]
            self._worker.submit(asked, lambda job, result: finals[id(job)][1].set_result(result), self._call)


def _place(item: Heard) -> int:
    return item.start if isinstance(item, AudioFrame) else item.at


def _answer(job: TranscribeJob, deliver: Deliver, done: Future[Result | None]) -> None:
    """Hands on what was found out for the scout as the answer to the session's own job."""
    result = done.result()
    if result is not None:
        own = replace(result.transcript, utterance=job.utterance, revision=job.revision, final=job.final)
        result = Result(own, result.fault)
    deliver(job, result)
