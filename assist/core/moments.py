"""What a rule of behaviour looks at: an event, and the call as it is then."""

from collections.abc import Iterable
from functools import cached_property

from assist.core.events import CallEvent, Channel, Evidence, Transcribed, Transcript
from assist.core.playbook import Model, Thresholds
from assist.core.spans import Samples
from assist.core.state import CallState
from assist.core.turns import Turn, turns

Noticed = tuple[Samples, Evidence] | None  # since when a rule holds, and why


class Moment:
    """A moment of a call. `event` is None when the call is over."""

    def __init__(self, event: CallEvent | None, state: CallState, limits: Thresholds, model: Model) -> None:
        self.event = event
        self.state = state
        self.limits = limits
        self.model = model

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """All turns so far."""
        return turns(self.state)

    @property
    def final(self) -> Transcript | None:
        """The text of an event that is a final text."""
        if isinstance(self.event, Transcribed) and self.event.transcript.final:
            return self.event.transcript
        return None

    def said(self, channel: Channel) -> Turn | None:
        """The turn, complete or not, that a final text of this channel has just added to."""
        text = self.final
        if text is None or text.channel is not channel:
            return None
        return next((turn for turn in self.turns if text in turn.texts), None)

    def before(self, turn: Turn) -> tuple[Turn, ...]:
        """The turns before one."""
        return self.turns[: self.turns.index(turn)]

    def of(self, channel: Channel, after: Iterable[Turn] = ()) -> list[Turn]:
        """The turns of one side; with `after`, those that come behind all of these."""
        last = max((turn.start for turn in after), default=-1)
        return [turn for turn in self.turns if turn.channel is channel and turn.start > last]
