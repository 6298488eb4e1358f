"""The tracker on steps, questions and what the customer said; words are stand-ins, the telecom playbook has tests of its own."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.events import (
    Channel,
    Evidence,
    Judgement,
    ObjectionHit,
    Promise,
    SceneChanged,
    Signal,
    StageEntered,
)
from assist.core.playbook import Model, Playbook, Stage
from assist.core.session import CallSession
from assist.core.spans import from_seconds
from assist.core.stages import StageTracker
from tests.core.builders import AGENT, CUSTOMER, Call, Words, judged, scene, started, step, tiny, title

pytestmark = pytest.mark.unit

STEPS = (
    "open.greet",
    "open.name",
    "confirm_reason.ask",
    "extra.tip",
    "propose.offer",
    "propose.pitch",
    "second_offer.more",
    "close.bye",
    "handle_emotion.calm",
    "neutral_response.echo",
    "nowhere.at_all",
    "prepare.read",
    "gather_info.use",
    "greeting.hello",
    "analyse.cause",
    "check_acceptance.ask",
    "check_acceptance.asked",
    "agree.order",
    "closing.recap",
    "closing.thanks",
)
OBJECTION = ObjectionHit("price", "real", "now")
TABLE = {f"[{name}]": judged("step", name) for name in STEPS}
TABLE |= {f"<{name}>": judged("stage", name) for name in ("propose", "handle_emotion", "confirm_reason", "closing")}
TABLE |= {
    "太贵": judged("objection", "price", hit=OBJECTION),
    "生气": judged("emotion", "angry"),
    "高兴": judged("emotion", "calm"),
    "我去查": judged("commitment", "check", hit=Promise("去查", None, None)),
}
LONG = "这个事情我还要再想一想再说"  # more than a few words


def _stage(name: str, *steps: str, optional: bool = False, off_call: bool = False) -> Stage:
    own = tuple(step(f"{name}.{one}", required=False) for one in steps)
    return Stage(name, title(name), own, optional=optional, off_call=off_call)


HARD = Model(
    "M5",
    title("困难"),
    (
        _stage("prepare", off_call=True),
        _stage("greeting", "hello", optional=True),
        _stage("handle_emotion", "calm"),
        _stage("gather_info", "use"),
        _stage("analyse", "cause"),
        _stage("propose", "offer", "pitch"),
        _stage("check_acceptance", "ask", "asked"),
        replace(_stage("second_offer", "more", optional=True), after=("propose",)),
        _stage("agree", "order", optional=True),
        _stage("closing", "recap", "thanks"),
    ),
)


def playbook() -> Playbook:
    """The tiny one with the stages that calls really have."""
    small = tiny()
    scenes = {**small.scenes, "hard": scene("hard", "M5"), "same": scene("same", "M5")}
    return replace(small, models={**small.models, "M5": HARD}, scenes=scenes)


def call(*lines: str, scene_id: str | None = "inbound") -> Call:
    """A call in which the agent says these lines; those that begin with > are the customer's."""
    told = Call(playbook(), [Words(TABLE)], scene_id=scene_id)
    for i, line in enumerate(lines):
        channel = CUSTOMER if line.startswith(">") else AGENT
        told.says_line(channel, line.removeprefix(">"), 2 * i, 2 * i + 1)
    return told


def stages(*lines: str, scene_id: str | None = "inbound") -> list[StageEntered]:
    found: list[StageEntered] = call(*lines, scene_id=scene_id).of(StageEntered)
    return found


def ids(found: list[StageEntered]) -> list[str]:
    return [entered.stage for entered in found]


def hard(*lines: str) -> list[str]:
    return ids(stages(*lines, scene_id="hard"))


# --- the model and its first stage ---------------------------------------------------------------------------------


def test_a_call_begins_in_the_first_stage_that_happens_on_the_call() -> None:
    (first,) = stages()
    assert (first.at, first.model, first.stage, first.done, first.missing) == (0, "M1", "open", (), ("open.greet",))


def test_the_scene_picks_the_model() -> None:
    assert [(e.model, e.stage) for e in stages(scene_id="outbound")] == [("M2", "hello")]


def test_a_model_that_was_asked_for_goes_before_that_of_the_scene() -> None:
    session = CallSession(playbook(), [])
    events = session.start(replace(started("inbound"), call_model="M5")).events
    assert [(e.model, e.stage) for e in events if isinstance(e, StageEntered)] == [("M5", "greeting")]
    events = session.note(SceneChanged(at=1, scene="outbound", by="hand")).events
    assert not [e for e in events if isinstance(e, StageEntered)]


# --- steps and the path --------------------------------------------------------------------------------------------


def test_a_step_heard_enters_its_stage_with_the_evidence() -> None:
    found = stages("[open.greet]", "[confirm_reason.ask]")
    assert ids(found) == ["open", "confirm_reason"]
    assert found[-1].because[0].utterance == "a2"
    assert found[-1].done == ("open.greet", "confirm_reason.ask")
    assert found[-1].missing == ()


def test_missing_are_required_steps_of_this_and_earlier_stages_that_are_not_optional() -> None:
    assert stages("[propose.offer]")[-1].missing == ("open.greet", "confirm_reason.ask")
    assert stages("<propose>")[-1].missing == ("open.greet", "confirm_reason.ask", "propose.offer")
    assert stages("[extra.tip] [open.name]", "[extra.tip]")[-1].missing == ("open.greet", "confirm_reason.ask")


def test_staying_in_a_stage_is_no_event() -> None:
    assert ids(stages("[open.greet]", "[open.name]", "嗯")) == ["open"]


def test_of_two_stages_heard_together_the_next_one_wins() -> None:
    assert ids(stages("[close.bye][confirm_reason.ask]")) == ["open", "confirm_reason"]
    assert ids(stages("[confirm_reason.ask]", "[open.greet][propose.offer]")) == ["open", "confirm_reason", "propose"]


def test_two_steps_of_a_far_stage_outweigh_one_of_the_next() -> None:
    found = stages("[propose.offer]", "[close.bye][open.greet][open.name]")
    assert ids(found) == ["open", "propose", "open"]


def test_staying_beats_going_back() -> None:
    assert ids(stages("[confirm_reason.ask]", "[open.name][confirm_reason.ask]")) == ["open", "confirm_reason"]


def test_an_optional_stage_may_be_stepped_over() -> None:
    found = stages("[confirm_reason.ask]", "[close.bye][propose.offer]")
    assert ids(found) == ["open", "confirm_reason", "propose"]


def test_the_farther_a_stage_the_less_likely() -> None:
    assert hard("[closing.thanks][analyse.cause]") == ["greeting", "analyse"]


def test_signals_of_earlier_utterances_do_not_vote_again() -> None:
    assert ids(stages("[propose.offer]", "[open.greet]", "嗯")) == ["open", "propose", "open"]


def test_words_of_a_partial_do_not_move_the_call() -> None:
    told = call()
    told.starts(AGENT, 1)
    assert told.session.state.stage == "open"


def test_steps_of_the_customer_enter_nothing_by_themselves() -> None:
    assert ids(stages(">[propose.offer]")) == ["open"]


# --- second offers and interludes ----------------------------------------------------------------------------------


def test_a_second_offer_without_a_first_is_the_first() -> None:
    assert ids(stages("[second_offer.more]")) == ["open", "propose"]
    assert ids(stages("[propose.offer]", "[second_offer.more]")) == ["open", "propose", "second_offer"]
    assert ids(stages("[propose.offer]", "[open.greet][open.name]", "[second_offer.more]"))[-1] == "second_offer"


def test_another_offer_is_a_second_one_where_its_words_say_so() -> None:
    assert hard("[propose.offer]", ">不行", "[propose.offer][second_offer.more]")[-1] == "second_offer"
    assert hard("[propose.offer][second_offer.more]") == ["greeting", "propose"]


def test_an_interlude_of_another_model_is_lent_to_every_call() -> None:
    found = stages("[neutral_response.echo]", "[propose.offer]")
    assert ids(found) == ["open", "neutral_response", "propose"]
    assert found[1].model == "M1"
    assert found[1].missing == ()


def test_after_an_interlude_the_call_goes_on_where_it_was() -> None:
    assert hard("[propose.offer]", ">太贵", "[neutral_response.echo]", ">行", "[propose.offer]") == [
        "greeting", "propose", "handle_emotion", "propose",
    ]  # fmt: skip
    found = ids(stages("[propose.offer]", ">太贵", "[neutral_response.echo]", ">行", "[propose.offer]"))
    assert found == ["open", "propose", "neutral_response", "propose"]


def test_an_ordinary_stage_of_another_model_and_one_that_is_nowhere_are_passed_over() -> None:
    assert ids(stages("[analyse.cause]", "[nowhere.at_all]")) == ["open"]


def test_a_stage_that_happens_off_the_call_is_not_entered_on_it() -> None:
    assert hard("[prepare.read]") == ["greeting"]


# --- what kind of turn it is ---------------------------------------------------------------------------------------


def test_a_question_finds_out() -> None:
    assert hard("您好。", ">你好，我手机坏了。", "是哪一天坏的？") == ["greeting", "gather_info"]
    assert hard("是哪一位？") == ["greeting"]  # nobody has said anything yet
    found = ids(stages(">你好", "<confirm_reason>怎么了？"))
    assert found == ["open", "confirm_reason"]


def test_a_statement_hardly_finds_out() -> None:
    assert hard("[gather_info.use][analyse.cause]，是这样。") == ["greeting", "analyse"]
    assert hard("[gather_info.use][analyse.cause]") == ["greeting", "gather_info"]  # unpunctuated: not known


def test_who_states_something_at_length_after_asking_goes_on() -> None:
    longer = "您家离基站有八百多米，中间又隔着一栋楼。"
    assert hard("[gather_info.use]", ">是的", longer) == ["greeting", "gather_info", "analyse"]
    assert hard("[gather_info.use]", ">是的", "我看看，您稍等。") == ["greeting", "gather_info"]
    last = Model(
        "M9",
        title("短"),
        (_stage("greeting", "hello"), _stage("gather_info", "use"), _stage("follow_up", off_call=True)),
    )
    told = Call(replace(playbook(), models={"M9": last}, fallback_model="M9", scenes={}), [Words(TABLE)], scene_id=None)
    told.agent("[gather_info.use]", 1, 2)
    told.agent(longer, 3, 4)
    assert told.session.state.stage == "gather_info"


def test_an_order_repeats_what_was_offered() -> None:
    assert hard("[propose.offer]", ">行", "[propose.offer]<propose>[agree.order]")[-1] == "agree"
    assert hard("[propose.offer]<propose>[agree.order]") == ["greeting", "propose"]


def test_an_offer_that_ends_with_a_question_is_an_offer() -> None:
    assert hard(">你好", "[propose.offer]，[check_acceptance.ask]？") == ["greeting", "propose"]
    assert hard("[propose.offer]", ">不知道", "[propose.offer]，[check_acceptance.ask]？") == ["greeting", "propose"]


def test_what_is_asked_about_was_offered() -> None:
    assert hard(">你好", "[check_acceptance.ask]？") == ["greeting", "propose"]
    assert hard("[propose.offer]", ">嗯", "[check_acceptance.ask]？")[-1] == "check_acceptance"
    assert hard("[propose.offer]", ">嗯", "[gather_info.use][check_acceptance.ask]？")[-1] == "gather_info"


def test_asking_whether_it_suits_is_no_sign_of_an_offer_in_a_model_without_one() -> None:
    without = Model("M9", title("无"), (_stage("greeting", "hello"), _stage("check_acceptance", "ask")))
    small = replace(playbook(), models={"M9": without}, fallback_model="M9", scenes={})
    told = Call(small, [Words(TABLE)], scene_id=None)
    told.agent("[check_acceptance.ask]", 1, 2)
    assert told.session.state.stage == "check_acceptance"


def test_words_about_an_offer_say_nothing_before_there_is_one() -> None:
    table = {"不用另外": judged("stage", "check_acceptance")}
    told = Call(playbook(), [Words(table)], scene_id="hard")
    told.agent("不用另外交钱", 1, 2)
    assert told.session.state.stage == "greeting"


def test_a_call_is_opened_once() -> None:
    assert hard("[greeting.hello]", "[gather_info.use]", "[greeting.hello]") == ["greeting", "gather_info"]


def test_a_summary_repeats_what_was_offered() -> None:
    said = hard("[propose.offer]", ">好的", "[closing.recap][propose.offer]<propose>[agree.order]")
    assert said == ["greeting", "propose", "closing"]
    assert hard("[closing.recap][closing.thanks][analyse.cause]")[-1] == "closing"
    assert hard("[closing.recap][gather_info.use]")[-1] == "gather_info"


def test_who_promises_proposes() -> None:
    assert hard(">你好", "我去查一下。") == ["greeting", "propose"]


def test_a_promise_after_an_offer_names_no_new_one() -> None:
    said = ("[propose.offer]", ">[closing.thanks]", "我去查一下，明天答复。")
    assert hard(*said)[-1] == "closing"
    assert hard("[propose.offer]", ">好", "<propose>我去查一下，明天答复。")[-1] == "propose"


# --- what the customer said before ---------------------------------------------------------------------------------


def test_the_answer_to_an_objection_needs_no_words_of_its_own() -> None:
    found = stages("[propose.offer]", ">太贵，太贵", "不会贵的，您算算。")
    assert ids(found) == ["open", "propose", "neutral_response"]
    assert found[-1].because[0].utterance == "c1"


def test_an_angry_customer_is_answered() -> None:
    assert ids(stages(">生气", "我们也没有办法。")) == ["open", "handle_emotion"]
    assert ids(stages(">高兴", "我们也没有办法。")) == ["open"]


def test_a_model_that_begins_with_feelings_takes_the_first_answer_as_that() -> None:
    assert hard(">太贵", "[neutral_response.echo]") == ["greeting", "handle_emotion"]
    said = hard("[handle_emotion.calm]", ">太贵", "[neutral_response.echo]")
    assert said == ["greeting", "handle_emotion", "neutral_response"]


def test_a_word_or_two_answers_nothing() -> None:
    assert ids(stages("[propose.offer]", ">太贵", "嗯", "不会贵的，您算算。"))[-1] == "neutral_response"
    assert ids(stages("[propose.offer]", ">太贵", "是这样想的。", "不会贵的，您算算。"))[1:] == [
        "propose",
        "neutral_response",
    ]


def test_a_question_about_an_offer_is_answered() -> None:
    assert hard("[propose.offer]", ">流量够吗？", "够您用的。")[-1] == "check_acceptance"
    assert (
        hard("[propose.offer]", ">[check_acceptance.asked][check_acceptance.ask]", "够您用的。")[-1]
        == "check_acceptance"
    )
    assert hard("[propose.offer]", ">流量够吗？", "[propose.pitch]够您用的。")[-1] == "check_acceptance"
    assert hard("[propose.offer]", ">流量够吗？", "[propose.offer]<propose>换一个。")[-1] == "propose"


def test_a_question_before_there_is_an_offer_asks_about_none() -> None:
    assert hard("[gather_info.use]", ">怎么算？[closing.thanks]", "我来看看。") == ["greeting", "gather_info"]


def test_more_than_a_few_words_after_an_offer_may_be_an_objection() -> None:
    assert (
        hard("[handle_emotion.calm]", "[propose.offer]", f">{LONG}{LONG}", "您再看看，不急。")[-1] == "neutral_response"
    )
    assert hard("[handle_emotion.calm]", "[propose.offer]", ">再说吧", "您再看看，不急。")[-1] == "propose"
    assert hard("[handle_emotion.calm]", "[propose.offer]", f">{LONG}{LONG}", "您再看看不急")[-1] == "propose"


# --- the scene changes ---------------------------------------------------------------------------------------------


def changed(told: Call, to: str) -> list[StageEntered]:
    because = (Evidence(why="说到销户", utterance="c1"),)
    events = told.note(SceneChanged(at=told.session.now, scene=to, by="hand", because=because))
    return [event for event in events if isinstance(event, StageEntered)]


@pytest.mark.parametrize(
    ("lines", "before", "after", "stage"),
    [
        (["[propose.offer]"], "inbound", "hard", "propose"),  # it has the same stage
        (["[confirm_reason.ask]"], "inbound", "hard", "gather_info"),  # the nearest that it has
        (["[gather_info.use]"], "hard", "inbound", "confirm_reason"),
        (["[propose.offer]", "[agree.order]"], "hard", "outbound", "propose"),
        (["[close.bye]"], "inbound", "hard", "greeting"),  # nothing near: it begins
        (["[neutral_response.echo]"], "inbound", "outbound", "neutral_response"),
        (["[handle_emotion.calm]"], "hard", "outbound", "handle_emotion"),  # an interlude goes along
    ],
)
def test_a_new_scene_with_another_model_enters_where_the_call_stands_in_it(
    lines: list[str], before: str, after: str, stage: str
) -> None:
    told = call(*lines, scene_id=before)
    (entered,) = changed(told, after)
    assert entered.stage == stage
    assert (
        entered.model == told.session.state.stages[-1].model == {"inbound": "M1", "outbound": "M2", "hard": "M5"}[after]
    )
    assert entered.because[0].why == "说到销户"
    assert entered.done == told.session.state.steps_done


def test_what_is_missing_is_that_of_the_new_model() -> None:
    (entered,) = changed(call("[propose.offer]", scene_id="hard"), "inbound")
    assert entered.missing == ("open.greet", "confirm_reason.ask")


def test_a_stage_that_is_off_the_call_in_the_new_model_is_not_entered() -> None:
    after = Model("M8", title("后"), (_stage("hello", "name"), _stage("propose", "offer", off_call=True)))
    small = playbook()
    small = replace(small, models={**small.models, "M8": after}, scenes={**small.scenes, "after": scene("after", "M8")})
    told = Call(small, [Words(TABLE)])
    told.agent("[propose.offer]", 1, 2)
    assert [entered.stage for entered in changed(told, "after")] == ["hello"]


def test_a_new_scene_with_the_same_model_changes_nothing() -> None:
    assert changed(call("[propose.offer]", scene_id="hard"), "same") == []


def test_a_scene_may_be_told_before_the_call_has_begun() -> None:
    session = CallSession(playbook(), [])
    events = session.note(SceneChanged(at=0, scene="hard", by="hand")).events
    assert not [event for event in events if isinstance(event, StageEntered)]


def test_from_a_stage_of_no_model_any_stage_may_follow() -> None:
    told = call("[neutral_response.echo]", scene_id="inbound")
    assert ids(changed(told, "hard")) == ["neutral_response"]
    told.agent("[closing.thanks]", 10, 11)
    assert told.session.state.stage == "closing"


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = StageTracker(tiny()), Call(tiny()).session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []


# --- whatever is said, in whatever order ---------------------------------------------------------------------------

_said = st.tuples(
    st.sampled_from([AGENT, CUSTOMER]), st.lists(st.sampled_from(sorted(TABLE)), max_size=3), st.sampled_from("？。啊")
)
_turns = st.lists(st.one_of(_said, st.sampled_from(["inbound", "outbound", "hard", "elsewhere"])), max_size=12)


@given(_turns)
def test_stages_entered_never_grow_fewer_and_done_never_loses_a_step(
    turns: list[tuple[Channel, list[str], str] | str],
) -> None:
    told = call()
    seen: tuple[StageEntered, ...] = told.session.state.stages
    for i, turn in enumerate(turns):
        if isinstance(turn, str):
            told.note(SceneChanged(at=from_seconds(2 * i), scene=turn, by="hand"))
        else:
            channel, words, end = turn
            told.says_line(channel, "".join(words) + end, 2 * i, 2 * i + 1)
        now = told.session.state.stages
        assert now[: len(seen)] == seen
        seen = now
    for earlier, later in zip(seen, seen[1:], strict=False):
        assert later.done[: len(earlier.done)] == earlier.done
        assert (earlier.model, earlier.stage) != (later.model, later.stage)
        assert earlier.at <= later.at


@given(_turns)
def test_a_stage_entered_is_one_of_its_model_or_lent_and_misses_nothing_that_is_done(
    turns: list[tuple[Channel, list[str], str] | str],
) -> None:
    told = call(scene_id="hard")
    for i, turn in enumerate(turns):
        if isinstance(turn, str):
            told.note(SceneChanged(at=from_seconds(2 * i), scene=turn, by="hand"))
        else:
            channel, words, end = turn
            told.says_line(channel, "".join(words) + end, 2 * i, 2 * i + 1)
    models = playbook().models
    lent = {stage.id for model in models.values() for stage in model.stages if stage.interlude}
    for entered in told.of(StageEntered):
        own = models[entered.model].stage(entered.stage)
        assert (own is not None and not own.off_call) or entered.stage in lent
        assert not set(entered.missing) & set(entered.done)


def test_half_heard_words_count_for_less() -> None:
    faint: dict[str, Judgement | Exception] = {
        "[a]": Judgement(Signal(signal="step", label="open.name", score=1.0, utterance=None), None),
        "[b]": Judgement(Signal(signal="step", label="confirm_reason.ask", score=0.2, utterance=None), None),
    }
    told = Call(playbook(), [Words(faint)])
    told.agent("[a][b]", 1, 2)
    assert told.session.state.stage == "open"
