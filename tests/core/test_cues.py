from dataclasses import replace

import pytest

from assist.core.cards import Card, CardStep
from assist.core.cues import CuePolicy, said
from assist.core.customer import Customer
from assist.core.events import (
    Answer,
    CardLine,
    CueAnswered,
    CueKind,
    CueRetired,
    CueShown,
    CueSuppressed,
    ForbiddenHit,
    ObjectionHit,
    OpenCard,
    TypeProbabilities,
)
from assist.core.lexicon import Phrases
from assist.core.playbook import Entry
from assist.core.spans import RATE
from assist.core.triggers import (
    OnBehaviour,
    OnForbidden,
    OnMissing,
    OnObjection,
    OnPhrase,
    OnSignal,
    OnStage,
    OnStaying,
    Scope,
)
from tests.core.builders import AGENT, CUSTOMER, Call, Words, entry, judged, tiny

pytestmark = pytest.mark.unit

TABLE = {
    "笨": judged("forbidden", "insult", hit=ForbiddenHit("insult", "high", "笨", "我再说一遍", "exact")),
    "贵": judged("objection", "price", hit=ObjectionHit("price", "real", None)),
    "骗": judged("objection", "trust", hit=ObjectionHit("trust", "false", None)),
    "气": judged("emotion", "angry"),
    "招呼": judged("step", "open.greet"),
    "报价": judged("step", "propose.offer"),
    "急": judged("customer_type", "hasty", 0.9, TypeProbabilities({"hasty": 1.0})),
    "甲": judged("phrase", "a"),
    "乙": judged("phrase", "b"),
    "丙": judged("phrase", "c"),
}
PHRASE = OnPhrase(CUSTOMER, Phrases(("x",)), "")
ANGRY = OnSignal("emotion", ("angry",))
PHRASE_A = OnPhrase(CUSTOMER, Phrases(("x",)), "a")


def call(*entries: Entry, scene_id: str = "inbound", **limits: float) -> Call:
    return Call(tiny(*entries, **limits), [Words(TABLE)], scene_id=scene_id)


def reasons(c: Call) -> list[tuple[str, str]]:
    """What was held back, and why."""
    return [(e.title, e.reason) for e in c.of(CueSuppressed)]


def retired(c: Call) -> list[tuple[str, str]]:
    return [(e.cue_id.split("#")[0], e.reason) for e in c.of(CueRetired)]


class TestTriggers:
    @pytest.mark.parametrize(
        ("trigger", "text", "fires"),
        [
            (PHRASE, "甲", True),
            (PHRASE, "乙", False),
            (PHRASE, "气", False),
            (OnForbidden(()), "笨", True),
            (OnForbidden(("insult",)), "笨", True),
            (OnForbidden(("threat",)), "笨", False),
            (OnObjection((), ()), "贵", True),
            (OnObjection(("price",), ("real", "hidden")), "贵", True),
            (OnObjection(("price",), ()), "骗", False),
            (OnObjection((), ("real",)), "骗", False),
            (ANGRY, "气", True),
            (OnSignal("emotion", ("sad",)), "气", False),
            (OnSignal("intent", ("angry",)), "气", False),
            (OnBehaviour(("question_pileup",)), "？？？", True),
            (OnBehaviour(("monologue",)), "？？？", False),
            (OnStage(("propose",)), "报价", True),
            (OnStage(("close",)), "报价", False),
            (OnMissing("open.greet", ("propose",)), "报价", True),
            (OnMissing("open.greet", ("propose",)), "招呼报价", False),
            (OnMissing("open.greet", ("close",)), "报价", False),
        ],
    )
    def test_fire_on_their_event_only(self, trigger: object, text: str, fires: bool) -> None:
        c = call(entry("a", trigger))  # type: ignore[arg-type]
        c.agent(text, 1, 2)
        assert bool(c.of(CueShown)) is fires

    def test_one_event_shows_an_entry_once_whatever_number_of_its_triggers_it_fits(self) -> None:
        c = call(entry("a", ANGRY, OnSignal("emotion", ("angry", "sad"))))
        c.customer("气", 1, 2)
        assert len(c.of(CueShown)) == 1
        assert reasons(c) == []

    def test_a_cue_says_what_it_stands_on(self) -> None:
        c = call(
            entry("a", ANGRY, kind=CueKind.DO, say="先安抚", priority=70, expires_seconds=9, sources=("row 7", "row 8"))
        )
        c.customer("气", 1, 2)
        (shown,) = c.of(CueShown)
        cue = shown.cue
        assert (cue.kind, cue.say, cue.source, cue.priority, cue.entry) == (CueKind.DO, "先安抚", "row 7", 70, "a")
        assert cue.expires == shown.at + 9 * RATE
        assert [e.why for e in cue.because] == ["「气」", "为什么 a"]
        assert cue.because[0].utterance == "c1"

    def test_a_forbidden_phrase_brings_its_own_line(self) -> None:
        c = call(entry("a", OnForbidden(()), say="换个说法"))
        c.agent("笨", 1, 2)
        (shown,) = c.of(CueShown)
        assert shown.cue.say == "我再说一遍"
        assert shown.cue.because[0].why == "「笨」"


class TestScope:
    @pytest.mark.parametrize(
        ("scope", "fires"),
        [
            (Scope(), True),
            (Scope(scenes=("inbound",)), True),
            (Scope(scenes=("outbound",)), False),
            (Scope(stages=("open",)), True),
            (Scope(stages=("close",)), False),
            (Scope(customer_types=("hasty",)), True),
            (Scope(customer_types=("calm",)), False),
        ],
    )
    def test_keeps_an_entry_to_its_place(self, scope: Scope, fires: bool) -> None:
        c = call(entry("a", ANGRY, scope=scope))
        c.customer("急", 1, 2)
        c.customer("气", 3, 4)
        assert bool(c.of(CueShown)) is fires


class TestStaying:
    LONG = OnStaying("open", 30, None)

    def test_too_long_is_noticed_at_its_own_moment_and_once(self) -> None:
        c = call(entry("a", self.LONG, expires_seconds=5))
        assert c.session.deadline() == 30 * RATE
        c.advance(100)
        (shown,) = c.of(CueShown)
        assert shown.at == 30 * RATE
        assert "30 秒" in shown.cue.because[0].why

    def test_coming_back_counts_anew(self) -> None:
        c = call(entry("a", self.LONG))
        c.advance(31)
        c.agent("报价", 40, 41)
        c.agent("招呼", 43, 44)
        c.advance(100)
        assert len(c.of(CueShown)) == 2

    def test_another_stage_is_not_this_one(self) -> None:
        c = call(entry("a", self.LONG))
        c.agent("报价", 20, 21)
        c.advance(100)
        assert c.of(CueShown) == []

    def test_a_step_that_was_heard_settles_it(self) -> None:
        c = call(entry("a", OnStaying("open", 30, "open.greet")))
        c.agent("招呼", 1, 2)
        c.advance(100)
        assert c.of(CueShown) == []

    def test_a_step_that_is_missing_does_not(self) -> None:
        c = call(entry("a", OnStaying("open", 30, "open.name")))
        c.agent("招呼", 1, 2)
        c.advance(100)
        assert len(c.of(CueShown)) == 1

    def test_out_of_scope_is_not_waited_for(self) -> None:
        c = call(entry("a", self.LONG, scope=Scope(scenes=("outbound",))))
        assert c.session.deadline() is None

    def test_an_agent_in_the_middle_of_a_sentence_is_waited_for_until_it_is_text(self) -> None:
        c = call(entry("a", self.LONG))
        name = c.starts(AGENT, 29)
        c.advance(35)
        c.ends(AGENT, name, 29, 35)
        c.advance(36)
        assert c.of(CueShown) == []
        c.text(AGENT, name, "嗯", 29, 36)
        c.advance(37)
        (shown,) = c.of(CueShown)
        assert 36 * RATE < shown.at <= 37 * RATE

    def test_a_customer_in_the_middle_of_a_sentence_is_not(self) -> None:
        c = call(entry("a", self.LONG))
        c.starts(CUSTOMER, 29)
        c.advance(35)
        assert c.of(CueShown)[0].at == 30 * RATE

    def test_nothing_is_waited_for_after_the_end(self) -> None:
        c = call(entry("a", self.LONG))
        c.end()
        assert c.session.deadline() is None


class TestTheScreen:
    def test_holds_two_and_keeps_what_is_as_important(self) -> None:
        c = call(*(entry(name, PHRASE) for name in "abc"))
        c.customer("甲", 1, 2)
        c.customer("乙", 3, 4)
        c.customer("丙", 5, 6)
        assert c.showing == ["a", "b"]
        assert reasons(c) == [("c", "no_room")]

    def test_gives_way_to_what_matters_more_the_oldest_of_the_least_first(self) -> None:
        c = call(entry("a", PHRASE), entry("b", PHRASE), entry("c", PHRASE, priority=90))
        c.customer("甲", 1, 2)
        c.customer("乙", 3, 4)
        c.customer("丙", 5, 6)
        assert c.showing == ["b", "c"]
        assert retired(c) == [("a", "displaced")]

    def test_of_cues_at_one_moment_the_most_important_come_first(self) -> None:
        c = call(entry("a", ANGRY, priority=1), entry("b", ANGRY, priority=3), entry("c", ANGRY, priority=2))
        c.customer("气", 1, 2)
        assert [e.cue.entry for e in c.of(CueShown)] == ["b", "c"]
        assert reasons(c) == [("a", "no_room")]

    def test_its_size_is_a_setting(self) -> None:
        c = call(entry("a", ANGRY), entry("b", ANGRY), on_screen=1)
        c.customer("气", 1, 2)
        assert c.showing == ["a"]

    def test_does_not_show_the_same_twice(self) -> None:
        c = call(entry("a", ANGRY))
        c.customer("气", 1, 2)
        c.customer("气", 3, 4)
        assert reasons(c) == [("a", "showing")]

    def test_lets_an_entry_cool_down(self) -> None:
        c = call(entry("a", ANGRY, cool_down_seconds=10, expires_seconds=2))
        c.customer("气", 1, 2)
        c.customer("气", 6, 7)
        c.customer("气", 12, 13)
        assert reasons(c) == [("a", "cool_down")]
        assert len(c.of(CueShown)) == 2

    def test_stops_an_entry_that_has_come_often_enough(self) -> None:
        c = call(entry("a", ANGRY, cool_down_seconds=0, expires_seconds=1, max_per_call=2))
        for start in (1, 5, 9):
            c.customer("气", start, start + 1)
        assert reasons(c) == [("a", "max_per_call")]

    def test_gives_every_cue_an_id_of_its_own(self) -> None:
        c = call(entry("a", ANGRY, cool_down_seconds=0, expires_seconds=1))
        for start in (1, 5, 9):
            c.customer("气", start, start + 1)
        ids = [e.cue.id for e in c.of(CueShown)]
        assert len(set(ids)) == len(ids) == 3


class TestTheBudget:
    QUICK = {"cool_down_seconds": 0, "expires_seconds": 1, "max_per_call": 99}  # noqa: RUF012

    def test_of_a_minute_is_smaller_for_tips(self) -> None:
        limits = {"cues_a_minute": 3, "tips_a_minute": 2}
        c = call(entry("a", ANGRY, **self.QUICK), entry("z", PHRASE_A, priority=65, **self.QUICK), **limits)
        for start in (1, 5, 9):
            c.customer("气", start, start + 1)
        assert reasons(c) == [("a", "budget")]
        c.customer("甲", 13, 14)
        c.customer("甲", 17, 18)
        assert reasons(c) == [("a", "budget"), ("z", "budget")]
        assert [e.cue.entry for e in c.of(CueShown)] == ["a", "a", "z"]

    def test_is_free_again_after_a_minute(self) -> None:
        c = call(entry("a", ANGRY, **self.QUICK), tips_a_minute=1)
        c.customer("气", 1, 2)
        c.customer("气", 30, 31)
        c.customer("气", 62, 63)
        assert reasons(c) == [("a", "budget")]
        assert len(c.of(CueShown)) == 2

    def test_holds_no_alarm_back_and_counts_it(self) -> None:
        c = call(entry("a", PHRASE_A, priority=90, **self.QUICK), entry("b", ANGRY, priority=80), cues_a_minute=1)
        for start in (1, 5, 9):
            c.customer("甲", start, start + 1)
        c.customer("气", 13, 14)
        assert [e.cue.entry for e in c.of(CueShown)] == ["a", "a", "a"]
        assert reasons(c) == [("b", "budget")]

    def test_counts_cues_of_the_same_moment(self) -> None:
        c = call(entry("a", ANGRY), entry("b", ANGRY), tips_a_minute=1)
        c.customer("气", 1, 2)
        assert reasons(c) == [("b", "budget")]


class TestLateness:
    def test_a_cue_for_what_was_said_long_ago_is_held_back(self) -> None:
        c = call(entry("a", ANGRY), late_seconds=5)
        name = c.starts(CUSTOMER, 1)
        c.ends(CUSTOMER, name, 1, 2)
        c.advance(7.5)
        c.text(CUSTOMER, name, "气", 1, 2)
        assert reasons(c) == [("a", "too_late")]

    def test_the_same_advice_under_another_id_waits_too(self) -> None:
        c = call(entry("a", ANGRY, title="先安抚", expires_seconds=1), entry("b", PHRASE_A, title="先安抚"))
        c.customer("气", 1, 2)
        c.advance(5)
        c.customer("甲", 6, 7)
        assert reasons(c) == [("先安抚", "cool_down")]


class TestWording:
    WANG = Customer(surname="王", title="先生", fee=159.0)

    def test_slots_are_filled_with_what_is_known(self) -> None:
        own = entry("a", ANGRY, say="[{name}，]每月[{fee}元|的月租]")
        known = Call(tiny(own), [Words(TABLE)], customer=self.WANG)
        known.customer("气", 1, 2)
        assert known.of(CueShown)[0].cue.say == "王先生，每月159元"
        c = call(own)
        c.customer("气", 1, 2)
        assert c.of(CueShown)[0].cue.say == "每月的月租"

    def test_a_customer_of_known_type_is_told_in_words_of_that_type(self) -> None:
        c = call(entry("a", ANGRY, say="慢慢说", say_for={"hasty": "直接说"}))
        c.customer("气", 1, 2)
        c.answer("a#1", Answer.DISMISSED)
        c.customer("急", 40, 41)
        c.customer("气", 42, 43)
        assert [e.cue.say for e in c.of(CueShown)] == ["慢慢说", "直接说"]

    def test_a_card_opens_with_its_lines_filled(self) -> None:
        card = Card("c", ("K1",), "题", "时", (CardStep("一", "[{name}，]您好"), CardStep("二")), ("别催",))
        playbook = replace(tiny(entry("a", ANGRY, opens="c")), cards={"c": card})
        c = Call(playbook, [Words(TABLE)], customer=self.WANG)
        c.customer("气", 1, 2)
        opened = c.of(CueShown)[0].cue.card
        assert opened == OpenCard("c", "题", "时", (CardLine("一", "王先生，您好"), CardLine("二", "")), ("别催",))


class TestExpiry:
    def test_comes_at_its_own_moment_and_counts_as_unanswered(self) -> None:
        c = call(entry("a", ANGRY, expires_seconds=3))
        c.customer("气", 1, 2)
        (shown,) = c.of(CueShown)
        assert c.session.deadline() == shown.cue.expires
        c.advance(20)
        assert [(e.answer, e.at) for e in c.of(CueAnswered)] == [(Answer.EXPIRED, shown.cue.expires)]
        assert retired(c) == [("a", "expired")]

    def test_of_an_accepted_cue_keeps_the_answer(self) -> None:
        c = call(entry("a", ANGRY, expires_seconds=3))
        c.customer("气", 1, 2)
        c.answer("a#1", Answer.ACCEPTED)
        assert c.showing == ["a"]
        c.advance(20)
        assert [e.answer for e in c.of(CueAnswered)] == [Answer.ACCEPTED]
        assert retired(c) == [("a", "expired")]

    def test_makes_room_for_what_comes_at_the_same_moment(self) -> None:
        staying = entry("late", OnStaying("open", 10, None), priority=90)
        c = call(entry("a", ANGRY, OnStage(("open",)), expires_seconds=10), entry("b", OnStage(("open",))), staying)
        assert c.showing == ["a", "b"]
        c.advance(10)
        assert c.showing == ["b", "late"]
        assert retired(c) == [("a", "expired")]


class TestAnswers:
    def test_a_dismissed_cue_goes_at_once(self) -> None:
        c = call(entry("a", ANGRY))
        c.customer("气", 1, 2)
        found = c.answer("a#1", Answer.DISMISSED)
        assert [type(e) for e in found] == [CueAnswered, CueRetired]
        assert retired(c) == [("a", "dismissed")]
        assert c.answer("a#1", Answer.DISMISSED) == []

    def test_an_answer_to_a_cue_that_was_never_shown_is_no_news(self) -> None:
        c = call(entry("a", ANGRY))
        assert c.answer("a#1", Answer.DISMISSED) == []

    def test_a_policy_told_of_a_cue_that_has_gone_retires_nothing(self) -> None:
        c = call(entry("a", ANGRY, expires_seconds=1))
        c.customer("气", 1, 2)
        c.advance(9)
        late = CueAnswered(at=9 * RATE, cue_id="a#1", answer=Answer.DISMISSED)
        assert list(CuePolicy(tiny()).react(late, c.session.state)) == []

    def test_a_step_the_cue_waits_for_is_taken_as_acting_on_it(self) -> None:
        c = call(entry("a", ANGRY, done_when=("open.greet",)), entry("b", ANGRY))
        c.customer("气", 1, 2)
        c.agent("招呼", 4, 5)
        assert retired(c) == [("a", "acted_on")]
        assert c.showing == ["b"]

    def test_a_step_said_before_the_cue_came_is_not(self) -> None:
        c = call(entry("a", ANGRY, done_when=("open.greet",)))
        c.customer("气", 1, 2)
        c.text(AGENT, "a1", "招呼", 0, 1)
        assert c.showing == ["a"]

    @pytest.mark.parametrize(
        ("text", "acted"), [("先别急，我帮您查一下", True), ("我帮您", False), ("今天天气", False)]
    )
    def test_saying_the_line_in_other_words_is_acting_on_it(self, text: str, acted: bool) -> None:
        c = call(entry("z", ANGRY, say="我帮您查一下进度"))
        c.customer("气", 1, 2)
        c.agent(text, 4, 5)
        assert (retired(c) == [("z", "acted_on")]) is acted

    def test_the_customer_saying_it_is_not(self) -> None:
        c = call(entry("z", ANGRY, say="我帮您查一下"))
        c.customer("气", 1, 2)
        c.customer("我帮您查一下", 4, 5)
        assert c.showing == ["z"]

    def test_a_cue_to_do_something_is_not_done_by_saying_it(self) -> None:
        c = call(entry("z", ANGRY, say="我帮您查一下", kind=CueKind.DO))
        c.customer("气", 1, 2)
        c.agent("我帮您查一下", 4, 5)
        assert c.showing == ["z"]

    def test_an_acted_on_cue_is_retired_once_though_a_new_one_would_displace_it(self) -> None:
        greet = OnSignal("step", ("open.greet",))
        c = call(entry("a", ANGRY, done_when=("open.greet",)), entry("b", ANGRY), entry("c", greet, priority=90))
        c.customer("气", 1, 2)
        c.agent("招呼", 4, 5)
        assert retired(c) == [("a", "acted_on")]
        assert c.showing == ["b", "c"]

    def test_the_end_of_the_call_clears_the_screen(self) -> None:
        c = call(entry("a", ANGRY), entry("b", ANGRY))
        c.customer("气", 1, 2)
        c.end()
        assert retired(c) == [("a", "call_ended"), ("b", "call_ended")]
        assert c.showing == []


@pytest.mark.parametrize(
    ("line", "text", "share"),
    [
        ("您好", "您好吗", 1.0),
        ("我帮您查", "我帮您", 2 / 3),
        ("您好", "再见", 0.0),
        ("", "您好", 0.0),
        ("好！的", "好的", 1.0),
    ],
)
def test_said_is_the_share_of_a_lines_character_pairs(line: str, text: str, share: float) -> None:
    assert said(line, text) == pytest.approx(share)
