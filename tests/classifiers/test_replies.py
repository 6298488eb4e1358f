"""Empathy is judged in the first answer to a feeling only; questions wherever the agent asks one."""

import pytest

from assist.core.events import Channel, Signal, Signalled, Transcript
from assist.core.state import CallState, fold
from classifiers.replies import Empathy, Questions
from classifiers.trained import Trained
from tests.classifiers.answers import RuleHead, always, trained
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit

LEVELS = ("0", "1", "2", "3", "4", "5")
ANSWER = "孩子等着上课断了网，您着急是应该的"


def turn(text: str, utterance: str, channel: Channel = Channel.CUSTOMER) -> Transcript:
    return said(text, channel, utterance=utterance)


def felt(label: str, *texts: Transcript, who: str = "c1") -> CallState:
    """A call in which one of the utterances gave this emotion."""
    signal = Signal(signal="emotion", label=label, score=0.9, utterance=who)
    return fold(call(*texts), Signalled(at=0, signal=signal))


def levels(state: CallState, *, channel: Channel = Channel.AGENT, utterance: str = "a1", **answer: float) -> list[str]:
    empathy = Empathy(trained(RuleHead("empathy", LEVELS, always(**answer or {"4": 0.7}))))
    return [found.signal.label for found in empathy.classify(said(ANSWER, channel, utterance=utterance), state)]


COMPLAINT = turn("网断了三天都没人管", "c1")


@pytest.mark.parametrize(("feeling", "found"), [("upset", ["4"]), ("angry", ["4"]), ("calm", [])])
def test_only_after_a_feeling(feeling: str, found: list[str]) -> None:
    assert levels(felt(feeling, COMPLAINT)) == found


def test_nothing_to_answer_is_no_answer() -> None:
    assert levels(call()) == []
    assert levels(call(COMPLAINT)) == []  # a customer without any feeling


def test_only_the_first_answer() -> None:
    first = turn("我马上查", "a0", Channel.AGENT)
    assert levels(felt("angry", COMPLAINT, first)) == []
    assert levels(felt("angry", COMPLAINT, first), utterance="a0") == ["4"]


def test_a_feeling_that_passed_is_not_answered_again() -> None:
    assert levels(felt("angry", COMPLAINT, turn("我家在人民路", "c2"))) == []


def test_a_customer_is_not_judged() -> None:
    assert levels(felt("angry", COMPLAINT), channel=Channel.CUSTOMER) == []


def test_the_level_is_put_in_words() -> None:
    empathy = Empathy(trained(RuleHead("empathy", LEVELS, always(**{"5": 0.8}))))
    (found,) = empathy.classify(said(ANSWER, Channel.AGENT, utterance="a1"), felt("upset", COMPLAINT))
    assert (found.signal.signal, found.signal.label, found.signal.score) == ("empathy", "5", 0.8)
    assert found.signal.evidence[0].why == "说到了感受、原因和背后在意的事"


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_words(level: str) -> None:
    empathy = Empathy(trained(RuleHead("empathy", LEVELS, always(**{level: 1.0}))))
    (found,) = empathy.classify(said(ANSWER, Channel.AGENT, utterance="a1"), felt("upset", COMPLAINT))
    assert found.signal.evidence[0].why


# --- questions -----------------------------------------------------------------------------------------------------


def asked(text: str, *, channel: Channel = Channel.AGENT, least: float = 0.5, **answer: float) -> list[Signal]:
    questions = Questions(trained(RuleHead("question", ("none", "open", "choice"), always(**answer), least)))
    return [found.signal for found in questions.classify(said(text, channel), call())]


def test_a_question_has_its_kind_and_its_words() -> None:
    (found,) = asked("您平时上网主要做些什么？", open=0.6, choice=0.1)
    assert (found.signal, found.label, found.score) == ("question", "open", 0.6)
    assert found.evidence[0].why == "坐席问“您平时上网主要做些什么？”"


def test_of_a_long_sentence_the_end_is_quoted() -> None:
    text = "我先跟您核对一下您家里的宽带账号和地址信息，您看您平时上网主要做些什么？"
    (found,) = asked(text, open=0.9)
    assert text[-24:] in found.evidence[0].why
    assert text[:4] not in found.evidence[0].why


def test_what_is_no_question_is_left_alone() -> None:
    assert asked("我马上帮您登记", open=0.3) == []
    assert asked("您平时上网做些什么", channel=Channel.CUSTOMER, open=1.0) == []
    assert asked("What do you do online?", open=1.0) == []


def test_without_heads_there_is_no_answer() -> None:
    agent = said(ANSWER, Channel.AGENT, utterance="a1")
    assert list(Empathy(Trained()).classify(agent, felt("upset", COMPLAINT))) == []
    assert list(Questions(Trained()).classify(agent, call())) == []
