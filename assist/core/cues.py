"""Which cue is shown when: triggers of the playbook's entries, and a policy that keeps the screen calm.

At most two cues stand at a time. A new one has to be more important than what stands there, must have cooled down, and may
come only so often in a call; one that is not shown leaves a record of why.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from assist.core.events import (
    Answer,
    BehaviourNoticed,
    CallEvent,
    Channel,
    Cue,
    CueAnswered,
    CueKind,
    CueRetired,
    CueShown,
    CueSuppressed,
    Evidence,
    ForbiddenSaid,
    ObjectionRaised,
    Signalled,
    StageEntered,
    Transcribed,
)
from assist.core.playbook import (
    Entry,
    OnBehaviour,
    OnForbidden,
    OnMissing,
    OnObjection,
    OnPhrase,
    OnSignal,
    OnStage,
    OnStaying,
    Playbook,
    Trigger,
)
from assist.core.spans import from_seconds
from assist.core.state import CallState, ShownCue

_SAID_ENOUGH = 0.5  # share of a cue's character pairs in what the agent then said


@dataclass(frozen=True, slots=True)
class _Candidate:
    entry: Entry
    because: tuple[Evidence, ...]
    say: str


class CuePolicy:
    """Shows, retires and suppresses cues."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._entries = {entry.id: entry for entry in playbook.entries}
        self._count = 0
        self._staying = tuple((e, t) for e in playbook.entries for t in e.when if isinstance(t, OnStaying))
        self._fired: set[tuple[str, int]] = set()  # (entry, when its stage was entered): a stay is noticed once

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        match event:
            case CueAnswered(cue_id=cue_id, answer=answer) if answer is not Answer.ACCEPTED:
                if any(shown.cue.id == cue_id for shown in state.showing):
                    yield CueRetired(at=state.at, cue_id=cue_id, reason=answer.value)
            case _:
                acted = list(self._acted_on(event, state))
                yield from acted
                gone = {answered.cue_id for answered in acted}
                yield from self._offer(self._candidates(event, state), state, state.at, gone)

    def deadline(self, state: CallState) -> int | None:
        times = [shown.cue.expires for shown in state.showing]
        if state.summary is None:
            times += [
                at for entry, trigger in self._staying if (at := self._stay_ends(entry, trigger, state)) is not None
            ]
        return min(times, default=None)

    def due(self, now: int, state: CallState) -> Iterator[CallEvent]:
        gone = {shown.cue.id for shown in state.showing if shown.cue.expires <= now}
        for shown in state.showing:
            if shown.cue.id in gone:
                if shown.answer is None:
                    yield CueAnswered(at=now, cue_id=shown.cue.id, answer=Answer.EXPIRED)
                else:
                    yield CueRetired(at=now, cue_id=shown.cue.id, reason="expired")
        found = []
        for entry, trigger in self._staying:
            ends = self._stay_ends(entry, trigger, state)
            if ends is not None and ends <= now:
                self._fired.add((entry.id, state.stages[-1].at))
                why = Evidence(why=f"停在这一步已经 {trigger.seconds:g} 秒", measure="stage_seconds")
                found.append(_Candidate(entry, (why,), entry.say))
        yield from self._offer(sorted(found, key=lambda one: -one.entry.priority), state, now, gone)

    def at_the_end(self, state: CallState) -> Iterator[CallEvent]:
        """Takes everything off the screen: the call is over."""
        for shown in state.showing:
            yield CueRetired(at=state.at, cue_id=shown.cue.id, reason="call_ended")

    # --- what could be shown ---

    def _candidates(self, event: CallEvent, state: CallState) -> list[_Candidate]:
        found = []
        for entry in self._playbook.entries:
            if not _in_scope(entry, state):
                continue
            for trigger in entry.when:
                because = _triggered(trigger, entry, event)
                if because is not None:
                    say = event.hit.say_instead if isinstance(event, ForbiddenSaid) else entry.say
                    found.append(_Candidate(entry, because, say))
                    break
        return sorted(found, key=lambda candidate: -candidate.entry.priority)

    def _stay_ends(self, entry: Entry, trigger: OnStaying, state: CallState) -> int | None:
        """When a stay becomes too long; None while it cannot, or while the agent is saying what may end it."""
        if state.stage != trigger.stage or trigger.step in state.steps_done or not _in_scope(entry, state):
            return None
        if _agent_is_busy(state):
            return None
        entered = state.stages[-1].at
        return None if (entry.id, entered) in self._fired else entered + from_seconds(trigger.seconds)

    # --- what is shown ---

    def _offer(
        self, candidates: Iterable[_Candidate], state: CallState, at: int, gone: Container[str]
    ) -> Iterator[CallEvent]:
        """Shows or suppresses; `gone` are cues on the screen that leave it at this very moment."""
        showing = [shown for shown in state.showing if shown.cue.id not in gone]
        for candidate in candidates:
            entry = candidate.entry
            self._count += 1
            cue_id = f"{entry.id}#{self._count}"
            reason = self._held_back(entry, state, showing, at)
            if reason is not None:
                yield CueSuppressed(at=at, cue_id=cue_id, reason=reason, title=entry.title)
                continue
            if len(showing) >= self._playbook.thresholds.on_screen:
                weakest = min(showing, key=lambda shown: (shown.cue.priority, shown.at))
                showing.remove(weakest)
                yield CueRetired(at=at, cue_id=weakest.cue.id, reason="displaced")
            cue = _cue(cue_id, candidate, at)
            showing.append(ShownCue(cue, at))
            yield CueShown(at=at, cue=cue)

    def _held_back(self, entry: Entry, state: CallState, showing: list[ShownCue], at: int) -> str | None:
        """Why an entry is not shown now; None when it is."""
        own = [shown for shown in state.cues if shown.cue.entry == entry.id]
        if any(shown.cue.entry == entry.id for shown in showing):
            return "showing"
        if len(own) >= entry.max_per_call:
            return "max_per_call"
        if own and at - own[-1].at < from_seconds(entry.cool_down_seconds):
            return "cool_down"
        full = len(showing) >= self._playbook.thresholds.on_screen
        if full and entry.priority <= min(shown.cue.priority for shown in showing):
            return "no_room"
        return None

    # --- what became of it ---

    def _acted_on(self, event: CallEvent, state: CallState) -> Iterator[CueAnswered]:
        """The agent did what a cue asked: a step it waits for was heard, or its line was said in other words."""
        for shown in state.showing:
            entry = self._entries[shown.cue.entry]
            if isinstance(event, Signalled) and event.signal.signal == "step":
                acted = event.signal.label in entry.done_when and _after(state, event.signal.utterance, shown)
            else:
                acted = (
                    isinstance(event, Transcribed)
                    and event.transcript.final
                    and event.transcript.channel is Channel.AGENT
                    and event.transcript.span.end > shown.at
                    and shown.cue.kind is not CueKind.DO
                    and said(shown.cue.say, event.transcript.text) >= _SAID_ENOUGH
                )
            if acted:
                yield CueAnswered(at=state.at, cue_id=shown.cue.id, answer=Answer.ACTED_ON)


def said(line: str, text: str) -> float:
    """How much of a line was said: the share of its character pairs found in a text, 0 to 1."""
    wanted, heard = _pairs(line), _pairs(text)
    return sum((wanted & heard).values()) / max(1, wanted.total())


def _pairs(text: str) -> Counter[str]:
    letters = [char for char in text if char.isalnum()]
    return Counter(a + b for a, b in zip(letters, letters[1:], strict=False))


def _agent_is_busy(state: CallState) -> bool:
    """Whether the agent is speaking, or has spoken what is not yet text."""
    if any(speaking.channel is Channel.AGENT for speaking in state.speaking):
        return True
    said = [spoken.utterance for spoken in state.spoken[-2:] if spoken.channel is Channel.AGENT]
    return bool(said) and state.final(said[-1]) is None


def _after(state: CallState, utterance: str | None, shown: ShownCue) -> bool:
    """Whether an utterance ended after the cue was shown."""
    text = state.final(utterance or "")
    return text is not None and text.span.end > shown.at


def _cue(cue_id: str, candidate: _Candidate, at: int) -> Cue:
    entry = candidate.entry
    return Cue(
        id=cue_id,
        kind=entry.kind,
        title=entry.title,
        say=candidate.say,
        because=(*candidate.because, Evidence(why=entry.why)),
        source=entry.source,
        priority=entry.priority,
        expires=at + from_seconds(entry.expires_seconds),
        entry=entry.id,
    )


def _in_scope(entry: Entry, state: CallState) -> bool:
    scope = entry.scope
    return (
        (not scope.scenes or state.scene in scope.scenes)
        and (not scope.stages or state.stage in scope.stages)
        and (not scope.customer_types or state.type in scope.customer_types)
    )


def _triggered(trigger: Trigger, entry: Entry, event: CallEvent) -> tuple[Evidence, ...] | None:
    """The evidence with which an event sets off a trigger; None when it does not."""
    match trigger, event:
        case OnPhrase(), Signalled(signal=signal) if signal.signal == "phrase" and signal.label == entry.id:
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
    return None
