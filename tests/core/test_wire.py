import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assist.core import wire
from assist.core.errors import LogCorrupt
from assist.core.events import (
    AudioGap,
    Backlog,
    CallEnded,
    Correction,
    CueKind,
    CueShown,
    CustomerTypeChanged,
    DeadAir,
    Evidence,
    Fault,
    HoldBegan,
    Latency,
    SpeechEnded,
    SpeechStarted,
    Summary,
    Transcribed,
    Transcript,
    VoiceMeasure,
    Word,
)
from assist.core.spans import Span, from_ms
from assist.core.state import CallState, fold
from tests.core.builders import AGENT, Call, entry, started, tiny
from tests.core.test_state import CUE

pytestmark = pytest.mark.unit

SPOKEN = Transcribed(
    at=from_ms(900),
    transcript=Transcript(
        utterance="a1",
        channel=AGENT,
        revision=2,
        span=Span(from_ms(100), from_ms(800)),
        text="您好",
        final=True,
        stable=2,
        latency_ms=Latency(3, 40),
    ),
)

CONTRACT = {
    "call_started",
    "speech_started",
    "speech_ended",
    "transcribed",
    "voice_measured",
    "signalled",
    "customer_type_changed",
    "objection_raised",
    "forbidden_said",
    "behaviour_noticed",
    "stage_entered",
    "commitment_made",
    "cue_shown",
    "cue_retired",
    "cue_suppressed",
    "cue_answered",
    "dead_air",
    "hold_began",
    "hold_ended",
    "audio_gap",
    "backlog",
    "fault",
    "call_ended",
    "scene_changed",
    "prepared",
    "question_due",
    "question_answered",
}


def record(**changes: Any) -> dict[str, Any]:
    """A good record, changed."""
    return {**wire.encode(SPOKEN, "call-7", 3), **changes}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in record().items() if key != name}


def test_a_record_reads_as_the_contract_says() -> None:
    assert record() == {
        "v": 1,
        "call_id": "call-7",
        "seq": 3,
        "at_ms": 900,
        "kind": "transcribed",
        "utterance": "a1",
        "channel": "agent",
        "revision": 2,
        "start_ms": 100,
        "end_ms": 800,
        "text": "您好",
        "final": True,
        "suspect": False,
        "stable": 2,
        "latency_ms": {"queue": 3, "compute": 40},
    }
    assert list(record())[:5] == ["v", "call_id", "seq", "at_ms", "kind"]


def test_a_record_is_one_line_with_its_characters_as_they_are() -> None:
    line = wire.dumps(wire.encode(Fault(at=0, component="x", code="y", message="坏\n了", recoverable=True), "c", 1))
    assert "\n" not in line
    assert "坏" in line
    assert ", " not in line


def test_numbers_that_json_does_not_have_are_refused_on_the_way_out() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.dumps({"score": float("nan")})


def test_a_nested_time_leaves_in_milliseconds_too() -> None:
    body = wire.encode(CueShown(at=0, cue=CUE), "c", 1)
    assert body["cue"]["expires_ms"] == 56
    assert "expires" not in body["cue"]


def test_evidence_leaves_out_what_it_does_not_stand_on() -> None:
    event = CustomerTypeChanged(
        at=0, type=None, probabilities={"calm": 0.5}, evidence=(Evidence(why="因为", measure="silence"),)
    )
    body = wire.encode(event, "c", 1)
    assert body["evidence"] == [{"why": "因为", "measure": "silence"}]
    assert body["type"] is None
    assert wire.decode(body).event == event


def test_a_place_in_the_call_comes_back_with_the_event() -> None:
    assert wire.loads(wire.dumps(record())) == wire.Recorded("call-7", 3, SPOKEN)


def test_what_was_changed_in_a_text_and_when_it_was_spoken_is_part_of_its_record() -> None:
    """Places count characters of the text; times are milliseconds of the call."""
    text = replace(
        SPOKEN.transcript,
        corrections=(Correction(0, 2, "宁好", 1.25),),
        words=(Word("您", Span(from_ms(100), from_ms(300))), Word("好", Span(from_ms(300), from_ms(800)))),
    )
    event = Transcribed(at=from_ms(900), transcript=text)
    body = wire.encode(event, "call-7", 3)
    assert body["corrections"] == [{"start": 0, "end": 2, "heard": "宁好", "gain": 1.25}]
    assert body["words"] == [
        {"text": "您", "start_ms": 100, "end_ms": 300},
        {"text": "好", "start_ms": 300, "end_ms": 800},
    ]
    assert wire.decode(body).event == event
    assert wire.decode(record()).event.transcript.words is None  # type: ignore[union-attr]


def test_how_an_utterance_sounded_is_part_of_its_end_where_it_was_measured() -> None:
    ended = SpeechEnded(at=from_ms(900), channel=AGENT, utterance="a1", span=Span(0, from_ms(800)))
    plain = wire.encode(ended, "c", 1)
    assert "voice" not in plain
    assert wire.decode(plain).event == ended
    measured = replace(ended, voice=VoiceMeasure(from_ms(640), -23.5, 201.0, None, 1))
    body = wire.encode(measured, "c", 1)
    assert body["voice"] == {
        "speech_ms": 640, "level_db": -23.5, "pitch_hz": 201.0, "pitch_range_st": None, "pauses": 1,
    }  # fmt: skip
    assert wire.decode(body).event == measured


def test_a_backlog_and_what_is_known_of_the_customer_are_told() -> None:
    body = wire.encode(Backlog(at=0, lag=from_ms(2500), jobs=4, shed=9), "c", 1)
    assert {key: body[key] for key in ("kind", "lag_ms", "jobs", "shed")} == {
        "kind": "backlog", "lag_ms": 2500, "jobs": 4, "shed": 9,
    }  # fmt: skip
    assert wire.encode(started(None, "王先生", "畅享套餐"), "c", 1)["known"] == ["王先生", "畅享套餐"]


def test_a_log_from_before_these_fields_is_read() -> None:
    old = wire.decode(without("stable")).event
    assert isinstance(old, Transcribed)
    assert (old.transcript.stable, old.transcript.corrections, old.transcript.words) == (0, None, None)
    first = wire.encode(started(None, "王先生"), "c", 1)
    assert wire.decode({key: value for key, value in first.items() if key != "known"}).event == started(None)


def test_a_channel_may_be_both() -> None:
    event = AudioGap(at=0, channel=None, span=Span(0, 160), lost=160, reason="overflow")
    assert wire.decode(wire.encode(event, "c", 1)).event == event


def test_a_snapshot_of_the_state_follows_the_same_rules() -> None:
    state = fold(fold(CallState(), SPOKEN), HoldBegan(at=from_ms(950), start=from_ms(920)))
    body = wire.plain(state)
    assert isinstance(body, dict)
    assert body["at_ms"] == 950
    assert body["hold_since_ms"] == 920
    assert body["finals"][0]["start_ms"] == 100
    assert body["started"] is None
    assert wire.plain(CueKind.SAY) == "say"


def test_a_fresh_state_has_no_hold() -> None:
    body = wire.plain(CallState())
    assert isinstance(body, dict)
    assert body["hold_since_ms"] is None


def test_fields_this_release_does_not_know_are_passed_over() -> None:
    assert wire.decode(record(mood="fine")).event == SPOKEN


def test_fields_a_release_before_did_not_write_take_their_default() -> None:
    assert wire.decode(without("suspect")).event == SPOKEN


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "log.not_json"),
        ("{", "log.not_json"),
        ('{"v":1,"at_ms":NaN}', "log.not_json"),
        ("[" * 100_000, "log.not_json"),
        ("[]", "log.not_object"),
        ("7", "log.not_object"),
        ("{}", "log.version"),
    ],
)
def test_a_line_that_is_no_record_is_named(line: str, code: str) -> None:
    with pytest.raises(LogCorrupt) as caught:
        wire.loads(line)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("broken", "code", "sentence"),
    [
        (record(v=2), "log.version", "wire version 2"),
        (record(v=True), "log.version", "wire version True"),
        (record(seq=0), "log.place", "seq begins at 1"),
        (record(call_id=""), "log.place", "call_id is not empty"),
        (record(text="\ud800"), "log.field_type", "transcribed.text"),
        (without("v"), "log.version", "wire version None"),
        (record(kind="sung"), "log.kind", "'sung'"),
        (record(kind=["transcribed"]), "log.kind", "unknown kind"),
        (without("text"), "log.field_missing", "transcribed lacks text"),
        (without("end_ms"), "log.field_missing", "transcribed lacks end_ms"),
        (without("seq"), "log.field_type", "seq"),
        (record(seq=True), "log.field_type", "seq"),
        (record(call_id=7), "log.field_type", "call_id"),
        (record(at_ms="900"), "log.field_type", "transcribed.at_ms"),
        (record(at_ms=1.5), "log.field_type", "transcribed.at_ms"),
        (record(at_ms=-1), "log.field_type", "transcribed.at_ms"),
        (record(at_ms=None), "log.field_type", "transcribed.at_ms"),
        (record(channel="robot"), "log.field_type", "transcribed.channel"),
        (record(text=None), "log.field_type", "transcribed.text"),
        (record(final=1), "log.field_type", "transcribed.final"),
        (record(latency_ms=5), "log.field_type", "transcribed.latency_ms"),
        (record(latency_ms={"queue": 1}), "log.field_missing", "transcribed.latency_ms lacks compute"),
        (record(start_ms=801), "log.field_value", "not a span"),
    ],
)
def test_a_broken_record_is_refused_with_what_is_wrong(broken: dict[str, Any], code: str, sentence: str) -> None:
    with pytest.raises(LogCorrupt) as caught:
        wire.decode(broken)
    assert caught.value.code == code
    assert sentence in caught.value.message


@pytest.mark.parametrize("score", ["0.5", True, None, 10**400, float("inf"), float("nan")])
def test_a_number_that_is_none_is_refused(score: object) -> None:
    body = wire.encode(CustomerTypeChanged(at=0, type=None, probabilities={}, evidence=()), "c", 1)
    with pytest.raises(LogCorrupt, match="probabilities.calm"):
        wire.decode(body | {"probabilities": {"calm": score}})


def test_a_whole_number_will_do_where_a_fraction_is_due() -> None:
    body = wire.encode(CustomerTypeChanged(at=0, type=None, probabilities={}, evidence=()), "c", 1)
    event = wire.decode(body | {"probabilities": {"calm": 1}}).event
    assert isinstance(event, CustomerTypeChanged)
    assert type(event.probabilities["calm"]) is float


@pytest.mark.parametrize("value", [{}, "open", 3, None])
def test_a_list_is_a_list(value: object) -> None:
    body = wire.encode(CallEnded(at=0, summary=Summary(None, (), (), (), (), None)), "c", 1)
    body["summary"]["needs"] = value
    with pytest.raises(LogCorrupt, match=r"call_ended.summary.needs"):
        wire.decode(body)


def test_an_element_that_is_broken_is_named_by_its_place() -> None:
    body = wire.encode(CallEnded(at=0, summary=Summary(None, (), (), (), ("bill",), None)), "c", 1)
    body["summary"]["needs"].append(4)
    with pytest.raises(LogCorrupt, match=r"needs\[1\]"):
        wire.decode(body)


def test_the_kinds_are_those_of_the_contract() -> None:
    assert set(wire.KINDS) == CONTRACT


class TestSchema:
    schema = wire.schema()

    def errors(self, body: Any) -> list[str]:
        return [error.message for error in Draft202012Validator(self.schema).iter_errors(body)]

    def test_is_a_schema_and_json(self) -> None:
        Draft202012Validator.check_schema(self.schema)
        assert json.loads(wire.dumps(self.schema)) == self.schema

    def test_describes_every_kind(self) -> None:
        assert set(self.schema["$defs"]) == set(wire.KINDS)

    def test_accepts_a_whole_call(self) -> None:
        c = Call(tiny(entry("a")))
        c.agent("您好", 1, 2)
        c.end()
        for seq, event in enumerate(c.events, 1):
            assert self.errors(wire.encode(event, "c", seq)) == []

    @pytest.mark.parametrize(
        "broken",
        [
            record(at_ms=-1),
            record(seq=0),
            record(call_id=""),
            record(channel="robot"),
            record(kind="sung"),
            without("text"),
            record(latency_ms={"queue": 1}),
        ],
    )
    def test_refuses_what_is_broken(self, broken: dict[str, Any]) -> None:
        assert self.errors(broken) != []

    def test_asks_only_for_what_has_no_default(self) -> None:
        assert self.errors(without("suspect")) == []
        required = self.schema["$defs"]["transcribed"]["required"]
        assert "text" in required
        assert "suspect" not in required

    def test_speaks_of_flat_fields_where_they_stand(self) -> None:
        assert {"start_ms", "end_ms"} <= set(self.schema["$defs"]["dead_air"]["properties"])
        assert wire.encode(DeadAir(at=0, span=Span(0, 16)), "c", 1)["end_ms"] == 1

    def test_accepts_the_first_event(self) -> None:
        assert self.errors(wire.encode(started(None), "c", 1)) == []
        began = SpeechStarted(at=0, channel=AGENT, utterance="a1", start=0)
        assert self.errors(wire.encode(began, "c", 1)) == []
