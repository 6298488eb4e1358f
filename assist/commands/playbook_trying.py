"""Tries the examples of a playbook, on all processors when there are enough of them."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from assist.core.playbook import Playbook
from assist.core.ports import Classifier
from assist.training.playbook_proofs import Proof, Trial, prove, trials
from assist.wiring import classifiers_of

_WORTH = 300  # examples for each process; it takes some seconds to begin
_PIECES = 8  # for each process, so that none ends long after the others


class _Worker:
    """What a process holds from its beginning to its end."""

    playbook: Playbook
    classifiers: Sequence[Classifier]
    trials: Sequence[Trial]


Numbered = tuple[int, Proof]


def tried(playbook: Playbook, prefix: str = "", processes: int | None = None) -> Iterator[list[Numbered]]:
    """Proofs of all examples whose name begins with `prefix`, some at a time, each with its place among them all.

    `processes` None: as many as processors, when there is work for them.
    """
    wanted = trials(playbook, prefix)
    processes = processes or max(1, min(len(wanted) // _WORTH, os.cpu_count() or 1))
    if processes == 1:
        classifiers = classifiers_of(playbook)
        yield from ([(place, prove(playbook, classifiers, trial))] for place, trial in enumerate(wanted))
        return
    # Not forked: a process that draws a progress bar has threads.
    context = multiprocessing.get_context("spawn")
    pieces = processes * _PIECES
    with ProcessPoolExecutor(processes, context, _begin, (playbook, prefix)) as pool:
        yield from pool.map(_try, ((piece, pieces) for piece in range(pieces)))


def _begin(playbook: Playbook, prefix: str) -> None:
    _Worker.playbook, _Worker.classifiers = playbook, classifiers_of(playbook)
    _Worker.trials = trials(playbook, prefix)


def _try(part: tuple[int, int]) -> list[Numbered]:
    places = range(part[0], len(_Worker.trials), part[1])
    return [(place, prove(_Worker.playbook, _Worker.classifiers, _Worker.trials[place])) for place in places]
