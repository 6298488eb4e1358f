"""Time inside the product is one integer: samples at 16 kHz since the call began. Milliseconds exist only on the wire."""

from dataclasses import dataclass
from typing import Annotated

RATE = 16_000
SAMPLES_PER_MS = RATE // 1000
WINDOW = 512  # the voice activity model looks at 512 samples (32 ms) at a time


@dataclass(frozen=True, slots=True)
class Unit:
    """Marks a field that the wire carries in another unit: `name` here is `name_ms` there."""

    suffix: str


Samples = Annotated[int, Unit("ms")]


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval of samples, [start, end)."""

    start: Samples
    end: Samples

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def overlap(self, other: "Span") -> int:
        """Samples that both spans cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


def from_ms(ms: float) -> int:
    """Milliseconds to samples, rounded down to a whole millisecond so that the wire loses nothing."""
    return int(ms) * SAMPLES_PER_MS


def from_seconds(seconds: float) -> int:
    """Seconds to samples, on a whole millisecond."""
    return from_ms(round(seconds * 1000))


def to_ms(samples: int) -> int:
    """Samples to whole milliseconds."""
    return samples // SAMPLES_PER_MS
