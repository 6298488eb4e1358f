from dataclasses import replace

import numpy as np
import pytest

from assist.core.events import CallEvent, Channel, Evidence, StageEntered, Transcribed, Transcript
from assist.core.expecting import Expecting
from assist.core.playbook import Playbook
from assist.core.ports import TranscribeJob
from assist.core.spans import Span
from assist.core.state import CallState, fold
from tests.core.builders import AGENT, CUSTOMER, INBOUND, OUTBOUND, started, tiny

pytestmark = pytest.mark.unit

JOB = TranscribeJob(
    utterance="a9", channel=AGENT, revision=1, span=Span(0, 512), pcm=np.zeros(512, np.float32), final=True
)
TRADE = ("携号转网", "宽带")


def said(channel: Channel, text: str, *, final: bool = True, suspect: bool = False) -> Transcribed:
    transcript = Transcript(
        utterance="x1", channel=channel, revision=1, span=Span(0, 16), text=text, final=final, suspect=suspect
    )
    return Transcribed(at=0, transcript=transcript)


def expects(*events: CallEvent, playbook: Playbook | None = None) -> tuple[str, ...]:
    """The hotwords of a job after these events of a call without a scene, each of which was followed by a job."""
    expecting, state = Expecting(playbook or tiny()), fold(CallState(), started(None))
    for event in events:
        expecting.prime(JOB, state)
        state = fold(state, event)
    return expecting.prime(JOB, state).hotwords


def names(*events: CallEvent) -> tuple[str, ...]:
    found = expects(*events)
    assert found[-len(TRADE) :] == TRADE
    return found[: -len(TRADE)]


def test_a_job_is_told_the_words_of_its_scene_and_stage_and_nothing_else_of_it_changes() -> None:
    stage = StageEntered(at=0, model="M2", stage="propose", done=(), missing=(), because=(Evidence(why="x"),))
    state = fold(fold(CallState(), started("outbound")), stage)
    playbook = replace(tiny(), context="您好，这里是客服。")
    expected = playbook.expected("outbound", "propose")
    primed = Expecting(playbook).prime(JOB, state)
    assert expected.hotwords
    assert primed == replace(JOB, hotwords=expected.hotwords, before="您好，这里是客服。")


def test_the_stage_is_that_of_the_model_that_was_asked_for() -> None:
    model = replace(OUTBOUND, stages=tuple(replace(stage, hotwords=("资费",)) for stage in OUTBOUND.stages))
    playbook = replace(tiny(), models={"M1": INBOUND, "M2": model})
    stage = StageEntered(at=0, model="M2", stage="propose", done=(), missing=())
    for call_model, first in (("M2", "资费"), (None, "宽带")):
        state = fold(fold(CallState(), replace(started("inbound"), call_model=call_model)), stage)
        assert Expecting(playbook).prime(JOB, state).hotwords[0] == first


def test_before_the_call_has_started_only_the_trade_is_expected() -> None:
    assert Expecting(tiny()).prime(JOB, CallState()).hotwords == TRADE


def test_an_utterance_that_has_begun_is_its_own_context() -> None:
    playbook = replace(tiny(), context="您好。")
    begun = replace(JOB, before="我要查")
    assert Expecting(playbook).prime(begun, CallState()).before == "我要查"
    assert Expecting(playbook).prime(JOB, CallState()).before == "您好。"


def test_how_an_agent_speaks_is_told_for_the_agents_side_only() -> None:
    playbook = replace(tiny(), context="您好。", agent_context="请问有什么可以帮您？")
    expecting = Expecting(playbook)
    assert expecting.prime(JOB, CallState()).before == "您好。请问有什么可以帮您？"
    assert expecting.prime(replace(JOB, channel=CUSTOMER), CallState()).before == "您好。"
    assert expecting.prime(replace(JOB, before="我要查"), CallState()).before == "我要查"


def test_what_is_known_of_the_customer_comes_first() -> None:
    told = replace(started(None), known=("黄先生", "畅享套餐"))
    state = fold(fold(CallState(), told), said(AGENT, "王先生您好"))
    assert Expecting(tiny()).prime(JOB, state).hotwords == ("黄先生", "畅享套餐", "王先生", *TRADE)


@pytest.mark.parametrize(
    ("channel", "text", "found"),
    [
        (AGENT, "王先生您好", ("王先生",)),
        (CUSTOMER, "我是李女士的儿子", ("李女士",)),
        (CUSTOMER, "你好我姓汪", ("汪先生", "汪女士")),
        (CUSTOMER, "免贵姓周", ("周先生", "周女士")),
        (AGENT, "我姓汪，工号八号", ()),
        (CUSTOMER, "我姓什么你猜", ()),
        (AGENT, "这位先生您好", ()),
        (AGENT, "隔壁老王先生说", ()),
        (CUSTOMER, "我姓名写错了", ()),
        (CUSTOMER, "我姓王氏", ()),
        (AGENT, "宽带", ()),
    ],
)
def test_a_surname_is_expected_again_once_it_was_said(channel: Channel, text: str, found: tuple[str, ...]) -> None:
    assert names(said(channel, text)) == found


def test_the_newest_name_comes_first_and_two_are_kept() -> None:
    told = [said(AGENT, text) for text in ("王先生", "陈女士", "王先生您好", "赵女士")]
    assert names(*told[:2]) == ("陈女士", "王先生")
    assert names(*told[:3]) == ("王先生", "陈女士")
    assert names(*told) == ("赵女士", "王先生")


def test_several_names_may_be_said_at_once() -> None:
    assert names(said(AGENT, "王先生，不对，是汪先生")) == ("汪先生", "王先生")


def test_a_suspect_text_and_a_text_that_may_still_change_are_not_believed() -> None:
    assert names(said(AGENT, "王先生", suspect=True)) == ()
    assert names(said(AGENT, "王先生", final=False)) == ()
    assert names(said(AGENT, "王先生", suspect=True), said(AGENT, "陈先生")) == ("陈先生",)
