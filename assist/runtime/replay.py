"""Replays a call through the session: a recording, an annotated call or an event log, as spoken, N times faster, or at once.

The call clock is the position in the audio and waits for the recogniser, so the same audio gives the same events at any
speed and block size. When a machine cannot keep up with real time, partials are left out until it has caught up; finals
and what follows from them stay the same.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from assist.core.errors import SourceError
from assist.core.events import Answer, AudioFrame, CallEvent, CallStarted, CueAnswered, Fault
from assist.core.ports import AudioSource, Heard, TranscribeJob
from assist.core.session import CallSession, Step
from assist.core.spans import RATE
from assist.runtime.sources import LoggedCall
from assist.runtime.worker import ModelWorker, Result

_READ_AHEAD = 16  # frames fetched from the source at a time
_LAG_SECONDS = 3.0  # this far behind real time, even the few partials that a session asks for are left out

Publish = Callable[[Iterable[CallEvent]], None]


@dataclass(frozen=True, slots=True)
class AnswerCue:
    """A command from the overlay: what the agent did with a cue."""

    cue_id: str
    answer: Answer


class Pace:
    """Turns call time into wall time; `speed` None is as fast as it goes."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._origin: float | None = None

    async def reach(self, at: int) -> None:
        """Waits until `at` samples of the call would have passed."""
        if self._speed is None:
            await asyncio.sleep(0)
        elif (wait := -self.lag(at)) > 0:
            await asyncio.sleep(wait)

    def lag(self, at: int) -> float:
        """Seconds by which the call is late at `at` samples; negative when it is early."""
        if self._speed is None:
            return 0.0
        now = time.monotonic()
        if self._origin is None:
            self._origin = now
        return now - (self._origin + at / RATE / self._speed)


class Replay:
    """Drives one session. Commands may be posted from the same event loop at any time."""

    def __init__(self, session: CallSession, worker: ModelWorker | None, publish: Publish, speed: float | None) -> None:
        self._session = session
        self._worker = worker
        self._publish = publish
        self._pace = Pace(speed)
        self._commands: asyncio.Queue[AnswerCue | Fault] = asyncio.Queue(256)
        self.shed = 0  # partials left out to keep up

    def post(self, command: AnswerCue | Fault) -> bool:
        """Hands over a command; False when far too many are waiting."""
        try:
            self._commands.put_nowait(command)
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
        """Publishes a step and runs its jobs, one after the other, before anything more is heard."""
        self._take(step)
        for job in step.work:
            if not (job.final or job.pause) and self._pace.lag(job.span.end) > _LAG_SECONDS:
                self.shed += 1
                continue
            result = await self._run(job)
            if result is not None:
                if result.fault is not None:
                    self._take(self._session.note(result.fault))
                self._take(self._session.transcribed(result.transcript))

    async def _run(self, job: TranscribeJob) -> Result | None:
        if self._worker is None:
            raise AssertionError("a session without a recogniser asked for a text")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result | None] = loop.create_future()

        def deliver(_: TranscribeJob, result: Result | None) -> None:
            loop.call_soon_threadsafe(_settle, done, result)

        self._worker.submit(job, deliver)
        while not done.done():
            await asyncio.wait({done}, timeout=0.05)
            self._obey()  # a dismissed cue goes at once, also while a sentence is being decoded
        return done.result()

    async def _end(self) -> None:
        await self._work(self._session.end())

    def _obey(self) -> None:
        while not self._commands.empty():
            command = self._commands.get_nowait()
            now = self._session.now
            if isinstance(command, AnswerCue):
                self._take(self._session.note(CueAnswered(at=now, cue_id=command.cue_id, answer=command.answer)))
            else:
                self._take(self._session.note(command))

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


def _settle(done: "asyncio.Future[Result | None]", result: Result | None) -> None:
    if not done.cancelled():
        done.set_result(result)
