from dataclasses import replace

import pytest

from assist.core.events import BehaviourNoticed, CommitmentMade, ObjectionHit, Promise
from assist.core.playbook import Stage
from assist.core.spans import RATE
from tests.core.builders import AGENT, INBOUND, Call, Words, judged, step, tiny, title

pytestmark = pytest.mark.unit

STEPS = (
    "confirm_reason.ask",
    "propose.help_offer",
    "propose.figures",
    "gather_info.use",
    "greeting.hello",
    "check_acceptance.ask_ok",
    "second_offer.more",
    "agree.customer_yes",
    "closing.thanks",
    "closing.customer_bye",
    "handle_emotion.calm",
    "neutral_response.repeat_words",
    "neutral_response.look_first",
)
ACTS = ("apology", "soothes", "agrees", "echoes", "pitch", "figures", "gives_up", "hangs_up", "confirm_reason.ask")
TABLE = (
    {f"[{step}]": judged("step", step) for step in STEPS}
    | {f"({act})": judged("act", act) for act in ACTS}
    | {f"<{reply}>": judged("reply", reply) for reply in ("refuses", "takes", "waits", "done")}
    | {f"<{intent}>": judged("intent", intent) for intent in ("churn", "fault", "consult", "book", "escalate")}
    | {f"{{{level}}}": judged("empathy", level) for level in "0125"}
    | {f"<{emotion}>": judged("emotion", emotion) for emotion in ("upset", "angry", "calm")}
    | {
        "<price>": judged("objection", "price", hit=ObjectionHit("price", "real", "now")),
        "回电": judged("commitment", "promise", hit=Promise("回电", None, None)),
        "明天": judged("commitment", "promise", hit=Promise("上门", "明天", None)),
    }
)


def talk(*lines: str, scene_id: str = "inbound", over: bool = False) -> Call:
    """A call of lines, the agent's beginning with A and the customer's with C, each a second after the one before."""
    c = Call(tiny(), [Words(TABLE)], scene_id=scene_id)
    for i, line in enumerate(lines):
        (c.agent if line[0] == "A" else c.customer)(line[1:], 2 * i, 2 * i + 1)
    if over:
        c.end()
    return c


def found(rule: str, *lines: str, scene_id: str = "inbound", over: bool = False) -> BehaviourNoticed | None:
    """What was noticed of a rule, at most once."""
    of_rule = [e for e in talk(*lines, scene_id=scene_id, over=over).of(BehaviourNoticed) if e.rule == rule]
    assert len(of_rule) <= 1
    return of_rule[0] if of_rule else None


class TestPromiseWithoutDeadline:
    def test_is_noticed_at_every_promise(self) -> None:
        c = talk("A会回电", "C好", "A会回电")
        made = [e.at for e in c.of(CommitmentMade)]
        assert [e.since for e in c.of(BehaviourNoticed) if e.rule == "promise_without_deadline"] == made

    def test_a_deadline_settles_it(self) -> None:
        assert found("promise_without_deadline", "A明天") is None


class TestEarlyApology:
    def test_is_the_first_answer_to_a_wish_to_leave(self) -> None:
        noticed = found("early_apology", "A您好", "C<churn>", "A(apology)", "A(apology)", scene_id="churn_inbound")
        assert noticed is not None
        assert (noticed.since, noticed.evidence[0].utterance) == (4 * RATE, "a2")

    @pytest.mark.parametrize(
        "lines",
        [
            ("C<churn>", "A好的"),
            ("C喂", "A(apology)"),
            ("C<churn>", "A请问原因", "C多扣了钱", "A(apology)"),
            ("A(apology)",),
        ],
        ids=["no apology", "no wish yet", "a later answer", "nobody has spoken"],
    )
    def test_needs_all_of_it(self, lines: tuple[str, ...]) -> None:
        assert found("early_apology", *lines, scene_id="churn_inbound") is None

    def test_is_a_matter_of_customers_who_leave(self) -> None:
        assert found("early_apology", "C<churn>", "A(apology)") is None


class TestNoEmpathy:
    @pytest.mark.parametrize("emotion", ["upset", "angry"])
    def test_is_an_answer_that_passes_over_a_feeling_and_is_noticed_once(self, emotion: str) -> None:
        noticed = found("no_empathy", f"C<{emotion}>", "A您的工号多少", "C嗯", f"C<{emotion}>", "A您的工号多少")
        assert noticed is not None
        assert noticed.since == 2 * RATE

    @pytest.mark.parametrize(
        "answer", ["[handle_emotion.calm]", "[neutral_response.repeat_words]", "(apology)", "(soothes)", "{2}", "{5}"]
    )
    def test_soothing_settles_it_and_the_talk_may_then_be_of_the_matter(self, answer: str) -> None:
        assert found("no_empathy", "C<angry>", f"A{answer}", "C<angry>", "A您的工号多少") is None

    @pytest.mark.parametrize("answer", ["[neutral_response.look_first]", "您消停点{1}", "您的工号多少{0}"])
    def test_looking_into_it_and_asking_why_soothe_nobody(self, answer: str) -> None:
        assert found("no_empathy", "C<angry>", f"A{answer}") is not None

    def test_what_soothed_nobody_who_was_roused_does_not_count(self) -> None:
        assert found("no_empathy", "C好", "A(soothes)", "C<upset>", "A您的工号多少") is not None

    @pytest.mark.parametrize(
        "lines",
        [("C<angry>", "A嗯嗯"), ("A您的工号多少",), ("A您好", "C<calm>", "A您的工号多少"), ("C<angry>", "C算了")],
        ids=["a word or two", "nobody has spoken", "calm", "no answer yet"],
    )
    def test_is_not_every_answer(self, lines: tuple[str, ...]) -> None:
        assert found("no_empathy", *lines) is None


class TestAgreesWithComplaint:
    def test_running_the_company_down_is_noticed_after_anything_the_customer_said(self) -> None:
        noticed = found("agrees_with_complaint", "C这手机发烫", "A(agrees)")
        assert noticed is not None
        assert noticed.since == 2 * RATE

    @pytest.mark.parametrize("complaint", ["<upset>", "<price>", "<fault>"])
    def test_an_echo_is_noticed_after_a_complaint(self, complaint: str) -> None:
        assert found("agrees_with_complaint", f"C{complaint}", "A(echoes)") is not None

    @pytest.mark.parametrize(
        "lines",
        [
            ("C<consult>", "A(echoes)"),
            ("C<angry>", "A(agrees)(apology)"),
            ("C<angry>", "A(echoes)(soothes)"),
            ("A(agrees)",),
            ("C<angry>", "A好"),
        ],
        ids=["no complaint", "owns up", "soothes", "nobody has spoken", "no agreement"],
    )
    def test_is_not_every_agreement(self, lines: tuple[str, ...]) -> None:
        assert found("agrees_with_complaint", *lines) is None


class TestNoReasonConfirmed:
    @pytest.mark.parametrize("offer", ["(pitch)", "[propose.help_offer]"])
    def test_is_an_offer_before_the_reason_is_known(self, offer: str) -> None:
        noticed = found("no_reason_confirmed", "C<churn>", f"A{offer}")
        assert noticed is not None
        assert noticed.since == 2 * RATE

    @pytest.mark.parametrize("asking", ["[confirm_reason.ask]", "(confirm_reason.ask)"])
    def test_asking_settles_it(self, asking: str) -> None:
        assert found("no_reason_confirmed", "C<churn>", f"A{asking}", "C太贵", "A(pitch)") is None

    def test_what_the_greeting_asks_is_another_matter(self) -> None:
        asking = "A[greeting.hello][confirm_reason.ask]"
        assert found("no_reason_confirmed", asking, "C<churn>", "A(pitch)") is not None
        assert found("no_reason_confirmed", "C<churn>", asking, "C太贵", "A(pitch)") is None
        assert found("no_reason_confirmed", "A[confirm_reason.ask]", "C太贵", "A(pitch)") is None

    def test_an_offer_of_help_in_the_opening_is_no_offer(self) -> None:
        assert found("no_reason_confirmed", "A[propose.help_offer]", "C<churn>") is None

    def test_a_model_without_that_stage_asks_for_no_reason(self) -> None:
        assert found("no_reason_confirmed", "C喂", "A(pitch)", scene_id="outbound") is None


class TestPitchBeforeDiscovery:
    def test_is_a_pitch_before_any_question(self) -> None:
        noticed = found("pitch_before_discovery", "A您好", "C喂", "A(pitch)", scene_id="outbound")
        assert noticed is not None
        assert noticed.since == 4 * RATE

    @pytest.mark.parametrize(
        ("opening", "expected"),
        [("[greeting.hello](pitch)", False), ("[greeting.hello](pitch)(figures)", True), ("(pitch)", True)],
    )
    def test_a_greeting_may_say_what_it_is_about_without_figures(self, opening: str, expected: bool) -> None:
        noticed = found("pitch_before_discovery", f"A{opening}", scene_id="outbound")
        assert (noticed is not None) is expected

    @pytest.mark.parametrize(
        "lines",
        [
            ("C喂", "A[gather_info.use]", "C好", "A(pitch)"),
            ("C喂", "A您平时怎么用？", "C上网", "A(pitch)"),
            ("C喂", "A好的"),
        ],
        ids=["a question heard", "a question by its stage", "no pitch"],
    )
    def test_is_not_a_pitch_after_a_question(self, lines: tuple[str, ...]) -> None:
        assert found("pitch_before_discovery", *lines, scene_id="outbound") is None

    def test_a_customer_who_calls_may_be_told_at_once(self) -> None:
        assert found("pitch_before_discovery", "C喂", "A(pitch)") is None


class TestNoNumbers:
    def test_is_a_pitch_without_a_figure_up_to_the_end(self) -> None:
        noticed = found("no_numbers", "C喂", "A(pitch)", "C多少", "A就是便宜", over=True)
        assert noticed is not None
        assert (noticed.since, noticed.evidence[0].utterance) == (2 * RATE, "a1")

    @pytest.mark.parametrize("farewell", ["[closing.thanks]", "(gives_up)", "(hangs_up)", "(closing.recap)"])
    def test_is_noticed_as_the_agent_ends_the_call(self, farewell: str) -> None:
        c = self.closable()
        c.agent(f"就这样{farewell}", 4, 5)
        assert c.session.state.stage == "closing"
        assert "no_numbers" in {e.rule for e in c.of(BehaviourNoticed)}

    @pytest.mark.parametrize("line", ["(hangs_up)", "就这样"], ids=["not closing yet", "closing not begun in words"])
    def test_is_not_noticed_before_that(self, line: str) -> None:
        c = self.closable()
        c.agent(line, 4, 5)
        assert "no_numbers" not in {e.rule for e in c.of(BehaviourNoticed)}

    def closable(self) -> Call:
        """A call with a pitch, whose model has a stage `closing`."""
        ending = Stage("closing", title("送别"), (step("closing.thanks", required=False),))
        model = replace(INBOUND, stages=(*INBOUND.stages, ending))
        table = TABLE | {"就这样": judged("stage", "closing"), "(closing.recap)": judged("act", "closing.recap")}
        c = Call(replace(tiny(), models={"M1": model, "M2": model}), [Words(table)])
        c.customer("喂", 0, 1)
        c.agent("(pitch)", 2, 3)
        return c

    @pytest.mark.parametrize(
        "lines", [("A(pitch)", "C多少", "A(figures)"), ("C喂", "A好的")], ids=["figures later", "no pitch"]
    )
    def test_is_not_a_pitch_with_figures(self, lines: tuple[str, ...]) -> None:
        assert found("no_numbers", *lines, over=True) is None

    def test_figures_that_lead_up_to_the_pitch_belong_to_it_and_earlier_ones_do_not(self) -> None:
        led_up = ("C喂", "A(figures)", "C嗯", "A是这样", "C嗯", "A(pitch)")
        assert found("no_numbers", *led_up, over=True) is None
        assert found("no_numbers", *led_up[:4], "C嗯", "A那这样", *led_up[4:], over=True) is not None

    def test_nothing_is_missing_while_the_call_goes_on(self) -> None:
        assert found("no_numbers", "C喂", "A(pitch)", "C好", "A再看看") is None


class TestNoAcceptanceCheck:
    def test_is_an_offer_that_nobody_asked_about(self) -> None:
        noticed = found("no_acceptance_check", "C喂", "A(pitch)", "C嗯", over=True)
        assert noticed is not None
        assert noticed.since == 2 * RATE

    @pytest.mark.parametrize(
        "lines",
        [
            ("C喂", "A(pitch)", "C嗯", "A[check_acceptance.ask_ok]"),
            ("C喂", "A(pitch)", "C<takes>"),
            ("C喂", "A(pitch)", "C<book>"),
            ("C喂", "A(pitch)", "C[agree.customer_yes]"),
            ("C喂", "A好的"),
        ],
        ids=["asked", "taken", "booked", "agreed", "no offer"],
    )
    def test_asking_or_taking_settles_it(self, lines: tuple[str, ...]) -> None:
        assert found("no_acceptance_check", *lines, over=True) is None

    def test_who_refuses_in_the_same_breath_has_not_taken_it(self) -> None:
        assert found("no_acceptance_check", "C喂", "A(pitch)", "C<takes><refuses>", over=True) is not None


class TestNoSecondOffer:
    @pytest.mark.parametrize("refusal", ["<refuses>", "<price>", "<churn>", "说什么都没用"])
    def test_is_noticed_when_the_agent_gives_up_at_once(self, refusal: str) -> None:
        noticed = found("no_second_offer", "C喂", "A(pitch)", f"C{refusal}", "A(gives_up)")
        assert noticed is not None
        assert noticed.since == 4 * RATE

    def test_is_noticed_at_the_end(self) -> None:
        assert found("no_second_offer", "C<takes>", "A(pitch)", "C<refuses>", "A好的", over=True) is not None

    @pytest.mark.parametrize("effort", ["(pitch)", "[second_offer.more]", "[propose.help_offer]", "[propose.figures]"])
    def test_another_try_settles_it(self, effort: str) -> None:
        assert found("no_second_offer", "C喂", "A(pitch)", "C<refuses>", f"A{effort}", "C嗯", over=True) is None

    @pytest.mark.parametrize(
        "lines",
        [
            ("C喂", "A(pitch)", "C<refuses>", "A好的", "C<takes>"),
            ("C<refuses>", "A好的"),
            ("C喂", "A(pitch)", "C好"),
        ],
        ids=["taken after all", "no offer", "no refusal"],
    )
    def test_needs_an_offer_and_a_refusal_that_stands(self, lines: tuple[str, ...]) -> None:
        assert found("no_second_offer", *lines, over=True) is None

    def test_may_be_noticed_later_and_dates_from_the_refusal(self) -> None:
        noticed = found("no_second_offer", "C喂", "A(pitch)", "C<refuses>", "A为什么", "C嗯", "A(gives_up)")
        assert noticed is not None
        assert noticed.since == 4 * RATE

    @pytest.mark.parametrize(
        "lines",
        [
            ("C喂", "A(pitch)", "A(gives_up)"),
            ("C喂", "A(gives_up)"),
            ("C喂", "A(pitch)", "C<refuses>", "A[second_offer.more]", "C<refuses>", "A(gives_up)"),
            ("C喂", "A(pitch)", "C<refuses>", "A为什么", "C<takes>", "A(gives_up)"),
        ],
        ids=["before an answer", "no offer", "after a second one", "it was taken"],
    )
    def test_is_not_every_giving_up(self, lines: tuple[str, ...]) -> None:
        assert found("no_second_offer", *lines) is None


class TestAgentHangsUpFirst:
    def test_is_a_hang_up_while_the_customer_is_not_done(self) -> None:
        noticed = found("agent_hangs_up_first", "C那谁来管", "A(hangs_up)")
        assert noticed is not None
        assert noticed.since == 2 * RATE

    def test_is_a_farewell_to_somebody_who_asks_to_wait(self) -> None:
        assert found("agent_hangs_up_first", "C<waits>", "A[closing.thanks]") is not None
        assert found("agent_hangs_up_first", "C<waits><done>", "A[closing.thanks]") is not None

    @pytest.mark.parametrize("last", ["<angry>", "<escalate>"])
    def test_is_a_farewell_that_ends_the_call_on_an_angry_customer(self, last: str) -> None:
        assert found("agent_hangs_up_first", f"C{last}", "A[closing.thanks]") is None
        assert found("agent_hangs_up_first", f"C{last}", "A[closing.thanks]", over=True) is not None

    @pytest.mark.parametrize(
        "lines",
        [
            ("C<done>", "A(hangs_up)"),
            ("C[closing.customer_bye]", "A(hangs_up)"),
            ("A(hangs_up)",),
            ("C好的", "A[closing.thanks]"),
            ("C<angry>", "A好的"),
            ("A您好", "C<angry>"),
        ],
        ids=["done", "said goodbye", "nobody has spoken", "content", "cut off", "the customer ends it"],
    )
    def test_is_not_every_end(self, lines: tuple[str, ...]) -> None:
        assert found("agent_hangs_up_first", *lines, over=True) is None


def test_the_customers_words_alone_are_no_behaviour_of_the_agent() -> None:
    c = talk("C(pitch)(hangs_up)(agrees)[propose.help_offer]", "C<angry>")
    assert c.of(BehaviourNoticed) == []
    assert c.session.state.finals[0].channel is not AGENT
