import pytest

from assist.core.events import Evidence, ObjectionHit, ObjectionRaised, Promise
from assist.core.turns import turns
from tests.core.builders import AGENT, CUSTOMER, Call, Words, judged, tiny

pytestmark = pytest.mark.unit

TABLE = {
    "抱歉": judged("act", "apology"),
    "问好": judged("step", "open.greet"),
    "生气": judged("emotion", "angry"),
    "太贵": judged("objection", "price", hit=ObjectionHit("price", "real", "now")),
    "回电": judged("commitment", "promise", hit=Promise("回电", None, None)),
    "明天": judged("commitment", "promise", hit=Promise("上门", "明天", None)),
}


def call() -> Call:
    return Call(tiny(), [Words(TABLE)])


def test_utterances_of_one_side_in_a_row_are_one_turn() -> None:
    c = call()
    c.agent("问好", 0, 1)
    c.agent("抱歉", 2, 3)
    c.customer("嗯", 4, 5)
    c.agent("好", 6, 7)
    first, answer, last = turns(c.session.state)
    assert [turn.channel for turn in (first, answer, last)] == [AGENT, CUSTOMER, AGENT]
    assert (first.text, first.start, first.utterance) == ("问好抱歉", 0, "a2")
    assert first.is_one(("act", "apology"))
    assert first.is_one(("act", "pitch"), ("step", "open.greet"))
    assert not last.is_one(("act", "apology"))


def test_the_order_is_that_of_beginning_and_not_of_the_texts() -> None:
    c = call()
    c.agent("好", 5, 6)
    c.text(CUSTOMER, "c9", "喂", 0, 1)
    assert [turn.text for turn in turns(c.session.state)] == ["喂", "好"]


def test_an_utterance_without_words_is_no_turn() -> None:
    c = call()
    c.agent("好", 0, 1)
    c.customer("", 2, 3)
    c.agent("好", 4, 5)
    (only,) = turns(c.session.state)
    assert only.text == "好好"


def test_objections_and_promises_are_marks_too() -> None:
    c = call()
    c.customer("太贵", 0, 1)
    c.agent("回电", 2, 3)
    c.customer("嗯", 4, 5)
    c.agent("明天", 6, 7)
    objects, vague, _, dated = turns(c.session.state)
    assert objects.is_one(("objection", "price"))
    assert vague.is_one(("promise", "open"))
    assert dated.is_one(("promise", "dated"))


def test_labels_are_found_by_how_they_begin() -> None:
    c = call()
    c.agent("问好", 0, 1)
    (turn,) = turns(c.session.state)
    assert turn.has("step", "close.", "open.")
    assert turn.has("step")
    assert not turn.has("step", "close.")
    assert not turn.has("act")


def test_what_was_noted_from_outside_counts_as_well() -> None:
    c = call()
    c.customer("贵", 0, 1)
    hit = ObjectionHit("price", "real", "now")
    c.note(ObjectionRaised(at=c.session.now, utterance="c1", hit=hit, score=1.0, evidence=(Evidence(why="贵"),)))
    assert turns(c.session.state)[0].has("objection", "price")
