"""Rows of the handbooks that are not said but measured: habits of the agent, the manner of speaking, what a call leaves behind.

The table stands here and not in a playbook because it names parts of the program: a playbook can say what a habit means, but
only a rule can notice it.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from assist.core.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Measure:
    """What serves a row: a `behaviour` that is noticed, a kind of `event`, or a category of `forbidden` speech."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


# Rows B are the behaviours of the taxonomy in its order. P3 (melody) and P4 (a smile in the voice) are not measured.
_OTHERS: Mapping[str, tuple[Measure, ...]] = {
    "P1": (Measure("behaviour", "pace_mismatch"),),
    "P2": (Measure("behaviour", "loudness_mismatch"),),
    "P5": (Measure("event", "hold_began"), Measure("event", "hold_ended"), Measure("behaviour", "dead_air")),
    "P7": (Measure("forbidden", "jargon"),),
    "X1": (Measure("event", "behaviour_noticed"), Measure("event", "call_ended")),
    "X5": (Measure("event", "commitment_made"), Measure("event", "call_ended")),
}


def measures(playbook: Playbook) -> Mapping[str, tuple[Measure, ...]]:
    """What is to serve each row that is measured, whether or not it is there yet."""
    habits = enumerate(playbook.labels["behaviours"], start=1)
    return {f"B{i}": (Measure("behaviour", rule),) for i, rule in habits} | dict(_OTHERS)


def measured(playbook: Playbook, noticed: Set[str]) -> Iterator[tuple[str, Measure]]:
    """Rows with what measures them now; `noticed` are the behaviours that something notices."""
    categories = {phrase.category for phrase in playbook.lexicon.forbidden}
    for row, those in measures(playbook).items():
        for measure in those:
            if measure.kind == "event" or measure.name in (noticed if measure.kind == "behaviour" else categories):
                yield row, measure
