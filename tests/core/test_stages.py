import pytest

from assist.core.events import StageEntered
from assist.core.stages import StageTracker
from tests.core.builders import AGENT, Call, Words, judged, tiny

pytestmark = pytest.mark.unit

STEPS = (
    "open.greet",
    "open.name",
    "confirm_reason.ask",
    "extra.tip",
    "propose.offer",
    "second_offer.more",
    "close.bye",
    "handle_emotion.calm",
    "neutral_response.echo",
    "nowhere.at_all",
    "prepare.read",
    "gather_info.use",
)
TABLE = {f"[{step}]": judged("step", step) for step in STEPS} | {"stage:propose": judged("stage", "propose")}


def stages(*lines: str, scene_id: str | None = "inbound") -> list[StageEntered]:
    """The stages entered while the agent says these lines."""
    call = Call(tiny(), [Words(TABLE)], scene_id=scene_id)
    for i, line in enumerate(lines):
        call.agent(line, 2 * i, 2 * i + 1)
    found: list[StageEntered] = call.of(StageEntered)
    return found


def ids(found: list[StageEntered]) -> list[str]:
    return [entered.stage for entered in found]


def test_a_call_begins_in_the_first_stage_that_happens_on_the_call() -> None:
    (first,) = stages()
    assert (first.at, first.model, first.stage, first.done, first.missing) == (0, "M1", "open", (), ("open.greet",))


def test_the_scene_picks_the_model() -> None:
    assert [(e.model, e.stage) for e in stages(scene_id="outbound")] == [("M2", "hello")]


def test_a_step_heard_enters_its_stage_with_the_evidence() -> None:
    found = stages("[open.greet]", "[confirm_reason.ask]")
    assert ids(found) == ["open", "confirm_reason"]
    assert found[-1].because[0].utterance == "a2"
    assert found[-1].done == ("open.greet", "confirm_reason.ask")
    assert found[-1].missing == ()


def test_missing_are_required_steps_of_this_and_earlier_stages_that_are_not_optional() -> None:
    assert stages("[propose.offer]")[-1].missing == ("open.greet", "confirm_reason.ask")
    assert stages("stage:propose")[-1].missing == ("open.greet", "confirm_reason.ask", "propose.offer")
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


def test_a_second_offer_needs_a_first() -> None:
    assert ids(stages("[second_offer.more]")) == ["open"]
    assert ids(stages("[propose.offer]", "[second_offer.more]")) == ["open", "propose", "second_offer"]
    assert ids(stages("[propose.offer]", "[open.greet][open.name]", "[second_offer.more]"))[-1] == "second_offer"


def test_an_interlude_of_another_model_is_lent_to_every_call() -> None:
    found = stages("[neutral_response.echo]", "[propose.offer]")
    assert ids(found) == ["open", "neutral_response", "propose"]
    assert found[1].model == "M1"
    assert found[1].missing == ()


def test_an_ordinary_stage_of_another_model_and_one_that_is_nowhere_are_passed_over() -> None:
    assert ids(stages("[gather_info.use]", "[nowhere.at_all]")) == ["open"]


def test_signals_of_earlier_utterances_do_not_vote_again() -> None:
    assert ids(stages("[propose.offer]", "[open.greet]", "嗯")) == ["open", "propose", "open"]


def test_words_of_a_partial_do_not_move_the_call() -> None:
    call = Call(tiny(), [Words(TABLE)])
    call.starts(AGENT, 1)
    assert call.session.state.stage == "open"


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = StageTracker(tiny()), Call(tiny()).session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []
