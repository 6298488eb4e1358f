"""A recording as an audio source: left is the agent, right the customer; mono needs to be told whose voice it is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assist.core.errors import SourceError
from assist.core.events import AudioFrame, AudioGap, Channel, Fault
from assist.core.ports import Heard
from assist.core.spans import RATE, WINDOW, Span, from_ms, from_seconds
from audio.blocks import Block, Reblocker, Resampler
from audio.decoding import DecodedFile, Hole, Piece, Samples
from audio.ear import Ear

DEFAULT_BLOCK_MS = 32


class FileSource:
    """A file that PyAV can read, in any container and at any rate, as frames of both channels in the order of time.

    `block_ms` is how much is read at a time; it changes nothing in what comes out. Raises `SourceError` here when the file
    cannot be used at all, and while reading where it breaks.
    """

    def __init__(self, path: Path, channel: Channel | None = None, block_ms: int = DEFAULT_BLOCK_MS) -> None:
        self._file = DecodedFile(path)
        self.channels = _roles(path, self._file.channels, channel)
        self._block_ms = block_ms
        self._ears = [Ear() for _ in self.channels]
        self._clipped: set[Channel] = set()
        self._at = 0

    @property
    def seconds(self) -> float | None:
        """How long the recording says it is."""
        return self._file.seconds

    def heard(self) -> Iterator[Heard]:
        resampler = Resampler(self._file.rate, len(self.channels))
        reblocker = Reblocker(len(self.channels))
        for piece in self._file.pieces():
            if isinstance(piece, Hole):
                yield from self._hole(piece)
            for block in self._blocks(piece):
                for window in reblocker.push(resampler.push(block)):
                    yield from self._frames(window)
        for window in reblocker.push(resampler.push(np.zeros((0, len(self.channels)), np.float32), last=True)):
            yield from self._frames(window)
        for window in reblocker.flush():
            yield from self._frames(window)

    def _blocks(self, piece: Piece) -> Iterator[Block]:
        size = max(1, self._file.rate * self._block_ms // 1000)
        if isinstance(piece, Samples):
            for start in range(0, len(piece.pcm), size):
                yield piece.pcm[start : start + size]
            return
        left = round(piece.seconds * self._file.rate)
        while left > 0:
            yield np.zeros((min(left, size), len(self.channels)), np.float32)
            left -= size

    def _hole(self, hole: Hole) -> Iterator[Heard]:
        lost = from_seconds(hole.seconds)
        reason = "damaged_packet" if hole.damaged else "not_recorded"
        if hole.damaged:
            message = f"录音中有损坏的数据，{hole.seconds:.2f} 秒听不到"
            yield Fault(at=self._at, component="audio", code="audio.damaged", message=message, recoverable=True)
        if not lost:
            return
        start = from_ms(self._at * 1000 // RATE)
        yield AudioGap(at=self._at, channel=None, span=Span(start, start + lost), lost=lost, reason=reason)

    def _frames(self, window: Block) -> Iterator[Heard]:
        for index, channel in enumerate(self.channels):
            ear = self._ears[index]
            heard = ear.hear(np.ascontiguousarray(window[:, index]))
            measured = (np.array([one], np.float32) for one in (heard.speech, heard.level_db, heard.pitch_hz))
            yield AudioFrame(channel, self._at, heard.pcm, *measured)
            if ear.clipped and channel not in self._clipped:
                self._clipped.add(channel)
                yield self._overdriven(channel)
        self._at += WINDOW

    def _overdriven(self, channel: Channel) -> Fault:
        side = "坐席" if channel is Channel.AGENT else "客户"
        message = f"{side}一侧的声音过载失真，识别会变差；请把录音电平调低"
        return Fault(at=self._at, component="audio", code="audio.clipped", message=message, recoverable=True)


def _roles(path: Path, channels: int, channel: Channel | None) -> tuple[Channel, ...]:
    if channels == 2:
        if channel is not None:
            raise SourceError("source.channel", f"{path} is stereo (left agent, right customer); leave --channel out")
        return (Channel.AGENT, Channel.CUSTOMER)
    if channels == 1:
        if channel is None:
            raise SourceError(
                "source.mono", f"{path} is mono; say whose voice it is with --channel agent or --channel customer"
            )
        return (channel,)
    raise SourceError(
        "source.channels", f"{path} has {channels} channels; export two: left the agent, right the customer"
    )
