"""When the playbook's entries are set off: triggers against events, relations between triggers, and time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assist.core.conditions import holds, in_scope
from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    CustomerTypeChanged,
    Evidence,
    ForbiddenSaid,
    ObjectionRaised,
    QuestionDue,
    Signalled,
    StageEntered,
)
from assist.core.playbook import Entry, Playbook
from assist.core.spans import Samples, from_seconds
from assist.core.state import CallState
from assist.core.triggers import (
    OnBehaviour,
    OnForbidden,
    OnLacking,
    OnMeaning,
    OnMissing,
    OnObjection,
    OnPhrase,
    OnQuestion,
    OnSequence,
    OnSignal,
    OnStage,
    OnStaying,
    OnTime,
    OnType,
    Single,
)

Because = tuple[Evidence, ...]
_Key = tuple[str, int]  # of a trigger among all


@dataclass(frozen=True, slots=True)
class Fired:
    """An entry that was set off, and why; `said` is the utterance that did it, None for time and silence."""

    entry: Entry
    because: Because
    said: str | None = None
    say: str | None = None  # a line that comes with what happened, instead of the entry's own


@dataclass(frozen=True, slots=True)
class _Timed:
    entry: Entry
    trigger: OnStaying | OnTime


@dataclass(frozen=True, slots=True)
class _Related:
    entry: Entry
    trigger: OnSequence | OnLacking
    key: _Key


@dataclass(frozen=True, slots=True)
class _Begun:
    at: Samples
    because: Because
    said: str | None


class Firing:
    """Knows what came before; ask it about every event of a call, in order."""

    def __init__(self, playbook: Playbook) -> None:
        self._single: list[tuple[Entry, Single]] = []
        self._timed: list[_Timed] = []
        self._staying: dict[str, list[_Timed]] = {}  # by the stage that must not last too long
        self._related: list[_Related] = []
        for entry in playbook.entries:
            for i, trigger in enumerate(entry.when):
                match trigger:
                    case OnStaying(stage=stage):
                        self._staying.setdefault(stage, []).append(_Timed(entry, trigger))
                    case OnTime():
                        self._timed.append(_Timed(entry, trigger))
                    case OnSequence() | OnLacking():
                        self._related.append(_Related(entry, trigger, (entry.id, i)))
                    case _:
                        self._single.append((entry, trigger))
        # An entry and when its stage was entered: noticed once for each stay.
        self._stayed: set[tuple[str, Samples]] = set()
        # Relations whose first part has come, the latest last; and the utterance in which the second part came last.
        self._begun: dict[_Key, tuple[_Begun, ...]] = {}
        self._settled: dict[_Key, str] = {}

    def on(self, event: CallEvent, state: CallState) -> list[Fired]:
        """Entries that an event sets off, each once, the most important first."""
        found: dict[str, Fired] = {}
        for entry, trigger in self._single:
            because = None if entry.id in found else triggered(trigger, event)
            if because is not None and _applies(entry, event, state):
                say = event.hit.say_instead if isinstance(event, ForbiddenSaid) else None
                found[entry.id] = Fired(entry, because, _utterance(event), say)
        for fired in self._relate(event, state):
            found.setdefault(fired.entry.id, fired)
        return _by_importance(found.values())

    def deadline(self, state: CallState) -> Samples | None:
        """When the next entry may be set off by time alone; None while none can."""
        if state.summary is not None:
            return None
        times = [at for timed in self._waiting(state) if (at := self._when(timed, state)) is not None]
        times += [self._ends(related) for related in self._related if self._is_open(related)]
        return min(times, default=None)

    def due(self, now: Samples, state: CallState) -> list[Fired]:
        """Entries that time has set off by `now`."""
        found: dict[str, Fired] = {}
        for timed in self._waiting(state):
            when = self._when(timed, state)
            if when is not None and when <= now:
                self._stayed.add((timed.entry.id, _since(timed.trigger, state)))
                found.setdefault(timed.entry.id, Fired(timed.entry, (_measure(timed.trigger),)))
        for related in self._related:
            if self._is_open(related) and self._ends(related) <= now:
                (begun,) = self._begun.pop(related.key)
                if in_scope(related.entry, state) and holds(related.entry.only_if, state):
                    found.setdefault(related.entry.id, Fired(related.entry, begun.because))
        return _by_importance(found.values())

    def _waiting(self, state: CallState) -> list[_Timed]:
        """What only time may set off where the call is now."""
        return self._timed + self._staying.get(state.stage or "", [])

    def _relate(self, event: CallEvent, state: CallState) -> Iterator[Fired]:
        said = _utterance(event)
        for related in self._related:
            then = triggered(related.trigger.then, event)
            if then is not None:
                yield from self._go_on(related, event, then, state)
            first = triggered(related.trigger.first, event)
            if first is not None:
                self._begin(related, _Begun(event.at, first, said))

    def _begin(self, related: _Related, begun: _Begun) -> None:
        """A sequence counts from the latest first part, a lack from the first one, unless the same sentence has settled it."""
        if isinstance(related.trigger, OnSequence):
            earlier = [one for one in self._begun.get(related.key, ()) if begun.said is None or one.said != begun.said]
            self._begun[related.key] = (*earlier[-1:], begun)  # one more, for a sentence that is both parts at once
        elif begun.said is None or self._settled.get(related.key) != begun.said:
            self._begun.setdefault(related.key, (begun,))

    def _go_on(self, related: _Related, event: CallEvent, then: Because, state: CallState) -> Iterator[Fired]:
        """The second part came. One sentence is not a sequence; it may well be no lack."""
        trigger, said = related.trigger, _utterance(event)
        if isinstance(trigger, OnLacking):
            self._begun.pop(related.key, None)
            self._settled[related.key] = said or ""
            return
        other = [one for one in self._begun.get(related.key, ()) if said is None or one.said != said]
        if not other:
            return
        begun = other[-1]
        del self._begun[related.key]
        if event.at <= begun.at + from_seconds(trigger.within_seconds) and _applies(related.entry, event, state):
            yield Fired(related.entry, (*begun.because, *then), said)

    def _is_open(self, related: _Related) -> bool:
        return isinstance(related.trigger, OnLacking) and related.key in self._begun

    def _ends(self, related: _Related) -> Samples:
        return self._begun[related.key][0].at + from_seconds(related.trigger.within_seconds)

    def _when(self, timed: _Timed, state: CallState) -> Samples | None:
        """When a stay, or the call, has become long enough; None while that cannot be, or the agent is about to end it."""
        entry, trigger = timed.entry, timed.trigger
        since = _since(trigger, state)
        if (entry.id, since) in self._stayed:
            return None
        if isinstance(trigger, OnStaying) and (trigger.step in state.steps_done or agent_is_busy(state)):
            return None
        if not in_scope(entry, state) or not holds(entry.only_if, state):
            return None
        return since + from_seconds(trigger.seconds)


def agent_is_busy(state: CallState) -> bool:
    """Whether the agent is speaking, or has spoken what is not yet text."""
    if any(speaking.channel is Channel.AGENT for speaking in state.speaking):
        return True
    said = [spoken.utterance for spoken in state.spoken[-2:] if spoken.channel is Channel.AGENT]
    return bool(said) and state.final(said[-1]) is None


def triggered(trigger: Single, event: CallEvent) -> Because | None:
    """The evidence with which an event sets off a trigger; None when it does not."""
    match trigger, event:
        case OnPhrase() | OnMeaning(), Signalled(signal=signal):
            if signal.signal == "phrase" and signal.label == trigger.key:
                return signal.evidence
        case OnForbidden(categories=wanted), ForbiddenSaid(hit=hit) if not wanted or hit.category in wanted:
            return (Evidence(why=f"「{hit.matched}」", utterance=event.utterance),)
        case OnObjection(topics=topics, kinds=kinds), ObjectionRaised(hit=objection):
            if (not topics or objection.topic in topics) and (not kinds or objection.objection in kinds):
                return event.evidence
        case OnSignal(signal=name, labels=labels), Signalled(signal=signal):
            if signal.signal == name and signal.label in labels:
                return signal.evidence
        case OnBehaviour(rules=rules), BehaviourNoticed(rule=rule) if rule in rules:
            return event.evidence
        case OnStage(stages=stages), StageEntered(stage=stage) if stage in stages:
            return event.because
        case OnMissing(step=step, at=at), StageEntered(stage=stage) if stage in at and step not in event.done:
            return event.because
        case OnType(types=types), CustomerTypeChanged(type=known) if known in types:
            return event.evidence
        case OnQuestion(question=question), QuestionDue(asked=False):
            return () if question == f"{event.questionnaire}.{event.question}" else None
    return None


def _applies(entry: Entry, event: CallEvent, state: CallState) -> bool:
    """Whether an entry is meant for this place of the call, and for who said what set it off."""
    channels = entry.scope.channels
    if channels:
        said = state.final(_utterance(event) or "")
        if said is None or said.channel not in channels:
            return False
    return in_scope(entry, state) and holds(entry.only_if, state)


def _utterance(event: CallEvent) -> str | None:
    match event:
        case Signalled(signal=signal):
            return signal.utterance
        case ForbiddenSaid(utterance=utterance) | ObjectionRaised(utterance=utterance):
            return utterance
        case _:
            return None


def _since(trigger: OnStaying | OnTime, state: CallState) -> Samples:
    return state.stages[-1].at if isinstance(trigger, OnStaying) else 0


def _measure(trigger: OnStaying | OnTime) -> Evidence:
    if isinstance(trigger, OnStaying):
        return Evidence(why=f"停在这一步已经 {trigger.seconds:g} 秒", measure="stage_seconds")
    return Evidence(why=f"通话已经 {trigger.seconds:g} 秒", measure="call_seconds")


def _by_importance(fired: Iterable[Fired]) -> list[Fired]:
    return sorted(fired, key=lambda one: -one.entry.priority)
