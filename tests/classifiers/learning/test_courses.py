"""A type over the sentences of a call: only groups that are calls count, sentence after sentence."""

import numpy as np
import pytest

from classifiers.customer_type import TYPES
from classifiers.learning.courses import courses
from classifiers.learning.fitting import Judged

pytestmark = pytest.mark.unit

LABELS = ("-", *TYPES)
SURE = 0.8


def judged(*calls: tuple[str, ...], says: dict[int, str] | None = None) -> Judged:
    """Groups with these true labels; the head says the true one, but for the places in `says`."""
    truth = tuple(label for call in calls for label in call)
    groups = tuple(f"g{i}" for i, call in enumerate(calls) for _ in call)
    likely = np.full((len(truth), len(LABELS)), (1 - SURE) / (len(LABELS) - 1), np.float32)
    for place, label in enumerate(truth):
        likely[place, LABELS.index((says or {}).get(place, label))] = SURE
    return Judged(LABELS, truth, ("",) * len(truth), groups, likely)


def test_a_step_for_each_sentence_of_a_call() -> None:
    steps = list(courses(judged(("power", "-", "power", "power", "power"))))
    assert [step.heard for step in steps] == [1, 2, 3, 4, 5]
    assert all(step.right for step in steps)
    assert steps[0].probability < steps[2].probability < steps[-1].probability < 1


def test_a_head_that_is_wrong_is_wrong() -> None:
    steps = list(courses(judged(("lively",) * 4, says=dict.fromkeys(range(4), "perfect"))))
    assert [step.right for step in steps] == [False] * 4


def test_it_recovers_from_a_wrong_beginning() -> None:
    steps = list(courses(judged(("lively",) * 5, says={0: "perfect"})))
    assert [step.right for step in steps][0] is False
    assert steps[-1].right


@pytest.mark.parametrize(
    "group",
    [
        ("power",) * 3,  # too short for a call
        ("-",) * 6,  # shows no type
        ("power", "lively", "power", "power", "power"),  # several people
        ("power", "-", "-", "-", "power"),  # hardly shows one
    ],
)
def test_what_is_no_call_of_one_type_does_not_count(group: tuple[str, ...]) -> None:
    assert list(courses(judged(group))) == []


def test_calls_do_not_mix() -> None:
    alone = list(courses(judged(("power",) * 4))) + list(courses(judged(("peaceful",) * 5)))
    assert list(courses(judged(("power",) * 4, ("-",) * 2, ("peaceful",) * 5))) == alone
