"""From blocks of any length and rate to whole windows of 512 samples at 16 kHz."""

from collections.abc import Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

from assist.core.spans import RATE, WINDOW

Block = NDArray[np.float32]


class Resampler:
    """Streams audio of shape (n, channels) to 16 kHz; the result does not depend on how the input was cut."""

    def __init__(self, rate: int, channels: int) -> None:
        self._stream = soxr.ResampleStream(rate, RATE, channels, dtype="float32") if rate != RATE else None
        self._channels = channels

    def push(self, block: Block, *, last: bool = False) -> Block:
        """The audio that is ready, shape (m, channels). After `last` nothing may follow."""
        if self._stream is None:
            return block
        ready = self._stream.resample_chunk(np.ascontiguousarray(block), last=last)
        return np.asarray(ready, np.float32).reshape(-1, self._channels)


class Reblocker:
    """Cuts a stream into whole windows; the rest waits, and the last window is filled with silence."""

    def __init__(self, channels: int) -> None:
        self._rest = np.zeros((0, channels), np.float32)

    def push(self, block: Block) -> Iterator[Block]:
        """Whole windows, each of shape (512, channels)."""
        audio = np.concatenate([self._rest, block])
        whole = len(audio) // WINDOW * WINDOW
        for start in range(0, whole, WINDOW):
            yield audio[start : start + WINDOW]
        self._rest = audio[whole:]

    def flush(self) -> Iterator[Block]:
        """What is left, filled up to one window."""
        if len(self._rest):
            yield np.concatenate([self._rest, np.zeros((WINDOW - len(self._rest), self._rest.shape[1]), np.float32)])
            self._rest = self._rest[:0]
