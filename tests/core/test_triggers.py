import pytest

from assist.core.conditions import holds
from assist.core.state import CallState
from assist.core.triggers import Conditions, Scope

pytestmark = pytest.mark.unit


def test_conditions_and_scope_as_they_come_ask_for_nothing() -> None:
    assert holds(Conditions(), CallState())
    assert Scope() == Scope((), (), (), ())
