import pytest

from assist.core.events import CallEnded, ForbiddenHit, ObjectionHit, Promise, StageEntered, Summary
from assist.core.spans import RATE, Span, from_seconds
from tests.core.builders import Call, Words, judged, tiny

pytestmark = pytest.mark.unit

PROMISE = Promise("回电", "明天", None)
TABLE = {
    "笨": judged("forbidden", "insult", hit=ForbiddenHit("insult", "high", "笨", "我再说一遍", "exact")),
    "贵": judged("objection", "price", hit=ObjectionHit("price", "real", None)),
    "查账": judged("intent", "bill"),
    "办理": judged("intent", "order"),
    "明天": judged("commitment", "promise", hit=PROMISE),
    "报价": judged("step", "propose.offer"),
}


def call(**limits: float) -> Call:
    return Call(tiny(**limits), [Words(TABLE)])


def summary(c: Call) -> Summary:
    c.end()
    (ended,) = c.of(CallEnded)
    found: Summary = ended.summary
    return found


def test_a_call_without_speech_has_no_talk_ratio_and_no_outcome() -> None:
    found = summary(call())
    assert found.talk_ratio is None
    assert found.outcome is None
    assert found.findings == found.commitments == found.needs == ()


def test_the_talk_ratio_is_the_agents_share_of_detected_speech() -> None:
    c = call()
    c.agent("您好", 0, 1)
    c.customer("喂", 2, 4)
    assert summary(c).talk_ratio == 0.333


def test_stages_follow_each_other_to_the_end_of_the_call() -> None:
    c = call()
    c.agent("报价", 8, 10)
    c.advance(13)
    found = summary(c)
    turn = c.of(StageEntered)[1].at
    assert [(s.stage, s.span) for s in found.stages] == [
        ("open", Span(0, turn)),
        ("propose", Span(turn, 13 * RATE)),
    ]


def test_findings_stand_in_the_order_of_their_moments_and_name_their_utterance() -> None:
    c = call(monologue_characters=3)
    c.customer("太贵了", 0, 1)
    c.agent("你笨啊", 4, 6)
    found = [f for f in summary(c).findings if f.kind != "behaviour" or f.label == "monologue"]
    assert [(f.kind, f.label, f.utterance) for f in found] == [
        ("objection", "price", "c1"),
        ("behaviour", "monologue", "a1"),
        ("forbidden", "insult", "a1"),
    ]
    assert found[1].moment == from_seconds(4)


def test_a_finding_about_a_step_that_was_never_said_has_no_utterance() -> None:
    c = call()
    c.agent("嗯", 0, 1)
    assert {f.utterance for f in summary(c).findings} == {None}


def test_needs_are_the_intents_heard_each_once_in_order() -> None:
    c = call()
    for i, text in enumerate(("办理", "查账", "办理")):
        c.customer(text, 2 * i, 2 * i + 1)
    assert summary(c).needs == ("order", "bill")


def test_commitments_are_kept_as_they_were_made() -> None:
    c = call()
    c.agent("明天", 0, 1)
    assert summary(c).commitments == (PROMISE,)
