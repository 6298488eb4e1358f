"""Each sink has a thread and a bounded queue of its own, so a slow one delays nobody else."""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable

from assist.core.events import CallEvent
from assist.core.ports import Sink

log = logging.getLogger(__name__)

QUEUE_LENGTH = 4096
_CLOSE: tuple[int, CallEvent | None] = (0, None)


class SinkRunner:
    """Feeds one sink from a queue. When the sink fails or falls too far behind it is cut off, and `on_fault` is told why.

    `patience` is how many seconds `publish` may wait for a full queue: none beside live audio, some where nothing is live.
    """

    def __init__(
        self, sink: Sink, on_fault: Callable[[str, str], None], length: int = QUEUE_LENGTH, patience: float = 0.0
    ) -> None:
        self._patience = patience
        self._sink = sink
        self._on_fault = on_fault
        self._queue: queue.Queue[tuple[int, CallEvent | None]] = queue.Queue(length)
        self._cut = False
        self._thread = threading.Thread(target=self._run, name=f"sink-{sink.name}", daemon=True)
        self._thread.start()

    def publish(self, seq: int, event: CallEvent) -> None:
        """Hands an event over; waits for room only as long as it has patience."""
        if self._cut:
            return
        try:
            self._queue.put((seq, event), block=self._patience > 0, timeout=self._patience or None)
        except queue.Full:
            self._give_up("sink.slow", f"{self._sink.name}: too slow, cut off after {seq - 1} events")

    def close(self, timeout: float = 30.0) -> None:
        """Waits until everything has been written, or until the sink has had its time."""
        with contextlib.suppress(queue.Full):
            self._queue.put(_CLOSE, timeout=timeout)
        self._thread.join(timeout)
        if self._thread.is_alive():
            log.error("sink %s did not finish in %s s", self._sink.name, timeout)

    def _run(self) -> None:
        while True:
            seq, event = self._queue.get()
            try:
                if event is None:
                    self._sink.close()
                    return
                if not self._cut:
                    self._sink.publish(seq, event)
            except Exception as error:  # the sink's boundary: a full disk must not end the call
                self._give_up(
                    "sink.failed", f"{self._sink.name}: {type(error).__name__}, nothing more is written there"
                )
                if event is None:
                    return

    def _give_up(self, code: str, message: str) -> None:
        if not self._cut:
            self._cut = True
            log.error("%s", message)
            self._on_fault(code, message)
