"""The same call gives the same events at any speed, from sound, from its annotation and from its own log."""

import asyncio
import dataclasses
import logging
from pathlib import Path

import jsonschema
import pytest

from assist import wiring
from assist.core import wire
from assist.core.events import Answer, CallEvent, CueAnswered, Transcribed
from assist.core.state import CallState, fold
from assist.runtime.publisher import Publisher
from assist.runtime.replay import Replay
from assist.runtime.worker import ModelWorker
from assist.settings import EngineSettings, ReplaySettings
from tests.runtime.scripted import Clock

pytestmark = pytest.mark.golden
DATA = Path(__file__).parent.parent / "data"
STARTED = "2026-01-05T10:00:00+08:00"


def replayed(path: Path, *, meddle=None, **changes) -> list[CallEvent]:
    """All events of a replayed call; `meddle(replay, event)` may post commands."""
    settings = ReplaySettings(path, started_at=STARTED, **changes)
    call = wiring.prepare(settings, wiring.read_playbook("telecom"))
    events: list[CallEvent] = []
    driver: list[Replay] = []

    def listen(_: int, event: CallEvent) -> None:
        events.append(event)
        if meddle is not None:
            meddle(driver[0], event)

    asyncio.run(call.run(call.load_engine(), Publisher([], [listen]), None, driver.append))
    return events


def _timeless(event: CallEvent) -> CallEvent:
    """An event without the wall-clock latency it carries."""
    if isinstance(event, Transcribed):
        return dataclasses.replace(
            event, transcript=dataclasses.replace(event.transcript, latency_ms=type(event.transcript.latency_ms)(0, 0))
        )
    return event


def _lines(events: list[CallEvent]) -> list[str]:
    return [wire.dumps(wire.encode(event, "call", seq)) for seq, event in enumerate(events, 1)]


@pytest.fixture(scope="module")
def annotated() -> list[CallEvent]:
    return replayed(DATA / "short_call.json")


def test_every_record_validates_and_folding_the_log_gives_the_same_bytes(annotated):
    validator = jsonschema.Draft202012Validator(wire.schema())
    state = again = CallState()
    for line, event in zip(_lines(annotated), annotated, strict=True):
        recorded = wire.loads(line)
        validator.validate(wire.encode(recorded.event, "call", recorded.seq))
        state, again = fold(state, event), fold(again, recorded.event)
    assert wire.dumps(wire.plain(state)) == wire.dumps(wire.plain(again))
    assert wire.kind_of(type(annotated[-1])) == "call_ended"


@pytest.mark.parametrize("speed", [0.5, 1.0, 20.0])
def test_speed_changes_nothing(annotated, speed):
    call = wiring.prepare(ReplaySettings(DATA / "short_call.json", started_at=STARTED), wiring.read_playbook("telecom"))
    events: list[CallEvent] = []
    worker = ModelWorker(call.load_engine())
    publish = Publisher([], [lambda _, event: events.append(event)])
    asyncio.run(Replay(call.session, worker, publish, speed, clock=Clock()).source(call.started, call.input.source))
    worker.stop()
    assert [_timeless(e) for e in events] == [_timeless(e) for e in annotated]


def test_a_log_judged_again_is_the_same_log(annotated, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(_lines(annotated)) + "\n", encoding="utf-8")
    assert _lines(replayed(log)) == _lines(annotated)


def test_a_log_with_answers_judged_again_is_the_same_log(tmp_path):
    def dismiss(replay: Replay, event: CallEvent) -> None:
        if wire.kind_of(type(event)) == "cue_shown":
            replay.post(CueAnswered(at=0, cue_id=event.cue.id, answer=Answer.DISMISSED))

    first = replayed(DATA / "short_call.json", meddle=dismiss)
    assert [e.answer for e in first if wire.kind_of(type(e)) == "cue_answered"].count(Answer.DISMISSED) >= 2
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(_lines(first)) + "\n", encoding="utf-8")
    assert _lines(replayed(log)) == _lines(first)


def test_an_answer_to_a_cue_that_is_not_there_changes_nothing(annotated):
    def meddle(replay: Replay, event: CallEvent) -> None:
        replay.post(CueAnswered(at=0, cue_id="nothing#1", answer=Answer.ACCEPTED))

    assert [_timeless(e) for e in replayed(DATA / "short_call.json", meddle=meddle)] == [
        _timeless(e) for e in annotated
    ]


def test_words_of_the_call_never_reach_a_log_message(caplog):
    with caplog.at_level(logging.DEBUG):
        events = replayed(DATA / "short_call.json")
    said = [e.transcript.text for e in events if isinstance(e, Transcribed)]
    assert said
    for message in caplog.messages:
        assert not any(text in message for text in said)


def test_partials_can_be_left_out(annotated):
    without = replayed(DATA / "short_call.json", engine=EngineSettings(partials=False))
    finals = [e.transcript.text for e in annotated if isinstance(e, Transcribed) and e.transcript.final]
    assert [e.transcript.text for e in without if isinstance(e, Transcribed) and e.transcript.final] == finals
