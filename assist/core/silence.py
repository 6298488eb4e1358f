"""When nobody speaks: a hold if the agent announced it, dead air otherwise. Both are deadlines in call time, not timers."""

from collections.abc import Iterable, Iterator

from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    DeadAir,
    Evidence,
    HoldBegan,
    HoldEnded,
    SpeechStarted,
)
from assist.core.playbook import Thresholds
from assist.core.spans import RATE, Span, from_seconds
from assist.core.state import CallState


class SilenceRule:
    """Tells holds and dead air apart and measures them."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._dead_air = from_seconds(thresholds.dead_air_seconds)
        self._hold = from_seconds(thresholds.hold_after_seconds)

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if not isinstance(event, SpeechStarted) or len(state.speaking) > 1:  # somebody was speaking already
            return
        since = _quiet_since(state)
        if state.hold_since is not None:
            yield HoldEnded(at=state.at, span=Span(state.hold_since, max(event.start, state.hold_since)))
        elif self._noticed(state, since):
            yield DeadAir(at=state.at, span=Span(since, max(event.start, since)))

    def deadline(self, state: CallState) -> int | None:
        since = _quiet_since(state)
        quiet = since and not state.speaking and state.summary is None and state.hold_since is None
        if not quiet or self._noticed(state, since):
            return None
        return since + (self._hold if _announced(state) else self._dead_air)

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        since = _quiet_since(state)
        if _announced(state):
            yield HoldBegan(at=now, start=since)
        else:
            why = Evidence(why=f"双方都没说话超过 {self._dead_air / RATE:g} 秒", measure="silence")
            yield BehaviourNoticed(at=now, rule="dead_air", since=since, evidence=(why,))

    @staticmethod
    def _noticed(state: CallState, since: int) -> bool:
        return any(noticed.rule == "dead_air" and noticed.since == since for noticed in state.behaviours)


def _quiet_since(state: CallState) -> int:
    """The end of the latest speech or of a hold after it, 0 before any."""
    return max(state.last_speech, state.holds[-1].span.end if state.holds else 0)


def _announced(state: CallState) -> bool:
    """Whether the last thing the agent said was that the customer should wait, and no hold has come of it yet."""
    said = [spoken.utterance for spoken in state.spoken if spoken.channel is Channel.AGENT]
    return bool(said) and _quiet_since(state) == state.last_speech and state.signalled(said[-1], "hold", "announced")
