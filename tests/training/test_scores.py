"""Rates, F1, macro-F1 and confusions against values worked out by hand."""

import pytest

from assist.training.scores import NONE, Tally, accuracy, by_class, confusion, detection, macro_f1

pytestmark = pytest.mark.unit
PAIRS = [("a", "a"), ("a", "b"), ("a", NONE), ("b", "b"), (NONE, "a"), (NONE, NONE)]


def test_detection_asks_only_whether_something_is_there():
    tally = detection(PAIRS)
    assert tally == Tally(found=3, wrongly=1, missed=1)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.75, 0.75)
    assert (tally.said, tally.labelled) == (4, 4)


def test_each_class_has_its_own_tally_and_none_is_no_class():
    each = by_class(PAIRS)
    assert list(each) == ["a", "b"]  # the most frequent label first
    assert each["a"] == Tally(found=1, wrongly=1, missed=2)
    assert each["b"] == Tally(found=1, wrongly=1, missed=0)
    assert each["a"].f1 == pytest.approx(0.4)
    assert each["b"].f1 == pytest.approx(2 / 3)


def test_macro_f1_counts_each_labelled_class_the_same():
    assert macro_f1(PAIRS) == pytest.approx((0.4 + 2 / 3) / 2)
    often = [*PAIRS, *[("b", "b")] * 100]
    assert macro_f1(often) == pytest.approx((0.4 + 202 / 203) / 2)


def test_a_class_that_is_never_labelled_does_not_enter_the_mean_but_its_victim_suffers():
    pairs = [("a", "a"), ("a", "c")]
    assert by_class(pairs)["c"] == Tally(found=0, wrongly=1, missed=0)
    assert macro_f1(pairs) == pytest.approx(2 / 3)


def test_nothing_to_measure_is_no_zero():
    assert detection([(NONE, NONE)]) == Tally(0, 0, 0)
    assert Tally(0, 0, 0).f1 is None
    assert Tally(0, 0, 0).precision is None
    assert Tally(0, 0, 0).recall is None
    assert macro_f1([(NONE, NONE)]) is None
    assert accuracy([]) is None


def test_finding_nothing_of_what_is_there_is_zero():
    missed = detection([("a", NONE)])
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    assert detection([(NONE, "a")]).f1 == 0.0


def test_accuracy_counts_none_as_an_answer():
    assert accuracy(PAIRS) == pytest.approx(3 / 6)


def test_confusion_tells_what_was_taken_for_what():
    assert confusion(PAIRS) == {"a": {"a": 1, "b": 1, NONE: 1}, "b": {"b": 1}, NONE: {"a": 1, NONE: 1}}
    assert list(confusion(PAIRS)) == ["a", "b", NONE]
