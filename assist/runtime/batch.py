"""Many recordings through the very same session, as fast as the machine can, on one recogniser that all of them share.

A few calls run at once, each driven like any replay without partials and heard ahead (`ahead`), so that the recogniser
always finds sentences of like length waiting, of one long call as well as of many short ones. What is in memory is bounded
by how many calls run at once and how far each is heard ahead.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assist.core.errors import AssistError, SourceError
from assist.core.events import CallEvent, CallStarted, Fault
from assist.core.ports import AsrEngine, AudioSource
from assist.core.session import CallSession
from assist.core.spans import RATE
from assist.runtime.ahead import Ahead
from assist.runtime.log import JsonLines
from assist.runtime.publisher import Publisher
from assist.runtime.replay import Replay
from assist.runtime.worker import ModelWorker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchCall:
    """A call put together but not started. `session` and `scout` follow the same rules, which ask for finals only."""

    call_id: str
    started: CallStarted
    source: AudioSource
    session: CallSession
    scout: CallSession


class Recording(Protocol):
    """Something to be worked through, and where its event log goes; no two of a batch have the same name."""

    @property
    def name(self) -> str: ...

    @property
    def log(self) -> Path: ...

    def open(self) -> BatchCall:
        """Slow. Raises `AssistError` when it cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class BatchRules:
    """How much runs at once: at most `calls` times `ahead_seconds` of audio is in memory, and its sentences once more."""

    calls: int = 4
    ahead_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a recording; `failure` is a sentence, None when its log is complete."""

    name: str
    seconds: float = 0.0
    silent: int = 0  # sentences that the recogniser failed on
    skipped: bool = False  # its log was there already
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come."""

    done: int
    calls: int
    seconds: float  # of audio, of all calls so far


class Batch:
    """One run over many recordings. `again` works through those too whose log is there already."""

    def __init__(self, engine: AsrEngine, rules: BatchRules | None = None, *, again: bool = False) -> None:
        self._engine, self._rules, self._again = engine, rules or BatchRules(), again
        self._heard: dict[str, int] = {}  # how far each call has come, in samples
        self._outcomes: dict[str, Outcome] = {}

    async def run(self, recordings: Sequence[Recording], told: Callable[[Progress], None]) -> list[Outcome]:
        """Works through all of them; one that fails stops no other. Outcomes come in the order of the recordings."""
        worker = ModelWorker(self._engine)
        left = iter(recordings)

        def tell() -> None:
            told(Progress(len(self._outcomes), len(recordings), sum(self._heard.values()) / RATE))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._rules.calls, len(recordings))):
                    group.create_task(self._work_through(left, worker, tell))
        finally:
            await asyncio.to_thread(worker.stop, finish=False)  # nothing waits, unless all this was broken off
        return [self._outcomes[recording.name] for recording in recordings]

    async def _work_through(self, left: Iterator[Recording], worker: ModelWorker, tell: Callable[[], None]) -> None:
        for recording in left:
            self._outcomes[recording.name] = await self._outcome(recording, worker, tell)
            tell()

    async def _outcome(self, recording: Recording, worker: ModelWorker, tell: Callable[[], None]) -> Outcome:
        if recording.log.exists() and not self._again:
            return Outcome(recording.name, skipped=True)
        try:
            return await self._one(recording, worker, tell)
        except AssistError as error:
            return self._failed(recording, error.message)
        except Exception as error:  # the boundary of one recording: whatever is wrong with it, the others go on
            log.error("%s: %s", recording.name, type(error).__name__)
            log.debug("traceback", exc_info=True)
            return self._failed(recording, f"{recording.name}: unexpected {type(error).__name__}; replay it by itself")

    def _failed(self, recording: Recording, sentence: str) -> Outcome:
        return Outcome(recording.name, self._heard.get(recording.name, 0) / RATE, failure=sentence)

    async def _one(self, recording: Recording, worker: ModelWorker, tell: Callable[[], None]) -> Outcome:
        call = await asyncio.to_thread(recording.open)
        silent = 0

        def follow(_: int, event: CallEvent) -> None:
            nonlocal silent
            silent += isinstance(event, Fault) and event.component == "asr"
            self._heard[recording.name] = max(self._heard.get(recording.name, 0), event.at)
            tell()

        ahead = Ahead(call.source, call.scout, worker, recording.name, self._rules.ahead_seconds)
        ahead.begin(call.started)
        unfinished = recording.log.with_name(recording.log.name + ".partial")
        try:
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8", newline="\n") as out:
                written = JsonLines(call.call_id, out)
                publish = Publisher([], [written.publish, follow])
                await Replay(call.session, ahead, publish, None).source(call.started, ahead)
                await asyncio.to_thread(written.close)
            unfinished.replace(recording.log)
        except OSError as error:
            message = f"{unfinished}: cannot be written ({error.strerror}); choose another folder with --out"
            raise SourceError("events.unwritable", message) from error
        return Outcome(recording.name, self._heard[recording.name] / RATE, silent)
