"""Which cues of two tellings of a call are taken for the same one."""

import pytest

from assist.training.playbook_diff import Shown, changes, totals

pytestmark = pytest.mark.unit


def _at(*seconds: float, entry: str = "tip", say: str = "好") -> list[Shown]:
    return [Shown(entry, "提示", say, second, "听到的话") for second in seconds]


def _kinds(before: list[Shown], after: list[Shown]) -> list[tuple[str, float | None, float | None]]:
    return [(c.kind, c.before and c.before.seconds, c.after and c.after.seconds) for c in changes(before, after)]


def test_half_a_second_is_the_same_moment() -> None:
    assert _kinds(_at(10.0), _at(10.5)) == []
    assert _kinds(_at(10.0), _at(10.6)) == [("moved", 10.0, 10.6)]


def test_far_apart_it_is_another_cue() -> None:
    assert _kinds(_at(10.0), _at(40.0)) == [("removed", 10.0, None), ("added", None, 40.0)]


def test_the_nearest_belong_together() -> None:
    assert _kinds(_at(10.0, 20.0), _at(12.0, 20.0)) == [("moved", 10.0, 12.0)]
    assert _kinds(_at(10.0, 20.0), _at(19.0)) == [("removed", 10.0, None), ("moved", 20.0, 19.0)]


def test_the_same_cue_twice_is_told_apart_from_once() -> None:
    assert _kinds(_at(10.0, 10.0), _at(10.0)) == [("removed", 10.0, None)]


def test_other_words_at_the_same_moment_reword_it() -> None:
    assert _kinds(_at(10.0), _at(10.0, say="行")) == [("reworded", 10.0, 10.0)]


def test_totals_count_each_kind_by_entry_the_most_changed_first() -> None:
    found = changes(_at(1.0) + _at(5.0, entry="note"), _at(40.0) + _at(9.0, entry="note"))
    assert totals(found) == {"tip": {"removed": 1, "added": 1}, "note": {"moved": 1}}


def test_a_call_told_twice_alike_has_no_difference() -> None:
    often = _at(10.0, 20.0, 30.0, 30.0) + _at(5.0, entry="note")
    assert _kinds(often, list(often)) == []
