import pytest

from assist.core.behaviours import Behaviours
from assist.core.events import BehaviourNoticed, CommitmentMade, Promise, Transcribed, Transcript
from assist.core.spans import RATE, Span, from_seconds
from tests.core.builders import AGENT, CUSTOMER, Call, Words, judged, tiny

pytestmark = pytest.mark.unit

STEPS = ("open.greet", "confirm_reason.ask", "propose.offer", "propose.pitch", "close.bye", "gather_info.use")
TABLE = {
    "对不起": judged("act", "apology"),
    "要走": judged("intent", "leave"),
    "气死": judged("emotion", "angry"),
    "理解您": judged("step", "handle_emotion.calm"),
    "嗯嗯": judged("step", "neutral_response.echo"),
    "回电": judged("commitment", "promise", hit=Promise("回电", None, None)),
    "明天": judged("commitment", "promise", hit=Promise("上门", "明天", None)),
} | {f"[{step}]": judged("step", step) for step in STEPS}
MISSED = {"no_greeting", "no_reason", "no_farewell", "not_prepared"}


def call(scene_id: str = "inbound", **limits: float) -> Call:
    return Call(tiny(**limits), [Words(TABLE)], scene_id=scene_id)


def noticed(c: Call, *, missed: bool = False) -> list[str]:
    return [e.rule for e in c.of(BehaviourNoticed) if (e.rule in MISSED) is missed]


def one(c: Call, rule: str) -> BehaviourNoticed:
    (found,) = (e for e in c.of(BehaviourNoticed) if e.rule == rule)
    return found


class TestInterruption:
    """The agent came in while the customer spoke, and the customer gave way."""

    def overlap(self, agent_from: float, customer_to: float) -> Call:
        c = call()
        c.starts(CUSTOMER, 1)
        c.starts(AGENT, agent_from)
        c.ends(CUSTOMER, "c1", 1, customer_to)
        return c

    def test_is_noticed_since_the_agent_came_in(self) -> None:
        found = one(self.overlap(3, 4), "interrupts")
        assert found.since == 3 * RATE
        assert found.evidence[0].utterance == "a1"
        assert "1.0 秒" in found.evidence[0].why

    def test_is_not_a_short_overlap(self) -> None:
        assert noticed(self.overlap(3, 3.2)) == []

    def test_is_not_a_start_at_the_same_time(self) -> None:
        assert noticed(self.overlap(1.4, 3)) == []

    def test_is_not_the_customer_coming_in(self) -> None:
        c = call()
        c.starts(AGENT, 1)
        c.starts(CUSTOMER, 3)
        c.ends(AGENT, "a1", 1, 4)
        assert noticed(c) == []

    def test_is_not_an_agent_who_has_given_way(self) -> None:
        c = call()
        c.starts(CUSTOMER, 1)
        c.starts(AGENT, 2)
        c.ends(AGENT, "a1", 2, 2.4)
        c.ends(CUSTOMER, "c1", 1, 4)
        assert noticed(c) == []


class TestMonologue:
    def test_counts_characters_since_the_customers_last_word_and_is_noticed_once(self) -> None:
        c = call(monologue_characters=10)
        c.customer("喂", 0, 1)
        c.agent("六个字六个字", 2, 3)
        assert noticed(c) == []
        c.agent("五个字来了", 4, 5)
        c.agent("还在说", 6, 7)
        found = one(c, "monologue")
        assert found.since == 2 * RATE
        assert "11 个字" in found.evidence[0].why

    def test_begins_again_when_the_customer_has_spoken(self) -> None:
        c = call(monologue_characters=10)
        c.agent("六个字六个字", 2, 3)
        c.customer("嗯", 4, 5)
        c.agent("六个字六个字", 6, 7)
        assert noticed(c) == []

    def test_is_not_the_customers(self) -> None:
        c = call(monologue_characters=3)
        c.customer("很多很多话", 2, 3)
        assert noticed(c) == []


class TestNoBackchannel:
    def test_is_noticed_when_the_row_reaches_the_limit_and_not_again(self) -> None:
        c = call()
        for i in range(5):
            c.customer("还有", 2 * i, 2 * i + 1)
        found = one(c, "no_backchannel")
        assert found.since == 0
        assert found.evidence[0].utterance == "c3"

    def test_is_noticed_in_a_row_after_an_answer(self) -> None:
        c = call()
        c.agent("您说", 0, 1)
        for i in range(1, 4):
            c.customer("还有", 2 * i, 2 * i + 1)
        assert one(c, "no_backchannel").since == 2 * RATE

    def test_is_not_a_row_that_the_agent_has_answered_or_is_answering(self) -> None:
        c = call()
        c.customer("还有", 0, 1)
        c.customer("还有", 2, 3)
        c.agent("嗯", 4, 5)
        c.customer("还有", 6, 7)
        c.customer("还有", 8, 9)
        c.starts(AGENT, 9.5)
        c.customer("还有", 10, 11)
        assert noticed(c) == []

    def test_texts_that_come_late_do_not_make_it_three(self) -> None:
        c = call()
        for i in range(3):
            c.ends(CUSTOMER, c.starts(CUSTOMER, 2 * i), 2 * i, 2 * i + 1)
        for i in range(3):
            c.text(CUSTOMER, f"c{i + 1}", "还有", 2 * i, 2 * i + 1)
        assert noticed(c) == ["no_backchannel"]


class TestTalksTooMuch:
    def shares(self, agent: float, customer: float) -> Call:
        c = call(talk_share=0.7, talk_share_after_seconds=10)
        c.customer("好", 0, customer)
        c.agent("嗯", 20, 20 + agent)
        return c

    def test_is_most_of_the_talk_and_noticed_once(self) -> None:
        c = self.shares(9, 3)
        c.agent("嗯", 40, 45)
        found = one(c, "talks_too_much")
        assert found.since == 20 * RATE
        assert "75%" in found.evidence[0].why

    def test_is_not_less_of_it(self) -> None:
        assert "talks_too_much" not in noticed(self.shares(8, 4))

    def test_is_not_asked_before_there_has_been_enough(self) -> None:
        assert "talks_too_much" not in noticed(self.shares(7, 2))


class TestQuestionPileup:
    def test_is_three_questions_in_one_breath(self) -> None:
        c = call()
        c.agent("是吗？真的?好吗？", 1, 2)
        assert one(c, "question_pileup").since == RATE

    @pytest.mark.parametrize("text", ["是吗？真的？", "没有问题"])
    def test_is_not_fewer(self, text: str) -> None:
        c = call()
        c.agent(text, 1, 2)
        assert noticed(c) == []

    def test_is_not_the_customers(self) -> None:
        c = call()
        c.customer("是吗？真的？好吗？", 1, 2)
        assert noticed(c) == []


class TestPromiseWithoutDeadline:
    def test_is_noticed_at_the_promise(self) -> None:
        c = call()
        c.agent("会回电", 1, 2)
        assert one(c, "promise_without_deadline").since == c.of(CommitmentMade)[0].at

    def test_a_deadline_settles_it(self) -> None:
        c = call()
        c.agent("明天", 1, 2)
        assert noticed(c) == []


class TestEarlyApology:
    def churn(self, *lines: str, scene_id: str = "churn_inbound") -> Call:
        c = call(scene_id)
        c.customer(lines[0], 0, 1)
        for i, line in enumerate(lines[1:], 1):
            c.agent(line, 2 * i, 2 * i + 1)
        return c

    def test_is_noticed_once(self) -> None:
        c = self.churn("我要走", "对不起", "对不起")
        assert one(c, "early_apology").since == 2 * RATE

    @pytest.mark.parametrize(
        "lines",
        [("我要走", "好的"), ("喂", "对不起"), ("我要走", "[confirm_reason.ask]", "对不起")],
        ids=["no apology", "no wish to leave", "reason confirmed"],
    )
    def test_needs_all_of_it(self, lines: tuple[str, ...]) -> None:
        assert noticed(self.churn(*lines)) == []

    def test_is_a_matter_of_customers_who_leave(self) -> None:
        assert noticed(self.churn("我要走", "对不起", scene_id="inbound")) == []


class TestNoEmpathy:
    def test_is_an_answer_that_passes_over_anger_and_is_noticed_once(self) -> None:
        c = call()
        c.customer("气死我了", 0, 1)
        c.agent("工号多少", 2, 3)
        c.agent("工号多少", 4, 5)
        assert one(c, "no_empathy").since == 2 * RATE

    @pytest.mark.parametrize("answer", ["理解您", "嗯嗯"])
    def test_soothing_settles_it(self, answer: str) -> None:
        c = call()
        c.customer("气死我了", 0, 1)
        c.agent(answer, 2, 3)
        assert noticed(c) == []

    def test_looks_at_the_customers_last_word_only(self) -> None:
        c = call()
        c.agent("您好", 0, 1)
        c.customer("气死我了", 2, 3)
        c.customer("算了", 4, 5)
        c.agent("工号多少", 6, 7)
        assert noticed(c) == []


class TestOffers:
    def test_an_offer_before_the_reason_is_confirmed(self) -> None:
        c = call()
        c.agent("[propose.offer]", 0, 1)
        assert one(c, "no_reason_confirmed").evidence[0].measure == "confirm_reason.ask"

    def test_an_offer_after_it(self) -> None:
        c = call()
        c.agent("[confirm_reason.ask]", 0, 1)
        c.agent("[propose.offer]", 2, 3)
        assert noticed(c) == []

    def test_a_pitch_on_a_call_we_placed_before_any_question(self) -> None:
        c = call("outbound")
        c.agent("[propose.pitch]", 0, 1)
        assert one(c, "pitch_before_discovery").evidence[0].measure == "gather_info"

    def test_a_pitch_after_a_question(self) -> None:
        c = call("outbound")
        c.agent("[gather_info.use]", 0, 1)
        c.agent("[propose.pitch]", 2, 3)
        assert noticed(c) == []


class TestStepsPassedOver:
    def test_are_noticed_when_the_call_goes_on_without_them(self) -> None:
        c = call()
        c.agent("[propose.offer]", 0, 1)
        found = [e for e in c.of(BehaviourNoticed) if e.rule in MISSED]
        assert [e.rule for e in found] == ["no_greeting", "no_reason"]
        assert [e.evidence[0].measure for e in found] == ["open.greet", "confirm_reason.ask"]

    def test_are_noticed_once(self) -> None:
        c = call()
        c.agent("[propose.offer]", 0, 1)
        c.agent("[close.bye]", 2, 3)
        c.end()
        assert noticed(c, missed=True) == ["no_greeting", "no_reason"]

    def test_are_not_those_that_were_said(self) -> None:
        c = call()
        c.agent("[open.greet]", 0, 1)
        c.agent("[confirm_reason.ask]", 2, 3)
        c.agent("[close.bye]", 4, 5)
        c.end()
        assert noticed(c, missed=True) == []

    def test_are_asked_for_again_at_the_end(self) -> None:
        c = call()
        c.agent("[open.greet]", 0, 1)
        assert noticed(c, missed=True) == []
        c.end()
        assert noticed(c, missed=True) == ["no_reason", "no_farewell"]

    def test_an_interlude_of_another_model_is_not_going_on(self) -> None:
        c = call()
        c.agent("嗯嗯", 0, 1)
        assert c.session.state.stage == "neutral_response"
        assert noticed(c, missed=True) == []

    def test_a_call_without_a_word_misses_nothing(self) -> None:
        c = call()
        c.end()
        assert c.of(BehaviourNoticed) == []


@pytest.mark.parametrize(("scene_id", "expected"), [("inbound", False), ("outbound", True), ("unheard_of", False)])
def test_what_only_a_caller_owes_is_asked_of_calls_we_placed(scene_id: str, expected: bool) -> None:
    c = call(scene_id)
    c.agent("[propose.offer][propose.pitch]", 0, 1)
    assert ("pitch_before_discovery" in noticed(c)) is expected


def test_rules_read_final_texts_only() -> None:
    c = call()
    c.starts(AGENT, 1)
    span = Span(from_seconds(1), from_seconds(2))
    text = Transcript(utterance="a1", channel=AGENT, revision=1, span=span, text="是吗？真的？好吗？", final=False)
    c.note(Transcribed(at=span.end, transcript=text))
    assert c.of(BehaviourNoticed) == []


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = Behaviours(tiny()), call().session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []


@pytest.mark.parametrize(("agent", "customer", "expected"), [(50, 20, True), (45, 30, False), (37, 10, False)])
def test_most_of_the_talk_is_noticed_once_there_has_been_enough_of_it(
    agent: int, customer: int, expected: bool
) -> None:
    c = call(talk_share=0.7, talk_share_after_seconds=50)
    c.customer("好", 0, customer)
    c.agent("好", customer + 1, customer + 1 + agent)
    c.agent("好", customer + agent + 2, customer + agent + 4)
    found = [e for e in c.of(BehaviourNoticed) if e.rule == "talks_too_much"]
    assert len(found) == expected
    assert all(e.evidence[0].measure == "talk_ratio" for e in found)
