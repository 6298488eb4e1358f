"""The event log: one JSON object per line, written as it happens and read back strictly."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from assist.core import wire
from assist.core.errors import LogCorrupt, SourceError
from assist.core.events import CallEvent
from assist.core.wire import Recorded

_LONGEST_LINE = 1 << 20


class JsonLines:
    """A sink that writes the log. Each line is complete when `publish` returns; a file is synced when the call ends."""

    name = "log"

    def __init__(self, call_id: str, out: TextIO) -> None:
        self._call_id, self._out = call_id, out

    def publish(self, seq: int, event: CallEvent) -> None:
        self._out.write(wire.dumps(wire.encode(event, self._call_id, seq)) + "\n")
        self._out.flush()

    def close(self) -> None:
        self._out.flush()
        if self._out.seekable():
            os.fsync(self._out.fileno())


def read_log(path: Path) -> Iterator[Recorded]:
    """The events of a log, in order. Raises `LogCorrupt` naming the line, `SourceError` when the file cannot be read."""
    try:
        stream = path.open(encoding="utf-8", newline="\n")
    except OSError as error:
        raise SourceError("source.unreadable", f"{path}: cannot be read ({error.strerror}); check the path") from error
    with stream:
        expected = 1
        number = 0
        try:
            while line := stream.readline(_LONGEST_LINE):
                number += 1
                recorded = wire.loads(line)
                if recorded.seq != expected:
                    raise LogCorrupt("log.seq", f"seq {recorded.seq} where {expected} should be")
                expected += 1
                yield recorded
        except LogCorrupt as error:
            raise LogCorrupt(error.code, f"{path}:{number}: {error.message}; the lines before it are good") from error
        except UnicodeDecodeError as error:
            raise LogCorrupt("log.encoding", f"{path}:{number + 1}: not UTF-8; the lines before it are good") from error
        if number == 0:
            raise SourceError("source.empty", f"{path}: the log is empty")
