"""A machine that cannot keep up sheds partials, says so once, recovers, and never drops a final."""

from dataclasses import replace

import pytest

from assist.core.events import Backlog, SpeechEnded, Transcribed
from assist.core.spans import RATE, from_seconds
from assist.core.state import CallState, fold
from assist.runtime.overload import Overload, OverloadRules
from tests.core.builders import voice
from tests.runtime.scripted import Clock, Namer, Voices, finals, replayed

pytestmark = pytest.mark.shell
TALK = [0.5, 4.0, 1.0, 3.0, 1.2, 5.0, 1.0, 2.0, 1.0]  # quiet, loud, quiet, ...


def _talking(quiet_after: float = 12.0) -> Voices:
    """Two people who talk at once for a while and are quiet then."""
    agent, customer = voice(*TALK, 0.0, quiet_after), voice(0.3, *TALK[1:], 0.0, quiet_after)
    length = min(len(agent), len(customer))
    return Voices(agent[:length], customer[:length])


def _spends(clock: Clock, seconds: float):
    def cost(job):
        clock.time += seconds

    return cost


def _backlogs(events):
    return [event for event in events if isinstance(event, Backlog)]


def _partials(events):
    return [e for e in events if isinstance(e, Transcribed) and not e.transcript.final]


def _timeless(events):
    """Events without the wall-clock latency they carry."""
    found = []
    for event in events:
        if isinstance(event, Transcribed):
            text = replace(event.transcript, latency_ms=type(event.transcript.latency_ms)(0, 0))
            event = replace(event, transcript=text)
        found.append(event)
    return found


def test_a_slow_machine_sheds_partials_tells_it_once_and_recovers():
    clock = Clock()
    fast = replayed(_talking(), Namer())
    slow = replayed(_talking(), Namer(cost=_spends(clock, 0.9)), speed=1.0, clock=clock)
    behind, caught_up = _backlogs(slow)
    assert behind.lag > from_seconds(1.0)
    assert caught_up.lag == 0
    assert caught_up.shed > behind.shed == 0
    assert caught_up.at - behind.at > 5 * RATE
    assert len(_partials(slow)) < len(_partials(fast))
    ended = [event.utterance for event in slow if isinstance(event, SpeechEnded)]
    assert sorted(utterance for utterance, _ in finals(slow)) == sorted(ended)
    state = CallState()
    for event in slow:
        state = fold(state, event)
    assert state.backlog is None


def test_finals_and_pauses_are_decoded_however_late_it_is():
    clock = Clock()
    engine = Namer(cost=_spends(clock, 30.0))
    events = replayed(_talking(), engine, speed=1.0, clock=clock)
    (behind,) = _backlogs(events)  # the call ends before it has caught up
    assert all(job.settles for job in engine.jobs[2:])
    ended = [event.utterance for event in events if isinstance(event, SpeechEnded)]
    assert sorted(utterance for utterance, _ in finals(events)) == sorted(ended)
    assert behind.lag >= from_seconds(29)


def test_a_machine_that_keeps_up_gives_the_same_events_at_any_speed():
    clock = Clock()
    unhurried = replayed(_talking(), Namer())
    paced = replayed(_talking(), Namer(cost=_spends(clock, 0.05)), speed=1.0, clock=clock)
    assert _backlogs(unhurried) == []
    assert _timeless(paced) == _timeless(unhurried)


def test_without_a_pace_nothing_is_late():
    clock = Clock()
    engine = Namer(cost=_spends(clock, 60.0))
    assert _backlogs(replayed(_talking(), engine, clock=clock)) == []


def _judged(*steps: tuple[float, float]) -> list[tuple[float, float]]:
    """Call seconds and lag of what is told for (call seconds, lag) one after the other."""
    overload = Overload(OverloadRules(behind=1.0, caught_up=0.3, calm=5.0))
    told = [overload.judge(from_seconds(at), lag, 1) for at, lag in steps]
    return [(news.at / RATE, news.lag / RATE) for news in told if news is not None]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([(1, 0.9), (2, 1.0)], []),
        ([(1, 1.5), (2, 3.0), (3, 0.9), (9, 0.9)], [(1, 1.5)]),
        ([(1, 1.5), (2, 0.2), (6.9, 0.2), (7, 0.2), (8, 0.2)], [(1, 1.5), (7, 0)]),
        ([(1, 1.5), (2, 0.2), (4, 0.5), (5, 0.2), (8, 0.2), (10, 0.1)], [(1, 1.5), (10, 0)]),
        ([(1, 1.5), (2, 0.1), (7, 0.1), (8, 0.9), (9, 1.1)], [(1, 1.5), (7, 0), (9, 1.1)]),
    ],
    ids=["not behind", "told once", "calm long enough", "calm from anew", "behind again"],
)
def test_it_neither_flaps_nor_forgets(steps, told):
    assert _judged(*steps) == told


def test_jobs_of_one_step_run_together():
    cut_off = Voices(voice(0.5, 2.0), voice(0.7, 1.8))  # both are speaking when the call ends
    engine = Namer(batch=2)
    alone = replayed(cut_off, Namer())
    assert _timeless(replayed(cut_off, engine)) == _timeless(alone)
    assert [(job.utterance, job.final) for job in engine.runs[-1]] == [("a1", True), ("c1", True)]
    assert [utterance for utterance, _ in finals(alone)] == ["a1", "c1"]
