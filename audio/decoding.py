"""Decodes an audio file with PyAV, packet by packet, and accounts for everything that is missing from it.

One decoder serves every path, because two readers do not agree on broken files. Nothing is mixed down, and a hole in the
timestamps becomes silence of the same length, so that later words keep their time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame as AvFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from assist.core.errors import SourceError

MIN_RATE, MAX_RATE = 4_000, 384_000
_JUMP_SECONDS = 0.015  # containers round timestamps to a millisecond or so; a real hole is longer
_CONCEALED_SECONDS = 0.5  # a hole that has not shown by then was filled by the decoder
_SHORTFALL_SECONDS = 0.25
_GUESSING = {"mp3", "aac", "adts", "amr", "ac3"}
_LONGEST_HOLE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Samples:
    """Decoded audio: float32, shape (n, channels), at the file's own rate."""

    pcm: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hole:
    """Audio that the file does not have; `seconds` of silence stand for it."""

    seconds: float
    damaged: bool  # a packet that could not be decoded, rather than one that is not there


Piece = Samples | Hole


class DecodedFile:
    """An audio file that has been opened and looks sound. Raises `SourceError` with the fault and the mend."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            raise SourceError("source.missing", f"{path}: no such file; check the path")
        if path.is_dir():
            raise SourceError("source.folder", f"{path} is a folder; give the recording inside it")
        if path.stat().st_size == 0:
            raise SourceError("source.empty", f"{path}: the file is empty; copy the recording again")
        try:
            self._container = av.open(str(path), mode="r", metadata_errors="ignore")
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                "source.not_audio", f"{path}: not an audio file that can be read; export it as WAV or FLAC"
            ) from error
        if not self._container.streams.audio:
            self._container.close()
            raise SourceError("source.no_audio", f"{path}: there is no audio in this file; export it as WAV or FLAC")
        self._stream: AudioStream = self._container.streams.audio[0]
        try:
            self.channels = int(self._stream.codec_context.channels)
            self.rate = int(self._stream.codec_context.sample_rate or 0)
        except (AttributeError, ValueError) as error:
            raise SourceError(
                "source.not_audio", f"{path}: not an audio file that can be read; export it as WAV or FLAC"
            ) from error
        if not MIN_RATE <= self.rate <= MAX_RATE:
            raise SourceError(
                "source.rate", f"{path}: a sample rate of {self.rate} Hz cannot be used; export it at 16000 Hz"
            )

        self.seconds = self._declared_seconds()

    def _declared_seconds(self) -> float | None:
        """How long the file says it is; None where it does not know, and a guess from the bit rate is no knowledge."""
        if set(self._container.format.name.split(",")) & _GUESSING:
            return None
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / 1_000_000 if self._container.duration else None

    def pieces(self) -> Iterator[Piece]:
        """Samples and holes in order. Raises `SourceError` where the file breaks off or holds no usable numbers.

        A decoder may give out sound it still holds before the hole that a damaged packet leaves shows in the timestamps.
        """
        done = 0  # samples given so far, holes included
        origin: float | None = None
        damaged_at: float | None = None
        try:
            for frame in self._frames():
                at = done / self.rate
                if frame is None:
                    damaged_at = at
                    continue
                begins = at if frame.time is None else float(frame.time)
                origin = begins if origin is None else origin
                hole = begins - origin - at
                if _JUMP_SECONDS < hole < _LONGEST_HOLE_SECONDS:
                    yield Hole(hole, damaged_at is not None)
                    done += round(hole * self.rate)
                    damaged_at = None
                elif damaged_at is not None and at - damaged_at > _CONCEALED_SECONDS:
                    yield Hole(0.0, damaged=True)
                    damaged_at = None
                pcm = self._floats(frame, done)
                done += len(pcm)
                yield Samples(pcm)
        finally:
            self._container.close()
        self._check_end(done / self.rate, damaged_at is not None)

    def _frames(self) -> Iterator[AvFrame | None]:
        """Decoded frames; None where a packet could not be decoded."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                yield None
                continue
            yield from frames

    def _floats(self, frame: AvFrame, done: int) -> NDArray[np.float32]:
        raw: NDArray[Any] = frame.to_ndarray()
        kind = raw.dtype
        if not frame.format.is_planar:
            raw = raw.reshape(-1, self.channels).T
        if kind == np.uint8:
            pcm = (raw.astype(np.float32) - 128.0) / 128.0
        elif np.issubdtype(kind, np.integer):
            pcm = raw.astype(np.float32) / float(2 ** (8 * kind.itemsize - 1))
        else:
            pcm = raw.astype(np.float32)
        if not np.isfinite(pcm).all():
            at = done / self.rate
            raise SourceError(
                "source.not_finite", f"{self._path}: not a number (NaN or infinity) at {at:.2f} s; export it again"
            )
        limited: NDArray[np.float32] = np.clip(pcm.T, -1.0, 1.0)
        return limited

    def _check_end(self, heard: float, damaged: bool) -> None:
        if heard == 0:
            raise SourceError(
                "source.no_samples", f"{self._path}: the file holds no samples; record or export it again"
            )
        expected = self.seconds
        if expected is not None and heard < expected - _SHORTFALL_SECONDS:
            raise SourceError(
                "source.truncated",
                f"{self._path}: breaks off after {heard:.1f} of {expected:.1f} s; copy the whole recording again",
            )
        if damaged:
            raise SourceError(
                "source.truncated", f"{self._path}: breaks off after {heard:.1f} s; copy the whole recording again"
            )
