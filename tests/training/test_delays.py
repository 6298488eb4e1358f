"""Waiting times of a scripted call: every moment is chosen, so every figure is known."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.events import Backlog, CallStarted, Channel, PlaybookRef, SpeechEnded, Transcribed, Transcript
from assist.core.spans import Span, from_seconds
from assist.training.calls import Turn
from assist.training.delays import Timeline, Utterance, caught_up, delays, lag, queued, spread, waits

pytestmark = pytest.mark.unit
AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER


def span(start: float, end: float) -> Span:
    return Span(from_seconds(start), from_seconds(end))


def text(
    words: str, *, final: bool = False, stable: int = 0, name: str = "a1", where: Span | None = None
) -> Transcript:
    return Transcript(
        utterance=name,
        channel=AGENT if name[0] == "a" else CUSTOMER,
        revision=1,
        span=where or span(0, 1),
        text=words,
        final=final,
        stable=stable,
    )


def spoken(start: float, end: float, *versions: tuple[float, Transcript], channel: Channel = AGENT) -> Utterance:
    return Utterance(channel, span(start, end), list(versions))


def turn(start: float, end: float, channel: Channel = AGENT) -> Turn:
    return Turn(0, channel, "好", start, end)


def test_a_turn_waits_from_its_true_end_for_its_final_text_and_from_its_onset_for_words():
    one = spoken(1.1, 2.9, (1.9, text("您")), (3.7, text("您好", final=True)))
    found = delays([one], [turn(1.0, 3.0)])
    assert found.final == pytest.approx([0.7])
    assert found.partial == found.first == pytest.approx([0.9])
    assert found.unheard == 0


def test_of_a_turn_cut_in_two_the_first_part_gives_words_and_the_last_the_end():
    parts = [
        spoken(1.0, 2.0, (2.6, text("您好", final=True))),
        spoken(2.5, 4.0, (3.2, text("我")), (4.6, text("我是", final=True))),
    ]
    found = delays(parts, [turn(1.0, 4.0)])
    assert found.final == pytest.approx([0.6])
    assert found.first == pytest.approx([1.6])
    assert found.partial == ()  # its first words were final


def test_an_utterance_over_two_turns_counts_once():
    one = spoken(1.0, 4.0, (1.8, text("嗯")), (4.5, text("嗯好的", final=True)))
    found = delays([one], [turn(1.0, 2.0), turn(2.2, 4.0)])
    assert found.final == pytest.approx([0.5])
    assert found.first == pytest.approx([0.8])


def test_a_turn_on_the_other_channel_or_without_a_final_is_unheard():
    utterances = [
        spoken(1.0, 2.0, (2.5, text("好", final=True))),
        spoken(3.0, 4.0, (3.9, text("好"))),
    ]
    found = delays(utterances, [turn(1.0, 2.0, CUSTOMER), turn(3.0, 4.0), turn(6.0, 7.0)])
    assert found.unheard == 3
    assert found.final == ()


def test_empty_versions_are_no_words():
    one = spoken(1.0, 2.0, (1.5, text("")), (2.5, text("好", final=True)))
    assert delays([one], [turn(1.0, 2.0)]).first == pytest.approx([1.5])


def test_what_was_stable_must_stand_in_every_later_version():
    kept = spoken(
        0, 1, (0.5, text("我要消", stable=2)), (0.8, text("我要销户", stable=4)), (1.5, text("我要销户。", final=True))
    )
    assert not kept.broke_its_word()
    broken = spoken(0, 1, (0.5, text("我要消", stable=3)), (0.8, text("我要消费")), (1.5, text("我要销户", final=True)))
    assert broken.broke_its_word()


def test_work_waits_for_its_turn_and_a_free_worker_starts_at_once():
    assert queued([(1.0, 2.0), (2.0, 0.5), (9.0, 1.0)]) == [3.0, 3.5, 10.0]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 10)), max_size=20))
def test_one_worker_never_does_two_things_at_once(work):
    work.sort()
    done = queued(work)
    assert all(end >= ready + seconds - 1e-9 for end, (ready, seconds) in zip(done, work, strict=True))
    assert all(
        after - before >= seconds - 1e-9 for (before, after), (_, seconds) in zip(pairwise(done), work[1:], strict=True)
    )


def test_lag_is_the_age_of_the_oldest_speech_without_its_text():
    utterances = [
        spoken(0, 2, (6.0, text("一", final=True))),
        spoken(3, 4, (7.0, text("二", final=True))),
        spoken(8, 12, (9.0, text("三"))),
    ]
    assert lag(utterances, 1.0) == 0
    assert lag(utterances, 5.0) == pytest.approx(3.0)
    assert lag(utterances, 6.5) == pytest.approx(2.5)
    assert lag(utterances, 7.5) == 0
    assert lag([], 5.0) == 0
    assert waits(utterances) == pytest.approx([4.0, 3.0])


def test_a_recogniser_has_caught_up_when_nothing_late_is_left():
    late = [spoken(0, 10, (10.5, text("一", final=True))), spoken(0, 9, (14.0, text("二", final=True)))]
    assert caught_up(late, 10.0, 2.0) == pytest.approx(4.0)
    assert caught_up(late[:1], 10.0, 2.0) == 0
    assert caught_up([*late, spoken(9, 10, (10.2, text("三")))], 10.0, 2.0) is None


def test_a_spread_of_one_and_of_none():
    assert spread([]) is None
    assert spread([0.5]) == {"n": 1, "median_s": 0.5, "p95_s": 0.5, "worst_s": 0.5}
    many = spread([float(n) for n in range(1, 101)])
    assert many is not None
    assert many["median_s"] == 50.5
    assert 95 <= many["p95_s"] <= 96
    assert many["worst_s"] == 100


class Clock:
    """Seconds that a test sets."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def started() -> CallStarted:
    return CallStarted(
        at=0, source="x", scene=None, playbook=PlaybookRef("p", "1"), started_at="2026-01-05T10:00:00+08:00", engine="e"
    )


def test_a_timeline_counts_from_the_start_of_the_call():
    clock = Clock()
    timeline = Timeline(clock)
    clock.at = 1000.0
    timeline.note(1, started())
    clock.at = 1001.2
    timeline.note(2, Transcribed(at=from_seconds(1.1), transcript=text("您", name="a1")))
    clock.at = 1002.0
    timeline.note(3, SpeechEnded(at=from_seconds(1.9), channel=AGENT, utterance="a1", span=span(0.2, 1.3)))
    clock.at = 1002.1
    timeline.note(4, Backlog(at=from_seconds(2.0), lag=from_seconds(1.5), jobs=2, shed=1))
    clock.at = 1002.4
    timeline.note(5, Transcribed(at=from_seconds(1.9), transcript=text("您好", final=True, name="a1")))
    one = timeline.utterances["a1"]
    assert [at for at, _ in one.versions] == pytest.approx([1.2, 2.4])
    assert one.heard == span(0.2, 1.3)
    assert [found.text for found in timeline.finals] == ["您好"]
    assert timeline.reached == pytest.approx(2.0)
    assert len(timeline.backlogs) == 1
