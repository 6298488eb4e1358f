"""`CallState`: all that is known of a call, built only by folding its events."""

from dataclasses import dataclass, replace
from typing import assert_never

from assist.core.customer import Customer
from assist.core.events import (
    Answer,
    AudioGap,
    Backlog,
    BehaviourNoticed,
    CallEnded,
    CallEvent,
    CallStarted,
    Channel,
    CommitmentMade,
    Cue,
    CueAnswered,
    CueRetired,
    CueShown,
    CueSuppressed,
    CustomerTypeChanged,
    DeadAir,
    Fault,
    ForbiddenSaid,
    HoldBegan,
    HoldEnded,
    ObjectionRaised,
    Prepared,
    QuestionAnswered,
    QuestionDue,
    SceneChanged,
    Signal,
    Signalled,
    SpeechEnded,
    SpeechStarted,
    StageEntered,
    Summary,
    Transcribed,
    Transcript,
    VoiceMeasure,
    VoiceMeasured,
)
from assist.core.spans import Samples, Span


@dataclass(frozen=True, slots=True)
class Speaking:
    """An utterance that is being spoken."""

    channel: Channel
    utterance: str
    start: Samples


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance that has ended: the span in which speech was detected, and how it sounded where that was measured."""

    channel: Channel
    utterance: str
    span: Span
    voice: VoiceMeasure | None = None


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue that was shown and what became of it."""

    cue: Cue
    at: Samples
    showing: bool = True
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class SignalHeard:
    """A signal and when it came."""

    at: Samples
    signal: Signal


@dataclass(frozen=True, slots=True)
class CallState:
    """What is known of a call after some event; every field comes from `fold`."""

    at: Samples = 0
    started: CallStarted | None = None
    scene_change: SceneChanged | None = None  # the latest
    prepared: Prepared | None = None
    question: QuestionDue | None = None  # the latest to be asked
    answers: tuple[QuestionAnswered, ...] = ()
    speaking: tuple[Speaking, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    partials: tuple[Transcript, ...] = ()
    finals: tuple[Transcript, ...] = ()
    voices: tuple[VoiceMeasured, ...] = ()
    signals: tuple[SignalHeard, ...] = ()
    steps_done: tuple[str, ...] = ()
    stages: tuple[StageEntered, ...] = ()
    customer_type: CustomerTypeChanged | None = None
    objections: tuple[ObjectionRaised, ...] = ()
    forbidden: tuple[ForbiddenSaid, ...] = ()
    behaviours: tuple[BehaviourNoticed, ...] = ()
    commitments: tuple[CommitmentMade, ...] = ()
    cues: tuple[ShownCue, ...] = ()
    suppressed: int = 0
    dead_air: tuple[DeadAir, ...] = ()
    hold_since: Samples | None = None
    holds: tuple[HoldEnded, ...] = ()
    gaps: tuple[AudioGap, ...] = ()
    faults: tuple[Fault, ...] = ()
    backlog: Backlog | None = None  # while the recogniser is behind
    summary: Summary | None = None

    @property
    def stage(self) -> str | None:
        """The stage the call is in."""
        return self.stages[-1].stage if self.stages else None

    @property
    def scene(self) -> str | None:
        """The kind of call: as set by hand or inferred since, else as told at the start; None while it is not known."""
        if self.scene_change is not None:
            return self.scene_change.scene
        return self.started.scene if self.started else None

    @property
    def call_model(self) -> str | None:
        """The call model that was asked for instead of the scene's own."""
        return self.started.call_model if self.started else None

    @property
    def customer(self) -> Customer:
        """What was known of the customer before the call."""
        told = self.started.customer if self.started else None
        return told or Customer()

    @property
    def type(self) -> str | None:
        """The customer's type, None while it is not known."""
        return self.customer_type.type if self.customer_type else None

    @property
    def showing(self) -> tuple[ShownCue, ...]:
        """The cues on the screen, oldest first."""
        return tuple(shown for shown in self.cues if shown.showing)

    @property
    def last_speech(self) -> Samples:
        """The end of the latest speech of either side, 0 before any."""
        return max((spoken.span.end for spoken in self.spoken), default=0)

    def speech(self, channel: Channel) -> int:
        """Samples of speech detected on one channel in utterances that have ended."""
        return sum(len(spoken.span) for spoken in self.spoken if spoken.channel is channel)

    def final(self, utterance: str) -> Transcript | None:
        """The final text of an utterance, if there is one yet."""
        return next((text for text in reversed(self.finals) if text.utterance == utterance), None)

    def voice(self, utterance: str) -> VoiceMeasured | None:
        """How an utterance was spoken, known from the moment its final text is judged; None where nothing was measured."""
        return next((voice for voice in reversed(self.voices) if voice.utterance == utterance), None)

    def signalled(self, utterance: str, signal: str, label: str) -> bool:
        """Whether an utterance gave this signal with this label."""
        return any(
            (heard.signal.utterance, heard.signal.signal, heard.signal.label) == (utterance, signal, label)
            for heard in self.signals
        )

    def latest(self, signal: str) -> str | None:
        """The newest label of a signal, as in `latest("emotion")`."""
        return next((heard.signal.label for heard in reversed(self.signals) if heard.signal.signal == signal), None)


def fold(state: CallState, event: CallEvent) -> CallState:
    """The state after one more event. Folding a log from its beginning rebuilds the state the session had."""
    at = max(state.at, event.at)
    match event:
        case CallStarted():
            return CallState(at=at, started=event)
        case SceneChanged():
            return replace(state, at=at, scene_change=event)
        case Prepared():
            return replace(state, at=at, prepared=event)
        case QuestionDue():
            return replace(state, at=at, question=event)
        case QuestionAnswered():
            return replace(state, at=at, answers=(*state.answers, event))
        case SpeechStarted(channel=channel, utterance=utterance, start=start):
            return replace(state, at=at, speaking=(*state.speaking, Speaking(channel, utterance, start)))
        case SpeechEnded(channel=channel, utterance=utterance, span=span, voice=voice):
            speaking = tuple(s for s in state.speaking if s.utterance != utterance)
            spoken = (*state.spoken, Spoken(channel, utterance, span, voice))
            return replace(state, at=at, speaking=speaking, spoken=spoken)
        case Transcribed(transcript=text):
            return _fold_text(replace(state, at=at), text)
        case VoiceMeasured():
            return replace(state, at=at, voices=(*state.voices, event))
        case Signalled(signal=signal):
            steps = state.steps_done
            if signal.signal == "step" and signal.label not in steps:
                steps = (*steps, signal.label)
            return replace(state, at=at, signals=(*state.signals, SignalHeard(event.at, signal)), steps_done=steps)
        case CustomerTypeChanged():
            return replace(state, at=at, customer_type=event)
        case ObjectionRaised():
            return replace(state, at=at, objections=(*state.objections, event))
        case ForbiddenSaid():
            return replace(state, at=at, forbidden=(*state.forbidden, event))
        case BehaviourNoticed():
            return replace(state, at=at, behaviours=(*state.behaviours, event))
        case StageEntered():
            return replace(state, at=at, stages=(*state.stages, event))
        case CommitmentMade():
            return replace(state, at=at, commitments=(*state.commitments, event))
        case CueShown() | CueRetired() | CueSuppressed() | CueAnswered():
            return _fold_cue(replace(state, at=at), event)
        case DeadAir():
            return replace(state, at=at, dead_air=(*state.dead_air, event))
        case HoldBegan(start=start):
            return replace(state, at=at, hold_since=start)
        case HoldEnded():
            return replace(state, at=at, hold_since=None, holds=(*state.holds, event))
        case AudioGap():
            return replace(state, at=at, gaps=(*state.gaps, event))
        case Backlog(lag=lag):
            return replace(state, at=at, backlog=event if lag else None)
        case Fault():
            return replace(state, at=at, faults=(*state.faults, event))
        case CallEnded(summary=summary):
            return replace(state, at=at, summary=summary)
        case _:  # pragma: no cover
            assert_never(event)


def _fold_text(state: CallState, text: Transcript) -> CallState:
    partials = tuple(partial for partial in state.partials if partial.utterance != text.utterance)
    if text.final:
        return replace(state, partials=partials, finals=(*state.finals, text))
    return replace(state, partials=(*partials, text))


def _fold_cue(state: CallState, event: CueShown | CueRetired | CueSuppressed | CueAnswered) -> CallState:
    match event:
        case CueShown(cue=cue):
            return replace(state, cues=(*state.cues, ShownCue(cue, event.at)))
        case CueSuppressed():
            return replace(state, suppressed=state.suppressed + 1)
        case CueRetired(cue_id=cue_id):
            return replace(state, cues=_change(state.cues, cue_id, showing=False))
        case CueAnswered(cue_id=cue_id, answer=answer):
            return replace(state, cues=_change(state.cues, cue_id, answer=answer))
        case _:  # pragma: no cover
            assert_never(event)


def _change(
    cues: tuple[ShownCue, ...], cue_id: str, *, showing: bool | None = None, answer: Answer | None = None
) -> tuple[ShownCue, ...]:
    return tuple(
        replace(shown, showing=shown.showing if showing is None else showing, answer=answer or shown.answer)
        if shown.cue.id == cue_id
        else shown
        for shown in cues
    )
