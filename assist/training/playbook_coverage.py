"""Which rows of the handbooks a playbook serves, and by what."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from assist.core.playbook import Playbook
from assist.core.triggers import OnQuestion
from assist.training.playbook_measures import measured

_MAY_BE_OPEN = frozenset("BP")  # measured, as far as the program can


@dataclass(frozen=True, slots=True)
class Coverage:
    """For each row what serves it, in the order of the table; nothing where it is not served."""

    by: Mapping[str, tuple[str, ...]]

    @property
    def unserved(self) -> tuple[str, ...]:
        """All rows that nothing serves."""
        return tuple(row for row, by in self.by.items() if not by)

    @property
    def owed(self) -> tuple[str, ...]:
        """Unserved rows that are a matter of knowledge, so that the playbook owes them."""
        return tuple(row for row in self.unserved if row[0] not in _MAY_BE_OPEN)


def coverage(playbook: Playbook, rows: Iterable[str], noticed: Set[str]) -> Coverage:
    """Every row with what serves it; `noticed` are the behaviours that something notices."""
    by: dict[str, list[str]] = {row: [] for row in rows}
    for row, name in _served(playbook):
        by[row].append(name)
    for row, measure in measured(playbook, noticed):
        by[row].append(str(measure))
    return Coverage({row: tuple(names) for row, names in by.items()})


def _served(playbook: Playbook) -> Iterator[tuple[str, str]]:
    """Rows that something of the playbook names as its source; a question counts with its questionnaire."""
    entries = [entry for entry in playbook.entries if not any(isinstance(t, OnQuestion) for t in entry.when)]
    named = (
        ("model", ((one.id, one.sources) for one in playbook.models.values())),
        ("scene", ((one.id, one.sources) for one in playbook.scenes.values())),
        ("entry", ((one.id, one.sources) for one in entries)),
        ("card", ((one.id, one.sources) for one in playbook.cards.values())),
        ("questionnaire", ((one.id, one.sources) for one in playbook.questionnaires)),
        ("preparation", ((one.id, one.sources) for one in playbook.preparation)),
        ("rehearsal", ((one.id, one.sources) for one in playbook.rehearsals)),
        ("examples", ((name, those.sources) for name, those in playbook.forbidden_examples.items())),
    )
    for kind, those in named:
        for name, sources in those:
            yield from ((row, f"{kind} {name}") for row in sources)
