"""Relations between triggers, time, and conditions; single triggers are tested with the cues."""

from dataclasses import replace

import pytest

from assist.core.events import CueShown, QuestionDue, TypeProbabilities
from assist.core.firing import triggered
from assist.core.lexicon import Phrases
from assist.core.spans import RATE
from assist.core.triggers import (
    Conditions,
    Months,
    OnLacking,
    OnMeaning,
    OnPhrase,
    OnQuestion,
    OnSequence,
    OnSignal,
    OnStaying,
    OnTime,
    OnType,
    Scope,
)
from tests.core.builders import AGENT, CUSTOMER, Call, Words, entry, judged, tiny

pytestmark = pytest.mark.unit

ANGRY, GREET = OnSignal("emotion", ("angry",)), OnSignal("step", ("open.greet",))
TABLE = {
    "气": judged("emotion", "angry"),
    "招呼": judged("step", "open.greet"),
    "报价": judged("step", "propose.offer"),
    "急": judged("customer_type", "hasty", 0.9, TypeProbabilities({"hasty": 1.0})),
    "像": judged("phrase", "a/1"),
    "话": judged("phrase", "a"),
}


def call(*entries: object, **limits: float) -> Call:
    return Call(tiny(*entries, **limits), [Words(TABLE)])  # type: ignore[arg-type]


def shown(c: Call) -> list[float]:
    return [e.at / RATE for e in c.of(CueShown)]


class TestSequence:
    OWN = entry("a", OnSequence(ANGRY, GREET, 10))

    def test_fires_on_the_second_part_with_the_evidence_of_both(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        assert shown(c) == []
        c.agent("招呼", 4, 5)
        (event,) = c.of(CueShown)
        assert [e.why for e in event.cue.because][:2] == ["「气」", "「招呼」"]

    def test_is_over_after_its_time(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        c.agent("招呼", 14, 15)
        assert shown(c) == []

    def test_wants_the_parts_in_order(self) -> None:
        c = call(self.OWN)
        c.agent("招呼", 1, 2)
        c.customer("气", 4, 5)
        assert shown(c) == []

    def test_counts_from_the_latest_first_part(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        c.customer("气", 9, 10)
        c.agent("招呼", 14, 15)
        assert len(shown(c)) == 1

    def test_nothing_follows_itself(self) -> None:
        c = call(entry("a", OnSequence(ANGRY, ANGRY, 10)))
        c.customer("气", 1, 2)
        assert shown(c) == []
        c.customer("气", 4, 5)
        assert len(shown(c)) == 1

    def test_one_sentence_is_no_sequence(self) -> None:
        c = call(self.OWN)
        c.customer("气，招呼", 1, 2)
        assert shown(c) == []
        c.agent("招呼", 4, 5)
        assert len(shown(c)) == 1

    def test_a_sentence_that_is_both_parts_follows_an_earlier_one(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        c.customer("气，招呼", 4, 5)
        assert len(shown(c)) == 1

    def test_out_of_scope_it_is_spent_all_the_same(self) -> None:
        c = call(entry("a", OnSequence(ANGRY, GREET, 10), scope=Scope(stages=("close",))))
        c.customer("气", 1, 2)
        c.agent("招呼", 4, 5)
        assert shown(c) == []

    def test_of_two_triggers_of_an_entry_that_fire_at_once_one_counts(self) -> None:
        c = call(entry("a", OnSequence(ANGRY, GREET, 10), GREET))
        c.customer("气", 1, 2)
        c.agent("招呼", 4, 5)
        assert len(shown(c)) == 1


class TestLacking:
    OWN = entry("a", OnLacking(ANGRY, GREET, 10))

    def test_fires_when_the_time_is_over(self) -> None:
        c = call(self.OWN)
        found = c.customer("气", 1, 2)
        heard = next(e.at for e in found if getattr(e, "transcript", None))
        c.advance(30)
        assert shown(c) == [(heard + 10 * RATE) / RATE]

    def test_what_was_wanted_settles_it(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        c.agent("招呼", 4, 5)
        c.advance(30)
        assert shown(c) == []

    def test_what_was_wanted_in_the_same_sentence_settles_it_in_either_order(self) -> None:
        c = call(entry("a", OnLacking(ANGRY, GREET, 10)), entry("b", OnLacking(GREET, ANGRY, 10)))
        c.customer("气，招呼", 1, 2)
        c.advance(30)
        assert shown(c) == []

    def test_counts_from_the_first_time(self) -> None:
        c = call(self.OWN)
        c.customer("气", 1, 2)
        c.customer("气", 9, 10)
        c.advance(14)
        assert len(shown(c)) == 1

    @pytest.mark.parametrize(
        "wrong", [{"scope": Scope(stages=("close",))}, {"only_if": Conditions(been_in=("close",))}]
    )
    def test_is_silent_where_it_does_not_apply(self, wrong: dict) -> None:
        c = call(entry("a", OnLacking(ANGRY, GREET, 10), **wrong))
        c.customer("气", 1, 2)
        c.advance(30)
        assert shown(c) == []

    def test_two_that_are_over_at_one_moment_show_an_entry_once(self) -> None:
        c = call(entry("a", OnLacking(ANGRY, GREET, 10), OnLacking(ANGRY, OnType(("calm",)), 10)))
        c.customer("气", 1, 2)
        c.advance(30)
        assert len(shown(c)) == 1


class TestTime:
    def test_fires_once_at_its_second(self) -> None:
        c = call(entry("a", OnTime(45), cool_down_seconds=0))
        c.advance(200)
        assert shown(c) == [45.0]
        assert "45 秒" in c.of(CueShown)[0].cue.because[0].why

    def test_two_at_one_moment_show_an_entry_once(self) -> None:
        c = call(entry("a", OnTime(45), OnStaying("open", 45, None)))
        c.advance(200)
        assert shown(c) == [45.0]


class TestKinds:
    def test_a_type_that_became_known(self) -> None:
        c = call(entry("a", OnType(("hasty",))), entry("b", OnType(("calm",))))
        c.customer("急", 1, 2)
        assert c.showing == ["a"]

    def test_meaning_comes_as_a_signal_of_its_own_key(self) -> None:
        c = call(entry("a", OnPhrase(CUSTOMER, Phrases(("x",)), "a"), OnMeaning(CUSTOMER, ("x", "y"), (), 0.6, "a/1")))
        c.customer("像", 1, 2)
        assert c.showing == ["a"]

    def test_a_question_that_is_due(self) -> None:
        due = QuestionDue(at=0, questionnaire="q", question="one")
        assert triggered(OnQuestion("q.one"), due) == ()
        assert triggered(OnQuestion("q.two"), due) is None
        assert triggered(OnQuestion("q.one"), replace(due, asked=True)) is None

    def test_a_question_that_was_then_asked_is_done(self) -> None:
        table = {"问": judged("asked", "q.one"), "别": judged("asked", "q.two"), "气": judged("emotion", "angry")}
        c = Call(tiny(entry("a", OnQuestion("q.one"), ANGRY), entry("b", ANGRY)), [Words(table)])
        c.customer("气", 1, 2)
        c.agent("别", 4, 5)
        assert c.showing == ["a", "b"]
        c.agent("问", 7, 8)
        assert c.showing == ["b"]

    @pytest.mark.parametrize(("channel", "fires"), [("customer", True), ("agent", False)])
    def test_who_said_it_counts(self, channel: str, fires: bool) -> None:
        c = call(entry("a", ANGRY, scope=Scope(channels=(channel,))))
        c.customer("气", 1, 2)
        assert bool(shown(c)) is fires

    def test_what_nobody_said_has_no_speaker(self) -> None:
        c = call(entry("a", OnType(("hasty",)), scope=Scope(channels=("customer",))))
        c.customer("急", 1, 2)
        assert shown(c) == []

    def test_conditions_hold_for_time_too(self) -> None:
        c = call(entry("a", OnTime(5), only_if=Conditions(months=Months(1, 3))))
        c.advance(10)
        assert shown(c) == []

    def test_agent_lines_are_the_agents(self) -> None:
        c = call(entry("a", OnPhrase(AGENT, Phrases(("x",)), "a"), scope=Scope(channels=("agent",))))
        c.agent("话", 1, 2)
        assert c.showing == ["a"]
