"""Jobs that wait for a recogniser, and which of them run next, together.

Finals come before pauses, whose texts may become final, and these before plain partials. Jobs of different classes never
share a run, so a final waits for nothing that is less urgent. There is at most one unfinished job of an utterance: the newest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from assist.core.events import Fault, Transcript
from assist.core.ports import TranscribeJob


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job: its text, and the fault when the engine failed on it."""

    transcript: Transcript
    fault: Fault | None = None


Deliver = Callable[[TranscribeJob, Result | None], None]  # None: a newer job took the place, or the worker was stopped


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in line: whose call it belongs to, when it came (monotonic seconds), and who is told what became of it."""

    job: TranscribeJob
    call: str
    since: float
    deliver: Deliver


class WaitingJobs:
    """The line. Not thread-safe."""

    def __init__(self) -> None:
        self._finals: list[Waiting] = []
        # The newest by call and utterance; it keeps the place in line of the one it replaced.
        self._unfinished: dict[tuple[str, str], Waiting] = {}

    def __len__(self) -> int:
        return len(self._finals) + len(self._unfinished)

    def put(self, waiting: Waiting) -> Waiting | None:
        """Takes a job in; gives back the older one of the same utterance whose place it takes."""
        key = waiting.call, waiting.job.utterance
        if waiting.job.final:
            self._finals.append(waiting)
            return self._unfinished.pop(key, None)
        replaced = self._unfinished.get(key)
        self._unfinished[key] = waiting
        return replaced

    def take(self, most: int) -> list[Waiting]:
        """Up to `most` jobs of the most urgent class there is; empty when nothing waits.

        The first in line always runs. When more wait than fit, the others are those nearest to it in length: a batch takes
        as long as its longest job.
        """
        pauses = [waiting for waiting in self._unfinished.values() if waiting.job.pause]
        taken = _together(self._finals or pauses or list(self._unfinished.values()), most)
        if self._finals:
            chosen = {id(waiting) for waiting in taken}
            self._finals = [waiting for waiting in self._finals if id(waiting) not in chosen]
        else:
            for waiting in taken:
                del self._unfinished[waiting.call, waiting.job.utterance]
        return taken

    def clear(self) -> list[Waiting]:
        """Takes out everything."""
        left = [*self._finals, *self._unfinished.values()]
        self._finals.clear()
        self._unfinished.clear()
        return left


def _together(line: list[Waiting], most: int) -> list[Waiting]:
    if len(line) <= most:
        return list(line)
    first, *others = line
    length = len(first.job.span)
    nearest = sorted(range(len(others)), key=lambda place: abs(len(others[place].job.span) - length))
    return [first, *(others[place] for place in sorted(nearest[: most - 1]))]
