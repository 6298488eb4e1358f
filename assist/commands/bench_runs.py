"""The runs of `assist bench asr`: our session in real time and unpaced, the baseline utterance by utterance, archives."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assist import wiring
from assist.core.endpointing import Endpoint, Endpointing, EndpointRules
from assist.core.errors import SourceError
from assist.core.events import AudioFrame, CallEvent, Channel, Transcribed, Transcript
from assist.core.playbook import Playbook
from assist.core.ports import AsrEngine, TranscribeJob
from assist.core.spans import RATE, WINDOW
from assist.runtime.batch import Batch
from assist.runtime.log import read_log
from assist.runtime.publisher import Publisher
from assist.settings import EngineSettings, ReplaySettings
from assist.training.delays import Timeline, Utterance, queued
from assist.training.figures import Used
from assist.training.voiced import Voices
from models.plain import PlainWhisper

Tick = Callable[[float], None]  # how far a run has come, in seconds of its recording


@dataclass(frozen=True, slots=True)
class Setup:
    """What all runs share."""

    playbook: Playbook
    engine: EngineSettings


class Meter:
    """What a stretch of work takes, from the making of this object on."""

    def __init__(self) -> None:
        self._wall, self._cpu, self._machine = time.monotonic(), time.process_time(), machine_busy()
        self._peak = resident_mb()

    def sample(self) -> None:
        """Looks at the memory; call it often."""
        now = resident_mb()
        self._peak = now if self._peak is None or now is None else max(self._peak, now)

    def read(self) -> Used:
        """So far."""
        self.sample()
        own, now = time.process_time() - self._cpu, machine_busy()
        elsewhere = None if self._machine is None or now is None else max(0.0, now - self._machine - own)
        return Used(time.monotonic() - self._wall, own, elsewhere, self._peak)


def machine_busy() -> float | None:
    """Processor seconds that everything on this machine has used so far; None where the system does not tell."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _, _, *interrupts = (int(field) for field in first[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def resident_mb() -> float | None:
    """Memory that this process holds, in MB; the most it ever held where the system tells no more, None where not even that."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return _most_resident_mb()
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _most_resident_mb() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


class SessionRun:
    """Our recogniser in the session that also serves a live call.

    `used` and `timeline` hold what was seen, also when a run is broken off.
    """

    def __init__(self, setup: Setup, speed: float | None) -> None:
        self._setup, self._speed = setup, speed
        self.timeline = Timeline(time.monotonic)
        self.used: Used | None = None
        self.shed = 0

    def hear(self, recording: Path, scene: str | None, tick: Tick) -> Used:
        """Replays a recording once. Raises `SourceError` or `EngineError`."""
        settings = ReplaySettings(recording, scene, self._speed, engine=self._setup.engine)
        call = wiring.prepare(settings, self._setup.playbook)
        engine = call.load_engine()
        meter = Meter()

        def follow(_: int, event: CallEvent) -> None:
            meter.sample()
            tick(event.at / RATE)

        publish = Publisher([], [self.timeline.note, follow])
        try:
            self.shed = asyncio.run(call.run(engine, publish, self._speed, lambda _: None)).shed
        finally:
            self.used = meter.read()
        return self.used


def baseline_run(engine: AsrEngine, recording: Path, tick: Tick) -> tuple[list[Utterance], Used]:
    """The baseline over a recording: the same voice activity model, a fixed end of utterance, one worker for both channels.

    Each utterance is decoded once and its time taken; when its text would have come in real time follows from the queue.
    """
    meter = Meter()
    decoded = []
    for ready, job in sorted(utterances(recording), key=lambda item: item[0]):
        began = time.perf_counter()
        text = engine.transcribe([job])[0]
        decoded.append((ready, time.perf_counter() - began, text))
        tick(ready)
    done = queued([(ready, seconds) for ready, seconds, _ in decoded])
    found = [Utterance(text.channel, text.span, [(at, text)]) for at, (_, _, text) in zip(done, decoded, strict=True)]
    return found, meter.read()


def clip_run(engine: AsrEngine, recording: Path) -> list[Transcript]:
    """The texts of a recording of one voice, decoded without any help."""
    return [engine.transcribe([job])[0] for _, job in utterances(recording, Channel.CUSTOMER)]


def utterances(recording: Path, channel: Channel | None = None) -> Iterator[tuple[float, TranscribeJob]]:
    """What a plain voice activity detector cuts a recording into, with the second at which each end was certain.

    `channel` says whose voice it is when there is one alone.
    """
    pcm, speech = heard(recording, channel)
    for voice, probabilities in speech.items():
        endpointing, number = Endpointing(EndpointRules()), 0
        for index in range(len(probabilities) + 1):
            end = index * WINDOW
            if index < len(probabilities):
                outcome, ready = endpointing.hear(end, float(probabilities[index])), end + WINDOW
            else:
                outcome, ready = endpointing.close(end), end
            if isinstance(outcome, Endpoint):
                number += 1
                span = outcome.audio
                yield (
                    ready / RATE,
                    TranscribeJob(
                        utterance=f"{voice.value[0]}{number}",
                        channel=voice,
                        revision=1,
                        span=span,
                        pcm=pcm[voice][span.start : span.end],
                        final=True,
                    ),
                )


def heard(
    recording: Path, channel: Channel | None
) -> tuple[Mapping[Channel, NDArray[np.float32]], Mapping[Channel, NDArray[np.float32]]]:
    """A whole recording: the sound of each channel at 16 kHz, and the probability of speech in each window of it."""
    from audio.file import FileSource  # ONNX Runtime and PyAV are slow to load

    source = FileSource(recording, channel)
    frames = [item for item in source.heard() if isinstance(item, AudioFrame)]
    own = {voice: [frame for frame in frames if frame.channel is voice] for voice in source.channels}
    return (
        {voice: np.concatenate([frame.pcm for frame in those]) for voice, those in own.items()},
        {voice: np.concatenate([frame.speech for frame in those]) for voice, those in own.items()},
    )


class Archive:
    """Our batch driver with a recogniser that stays loaded. Event logs go to `folder`. Raises `EngineError`."""

    def __init__(self, setup: Setup, folder: Path) -> None:
        self._playbook, self._folder = setup.playbook, folder
        self._settings = setup.engine.for_archives()
        self._engine = wiring.load_engine(self._settings, self._playbook)

    def hear(self, recordings: Sequence[tuple[Path, str | None]], tick: Tick) -> tuple[list[list[Transcript]], float]:
        """The final texts of each recording, given with its scene, and the seconds that all of them took together.

        Raises `SourceError` when one of them cannot be used.
        """
        work = [
            wiring.FileRecording(
                ReplaySettings(path, scene, None, engine=self._settings),
                self._playbook,
                self._engine.name,
                self._folder / f"{number}.jsonl",
            )
            for number, (path, scene) in enumerate(recordings)
        ]
        began = time.perf_counter()
        outcomes = asyncio.run(Batch(self._engine, again=True).run(work, lambda progress: tick(progress.seconds)))
        wall = time.perf_counter() - began
        for outcome in outcomes:
            if outcome.failure is not None:
                raise SourceError("batch.failed", outcome.failure)
        return [_finals(recording.log) for recording in work], wall


def _finals(log: Path) -> list[Transcript]:
    events = (record.event for record in read_log(log))
    return [event.transcript for event in events if isinstance(event, Transcribed) and event.transcript.final]


def baseline_archive(
    engine: PlainWhisper, recordings: Sequence[Path], tick: Tick
) -> tuple[list[list[Transcript]], float]:
    """The same from faster-whisper's own batched pipeline, one channel after the other, with the product's file reader."""
    found, done, began = [], 0.0, time.perf_counter()
    for path in recordings:
        voices = decoded(path)
        found.append([text for channel, pcm in voices.items() for text in engine.whole(pcm, channel)])
        done += max(len(pcm) for pcm in voices.values()) / RATE
        tick(done)
    return found, time.perf_counter() - began


def decoded(recording: Path) -> Voices:
    """The sound of both channels at 16 kHz, without anything having listened to it. Raises `SourceError`."""
    from audio.blocks import Resampler
    from audio.decoding import DecodedFile, Hole

    file = DecodedFile(recording)
    if file.channels != len(Channel):
        raise SourceError("source.channels", f"{recording} has {file.channels} channels; a call has two")
    resampler, parts = Resampler(file.rate, file.channels), []
    for piece in file.pieces():
        if isinstance(piece, Hole):
            parts.append(resampler.push(np.zeros((round(piece.seconds * file.rate), file.channels), np.float32)))
        else:
            parts.append(resampler.push(piece.pcm))
    parts.append(resampler.push(np.zeros((0, file.channels), np.float32), last=True))
    pcm = np.concatenate(parts)
    return {channel: np.ascontiguousarray(pcm[:, index]) for index, channel in enumerate(Channel)}
