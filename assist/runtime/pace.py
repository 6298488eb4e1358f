"""Call time turned into wall time."""

import asyncio
import time
from typing import Protocol

from assist.core.spans import RATE


class Clock(Protocol):
    """A clock that can be waited for."""

    def now(self) -> float:
        """Seconds; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The clock on the wall."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Pace:
    """How fast a call runs: `speed` times real time, or as fast as it goes when None. It begins when it is first asked."""

    def __init__(self, speed: float | None, clock: Clock) -> None:
        self._speed, self._clock = speed, clock
        self._origin: float | None = None

    async def reach(self, at: int) -> None:
        """Waits until `at` samples of the call would have passed."""
        if self._speed is None:
            await asyncio.sleep(0)
        elif (wait := -self.lag(at)) > 0:
            await self._clock.sleep(wait)

    def lag(self, at: int) -> float:
        """Seconds by which the call is late at `at` samples; negative when it is early."""
        if self._speed is None:
            return 0.0
        now = self._clock.now()
        if self._origin is None:
            self._origin = now
        return now - (self._origin + at / RATE / self._speed)
