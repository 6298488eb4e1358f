"""Numbers the events of a call and hands them to everybody who listens."""

from collections.abc import Callable, Iterable, Sequence

from assist.core.events import CallEvent
from assist.runtime.sinks import SinkRunner

Listener = Callable[[int, CallEvent], None]


class Publisher:
    """One per call. Sinks have threads of their own; listeners run here and must be quick."""

    def __init__(self, sinks: Sequence[SinkRunner], listeners: Sequence[Listener]) -> None:
        self._sinks, self._listeners = tuple(sinks), tuple(listeners)
        self.seq = 0

    def __call__(self, events: Iterable[CallEvent]) -> None:
        for event in events:
            self.seq += 1
            for listener in self._listeners:
                listener(self.seq, event)
            for sink in self._sinks:
                sink.publish(self.seq, event)

    def close(self) -> None:
        """Waits for the sinks."""
        for sink in self._sinks:
            sink.close()
