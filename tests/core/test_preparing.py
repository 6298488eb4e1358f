from dataclasses import replace

import pytest

from assist.core.cards import PreparationItem
from assist.core.customer import Customer
from assist.core.events import CallEvent, Prepared, SceneChanged, StageEntered
from assist.core.preparing import Preparing
from assist.core.state import CallState, fold
from assist.core.triggers import Months
from tests.core.builders import started, tiny

pytestmark = pytest.mark.unit


def item(item_id: str, text: str = "看一看", *scenes: str, months: Months | None = None) -> PreparationItem:
    return PreparationItem(item_id, ("X4", "S1"), item_id, text, scenes, months)


def prepared(
    items: list[PreparationItem], *later: CallEvent, customer: Customer | None = None, scene: str | None = "inbound"
) -> list[dict[str, str]]:
    """The lists laid out in a call, as texts by id."""
    reactor = Preparing(replace(tiny(), preparation=tuple(items)))
    state, found = CallState(), []
    for event in (replace(started(scene), customer=customer), *later):
        state = fold(state, event)
        for answer in reactor.react(event, state):
            assert isinstance(answer, Prepared)
            assert answer.at == state.at
            found.append({one.id: one.text for one in answer.items})
    return found


def changed(scene: str) -> SceneChanged:
    return SceneChanged(at=5, scene=scene, by="inferred")


def entered(stage: str) -> StageEntered:
    return StageEntered(at=2, model="M2", stage=stage, done=(), missing=())


def test_a_call_begins_with_the_items_of_its_scene_and_those_of_any() -> None:
    items = [item("any"), item("ours", "查账单", "inbound", "outbound"), item("other", "查合约", "outbound")]
    assert prepared(items) == [{"any": "看一看", "ours": "查账单"}]
    assert prepared(items, scene=None) == [{"any": "看一看"}]


def test_an_item_shows_its_title_and_the_first_row_it_serves() -> None:
    reactor = Preparing(replace(tiny(), preparation=(item("any"),)))
    state = fold(CallState(), started())
    (event,) = reactor.react(started(), state)
    assert isinstance(event, Prepared)
    assert (event.items[0].title, event.items[0].source) == ("any", "X4")


def test_an_item_for_months_of_a_contract_needs_the_month_to_be_known_and_inside() -> None:
    items = [item("late", "谈续约", months=Months(10, 12))]
    assert prepared(items) == []
    assert prepared(items, customer=Customer(months=9)) == []
    assert prepared(items, customer=Customer(months=10)) == [{"late": "谈续约"}]
    assert prepared(items, customer=Customer(months=12)) == [{"late": "谈续约"}]


def test_texts_are_filled_with_what_is_known_and_left_out_when_nothing_is_left() -> None:
    items = [item("fee", "[月租{fee}元|先查月租]"), item("arrears", "[欠{arrears}元]")]
    assert prepared(items) == [{"fee": "先查月租"}]
    assert prepared(items, customer=Customer(fee=139, arrears=168)) == [{"fee": "月租139元", "arrears": "欠168元"}]


def test_another_scene_brings_another_list_until_the_matter_is_reached() -> None:
    items = [item("ours", "查账单", "inbound"), item("other", "查合约", "outbound")]
    first, second = {"ours": "查账单"}, {"other": "查合约"}
    assert prepared(items, changed("outbound")) == [first, second]
    assert prepared(items, entered("greeting"), changed("outbound")) == [first, second]
    assert prepared(items, entered("propose"), changed("outbound")) == [first]
    assert prepared(items, changed("churn_inbound")) == [first]


def test_time_alone_prepares_nothing() -> None:
    reactor = Preparing(tiny())
    assert reactor.deadline(CallState()) is None
    assert list(reactor.due(0, CallState())) == []
