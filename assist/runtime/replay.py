"""Replays a call through the session: a recording, an annotated call or an event log, as spoken, N times faster, or at once.

The call clock is the position in the audio and waits for the recogniser, so the same audio gives the same events at any
speed and block size, as long as the machine keeps up. When it falls behind real time, that is an event (`Backlog`): plain
partials are left out and the session asks for fewer of them until it has caught up. No final is ever left out.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from assist.core.errors import SourceError
from assist.core.events import AudioFrame, CallEvent, CallStarted, Fault, Noted
from assist.core.ports import AudioSource, Heard, TranscribeJob
from assist.core.session import CallSession, Step
from assist.runtime.overload import Overload, OverloadRules
from assist.runtime.pace import Clock, Pace, WallClock
from assist.runtime.sources import LoggedCall
from assist.runtime.waiting import Result
from assist.runtime.worker import Transcriber

_READ_AHEAD = 16  # frames fetched from the source at a time

Publish = Callable[[Iterable[CallEvent]], None]


class Replay:
    """Drives one session. Commands may be posted from the same event loop at any time."""

    def __init__(
        self,
        session: CallSession,
        worker: Transcriber | None,
        publish: Publish,
        speed: float | None,
        rules: OverloadRules | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._session = session
        self._worker = worker
        self._publish = publish
        self._pace = Pace(speed, clock or WallClock())
        self._overload = Overload(rules or OverloadRules())
        self._commands: asyncio.Queue[Noted] = asyncio.Queue(256)

    @property
    def shed(self) -> int:
        """Partials left out to keep up."""
        return self._overload.shed

    def post(self, event: Noted) -> bool:
        """Hands over what happened outside, an answer to a cue say, to be noted now; False when far too much is waiting."""
        try:
            self._commands.put_nowait(event)
        except asyncio.QueueFull:
            return False
        return True

    async def source(self, started: CallStarted, source: AudioSource) -> None:
        """Replays sound. Raises `SourceError` where it breaks off, after everything before it has been published."""
        self._take(self._session.start(started))
        reader = _Reader(source)
        while batch := await asyncio.to_thread(reader.some):
            for item in batch:
                await self._hear(item)
        broken = reader.broken
        if broken is not None:
            now = self._session.now
            fault = Fault(at=now, component="audio", code=broken.code, message=broken.message, recoverable=False)
            self._take(self._session.note(fault))
        await self._end()
        if broken is not None:
            raise broken

    async def logged(self, call: LoggedCall) -> None:
        """Replays what a log says was heard."""
        self._take(self._session.start(call.started))
        for event in call.inputs:
            await self._wait_until(event.at)
            self._take(self._session.note(event))
        await self._wait_until(call.end)
        self._take(self._session.advance(call.end))
        await self._end()

    async def _wait_until(self, at: int) -> None:
        """Lets the clock stop at every deadline on the way, so that cues come and go at their own time."""
        while (when := self._session.deadline()) is not None and when < at:
            await self._pace.reach(when)
            self._obey()
            self._take(self._session.advance(when))
        await self._pace.reach(at)
        self._obey()

    async def _hear(self, item: Heard) -> None:
        if isinstance(item, AudioFrame):
            await self._pace.reach(item.end)
            self._obey()
            await self._work(self._session.hear(item))
        else:
            await self._work(self._session.note(item))

    async def _work(self, step: Step) -> None:
        """Publishes a step and runs its jobs before anything more is heard."""
        self._take(step)
        now = self._session.now
        news = self._overload.judge(now, self._pace.lag(now), len(step.work))
        if news is not None:
            self._take(self._session.note(news))
        work = [job for job in step.work if not self._left_out(job)]
        while work:
            together, work = _together(work)
            for result in await self._run(together):
                work += self._answered(result)

    def _left_out(self, job: TranscribeJob) -> bool:
        left_out = self._overload.behind and not job.settles
        self._overload.shed += left_out
        return left_out

    def _answered(self, result: Result | None) -> Sequence[TranscribeJob]:
        """Publishes what a result leads to; work that it leads to is given back."""
        if result is None:
            return ()
        if result.fault is not None:
            self._take(self._session.note(result.fault))
        step = self._session.transcribed(result.transcript)
        self._take(step)
        return step.work

    async def _run(self, jobs: Sequence[TranscribeJob]) -> Sequence[Result | None]:
        """What became of jobs that run at the same time, in their order."""
        if self._worker is None:
            raise AssertionError("a session without a recogniser asked for a text")
        loop = asyncio.get_running_loop()
        done: dict[int, asyncio.Future[Result | None]] = {id(job): loop.create_future() for job in jobs}

        def deliver(job: TranscribeJob, result: Result | None) -> None:
            loop.call_soon_threadsafe(_settle, done[id(job)], result)

        self._worker.submit(jobs, deliver)
        while not all(future.done() for future in done.values()):
            await asyncio.wait(done.values(), timeout=0.05)
            self._obey()  # a dismissed cue goes at once, also while a sentence is being decoded
        return [done[id(job)].result() for job in jobs]

    async def _end(self) -> None:
        await self._work(self._session.end())

    def _obey(self) -> None:
        while not self._commands.empty():
            self._take(self._session.note(replace(self._commands.get_nowait(), at=self._session.now)))

    def _take(self, step: Step) -> None:
        if step.events:
            self._publish(step.events)


class _Reader:
    """Reads a source a few frames at a time; what comes before a break is handed out before the break is told."""

    def __init__(self, source: AudioSource) -> None:
        self._heard = source.heard()
        self.broken: SourceError | None = None

    def some(self) -> list[Heard]:
        """The next frames; empty at the end or after a break."""
        found: list[Heard] = []
        try:
            found.extend(islice(self._heard, _READ_AHEAD))
        except SourceError as error:
            self.broken = error
        return found


def _together(work: Sequence[TranscribeJob]) -> tuple[list[TranscribeJob], list[TranscribeJob]]:
    """The first job of each utterance, which may run at the same time, and the rest: a later one would replace it."""
    first = {job.utterance: job for job in reversed(work)}
    return (
        [job for job in work if first[job.utterance] is job],
        [job for job in work if first[job.utterance] is not job],
    )


def _settle(done: "asyncio.Future[Result | None]", result: Result | None) -> None:
    if not done.cancelled():
        done.set_result(result)
