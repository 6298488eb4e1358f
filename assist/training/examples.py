"""Plays the examples of playbook entries: the sentences that prove when a cue fires and when not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assist.core.customer import Customer
from assist.core.events import (
    CallEvent,
    CallStarted,
    Channel,
    CueShown,
    CueSuppressed,
    CustomerTypeChanged,
    ForbiddenSaid,
    ObjectionRaised,
    PlaybookRef,
    Signalled,
    SpeechEnded,
    SpeechStarted,
    StageEntered,
    Transcribed,
    Transcript,
)
from assist.core.playbook import Entry, Line, Playbook
from assist.core.ports import Classifier
from assist.core.session import CallSession
from assist.core.spans import Span, from_seconds
from assist.core.triggers import OnBehaviour, OnLacking, OnMissing, OnSequence, OnStage, OnStaying, OnTime, Trigger

_CHARACTERS_PER_SECOND = 4.4
_STARTED_AT = "2026-01-05T10:00:00+08:00"  # a Monday, so that weekdays in examples mean something
_AFTER_SECONDS = 1.0  # of the call after the last line
_HABIT_SECONDS = 10.0  # of silence, in which every habit that silence shows is noticed
_MOST_EVIDENCE = 6
# What a customer of an example may be known by; each is told only where an entry asks for it.
_FACTS: Mapping[str, Mapping[str, Any]] = {
    "name": {"surname": "王", "title": "先生"},
    "surname": {"surname": "王"},
    "plan": {"plan": "畅享套餐"},
    "fee": {"fee": 129.0},
    "months": {"months": 6},
    "months_left": {"months": 6, "contract_months": 24},
    "points": {"points": 3200},
    "handset": {"handset": "旧手机"},
    "usage": {"usage": "每月流量用掉一半"},
    "arrears": {"arrears": 58.0},
    "issue": {"issue": "上周报的故障"},
}


@dataclass(frozen=True, slots=True)
class Example:
    """Lines said in order in a fresh call, and whether the entry is to fire on them."""

    entry: Entry
    lines: tuple[Line, ...]
    should_fire: bool


@dataclass(frozen=True, slots=True)
class Played:
    """What became of an example: whether its entry was set off, and what shows why or why not."""

    example: Example
    fired: bool
    evidence: tuple[str, ...]


def examples(playbook: Playbook, prefix: str = "") -> Iterator[Example]:
    """All examples of the entries whose id begins with `prefix`, in the playbook's order."""
    for entry in playbook.entries:
        if entry.id.startswith(prefix):
            yield from (Example(entry, lines, True) for lines in entry.must_fire)
            yield from (Example(entry, lines, False) for lines in entry.must_not_fire)


def play(playbook: Playbook, classifiers: Sequence[Classifier], example: Example) -> Played:
    """Plays one example; a cue that was held back for want of room or time counts as set off."""
    events = _events(playbook, classifiers, example)
    mine = [event for event in events if _entry_of(event) == example.entry.id]
    evidence = _because(mine[0]) if mine else tuple(_noticed(events, example.entry))[-_MOST_EVIDENCE:]
    return Played(example, bool(mine), evidence)


# --- the call ------------------------------------------------------------------------------------------------------


def _events(playbook: Playbook, classifiers: Sequence[Classifier], example: Example) -> list[CallEvent]:
    # What else the playbook would show has no say in whether this entry is set off.
    session = CallSession(replace(playbook, entries=(example.entry,)), classifiers)
    events = list(session.start(_started(playbook, example.entry)).events)
    said = _said(example.lines)
    for event in sorted((event for one in said for event in _heard(one)), key=lambda event: event.at):
        events += session.note(event).events
    end = max((one.span.end for one in said), default=0) + from_seconds(_AFTER_SECONDS + _patience(example))
    events += session.advance(end).events  # the session itself stops at every deadline on the way
    return events


def _started(playbook: Playbook, entry: Entry) -> CallStarted:
    """A call in the entry's first scene, with the customer it asks for."""
    scene = entry.scope.scenes[0] if entry.scope.scenes else playbook.default_scene
    return CallStarted(
        at=0,
        source="example",
        scene=scene,
        playbook=PlaybookRef(playbook.id, playbook.version),
        started_at=_STARTED_AT,
        engine="example",
        customer=_customer(entry),
        call_model=_model(playbook, entry, scene),
    )


def _customer(entry: Entry) -> Customer | None:
    facts: dict[str, Any] = {}
    for slot in entry.only_if.facts:
        facts |= _FACTS[slot]
    if entry.only_if.months is not None:
        facts["months"] = entry.only_if.months.first
    return Customer(**facts) if facts else None


def _model(playbook: Playbook, entry: Entry, scene: str) -> str | None:
    """The model to ask for when the scene's own never comes to the stages that an entry is about."""
    stages = {*entry.scope.stages, *(stage for trigger in entry.when for stage in _stages(trigger))}
    own = playbook.model_for(scene)
    lent = {stage.id for stage in playbook.interludes}
    if not stages or stages & lent or any(own.stage(stage) for stage in stages):
        return None
    return next((model.id for model in playbook.models.values() if any(model.stage(stage) for stage in stages)), None)


def _stages(trigger: Trigger) -> tuple[str, ...]:
    match trigger:
        case OnStage(stages=stages) | OnMissing(at=stages):
            return stages
        case OnStaying(stage=stage):
            return (stage,)
        case _:
            return ()


def _patience(example: Example) -> float:
    """Seconds of silence after the last line.

    Whoever must not fire because the right thing followed is waited for as well: before the time is up it proves nothing.
    """
    return max((_seconds(trigger, example.should_fire) for trigger in example.entry.when), default=0.0)


def _seconds(trigger: Trigger, should_fire: bool) -> float:
    match trigger:
        case OnLacking(within_seconds=seconds):
            return seconds
        case OnStaying(seconds=seconds) | OnTime(seconds=seconds) if should_fire:
            return seconds
        case OnBehaviour() | OnSequence(first=OnBehaviour()) if should_fire:
            return _HABIT_SECONDS
        case _:
            return 0.0


@dataclass(frozen=True, slots=True)
class _Said:
    utterance: str
    channel: Channel
    text: str
    span: Span


def _said(lines: Sequence[Line]) -> list[_Said]:
    clock, said = from_seconds(0.5), []
    for i, line in enumerate(lines):
        start = max(0, clock + from_seconds(line.gap))
        clock = start + from_seconds(max(0.6, len(line.text) / _CHARACTERS_PER_SECOND))
        said.append(_Said(f"{line.channel.value[0]}{i + 1}", line.channel, line.text, Span(start, clock)))
    return said


def _heard(said: _Said) -> tuple[SpeechStarted | SpeechEnded | Transcribed, ...]:
    text = Transcript(
        utterance=said.utterance, channel=said.channel, revision=1, span=said.span, text=said.text, final=True
    )
    return (
        SpeechStarted(at=said.span.start, channel=said.channel, utterance=said.utterance, start=said.span.start),
        SpeechEnded(at=said.span.end, channel=said.channel, utterance=said.utterance, span=said.span),
        Transcribed(at=said.span.end, transcript=text),
    )


# --- what shows why ------------------------------------------------------------------------------------------------


def _entry_of(event: CallEvent) -> str | None:
    match event:
        case CueShown(cue=cue):
            return cue.entry
        case CueSuppressed(cue_id=cue_id):
            return cue_id.rsplit("#", 1)[0]
        case _:
            return None


def _because(event: CallEvent) -> tuple[str, ...]:
    match event:
        case CueShown(cue=cue):
            return tuple(evidence.why for evidence in cue.because[:-1])  # the last is the entry's own reason
        case CueSuppressed(reason=reason):
            return (f"set off, and held back: {reason}",)
        case _:
            return ()


def _noticed(events: Sequence[CallEvent], entry: Entry) -> Iterator[str]:
    """What was understood instead; words that other entries wait for are left out."""
    for event in events:
        match event:
            case StageEntered(stage=stage):
                yield f"stage {stage}"
            case Signalled(signal=signal) if signal.signal != "phrase" or signal.label.split("/")[0] == entry.id:
                yield f"{signal.signal} {signal.label}"
            case ObjectionRaised(hit=hit):
                yield f"objection {hit.topic} {hit.objection}"
            case ForbiddenSaid(hit=hit):
                yield f"forbidden {hit.category}"
            case CustomerTypeChanged(type=known) if known is not None:
                yield f"type {known}"
