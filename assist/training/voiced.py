"""Annotated calls with their voices: the labels, the recording beside them, and when each turn was truly spoken."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from wave import open as open_wave

import numpy as np
from numpy.typing import NDArray

from assist.core.errors import SourceError
from assist.core.events import Channel
from assist.core.spans import RATE
from assist.training.calls import AnnotatedCall, Turn, read_call

_RECORDINGS = (".flac", ".mka", ".wav", ".opus", ".ogg", ".m4a", ".mp3")
_TIMING = ".timing.json"

Voices = Mapping[Channel, NDArray[np.float32]]  # float32 mono at 16 kHz, one array a channel


@dataclass(frozen=True, slots=True)
class VoicedCall:
    """An annotated call that can be heard."""

    call: AnnotatedCall
    recording: Path
    line: Path | None  # the same call over a real or made telephone line, where there is one

    @property
    def name(self) -> str:
        """How reports call it."""
        return self.recording.stem

    @property
    def seconds(self) -> float:
        """When its last turn ends."""
        return max(turn.end for turn in self.call.turns)

    @property
    def seed(self) -> int:
        """For the noise of its telephone copy: the same at every run."""
        return zlib.crc32(self.name.encode())


def voiced_calls(paths: Sequence[Path]) -> tuple[VoicedCall, ...]:
    """The calls of files and folders, in order; a folder gives all that it has with times beside them.

    Raises `SourceError` when one cannot be heard or has no times, or a folder has none.
    """
    return tuple(_voiced(file) for path in paths for file in _files(path))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = [timing.with_name(timing.name.removesuffix(_TIMING) + ".json") for timing in path.glob("*" + _TIMING)]
    if not found:
        raise SourceError(
            "call.folder", f"{path}: no voiced call in this folder; one is X.json, its recording X.flac and X{_TIMING}"
        )
    yield from sorted(found)


def _voiced(path: Path) -> VoicedCall:
    call = read_call(path)
    stem = path.with_suffix("")
    if not stem.with_name(stem.name + _TIMING).is_file():
        raise SourceError(
            "call.timing",
            f"{path}: {stem.name}{_TIMING} is missing beside it; without the true times of its turns nothing can be measured",
        )
    recording = _recording(stem.name, path.parent)
    if recording is None:
        raise SourceError("source.missing", f"{path}: no recording beside it; put {stem.name}.flac or .wav there")
    return VoicedCall(call, recording, _recording(stem.name + ".phone", path.parent))


def _recording(name: str, folder: Path) -> Path | None:
    return next((path for ending in _RECORDINGS if (path := folder / (name + ending)).is_file()), None)


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording of one voice and what it says."""

    recording: Path
    text: str
    seconds: float


def clips(folder: Path) -> tuple[Clip, ...]:
    """What a folder's `manifest.jsonl` lists: `audio`, `text`, `seconds` on each line. Raises `SourceError`."""
    manifest = folder / "manifest.jsonl"
    try:
        rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = tuple(Clip(folder / row["audio"], str(row["text"]), float(row["seconds"])) for row in rows)
    except OSError as error:
        raise SourceError("clips.missing", f"{manifest}: cannot be read ({error.strerror}); clips need it") from error
    except (ValueError, TypeError, KeyError) as error:
        message = f"{manifest}: each line needs audio, text and seconds, as JSON"
        raise SourceError("clips.format", message) from error
    if not found:
        raise SourceError("clips.format", f"{manifest}: lists no clip; each line needs audio, text and seconds")
    return found


def without_pauses(calls: Sequence[tuple[Sequence[Turn], Callable[[], Voices]]], seconds: float) -> NDArray[np.float32]:
    """Both channels talking without a pause: the turns of calls one after the other, again and again.

    Float32 at 16 kHz, shape (n, 2), left the agent. No more calls are read than are needed. Raises `SourceError` when a
    channel never speaks.
    """
    length = round(seconds * RATE)
    talk: dict[Channel, list[NDArray[np.float32]]] = {channel: [] for channel in Channel}
    for turns, voices in calls:
        if all(_length(parts) >= length for parts in talk.values()):
            break
        heard = voices()
        for turn in turns:
            pcm = heard[turn.channel][round(turn.start * RATE) : round(turn.end * RATE)]
            talk[turn.channel].append(pcm.copy())  # and let the rest of the call go
    return np.stack([_repeated(parts, length, channel) for channel, parts in talk.items()], axis=1)


def _repeated(parts: Sequence[NDArray[np.float32]], length: int, channel: Channel) -> NDArray[np.float32]:
    if not _length(parts):
        raise SourceError("call.silent", f"the {channel.value} never speaks in these calls; give others for --load")
    return np.resize(np.concatenate(parts), length)


def _length(parts: Sequence[NDArray[np.float32]]) -> int:
    return sum(len(part) for part in parts)


def write_wave(path: Path, pcm: NDArray[np.float32], rate: int) -> None:
    """A recording as 16-bit WAV; `pcm` is float32 in [-1, 1], shape (n, channels)."""
    with open_wave(str(path), "wb") as out:
        out.setnchannels(pcm.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(pcm, -1.0, 1.0) * 32767).round().astype("<i2").tobytes())
