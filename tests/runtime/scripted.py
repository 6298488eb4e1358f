"""Calls without files, weights or waiting: sound as probabilities of speech, a recogniser that names spans, a clock that obeys."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assist.core.errors import SourceError
from assist.core.events import CallEvent, Transcribed, Transcript
from assist.core.ports import EngineCapabilities, Heard, TranscribeJob
from assist.core.session import CallSession, SessionRules
from assist.runtime.overload import OverloadRules
from assist.runtime.publisher import Publisher
from assist.runtime.replay import Replay
from assist.runtime.worker import ModelWorker
from tests.core.builders import AGENT, CUSTOMER, frames, started, tiny


class Voices:
    """An audio source: one probability of speech per window and channel; breaks off at `broken` windows."""

    def __init__(self, agent: Sequence[float], customer: Sequence[float], broken: int | None = None) -> None:
        self._sides = frames(AGENT, agent), frames(CUSTOMER, customer)
        self._broken = broken

    def heard(self) -> Iterator[Heard]:
        for place, pair in enumerate(zip(*self._sides, strict=True)):
            if place == self._broken:
                raise SourceError("source.broken", "the recording breaks off here; export it again")
            yield from pair


class Clock:
    """Time that passes only when somebody sleeps, or spends it by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


@dataclass
class Namer:
    """An engine that answers with whose words and which samples it was given; `cost(job)` is told before each."""

    batch: int = 1
    cost: Callable[[TranscribeJob], object] = lambda job: None
    runs: list[list[TranscribeJob]] = field(default_factory=list)
    name: str = "namer"

    @property
    def capabilities(self) -> EngineCapabilities:
        return EngineCapabilities(True, False, False, ("zh",), batch=self.batch)

    @property
    def jobs(self) -> list[TranscribeJob]:
        return [job for run in self.runs for job in run]

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        self.runs.append(list(jobs))
        for job in jobs:
            self.cost(job)
        return [job.answer(f"{job.channel.value}说了{job.span.start}到{job.span.end}") for job in jobs]


def session(rules: SessionRules | None = None) -> CallSession:
    return CallSession(tiny(), (), rules)


def replayed(
    source: Voices,
    engine: Namer,
    *,
    speed: float | None = None,
    clock: Clock | None = None,
    rules: SessionRules | None = None,
    overload: OverloadRules | None = None,
) -> list[CallEvent]:
    """All events of a call that is driven like any replay; a source that breaks off raises after the last of them."""
    events: list[CallEvent] = []
    worker = ModelWorker(engine)
    publish = Publisher([], [lambda _, event: events.append(event)])
    try:
        replay = Replay(session(rules), worker, publish, speed, overload, clock)
        asyncio.run(replay.source(started(), source))
    finally:
        worker.stop()
    return events


def finals(events: Sequence[CallEvent]) -> list[tuple[str, str]]:
    """Utterance and text of every final, in order."""
    texts = [event.transcript for event in events if isinstance(event, Transcribed)]
    return [(text.utterance, text.text) for text in texts if text.final]
