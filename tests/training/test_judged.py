"""From answers beside their labels to figures, their bars, and the list of errors."""

from collections.abc import Iterable

import pytest

from assist.training.judged import METRICS, Figure, Group, Outcome, Place, Question, errors
from assist.training.scores import NONE

pytestmark = pytest.mark.unit
BY_ID = {metric.id: metric for metric in METRICS}


def place(number: int | None = 1, *, by_ear: bool = False) -> Place:
    return Place("x.jsonl", number, Group.SENTENCES, "一句话", None, by_ear)


def answers(question: Question, pairs: Iterable[tuple[str, str]], *, by_ear: bool = False) -> list[Outcome]:
    return [Outcome(question, place(i, by_ear=by_ear), *pair) for i, pair in enumerate(pairs)]


def test_precision_and_recall_of_forbidden_speech_each_over_their_own_cases():
    said = [("yes", "yes")] * 3 + [("yes", NONE)] + [(NONE, "yes")] * 2 + [(NONE, NONE)] * 4
    found = answers(Question.FORBIDDEN, said)
    assert BY_ID["forbidden_precision"].of(found) == Figure(0.6, 5, 0.95)
    assert BY_ID["forbidden_recall"].of(found) == Figure(0.75, 4, 0.90)
    assert BY_ID["harmless_fired"].of(found) == Figure(pytest.approx(2 / 6), 6, None)


def test_only_hard_negatives_count_as_such():
    hard = [Outcome(Question.FORBIDDEN, place(i), NONE, "yes" if i == 0 else NONE, hard=True) for i in range(40)]
    easy = answers(Question.FORBIDDEN, [(NONE, "yes")] * 5)
    metric = BY_ID["hard_negatives_fired"]
    figure = metric.of([*hard, *easy])
    assert figure == Figure(0.025, 40, 0.03)
    assert figure.met(metric) is True
    assert metric.of([*hard[:10], *easy]).met(metric) is False


def test_what_was_heard_has_the_lower_bar():
    read, heard = (answers(Question.COMMITMENT, [("yes", "yes")], by_ear=by_ear) for by_ear in (False, True))
    assert BY_ID["commitment_f1"].of(read).bar == 0.90
    assert BY_ID["commitment_f1"].of([*read, *heard]).bar == 0.85


def test_a_figure_without_a_case_or_without_a_bar_is_neither_reached_nor_missed():
    metric = BY_ID["type_at_end"]
    assert metric.of([]) == Figure(None, 0, 7 / 8)
    assert metric.of([]).met(metric) is None
    stage = BY_ID["stage_right"]
    assert stage.of(answers(Question.STAGE, [("greeting", "greeting")])).met(stage) is None


def test_seven_of_eight_is_enough_and_six_is_not():
    metric = BY_ID["type_at_end"]
    for right, enough in ((7, True), (6, False)):
        pairs = [("power", "power")] * right + [("lively", "power")] * (8 - right)
        assert metric.of(answers(Question.TYPE_AT_END, pairs)).met(metric) is enough


def test_hidden_objections_are_counted_by_call_and_one_elsewhere_is_too_many():
    found = answers(Question.HIDDEN, [("yes", "yes"), (NONE, NONE), (NONE, "yes")])
    assert BY_ID["hidden_found"].of(found).value == 1.0
    elsewhere = BY_ID["hidden_elsewhere"]
    assert elsewhere.of(found) == Figure(0.5, 2, 0.0)
    assert elsewhere.of(found).met(elsewhere) is False


def test_every_question_has_a_metric_and_every_metric_its_own_id():
    assert {metric.question for metric in METRICS} == set(Question)
    assert len(BY_ID) == len(METRICS)


def test_an_objection_that_was_missed_is_one_error_and_not_three():
    missed = [
        Outcome(Question.TOPIC, place(1), "price", NONE),
        Outcome(Question.KIND, place(1), "real", NONE),
        Outcome(Question.OBJECTION, place(1), "yes", NONE),
        Outcome(Question.OBJECTION, place(2), "yes", "yes"),
        Outcome(Question.TOPIC, place(2), "price", "need"),
        Outcome(Question.KIND, place(2), "real", "false"),
        Outcome(Question.EMOTION, place(2), "calm", "calm"),
    ]
    told = [(one.question, one.place.number) for one in errors(missed)]
    assert told == [(Question.OBJECTION, 1), (Question.TOPIC, 2), (Question.KIND, 2)]


def test_a_place_is_a_file_with_its_turn_or_the_file_alone():
    assert str(place(4)) == "x.jsonl:4"
    assert str(place(None)) == "x.jsonl"
