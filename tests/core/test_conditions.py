from dataclasses import replace

import pytest

from assist.core.conditions import holds, within
from assist.core.customer import Customer
from assist.core.events import CustomerTypeChanged, ObjectionHit, ObjectionRaised, StageEntered
from assist.core.spans import RATE
from assist.core.state import CallState, fold
from assist.core.triggers import Conditions, Months
from tests.core.builders import started

pytestmark = pytest.mark.unit


def state(*events: object) -> CallState:
    found = fold(CallState(), started(customer=Customer(surname="王", title="先生", months=11)))
    for event in events:
        found = fold(found, event)  # type: ignore[arg-type]
    return replace(found, steps_done=("open.greet",), at=30 * RATE)


def objected(topic: str) -> ObjectionRaised:
    return ObjectionRaised(at=1, utterance="c1", hit=ObjectionHit(topic, "real", None), score=1.0, evidence=())


CALL = state(
    StageEntered(at=1, model="M1", stage="open", done=(), missing=()),
    objected("price"),
    objected("price"),
    objected("trust"),
)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(), True),
        (Conditions(done=("open.greet",)), True),
        (Conditions(done=("open.greet", "open.name")), False),
        (Conditions(not_done=("open.name",)), True),
        (Conditions(not_done=("open.name", "open.greet")), False),
        (Conditions(been_in=("close", "open")), True),
        (Conditions(been_in=("close",)), False),
        (Conditions(not_been_in=("close",)), True),
        (Conditions(not_been_in=("open",)), False),
        (Conditions(type_known=False), True),
        (Conditions(type_known=True), False),
        (Conditions(objections_from=3), True),
        (Conditions(objections_from=4), False),
        (Conditions(topics_from=2), True),
        (Conditions(topics_from=3), False),
        (Conditions(facts=("name", "months")), True),
        (Conditions(facts=("plan",)), False),
        (Conditions(months=Months(10, 12)), True),
        (Conditions(months=Months(1, 3)), False),
        (Conditions(after_seconds=30), True),
        (Conditions(after_seconds=31), False),
        (Conditions(before_seconds=31), True),
        (Conditions(before_seconds=30), False),
    ],
)
def test_each_condition_is_asked_of_the_state(conditions: Conditions, expected: bool) -> None:
    assert holds(conditions, CALL) is expected


def test_a_known_type_is_known() -> None:
    known = state(CustomerTypeChanged(at=1, type="power", probabilities={}, evidence=()))
    assert holds(Conditions(type_known=True), known)


@pytest.mark.parametrize(("months", "expected"), [(None, False), (0, False), (1, True), (3, True), (4, False)])
def test_a_month_that_is_not_known_lies_in_no_stretch(months: int | None, expected: bool) -> None:
    assert within(Months(1, 3), months) is expected
    assert within(None, months)
