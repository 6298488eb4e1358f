import pytest

from assist.core.events import (
    CommitmentMade,
    CustomerTypeChanged,
    Fault,
    ForbiddenHit,
    ForbiddenSaid,
    ObjectionHit,
    ObjectionRaised,
    Promise,
    Signalled,
    Transcribed,
    Transcript,
    TypeProbabilities,
)
from assist.core.spans import Span
from assist.core.understanding import Understanding
from tests.core.builders import AGENT, Call, Words, judged, tiny

pytestmark = pytest.mark.unit

TYPED = {"calm": 0.7, "hasty": 0.3}
TABLE = {
    "嗨": judged("emotion", "calm", 0.8),
    "笨": judged("forbidden", "insult", 0.9, ForbiddenHit("insult", "high", "笨", "我再说一遍", "exact")),
    "贵": judged("objection", "price", 0.6, ObjectionHit("price", "real", "now")),
    "明天": judged("commitment", "promise", 1.0, Promise("回电", "明天", None)),
    "慢": judged("customer_type", "calm", 0.7, TypeProbabilities(TYPED)),
    "快": judged("customer_type", "calm", 0.5, TypeProbabilities({"calm": 0.5, "hasty": 0.5})),
}


def call(*more: Words) -> Call:
    return Call(tiny(customer_type_probability=0.6), [Words(TABLE), *more])


def test_a_plain_signal_is_published_with_its_utterance() -> None:
    c = call()
    c.customer("嗨", 1, 2)
    (heard,) = c.of(Signalled)
    assert (heard.signal.label, heard.signal.score, heard.signal.utterance) == ("calm", 0.8, "c1")
    assert heard.at == c.of(Transcribed)[0].at


def test_a_forbidden_phrase_becomes_an_event_of_its_own() -> None:
    c = call()
    c.agent("你真笨", 1, 2)
    (said,) = c.of(ForbiddenSaid)
    assert (said.utterance, said.hit.say_instead, said.score) == ("a1", "我再说一遍", 0.9)
    assert c.of(Signalled) == []


def test_an_objection_keeps_its_evidence() -> None:
    c = call()
    c.customer("太贵了", 1, 2)
    (raised,) = c.of(ObjectionRaised)
    assert (raised.hit.topic, raised.evidence[0].utterance) == ("price", "c1")


def test_a_promise_becomes_a_commitment() -> None:
    c = call()
    c.agent("明天回电", 1, 2)
    assert c.of(CommitmentMade)[0].promise == Promise("回电", "明天", None)


def test_the_customers_type_changes_only_when_it_is_known_well_enough_and_new() -> None:
    c = call()
    c.customer("快", 1, 2)
    assert c.of(CustomerTypeChanged) == []
    c.customer("慢", 4, 5)
    c.customer("慢", 7, 8)
    c.customer("快", 10, 11)
    changes = c.of(CustomerTypeChanged)
    assert [(e.type, e.probabilities["calm"]) for e in changes] == [("calm", 0.7), (None, 0.5)]


def test_a_judgement_of_a_kind_that_is_not_known_says_nothing() -> None:
    c = Call(tiny(), [Words({"嗨": judged("riddle", "x", hit=object())})])
    assert [type(e).__name__ for e in c.customer("嗨", 1, 2)] == ["SpeechStarted", "SpeechEnded", "Transcribed"]


def test_partials_and_empty_texts_are_not_judged() -> None:
    c = call()
    c.starts(AGENT, 1)
    text = Transcript(utterance="a1", channel=AGENT, revision=1, span=Span(16_000, 32_000), text="你真笨", final=False)
    c.note(Transcribed(at=32_000, transcript=text))
    c.customer("", 4, 5)
    assert c.of(ForbiddenSaid, Signalled) == []


def test_a_failing_classifier_is_reported_without_the_customers_words_and_the_others_go_on() -> None:
    c = call(Words({"嗨": ValueError("嗨，我叫王小明")}, name="brittle"))
    c.customer("嗨", 1, 2)
    (fault,) = c.of(Fault)
    assert (fault.component, fault.code, fault.recoverable) == ("classifier", "classifier.failed", True)
    assert fault.message == "brittle: ValueError"
    assert len(c.of(Signalled)) == 1


def test_the_third_failure_switches_one_classifier_off_for_the_call() -> None:
    c = call(Words({"嗨": KeyError("x")}, name="brittle"))
    for start in (1, 4, 7, 10):
        c.customer("嗨", start, start + 1)
    faults = c.of(Fault)
    assert [f.recoverable for f in faults] == [True, True, False]
    assert faults[-1].message == "brittle: KeyError; switched off for this call"
    assert len(c.of(Signalled)) == 4


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = Understanding([Words(TABLE)], 0.6), call().session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []
