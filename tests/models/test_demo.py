"""The bundled call through the real recogniser: every kind of event occurs, and what it is there to show is seen."""

import collections
import os

import jsonschema
import pytest

from assist.cli import DEMO
from assist.core import wire
from assist.core.events import CallEvent, Channel, CueKind, CueShown, Transcribed
from assist.settings import EngineSettings
from tests.runtime.test_replay import replayed

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def events() -> list[CallEvent]:
    return replayed(DEMO, scene="churn_inbound", engine=EngineSettings(threads=os.cpu_count() or 1, partials=False))


def test_every_kind_of_event_occurs_and_every_record_is_valid(events):
    counts = collections.Counter(wire.kind_of(type(event)) for event in events)
    elsewhere = {
        "backlog",  # a replay waits for its recogniser
        "scene_changed",  # this call's scene is told
        "question_due",  # and is no call-back
        "question_answered",
    }
    assert set(counts) == set(wire.KINDS) - elsewhere
    validator = jsonschema.Draft202012Validator(wire.schema())
    for seq, event in enumerate(events, 1):
        validator.validate(wire.encode(event, "demo", seq))


def test_an_angry_customer_an_agent_who_errs_and_recovers(events):
    kinds = {wire.kind_of(type(event)): event for event in events}
    assert {e.hit.category for e in events if wire.kind_of(type(e)) == "forbidden_said"} & {
        "blame",
        "contradict",
        "evade",
    }
    assert {e.hit.topic for e in events if wire.kind_of(type(e)) == "objection_raised"} >= {"billing", "price"}
    assert {"real", "false"} <= {e.hit.objection for e in events if wire.kind_of(type(e)) == "objection_raised"}
    assert any(e.promise.due for e in events if wire.kind_of(type(e)) == "commitment_made")
    assert any(e.promise.deadline is None for e in events if wire.kind_of(type(e)) == "commitment_made")
    stages = [e.stage for e in events if wire.kind_of(type(e)) == "stage_entered"]
    assert stages[0] == "greeting"
    assert stages[-1] == "closing"
    assert {"neutral_response", "propose"} <= set(stages)
    alarms = [e.cue for e in events if isinstance(e, CueShown) and e.cue.kind is CueKind.AVOID]
    assert alarms
    assert all(cue.say for cue in alarms)
    assert kinds["audio_gap"].reason == "damaged_packet"
    assert kinds["fault"].recoverable


def test_at_most_two_cues_stand_at_a_time_and_an_agent_is_not_flooded(events):
    showing: set[str] = set()
    shown = 0
    for event in events:
        if isinstance(event, CueShown):
            showing.add(event.cue.id)
            shown += 1
        elif wire.kind_of(type(event)) == "cue_retired":
            showing.remove(event.cue_id)
        assert len(showing) <= 2
    assert shown <= 24  # two minutes with an agent who does much wrong


def test_both_voices_are_told_apart(events):
    finals = [e.transcript for e in events if isinstance(e, Transcribed) and e.transcript.final]
    words = {channel: "".join(t.text for t in finals if t.channel is channel) for channel in Channel}
    assert "投诉" in words[Channel.CUSTOMER]
    assert "投诉" not in words[Channel.AGENT]
    assert "规定" in words[Channel.AGENT]
