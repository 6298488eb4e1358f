"""How the type of a customer comes out over the sentences of a call, on calls that the head has not seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from classifiers.customer_type import TYPES, posterior
from classifiers.learning.fitting import Judged

SAID = 0.6  # probability from which a type is shown
_LEAST = 4  # sentences of a group that shows one type alone, which is a call


@dataclass(frozen=True, slots=True)
class Step:
    """The posterior after some sentences of a call: how many, how likely its best type is, and whether that is right."""

    heard: int
    probability: float
    right: bool


def courses(judged: Judged) -> Iterator[Step]:
    """Every step of every call among the groups."""
    by_group: dict[str, list[int]] = {}
    for place, group in enumerate(judged.groups):
        by_group.setdefault(group, []).append(place)
    for places in by_group.values():
        shown = {judged.truth[place] for place in places} & set(TYPES)
        if len(shown) != 1 or sum(judged.truth[place] in shown for place in places) < _LEAST:
            continue
        (true,) = shown
        answers = [dict(zip(judged.labels, judged.probabilities[place].tolist(), strict=True)) for place in places]
        for heard in range(1, len(answers) + 1):
            found = posterior(answers[:heard])
            best = max(TYPES, key=lambda kind: found[kind])
            yield Step(heard, found[best], best == true)
