"""What was understood of a sentence or a call, beside its labels: which answers count as right, and for which turn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    CommitmentMade,
    CustomerTypeChanged,
    Evidence,
    ForbiddenHit,
    ForbiddenSaid,
    Judgement,
    ObjectionHit,
    ObjectionRaised,
    Promise,
    Signal,
    Signalled,
    StageEntered,
    Transcribed,
    Transcript,
)
from assist.core.spans import Span, from_seconds
from assist.training.calls import AnnotatedCall, Turn
from assist.training.comparing import sentence_outcomes
from assist.training.comparing_calls import call_outcomes, early
from assist.training.judged import Outcome, Question
from assist.training.labelled import LabelledCall, Sentence, Utterances
from assist.training.labels import About
from assist.training.scores import NONE

pytestmark = pytest.mark.unit
BECAUSE = (Evidence(why="听到的话"),)


def said(signal: str, label: str, score: float = 1.0, hit: Any = None) -> Judgement:
    return Judgement(Signal(signal=signal, label=label, score=score, utterance="u", evidence=BECAUSE), hit)


def rude(category: str, matched: str = "几个字") -> Judgement:
    return said("forbidden", category, 0.8, ForbiddenHit(category, "high", matched, "", "pinyin"))


def objects(topic: str, kind: str = "real", score: float = 0.7) -> Judgement:
    return said("objection", topic, score, ObjectionHit(topic, kind, None))


def promises(deadline: str | None) -> Judgement:
    return said("commitment", "promise", 1.0, Promise("回电", deadline, None))


def normal(text: str) -> str:
    """Punctuation dropped and one numeral brought into one form, as the command's own does for all."""
    return text.replace("，", "").replace("3", "三")


def asked(about: About, labels: dict[str, Any], *judgements: Judgement) -> dict[Question, Outcome]:
    sentence = Sentence(3, "一句话", labels)
    outcomes = sentence_outcomes(Utterances(Path("x.jsonl"), about, (sentence,)), sentence, judgements, normal)
    return {one.question: one for one in outcomes}


# --- sentences -----------------------------------------------------------------------------------------------------


def forbidden(label: str, *judgements: Judgement, hard: bool = False) -> dict[Question, Outcome]:
    return asked(About.FORBIDDEN, {"label": label, "span": None, "hard_negative": hard}, *judgements)


def test_the_category_is_asked_only_of_what_was_rightly_found():
    assert forbidden("evade").keys() == {Question.FORBIDDEN}
    assert forbidden(NONE, rude("evade")).keys() == {Question.FORBIDDEN}
    found = forbidden("evade", rude("blame"), rude("evade"))
    assert found[Question.FORBIDDEN].right
    assert found[Question.CATEGORY].pair == ("evade", "blame")  # the first is what the agent sees first


def test_evidence_of_a_hit_is_its_words_layer_and_score():
    evidence = forbidden("evade", rude("evade", "不归我管"))[Question.FORBIDDEN].evidence
    assert evidence == ("labelled evade", "evade: “不归我管” pinyin 0.80")


def test_a_hard_negative_is_marked():
    outcome = forbidden(NONE, rude("evade"), hard=True)[Question.FORBIDDEN]
    assert outcome.hard
    assert outcome.pair == (NONE, "yes")


OBJECTION = {"topic": "price", "kind": "real", "intent": "churn", "emotion": "upset"}


def test_an_objection_has_three_questions_and_its_sentence_two_more():
    found = asked(
        About.OBJECTIONS, OBJECTION, objects("price", "false"), said("emotion", "upset"), said("intent", "churn")
    )
    assert {question: one.pair for question, one in found.items()} == {
        Question.OBJECTION: ("yes", "yes"),
        Question.TOPIC: ("price", "price"),
        Question.KIND: ("real", "false"),
        Question.EMOTION: ("upset", "upset"),
        Question.INTENT: ("churn", "churn"),
    }
    assert found[Question.EMOTION].evidence == ("upset 1.00: 听到的话",)


def test_no_signal_is_calm_without_intent_and_without_objection():
    found = asked(About.OBJECTIONS, OBJECTION | {"topic": NONE, "kind": None, "intent": None, "emotion": "calm"})
    assert {one.predicted for one in found.values()} == {NONE, "calm"}
    assert all(one.right for one in found.values())


def test_a_false_alarm_counts_against_its_topic_and_kind():
    found = asked(About.OBJECTIONS, OBJECTION | {"topic": NONE, "kind": None}, objects("need"))
    assert found[Question.TOPIC].pair == (NONE, "need")
    assert found[Question.KIND].pair == (NONE, "real")


def test_of_several_signals_the_strongest_feeling_and_the_surest_intent_count():
    several = (
        said("emotion", "upset", 0.9), said("emotion", "angry", 0.6),
        said("intent", "query", 0.6), said("intent", "churn", 0.8),
    )  # fmt: skip
    found = asked(About.OBJECTIONS, OBJECTION, *several)
    assert found[Question.EMOTION].predicted == "angry"
    assert found[Question.INTENT].predicted == "churn"


@pytest.mark.parametrize(
    ("labelled", "predicted", "right"),
    [
        ("三个工作日，之内", "3个工作日之内", True),
        ("明天", "明天下午", False),
        (None, None, True),
        (None, "明天", False),
        ("明天", None, False),
    ],
)
def test_deadlines_are_alike_when_their_words_are(labelled, predicted, right):
    labels = {"commitment": True, "deadline": labelled}
    assert asked(About.COMMITMENTS, labels, promises(predicted))[Question.DEADLINE].right is right


def test_the_deadline_is_asked_only_of_what_was_rightly_found():
    assert asked(About.COMMITMENTS, {"commitment": True, "deadline": "明天"}).keys() == {Question.COMMITMENT}
    lookalike = asked(About.COMMITMENTS, {"commitment": False, "deadline": None}, promises("明天"))
    assert lookalike.keys() == {Question.COMMITMENT}
    assert not lookalike[Question.COMMITMENT].right


# --- calls ---------------------------------------------------------------------------------------------------------

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
QUIET = {"forbidden": [], "commitment": None}


def call(*turns: tuple[Channel, float, float, str, dict[str, Any]], **labels: Any) -> LabelledCall:
    rows = [{"channel": channel, "text": text} | own for channel, _, _, text, own in turns]
    parts = tuple(Turn(i, channel, text, start, end) for i, (channel, start, end, text, _) in enumerate(turns))
    return LabelledCall(Path("c1.json"), AnnotatedCall("c1", None, parts, {"turns": rows} | labels), None)


def heard(utterance: str, channel: Channel, start: float, end: float, text: str) -> Transcribed:
    transcript = Transcript(
        utterance=utterance, channel=channel, revision=1, span=span(start, end), text=text, final=True
    )
    return Transcribed(at=from_seconds(end), transcript=transcript)


def span(start: float, end: float) -> Span:
    return Span(from_seconds(start), from_seconds(end))


def compared(labelled: LabelledCall, events: Sequence[CallEvent]) -> list[Outcome]:
    return list(call_outcomes(labelled, events, normal))


def answer(outcomes: Sequence[Outcome], question: Question, turn: int | None = None) -> Outcome:
    (found,) = [one for one in outcomes if one.question is question and one.place.number == turn]
    return found


def banned(utterance: str, category: str, matched: str) -> ForbiddenSaid:
    return ForbiddenSaid(at=0, utterance=utterance, hit=ForbiddenHit(category, "high", matched, "", "exact"), score=1.0)


def test_what_was_said_belongs_to_the_turn_of_its_own_side_at_that_time():
    labelled = call(
        (AGENT, 1.0, 4.0, "不归我管。", QUIET | {"forbidden": [{"category": "evade", "span": "不归我管"}]}),
        (CUSTOMER, 3.5, 6.0, "你再说一遍。", {"emotion": "angry"}),
        (AGENT, 7.0, 9.0, "好的。", QUIET),
    )
    events = [
        heard("a1", AGENT, 0.9, 4.2, "不归我管"),
        banned("a1", "evade", "不归我管"),
        heard("c1", CUSTOMER, 3.4, 6.1, "你再说一遍"),
        Signalled(at=0, signal=Signal(signal="emotion", label="angry", score=0.9, utterance="c1")),
        heard("a2", AGENT, 6.9, 9.1, "好的"),
    ]
    outcomes = compared(labelled, events)
    assert all(one.right for one in outcomes)
    assert answer(outcomes, Question.FORBIDDEN, 2).pair == (NONE, NONE)
    assert answer(outcomes, Question.EMOTION, 1).label == "angry"


def test_a_turn_that_was_cut_has_what_was_said_in_either_half():
    labelled = call((AGENT, 1.0, 9.0, "我查一下，明天给您回电。", QUIET | {"commitment": {"deadline": "明天"}}))
    events = [
        heard("a1", AGENT, 1.0, 4.0, "我查一下"),
        CommitmentMade(at=0, utterance="a1", promise=Promise("查一下", None, None)),
        heard("a2", AGENT, 5.0, 9.0, "明天给您回电"),
        CommitmentMade(at=0, utterance="a2", promise=Promise("给您回电", "明天", None)),
    ]
    outcomes = compared(labelled, events)
    assert answer(outcomes, Question.COMMITMENT, 0).right
    assert answer(outcomes, Question.DEADLINE, 0).right


def test_of_two_turns_heard_as_one_the_words_tell_which_is_meant():
    labelled = call(
        (AGENT, 1.0, 4.0, "我帮您看一看。", QUIET),
        (AGENT, 4.2, 7.0, "这事不归我管。", QUIET | {"forbidden": [{"category": "evade", "span": "不归我管"}]}),
    )
    events = [heard("a1", AGENT, 1.0, 7.0, "我帮您看一看这事不归我管"), banned("a1", "evade", "不归我管")]
    outcomes = compared(labelled, events)
    assert answer(outcomes, Question.FORBIDDEN, 0).pair == (NONE, NONE)
    assert answer(outcomes, Question.FORBIDDEN, 1).pair == ("yes", "yes")


def test_the_text_that_was_recognised_stands_beside_the_label_only_where_there_is_sound():
    read = call((AGENT, 1.0, 2.0, "您好。", QUIET))
    voiced = LabelledCall(read.path, read.call, Path("c1.phone.flac"))
    events = [heard("a1", AGENT, 1.0, 2.0, "你号")]
    assert answer(compared(read, events), Question.FORBIDDEN, 0).place.heard is None
    place = answer(compared(voiced, events), Question.FORBIDDEN, 0).place
    assert (str(place), place.heard, place.by_ear) == ("c1.phone.flac:0", "你号", True)
    assert answer(compared(voiced, []), Question.FORBIDDEN, 0).place.heard == ""


def raised(utterance: str, kind: str) -> ObjectionRaised:
    return ObjectionRaised(
        at=0, utterance=utterance, hit=ObjectionHit("price", kind, None), score=0.9, evidence=BECAUSE
    )


def test_a_hidden_objection_is_a_question_of_the_call_and_not_of_its_kind_in_a_turn():
    labels = {"objection": {"topic": "price", "kind": "hidden", "handling": None}}
    labelled = call((CUSTOMER, 1.0, 3.0, "一百多呢。", labels))
    outcomes = compared(labelled, [heard("c1", CUSTOMER, 1.0, 3.0, "一百多呢"), raised("c1", "hidden")])
    assert Question.KIND not in {one.question for one in outcomes}
    assert answer(outcomes, Question.HIDDEN).pair == ("yes", "yes")
    assert answer(outcomes, Question.TOPIC, 0).right
    plain = compared(labelled, [heard("c1", CUSTOMER, 1.0, 3.0, "一百多呢"), raised("c1", "real")])
    assert answer(plain, Question.HIDDEN).pair == ("yes", NONE)


def test_behaviours_are_compared_as_the_set_of_rules_of_a_call():
    labelled = call(
        (AGENT, 1.0, 2.0, "您好。", QUIET),
        behaviours=[
            {"rule": "interrupts", "turn": 0},
            {"rule": "interrupts", "turn": 4},
            {"rule": "no_recap", "turn": 9},
        ],
    )
    events = [
        BehaviourNoticed(at=0, rule=rule, since=from_seconds(65), evidence=BECAUSE)
        for rule in ("interrupts", "interrupts", "monologue")
    ]
    pairs = {one.pair: one for one in compared(labelled, events) if one.question is Question.BEHAVIOUR}
    assert pairs.keys() == {("interrupts", "interrupts"), ("no_recap", NONE), (NONE, "monologue")}
    assert pairs["interrupts", "interrupts"].evidence == ("labelled at turn 0, turn 4", *["1:05 听到的话"] * 2)


def changed(seconds: float, known: str | None) -> CustomerTypeChanged:
    return CustomerTypeChanged(at=from_seconds(seconds), type=known, probabilities={"power": 0.7}, evidence=BECAUSE)


def test_the_customer_type_is_asked_at_the_end_and_when_the_customer_has_spoken_for_a_minute():
    turns = [(CUSTOMER, 10.0 + 50 * i, 40.0 + 50 * i, "好", {}) for i in range(3)]  # the minute is over at 90 s
    labelled = call(*turns, customer_type="power")
    for times, at_end, soon in [
        ([(80, "power")], "power", "power"),
        ([(80, "lively"), (100, "power")], "power", "lively"),
        ([(100, "power")], "power", NONE),
        ([(80, "power"), (100, None)], NONE, "power"),
        ([], NONE, NONE),
    ]:
        outcomes = compared(labelled, [changed(*one) for one in times])
        assert answer(outcomes, Question.TYPE_AT_END).predicted == at_end
        assert answer(outcomes, Question.TYPE_EARLY).predicted == soon


def test_a_customer_of_few_words_is_known_early_when_known_at_the_end():
    labelled = call((CUSTOMER, 1.0, 5.0, "好", {}), customer_type="power")
    assert early(labelled.call.turns) is None
    assert answer(compared(labelled, [changed(300, "power")]), Question.TYPE_EARLY).right


def test_the_stage_of_a_turn_is_that_of_the_call_when_the_turn_has_been_heard():
    labelled = call(
        (AGENT, 1.0, 2.0, "您好。", QUIET | {"stage": "greeting"}),
        (AGENT, 5.0, 6.0, "怎么了？", QUIET | {"stage": "gather_info"}),
        (AGENT, 8.0, 9.0, "那个。", QUIET | {"stage": None}),
    )

    def entered(seconds: float, stage: str) -> StageEntered:
        return StageEntered(at=from_seconds(seconds), model="M1", stage=stage, done=(), missing=(), because=BECAUSE)

    events = [
        heard("a1", AGENT, 1.0, 2.3, "您好"), entered(2.3, "greeting"),
        heard("a2", AGENT, 5.0, 6.3, "怎么了"), entered(6.3, "gather_info"), entered(7.0, "closing"),
    ]  # fmt: skip
    stages = [one for one in compared(labelled, events) if one.question is Question.STAGE]
    assert [one.predicted for one in stages] == ["greeting", "gather_info"]
    assert all(one.right for one in stages)
    assert answer(compared(labelled, []), Question.STAGE, 0).predicted == NONE


def test_what_is_not_labelled_is_not_judged():
    labelled = call((AGENT, 1.0, 2.0, "您好。", {}), (CUSTOMER, 3.0, 4.0, "嗯。", {}))
    assert compared(labelled, [heard("a1", AGENT, 1.0, 2.0, "您好"), banned("a1", "evade", "您好")]) == []
