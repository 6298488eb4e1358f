import pytest

from assist.core.events import SpeechEnded, Transcribed, Transcript
from assist.core.moments import Moment
from assist.core.playbook import Thresholds
from assist.core.spans import RATE, Span
from tests.core.builders import AGENT, CUSTOMER, INBOUND, Call

pytestmark = pytest.mark.unit


@pytest.fixture
def talk() -> Call:
    c = Call()
    c.agent("您好", 0, 1)
    c.customer("喂", 2, 3)
    c.agent("请说", 4, 5)
    return c


def moment(c: Call, event: object) -> Moment:
    return Moment(event, c.session.state, Thresholds(), INBOUND)  # type: ignore[arg-type]


def test_a_final_text_has_its_turn_and_those_before(talk: Call) -> None:
    m = moment(talk, talk.of(Transcribed)[-1])
    turn = m.said(AGENT)
    assert turn is not None
    assert turn.text == "请说"
    assert [one.text for one in m.before(turn)] == ["您好", "喂"]
    assert m.said(CUSTOMER) is None


def test_turns_of_one_side_may_be_asked_for_behind_others(talk: Call) -> None:
    m = moment(talk, None)
    assert [one.text for one in m.of(AGENT)] == ["您好", "请说"]
    assert [one.text for one in m.of(AGENT, m.of(CUSTOMER))] == ["请说"]
    assert m.of(CUSTOMER, m.of(AGENT)) == []


def test_partials_other_events_and_the_end_have_no_final_text(talk: Call) -> None:
    span = Span(6 * RATE, 7 * RATE)
    partial = Transcript(utterance="a3", channel=AGENT, revision=1, span=span, text="请", final=False)
    ended = SpeechEnded(at=7 * RATE, channel=AGENT, utterance="a3", span=span)
    for event in (Transcribed(at=7 * RATE, transcript=partial), ended, None):
        assert moment(talk, event).final is None
        assert moment(talk, event).said(AGENT) is None


def test_a_text_without_words_is_in_no_turn(talk: Call) -> None:
    talk.agent("", 6, 7)
    assert moment(talk, talk.of(Transcribed)[-1]).said(AGENT) is None
