import pytest

from assist.core.events import BehaviourNoticed, DeadAir, HoldBegan, HoldEnded, SpeechStarted
from assist.core.spans import RATE, Span, from_seconds
from tests.core.builders import AGENT, CUSTOMER, Call, Words, judged, tiny

pytestmark = pytest.mark.unit


def call() -> Call:
    book = tiny(dead_air_seconds=5, hold_after_seconds=2)
    return Call(book, [Words({"稍等": judged("hold", "announced"), "音乐": judged("hold", "music")})])


def span(start: float, end: float) -> Span:
    return Span(from_seconds(start), from_seconds(end))


def test_dead_air_is_noticed_when_it_has_lasted_and_measured_when_it_is_over() -> None:
    c = call()
    c.customer("喂", 1, 2)
    assert c.session.deadline() == 7 * RATE
    assert c.advance(6.9) == []
    (noticed,) = c.advance(7.5)
    assert (noticed.at, noticed.rule, noticed.since) == (7 * RATE, "dead_air", 2 * RATE)
    assert noticed.evidence[0].measure == "silence"
    assert "5 秒" in noticed.evidence[0].why
    assert c.session.deadline() is None
    c.starts(AGENT, 9)
    assert c.of(DeadAir) == [DeadAir(at=9 * RATE, span=span(2, 9))]


def test_dead_air_ends_where_the_next_word_begins_not_where_it_was_recognised() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.note(SpeechStarted(at=from_seconds(9.1), channel=AGENT, utterance="a1", start=9 * RATE))
    assert c.of(DeadAir)[0].span == span(2, 9)


def test_a_short_silence_is_nothing() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.agent("您好", 6, 7)
    assert c.of(DeadAir, BehaviourNoticed, HoldBegan) == []


def test_before_anybody_has_spoken_nobody_is_missed() -> None:
    c = call()
    assert c.session.deadline() is None
    assert c.advance(60) == []
    c.starts(AGENT, 61)
    assert c.of(DeadAir) == []


def test_who_speaks_keeps_the_silence_away() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.starts(AGENT, 3)
    assert c.session.deadline() is None
    assert c.advance(60) == []


def test_one_silence_is_one_dead_air_even_when_both_answer_at_once() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.starts(AGENT, 9)
    c.starts(CUSTOMER, 9.2)
    assert c.of(DeadAir) == [DeadAir(at=9 * RATE, span=span(2, 9))]


def test_each_silence_is_measured_from_its_own_beginning() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.agent("您好", 9, 10)
    c.customer("喂", 18, 19)
    assert [e.span for e in c.of(DeadAir)] == [span(2, 9), span(10, 18)]
    assert [e.since for e in c.of(BehaviourNoticed)] == [2 * RATE, 10 * RATE]


def test_an_announced_silence_is_a_hold_and_ends_with_the_next_word() -> None:
    c = call()
    c.agent("请稍等", 1, 2)
    assert c.session.deadline() == 4 * RATE
    (began,) = c.advance(5)
    assert began == HoldBegan(at=4 * RATE, start=2 * RATE)
    assert c.advance(60) == []
    c.starts(CUSTOMER, 61)
    assert c.of(HoldEnded) == [HoldEnded(at=61 * RATE, span=span(2, 61))]
    assert c.of(DeadAir, BehaviourNoticed) == []


def test_the_announcement_counts_only_while_it_is_the_agents_last_word() -> None:
    c = call()
    c.agent("请稍等", 1, 2)
    c.agent("好了", 3, 4)
    c.advance(20)
    assert c.of(HoldBegan) == []
    assert [e.rule for e in c.of(BehaviourNoticed)] == ["dead_air"]


def test_only_an_announcement_makes_a_hold() -> None:
    c = call()
    c.agent("音乐", 1, 2)
    c.advance(20)
    assert c.of(HoldBegan) == []


def test_a_hold_told_from_outside_stops_the_dead_air_and_runs_until_it_is_told() -> None:
    c = call()
    c.agent("您好", 1, 2)
    c.note(HoldBegan(at=from_seconds(3), start=from_seconds(3)))
    assert c.advance(30) == []
    c.note(HoldEnded(at=from_seconds(30), span=span(3, 30)))
    assert c.session.deadline() == 35 * RATE
    (noticed,) = c.advance(36)
    assert (noticed.rule, noticed.since) == ("dead_air", 30 * RATE)


def test_after_an_announced_hold_has_ended_silence_is_dead_air_again() -> None:
    c = call()
    c.agent("请稍等", 1, 2)
    c.advance(5)
    c.note(HoldEnded(at=from_seconds(20), span=span(2, 20)))
    assert c.session.deadline() == 25 * RATE
    c.advance(40)
    assert len(c.of(HoldBegan)) == 1
    assert [e.since for e in c.of(BehaviourNoticed)] == [20 * RATE]


def test_nothing_is_noticed_after_the_end() -> None:
    c = call()
    c.customer("喂", 1, 2)
    c.end()
    assert c.session.deadline() is None
    assert c.advance(60) == []
