"""Which cue is shown when: a policy that keeps the screen calm, on top of what `firing` says is called for.

At most two cues stand at a time, and only so many come in a minute, of which fewer still may be tips; an alarm counts, but no
budget holds it back. A new one has to be more important than what stands there, must have cooled down, may come only so often
in a call, and not so late that the moment is over; one that is not shown leaves a record of why.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from assist.core.cards import Card
from assist.core.events import (
    Answer,
    CallEvent,
    CardLine,
    Channel,
    Cue,
    CueAnswered,
    CueKind,
    CueRetired,
    CueShown,
    CueSuppressed,
    Evidence,
    OpenCard,
    Signalled,
    Transcribed,
)
from assist.core.firing import Fired, Firing
from assist.core.playbook import Entry, Playbook
from assist.core.spans import Samples, from_seconds
from assist.core.state import CallState, ShownCue
from assist.core.triggers import OnQuestion
from assist.core.wording import fill

_MINUTE = from_seconds(60)
_ALARM = 90  # from this priority on a cue is never one too many
_URGENT = 65  # below this priority a cue is a tip
_SAID_ENOUGH = 0.5  # share of a cue's character pairs in what the agent then said


class CuePolicy:
    """Shows, retires and suppresses cues."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._entries = {entry.id: entry for entry in playbook.entries}
        self._firing = Firing(playbook)
        self._count = 0

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        match event:
            case CueAnswered(cue_id=cue_id, answer=answer) if answer is not Answer.ACCEPTED:
                if any(shown.cue.id == cue_id for shown in state.showing):
                    yield CueRetired(at=state.at, cue_id=cue_id, reason=answer.value)
            case _:
                acted = list(self._acted_on(event, state))
                yield from acted
                gone = {answered.cue_id for answered in acted}
                yield from self._offer(self._firing.on(event, state), state, state.at, gone)

    def deadline(self, state: CallState) -> int | None:
        times = [*(shown.cue.expires for shown in state.showing), self._firing.deadline(state)]
        return min((time for time in times if time is not None), default=None)

    def due(self, now: int, state: CallState) -> Iterator[CallEvent]:
        gone = {shown.cue.id for shown in state.showing if shown.cue.expires <= now}
        for shown in state.showing:
            if shown.cue.id in gone:
                if shown.answer is None:
                    yield CueAnswered(at=now, cue_id=shown.cue.id, answer=Answer.EXPIRED)
                else:
                    yield CueRetired(at=now, cue_id=shown.cue.id, reason="expired")
        yield from self._offer(self._firing.due(now, state), state, now, gone)

    def at_the_end(self, state: CallState) -> Iterator[CallEvent]:
        """Takes everything off the screen: the call is over."""
        for shown in state.showing:
            yield CueRetired(at=state.at, cue_id=shown.cue.id, reason="call_ended")

    # --- what is shown ---

    def _offer(
        self, fired: Iterable[Fired], state: CallState, at: Samples, gone: Container[str]
    ) -> Iterator[CallEvent]:
        """Shows or suppresses; `gone` are cues on the screen that leave it at this very moment."""
        showing = [shown for shown in state.showing if shown.cue.id not in gone]
        new: list[ShownCue] = []
        for one in fired:
            entry = one.entry
            self._count += 1
            cue_id = f"{entry.id}#{self._count}"
            reason = self._held_back(one, (*state.cues, *new), showing, state, at)
            if reason is not None:
                yield CueSuppressed(at=at, cue_id=cue_id, reason=reason, title=entry.title)
                continue
            if len(showing) >= self._playbook.thresholds.on_screen:
                weakest = min(showing, key=lambda shown: (shown.cue.priority, shown.at))
                showing.remove(weakest)
                yield CueRetired(at=at, cue_id=weakest.cue.id, reason="displaced")
            cue = self._cue(cue_id, one, state, at)
            showing.append(ShownCue(cue, at))
            new.append(showing[-1])
            yield CueShown(at=at, cue=cue)

    def _held_back(
        self, fired: Fired, cues: Sequence[ShownCue], showing: Sequence[ShownCue], state: CallState, at: Samples
    ) -> str | None:
        """Why an entry is not shown now; None when it is. `cues` are all that were shown in the call."""
        entry, limits = fired.entry, self._playbook.thresholds
        said = state.final(fired.said or "")
        if said is not None and at - said.span.end > from_seconds(limits.late_seconds):
            return "too_late"
        if any(shown.cue.entry == entry.id or shown.cue.title == entry.title for shown in showing):
            return "showing"
        if sum(shown.cue.entry == entry.id for shown in cues) >= entry.max_per_call:
            return "max_per_call"
        same = [shown.at for shown in cues if shown.cue.entry == entry.id or shown.cue.title == entry.title]
        if same and at - same[-1] < from_seconds(entry.cool_down_seconds):
            return "cool_down"
        full = len(showing) >= limits.on_screen
        if full and entry.priority <= min(shown.cue.priority for shown in showing):
            return "no_room"
        if entry.priority >= _ALARM:
            return None
        recent = [shown.cue.priority for shown in cues if at - shown.at < _MINUTE]
        tips = sum(priority < _URGENT for priority in recent)
        spent = len(recent) >= limits.cues_a_minute or (entry.priority < _URGENT and tips >= limits.tips_a_minute)
        return "budget" if spent else None

    def _cue(self, cue_id: str, fired: Fired, state: CallState, at: Samples) -> Cue:
        entry, known = fired.entry, state.customer.slots()
        card = self._playbook.cards.get(entry.opens or "")
        return Cue(
            id=cue_id,
            kind=entry.kind,
            title=entry.title,
            say=fired.say or fill(entry.say_for.get(state.type or "", entry.say), known),
            because=(*fired.because, Evidence(why=entry.why)),
            source=entry.sources[0],
            priority=entry.priority,
            expires=at + from_seconds(entry.expires_seconds),
            entry=entry.id,
            card=None if card is None else _opened(card, known),
        )

    # --- what became of it ---

    def _acted_on(self, event: CallEvent, state: CallState) -> Iterator[CueAnswered]:
        """The agent did what a cue asked: a step it waits for was heard, or its line was said in other words."""
        for shown in state.showing:
            entry = self._entries[shown.cue.entry]
            if isinstance(event, Signalled) and event.signal.signal in ("step", "asked"):
                wanted = entry.done_when if event.signal.signal == "step" else _questions(entry)
                acted = event.signal.label in wanted and _after(state, event.signal.utterance, shown)
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


def _after(state: CallState, utterance: str | None, shown: ShownCue) -> bool:
    """Whether an utterance ended after the cue was shown."""
    text = state.final(utterance or "")
    return text is not None and text.span.end > shown.at


def _questions(entry: Entry) -> tuple[str, ...]:
    """The questions that an entry reminds of."""
    return tuple(trigger.question for trigger in entry.when if isinstance(trigger, OnQuestion))


def _opened(card: Card, known: Mapping[str, str]) -> OpenCard:
    steps = tuple(CardLine(step.title, fill(step.say, known)) for step in card.steps)
    return OpenCard(card.id, card.title, card.when, steps, card.never)
