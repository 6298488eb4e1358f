"""Runs the examples of playbook entries: the sentences that prove when a cue fires and when not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist.core.events import (
    CallEvent,
    CallStarted,
    Channel,
    CueShown,
    CueSuppressed,
    PlaybookRef,
    SpeechEnded,
    SpeechStarted,
    Transcribed,
    Transcript,
)
from assist.core.playbook import Entry, Line, OnBehaviour, OnStaying, Playbook
from assist.core.ports import Classifier
from assist.core.session import CallSession
from assist.core.spans import Span, from_seconds

_CHARACTERS_PER_SECOND = 4.4
_STARTED_AT = "2026-01-05T10:00:00+08:00"  # a Monday, so that weekdays in examples mean something
_TICK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Failed:
    """An example that did not do what it says."""

    entry: str
    example: tuple[Line, ...]
    should_fire: bool


def failures(playbook: Playbook, classifiers: Sequence[Classifier]) -> Iterator[Failed]:
    """All examples that fail, in the playbook's order."""
    for entry in playbook.entries:
        for should, examples in ((True, entry.must_fire), (False, entry.must_not_fire)):
            for example in examples:
                if fires(playbook, classifiers, entry, example, wait=should) is not should:
                    yield Failed(entry.id, example, should)


def fires(
    playbook: Playbook, classifiers: Sequence[Classifier], entry: Entry, lines: Sequence[Line], *, wait: bool
) -> bool:
    """Whether an entry is set off by lines said in a fresh call; one that was held back for want of room counts as set off."""
    scene = entry.scope.scenes[0] if entry.scope.scenes else playbook.default_scene
    events = _played(playbook, classifiers, scene, lines, _patience(entry) if wait else 0.0)
    return any(_entry_of(event) == entry.id for event in events)


def _patience(entry: Entry) -> float:
    """Seconds of silence after the last line that an entry about time needs."""
    seconds = [trigger.seconds for trigger in entry.when if isinstance(trigger, OnStaying)]
    if any(isinstance(trigger, OnBehaviour) for trigger in entry.when):
        seconds.append(10.0)
    return max(seconds, default=0.0) + 1.0


def _entry_of(event: CallEvent) -> str | None:
    match event:
        case CueShown(cue=cue):
            return cue.entry
        case CueSuppressed(cue_id=cue_id):
            return cue_id.rsplit("#", 1)[0]
        case _:
            return None


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


def _played(
    playbook: Playbook, classifiers: Sequence[Classifier], scene: str, lines: Sequence[Line], patience: float
) -> list[CallEvent]:
    session = CallSession(playbook, classifiers)
    ref = PlaybookRef(playbook.id, playbook.version)
    started = CallStarted(at=0, source="example", scene=scene, playbook=ref, started_at=_STARTED_AT, engine="example")
    events = list(session.start(started).events)
    said = _said(lines)
    for event in sorted((event for one in said for event in _heard(one)), key=lambda event: event.at):
        events += session.note(event).events
    end = max((one.span.end for one in said), default=0) + from_seconds(1.0 + patience)
    while session.now < end:
        events += session.advance(min(end, session.now + from_seconds(_TICK_SECONDS))).events
    return events


def _heard(said: _Said) -> tuple[SpeechStarted | SpeechEnded | Transcribed, ...]:
    text = Transcript(
        utterance=said.utterance, channel=said.channel, revision=1, span=said.span, text=said.text, final=True
    )
    return (
        SpeechStarted(at=said.span.start, channel=said.channel, utterance=said.utterance, start=said.span.start),
        SpeechEnded(at=said.span.end, channel=said.channel, utterance=said.utterance, span=said.span),
        Transcribed(at=said.span.end, transcript=text),
    )
