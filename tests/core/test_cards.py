import pytest

from assist.core.cards import Card, CardStep, PreparationItem, Rehearsal

pytestmark = pytest.mark.unit


def test_what_is_read_asks_for_no_more_than_it_must() -> None:
    assert CardStep("先听").say == ""
    assert Card("c", ("K1",), "题", "时", (CardStep("先听"),)).never == ()
    assert PreparationItem("p", ("X4",), "题", "文").months is None
    played = Rehearsal(
        id="r", sources=("X2",), scene="renewal", title="题", background="景", customer_type="power", opening="喂"
    )
    assert (played.facts, played.objections, played.goals, played.watch) == ({}, (), (), ())
