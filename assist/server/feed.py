"""The events of the running call, kept so that an overlay can come late, reload, or fall behind without losing anything.

All clients read from one shared history at their own pace, so a slow browser costs no memory and delays nobody. The history
is bounded: beyond a limit what is superseded is left out, and a client that has not read it yet starts again from what is left.
"""

import asyncio
from dataclasses import dataclass

from assist.core import wire
from assist.core.events import CallEvent, CueRetired, CueShown, CueSuppressed, Transcribed, Transcript

KEEP = 4000  # records kept whole; a quarter of them is compacted away at a time
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as text, and the event it came from."""

    seq: int
    text: str
    event: CallEvent


class Feed:
    """History of one call and a wake-up for those who wait for more. Belongs to one event loop."""

    def __init__(self, keep: int = KEEP, most: int = MOST) -> None:
        self.call_id: str | None = None
        self.ended = False
        self._kept: list[Kept] = []
        self._whole_after = 0  # every record with a greater seq is still there
        self._keep, self._most = keep, most
        self._changed = asyncio.Event()

    @property
    def seq(self) -> int:
        """The newest record's number, 0 before any."""
        return self._kept[-1].seq if self._kept else 0

    def end(self) -> None:
        """The copilot stops; those who wait are told to go."""
        self.ended = True
        self._wake()

    def begin(self, call_id: str) -> None:
        """A new call: what was kept of the last one goes."""
        self.call_id = call_id
        self._kept, self._whole_after = [], 0
        self._wake()

    def publish(self, seq: int, event: CallEvent) -> None:
        """Takes the next event."""
        assert self.call_id is not None
        self._kept.append(Kept(seq, wire.dumps(wire.encode(event, self.call_id, seq)), event))
        if len(self._kept) > self._keep:
            self._compact()
        self._wake()

    def after(self, seq: int) -> tuple[bool, list[Kept]]:
        """Records newer than `seq`, and whether the reader has to forget what it had."""
        if seq < self._whole_after:
            return True, list(self._kept)
        low, high = 0, len(self._kept)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._kept[middle].seq <= seq else (low, middle)
        return False, self._kept[low:]

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change from now on; take it before reading, wait for it after."""
        return self._changed

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _compact(self) -> None:
        """Leaves out of the older part what later records have made void."""
        older, newer = self._kept[: -self._keep // 4], self._kept[-self._keep // 4 :]
        settled = {text.utterance for k in self._kept if (text := _final(k.event)) is not None}
        retired = {k.event.cue_id for k in older if isinstance(k.event, CueRetired)}
        kept = [k for k in older if not _void(k.event, settled, retired)]
        if len(kept) + len(newer) > self._most:
            kept = kept[:1] + kept[1 - (self._most - len(newer)) :]
        self._whole_after = older[-1].seq
        self._kept = kept + newer
        self._keep = max(self._keep, len(self._kept) + KEEP // 4)


def _final(event: CallEvent) -> Transcript | None:
    return event.transcript if isinstance(event, Transcribed) and event.transcript.final else None


def _void(event: CallEvent, settled: set[str], retired: set[str]) -> bool:
    match event:
        case Transcribed(transcript=text):
            return not text.final and text.utterance in settled
        case CueShown(cue=cue):
            return cue.id in retired
        case CueRetired() | CueSuppressed():
            return True
        case _:
            return False
