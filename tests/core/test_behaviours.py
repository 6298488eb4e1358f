from collections.abc import Sequence
from dataclasses import replace

import pytest

from assist.core.behaviours import RULES, Behaviours
from assist.core.events import BehaviourNoticed, CallStarted, Evidence, ObjectionHit, Promise
from assist.core.playbook import Stage
from assist.core.session import CallSession
from tests.core.builders import CUSTOMER, INBOUND, OUTBOUND, Call, Words, judged, started, step, tiny, title

pytestmark = pytest.mark.unit

STEPS = ("open.greet", "confirm_reason.ask", "propose.offer", "propose.pitch", "close.bye", "gather_info.use")
TABLE = (
    {f"[{one}]": judged("step", one) for one in (*STEPS, "close.recap", "close.thanks", "agree.effect")}
    | {f"({act})": judged("act", act) for act in ("pitch", "calls_out", "answers_call", "open.greet", "close.thanks")}
    | {
        "(ok)": judged("act", "check_acceptance.ask_ok"),
        "[ok]": judged("step", "check_acceptance.sure"),
        "<churn>": judged("intent", "churn"),
        "嗯嗯": judged("step", "neutral_response.echo"),
        "太贵": judged("objection", "price", hit=ObjectionHit("price", "real", "now")),
        "明天": judged("commitment", "promise", hit=Promise("上门", "明天", None)),
        "(act.apology)": judged("act", "apology"),
    }
)
MISSED = {"no_greeting", "no_reason", "no_farewell", "not_prepared"}


def call(scene_id: str | None = "inbound", **limits: float) -> Call:
    return Call(tiny(**limits), [Words(TABLE)], scene_id=scene_id)


def noticed(c: Call, *, missed: bool = False) -> list[str]:
    return [e.rule for e in c.of(BehaviourNoticed) if (e.rule in MISSED) is missed]


def rules(c: Call) -> list[str]:
    return [e.rule for e in c.of(BehaviourNoticed)]


class TestRules:
    def test_of_one_moment_are_noticed_every_time(self) -> None:
        c = call()
        for at in (0, 4):
            c.agent("是吗？真的？好吗？", at, at + 1)
            c.customer("嗯", at + 2, at + 3)
        assert noticed(c) == ["question_pileup", "question_pileup"]

    def test_of_the_call_are_noticed_once(self) -> None:
        c = call()
        c.customer("<churn>", 0, 1)
        c.agent("(pitch)", 2, 3)
        c.agent("(pitch)", 4, 5)
        assert noticed(c) == ["no_reason_confirmed"]
        (event,) = (e for e in c.of(BehaviourNoticed) if e.rule == "no_reason_confirmed")
        assert event.evidence == (Evidence(why="还没确认原因就给了方案", utterance="a1"),)

    def test_what_was_noticed_in_the_call_is_not_asked_again_at_its_end(self) -> None:
        c = call()
        c.customer("<churn>", 0, 1)
        c.agent("(pitch)", 2, 3)
        c.end()
        c.end()
        assert noticed(c) == ["no_reason_confirmed", "no_acceptance_check", "no_numbers"]

    def test_follow_the_model_that_was_asked_for(self) -> None:
        session = CallSession(tiny(), [Words(TABLE)])
        session.start(replace(started("churn_inbound"), call_model="M2"))
        c = call("churn_inbound")
        c.session = session
        c.customer("<churn>", 0, 1)
        c.agent("(pitch)", 2, 3)
        assert noticed(c) == []

    def test_every_rule_is_a_behaviour_of_its_own(self) -> None:
        assert len(RULES) == len({rule.look for rule in RULES.values()})


class TestStepsPassedOver:
    def test_are_noticed_when_the_call_goes_on_without_them(self) -> None:
        c = call()
        c.agent("[propose.offer]", 0, 1)
        found = [e for e in c.of(BehaviourNoticed) if e.rule in MISSED]
        assert [e.rule for e in found] == ["no_greeting", "no_reason"]
        assert [e.evidence[0].measure for e in found] == ["open.greet", "confirm_reason.ask"]

    def test_are_those_of_the_model_that_was_asked_for(self) -> None:
        c = call()
        c.session = CallSession(tiny(), [Words(TABLE)])
        c.take(c.session.start(replace(started("inbound"), call_model="M2")))
        c.agent("[propose.pitch]", 0, 1)
        c.end()
        assert noticed(c, missed=True) == []

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

    def test_may_be_said_in_words_that_show_no_stage(self) -> None:
        c = call()
        c.agent("(open.greet)", 0, 1)
        c.agent("[confirm_reason.ask]", 2, 3)
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

    @pytest.mark.parametrize("words", [(), ("",)], ids=["silence", "nothing understood"])
    def test_a_call_without_a_word_misses_nothing(self, words: Sequence[str]) -> None:
        c = call()
        for text in words:
            c.customer(text, 0, 1)
        c.end()
        assert c.of(BehaviourNoticed) == []


def ends(*lines: str) -> list[str]:
    """What is noticed of a call whose model asks for a recap and for thanks."""
    steps = (step("close.recap", missed="no_recap"), step("close.thanks", missed="no_thanks"))
    model = replace(INBOUND, stages=(INBOUND.stages[1], Stage("close", title("收尾"), steps)))
    c = Call(replace(tiny(), models={"M1": model, "M2": OUTBOUND}), [Words(TABLE)])
    for i, line in enumerate(lines):
        (c.agent if line[0] == "A" else c.customer)(line[1:], 2 * i, 2 * i + 1)
    c.end()
    return [rule for rule in rules(c) if rule in ("no_recap", "no_thanks")]


class TestTheEnd:
    def test_lacks_a_recap_of_what_was_said(self) -> None:
        assert ends("C太贵", "A好的[close.thanks]") == ["no_recap"]

    @pytest.mark.parametrize("matter", ["C太贵", "A明天", "A(pitch)"], ids=["objection", "promise", "offer"])
    def test_owes_a_recap_of_anything_that_matters(self, matter: str) -> None:
        assert "no_recap" in ends("A您好", "C喂", matter, "C好", "A[close.thanks]")

    def test_owes_none_of_a_few_questions(self) -> None:
        assert ends("A您好", "C喂", "A修好了吗", "C好了", "A[close.thanks]") == []

    def test_a_recap_belongs_to_the_second_half(self) -> None:
        assert ends("A[close.recap]", "C太贵", "A好的", "C嗯", "A再见[close.thanks]", "C嗯") == ["no_recap"]
        assert ends("A您好", "C太贵", "A好的", "C嗯", "A[close.recap][close.thanks]", "C嗯") == []

    @pytest.mark.parametrize(("asked", "expected"), [("(ok)", []), ("[ok]", []), ("", ["no_recap"])])
    def test_an_order_read_back_for_consent_is_a_recap(self, asked: str, expected: list[str]) -> None:
        assert ends("A您好", "C太贵", f"A[agree.effect]{asked}", "C好", "A[close.thanks]") == expected

    def test_thanks_belong_to_the_last_turns(self) -> None:
        assert ends("A[close.thanks]", "C嗯", "A好", "C嗯", "A好", "C嗯", "A好") == ["no_thanks"]
        assert ends("A好", "C嗯", "A(close.thanks)", "C嗯", "A好", "C嗯", "A好") == []


@pytest.mark.parametrize(
    ("scene_id", "opening", "expected"),
    [
        ("inbound", "", False),
        ("inbound", "(calls_out)", True),
        ("inbound", "(calls_out)(answers_call)", False),
        ("outbound", "", True),
        ("outbound", "(answers_call)", False),
        ("outbound", "(calls_out)(answers_call)", True),
        ("unheard_of", "", False),
        (None, "", False),
    ],
)
def test_what_only_a_caller_owes_is_asked_of_calls_we_placed(
    scene_id: str | None, opening: str, expected: bool
) -> None:
    c = call(scene_id)
    c.agent(f"您好{opening}", 0, 1)
    c.customer("喂", 2, 3)
    c.agent("(pitch)", 4, 5)
    assert ("pitch_before_discovery" in noticed(c)) is expected


def test_nobody_has_called_while_only_the_customer_has_spoken() -> None:
    stages = (Stage("greeting", title("问候"), (step("greeting.permission", missed="no_permission"),)), *INBOUND.stages)
    model = replace(INBOUND, stages=stages)
    c = Call(replace(tiny(), models={"M1": model, "M2": OUTBOUND}), [Words(TABLE)])
    c.customer("喂", 0, 1)
    c.end()
    assert "no_permission" not in rules(c)


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = Behaviours(tiny()), call().session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []


def test_a_call_that_has_not_begun_is_looked_at_without_harm() -> None:
    c = call()
    assert isinstance(c.events[0], CallStarted)
    c.starts(CUSTOMER, 1)
    assert rules(c) == []
