"""The session of one call: an object with five verbs and no opinion about time.

    step = session.hear(frame)          audio arrived on one channel
    step = session.transcribed(text)    a job finished
    step = session.advance(now)         the call clock moved
    when = session.deadline()           the next moment worth calling advance(), or None
    step = session.end()                hang-up: close utterances, flush

`step.events` are to be published in order; `step.work` is to be run elsewhere and to come back through `transcribed`. What
else happens outside (a cue answered, a hold, a gap, a fault) is told with `note`. Live, replay, batch and rehearsal are
drivers of this one object; it routes, and each rule is an object of its own.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assist.core.asking import Asking
from assist.core.behaviours import Behaviours
from assist.core.cues import CuePolicy
from assist.core.events import (
    AudioFrame,
    CallEnded,
    CallEvent,
    CallStarted,
    Channel,
    CueAnswered,
    CustomerTypeChanged,
    HoldBegan,
    HoldEnded,
    Noted,
    SceneChanged,
    Transcribed,
    Transcript,
    Window,
)
from assist.core.expecting import Expecting
from assist.core.listening import Listener, ListeningRules, Load, PartialRules
from assist.core.playbook import Playbook
from assist.core.ports import Classifier, TranscribeJob
from assist.core.preparing import Preparing
from assist.core.scenes import SceneInference
from assist.core.silence import SilenceRule
from assist.core.spans import WINDOW
from assist.core.stages import StageTracker
from assist.core.state import CallState, fold
from assist.core.summary import summarise
from assist.core.understanding import Understanding
from assist.core.voices import Voices


class Reactor(Protocol):
    """A rule of the call: reacts to events, and may have something to say when a deadline passes."""

    def react(self, event: CallEvent, state: CallState) -> Iterable[CallEvent]: ...

    def deadline(self, state: CallState) -> int | None: ...

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What one verb led to."""

    events: tuple[CallEvent, ...]
    work: tuple[TranscribeJob, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How the session listens. Each of `channels` must be fed, with silence if need be."""

    listening: ListeningRules = ListeningRules()
    channels: tuple[Channel, ...] = (Channel.AGENT, Channel.CUSTOMER)


class CallSession:
    """One call. Nothing in here waits, and nothing in here knows what time it is outside the call."""

    def __init__(
        self, playbook: Playbook, classifiers: Sequence[Classifier], rules: SessionRules | None = None
    ) -> None:
        rules = rules or SessionRules()
        self._state = CallState()
        self._load = Load(rules.listening.partials or PartialRules())
        self._listeners = {c: Listener(c, rules.listening, self._load) for c in rules.channels}
        self._ahead: dict[Channel, deque[Window]] = {c: deque() for c in rules.channels}
        self._expecting = Expecting(playbook)
        self._behaviours, self._cues = Behaviours(playbook), CuePolicy(playbook)
        self._reactors: tuple[Reactor, ...] = (
            Voices(),  # first: the classifiers may ask how an utterance was spoken
            Understanding(classifiers, playbook.thresholds.customer_type_probability),
            SceneInference(playbook),
            Preparing(playbook),
            StageTracker(playbook),
            Asking(playbook),
            SilenceRule(playbook.thresholds),
            self._behaviours,
            self._cues,
        )
        self._now = 0
        self._hung_up = False
        self._events: list[CallEvent] = []
        self._work: list[TranscribeJob] = []

    @property
    def state(self) -> CallState:
        """All that is known so far; what folding the published events gives."""
        return self._state

    @property
    def now(self) -> int:
        """The call clock, in samples."""
        return self._now

    @property
    def ended(self) -> bool:
        """Whether the last event has been published."""
        return self._state.summary is not None

    def start(self, started: CallStarted) -> Step:
        """The first event of the call."""
        self._publish(started)
        return self._step()

    def hear(self, frame: AudioFrame) -> Step:
        """Audio of one channel, to follow that channel's earlier audio without a hole.

        Windows of the two channels are taken in the order of time, so a channel that is ahead waits for the other and the
        outcome does not depend on how the audio was cut. What comes after the hang-up is passed over.
        """
        if not self._hung_up:
            self._ahead[frame.channel].extend(frame.windows())
            while all(self._ahead.values()):
                self._hear_next()
        return self._step()

    def transcribed(self, text: Transcript) -> Step:
        """A job finished. Results that come too late to matter are passed over."""
        event = self._listeners[text.channel].transcribed(self._now, text)
        if event is not None:
            self._take(event)
        self._finish()
        return self._step()

    def advance(self, now: int) -> Step:
        """The call clock moved to `now` samples; it never moves back."""
        self._tick(now)
        return self._step()

    def deadline(self) -> int | None:
        """The next moment worth calling `advance`, None when nothing is waited for."""
        times = [reactor.deadline(self._state) for reactor in self._reactors]
        return min((time for time in times if time is not None), default=None)

    def note(self, event: Noted | Transcribed) -> Step:
        """Something that happened outside: an answer to a cue, a hold, a gap, a fault, or what an earlier run heard.

        Noting again what the session has concluded by itself changes nothing.
        """
        self._tick(event.at)
        if self._is_news(event):
            self._publish(replace(event, at=self._now))
        return self._step()

    def end(self) -> Step:
        """Hang-up. `ended` is true once the last text that is still under way has come back."""
        if not self._hung_up:
            self._hung_up = True
            while any(self._ahead.values()):
                self._hear_next()
            for listener in self._listeners.values():
                for outcome in listener.close(self._now):
                    self._take(outcome)
        self._finish()
        return self._step()

    def _is_news(self, event: CallEvent) -> bool:
        match event:
            case _ if self.ended:
                return False
            case CueAnswered(cue_id=cue_id):
                return any(shown.cue.id == cue_id for shown in self._state.showing)
            case HoldBegan():
                return self._state.hold_since is None
            case HoldEnded():
                return self._state.hold_since is not None
            case SceneChanged(scene=scene, by=by):
                change = self._state.scene_change
                return by == "hand" and (change is None or (change.scene, change.by) != (scene, by))
            case CustomerTypeChanged(type=kind, by=by):
                told = self._state.customer_type
                return by == "hand" and (told is None or (told.type, told.by) != (kind, by))
            case _:
                return True

    def _hear_next(self) -> None:
        """The earliest window that has been heard; agent before customer."""
        channel = min((c for c, ahead in self._ahead.items() if ahead), key=lambda c: self._ahead[c][0].start)
        window = self._ahead[channel].popleft()
        self._tick(window.start + WINDOW)
        for outcome in self._listeners[channel].hear(window):
            self._take(outcome)

    def _finish(self) -> None:
        if not self._hung_up or self.ended or any(listener.waiting for listener in self._listeners.values()):
            return
        self._tick(self._now)
        ending = replace(self._state, at=self._now)
        for event in [*self._behaviours.at_the_end(ending), *self._cues.at_the_end(ending)]:
            self._record(event)  # for the review; a cue would come too late
        self._publish(CallEnded(at=self._now, summary=summarise(replace(self._state, at=self._now))))

    def _tick(self, now: int) -> None:
        """Moves the clock, stopping at every deadline on the way so that it fires at its own moment."""
        while (when := self.deadline()) is not None and when <= now:
            self._now = max(self._now, when)
            for reactor in self._reactors:
                due = reactor.deadline(self._state)
                if due is not None and due <= self._now:
                    for event in list(reactor.due(self._now, self._state)):
                        self._publish(event)
        self._now = max(self._now, now)

    def _take(self, outcome: CallEvent | TranscribeJob) -> None:
        if isinstance(outcome, TranscribeJob):
            self._work.append(self._expecting.prime(outcome, self._state))
        else:
            self._tick(self._now)  # what is overdue comes first, so that a log told again event by event gives the same
            self._publish(replace(outcome, at=self._now))

    def _publish(self, event: CallEvent) -> None:
        """Folds an event into the state, hands it out, and lets every rule react to it before the next one."""
        self._record(event)
        for reactor in self._reactors:
            for consequence in list(reactor.react(event, self._state)):
                self._publish(consequence)

    def _record(self, event: CallEvent) -> None:
        self._state = fold(self._state, event)
        self._load.strained = self._state.backlog is not None
        self._events.append(event)

    def _step(self) -> Step:
        step = Step(tuple(self._events), tuple(self._work))
        self._events.clear()
        self._work.clear()
        return step
