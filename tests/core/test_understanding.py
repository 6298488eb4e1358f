from collections.abc import Iterator
from dataclasses import replace

import pytest

from assist.core.events import (
    CommitmentMade,
    CustomerTypeChanged,
    Fault,
    ForbiddenHit,
    ForbiddenSaid,
    Judgement,
    ObjectionHit,
    ObjectionRaised,
    Promise,
    Signalled,
    Transcribed,
    Transcript,
    TypeProbabilities,
)
from assist.core.spans import RATE, Span
from assist.core.state import CallState
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


def partial(c: Call, revision: int, text: str, stable: int) -> None:
    """An unfinished text of the agent's first utterance, known after two seconds."""
    span = Span(RATE, 2 * RATE)
    told = Transcript(
        utterance="a1", channel=AGENT, revision=revision, span=span, text=text, final=False, stable=stable
    )
    c.note(Transcribed(at=2 * RATE, transcript=told))


def set_by_hand(kind: str | None) -> CustomerTypeChanged:
    return CustomerTypeChanged(at=0, type=kind, probabilities={}, evidence=(), by="hand")


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


def test_a_type_that_was_set_by_hand_is_not_inferred_away() -> None:
    c = call()
    c.customer("慢", 1, 2)
    c.note(set_by_hand("hasty"))
    c.customer("慢", 4, 5)
    c.note(set_by_hand(None))
    c.customer("慢", 7, 8)
    assert [(e.type, e.by) for e in c.of(CustomerTypeChanged)] == [
        ("calm", "inferred"),
        ("hasty", "hand"),
        (None, "hand"),
    ]
    assert c.session.state.type is None


def test_a_judgement_of_a_kind_that_is_not_known_says_nothing() -> None:
    c = Call(tiny(), [Words({"嗨": judged("riddle", "x", hit=object())})])
    assert [type(e).__name__ for e in c.customer("嗨", 1, 2)] == ["SpeechStarted", "SpeechEnded", "Transcribed"]


def test_partials_and_empty_texts_are_not_judged() -> None:
    c = call()
    c.starts(AGENT, 1)
    partial(c, 1, "你真笨", stable=3)
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


# --- before the end of an utterance -----------------------------------------------------------------------------------


class Early(Words):
    """Knows words, and speaks as soon as they stand; keeps what it was asked."""

    def __init__(self, table: dict[str, Judgement | Exception], name: str = "early") -> None:
        super().__init__(table, name)
        self.asked: list[tuple[str, bool]] = []

    def classify(self, transcript: Transcript, state: object) -> Iterator[Judgement]:
        self.asked.append((transcript.text, transcript.final))
        return super().classify(transcript, state)

    def classify_partial(self, transcript: Transcript, state: CallState) -> Iterator[Judgement]:
        self.asked.append((transcript.text, transcript.final))
        return super().classify(replace(transcript, text=transcript.text[: transcript.stable]), state)


INSULT = judged("forbidden", "insult", 0.9, ForbiddenHit("insult", "high", "笨", "我再说一遍", "exact"))


def test_only_texts_with_a_part_that_stands_are_asked_about_before_they_are_final() -> None:
    early = Early({})
    c = Call(tiny(), [Words(TABLE), early])
    c.starts(AGENT, 1)
    partial(c, 1, "你", stable=0)
    partial(c, 2, "", stable=0)
    partial(c, 3, "你真笨", stable=2)
    c.ends(AGENT, "a1", 1, 3)
    c.text(AGENT, "a1", "你真笨啊", 1, 3)
    assert early.asked == [("你真笨", False), ("你真笨啊", True)]


def test_an_offence_that_stands_is_told_before_the_end_and_only_once() -> None:
    c = Call(tiny(), [Early({"笨": INSULT})])
    c.starts(AGENT, 1)
    partial(c, 1, "你真笨", stable=2)
    assert c.of(ForbiddenSaid) == []
    partial(c, 2, "你真笨，连这个", stable=3)
    partial(c, 3, "你真笨，连这个都", stable=6)
    (told,) = c.of(ForbiddenSaid)
    assert (told.utterance, told.at) == ("a1", 2 * RATE)
    c.ends(AGENT, "a1", 1, 3)
    c.text(AGENT, "a1", "你真笨，连这个都不懂", 1, 3)
    assert c.of(ForbiddenSaid) == [told]
    c.agent("你真笨", 5, 6)
    assert [said.utterance for said in c.of(ForbiddenSaid)] == ["a1", "a2"]


@pytest.mark.parametrize(
    ("category", "matched", "told"),
    [
        ("insult", "你真笨", 1),  # the same words, of which more is heard by now
        ("insult", "蠢", 2),
        ("threat", "笨", 2),
    ],
)
def test_what_the_final_text_tells_besides_is_told_too(category: str, matched: str, told: int) -> None:
    late = judged("forbidden", category, 0.9, ForbiddenHit(category, "high", matched, "我再说一遍", "exact"))
    c = Call(tiny(), [Early({"笨": INSULT}), Words({"完": late})])
    c.starts(AGENT, 1)
    partial(c, 1, "你真笨", stable=3)
    c.ends(AGENT, "a1", 1, 3)
    c.text(AGENT, "a1", "你真笨，蠢，完", 1, 3)
    assert len(c.of(ForbiddenSaid)) == told


def test_one_that_fails_early_is_switched_off_for_final_texts_too() -> None:
    early = Early({"笨": KeyError("x")}, name="brittle")
    c = Call(tiny(), [early, Words(TABLE)])
    c.starts(AGENT, 1)
    for revision in (1, 2, 3, 4):
        partial(c, revision, "你真笨", stable=3)
    c.ends(AGENT, "a1", 1, 3)
    c.text(AGENT, "a1", "你真笨", 1, 3)
    assert [f.recoverable for f in c.of(Fault)] == [True, True, False]
    assert len(early.asked) == 3
    assert len(c.of(ForbiddenSaid)) == 1


def test_the_clock_alone_tells_it_nothing() -> None:
    rule, state = Understanding([Words(TABLE)], 0.6), call().session.state
    assert rule.deadline(state) is None
    assert list(rule.due(1_000_000, state)) == []
