"""Compares the events of a whole call with the labels of its turns and of the call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    CommitmentMade,
    CustomerTypeChanged,
    ForbiddenSaid,
    Judgement,
    ObjectionRaised,
    Signal,
    Signalled,
    StageEntered,
    Transcribed,
    Transcript,
)
from assist.core.spans import RATE, Samples, Span, from_seconds
from assist.training.calls import Turn
from assist.training.comparing import YES, Normal, commitment, customer, forbidden
from assist.training.judged import Group, Outcome, Place, Question
from assist.training.labelled import LabelledCall
from assist.training.scores import NONE

EARLY_SECONDS = 60.0  # of the customer's speech, within which the type should be known


def call_outcomes(labelled: LabelledCall, events: Sequence[CallEvent], normal: Normal) -> Iterator[Outcome]:
    """Every question that the labels of a call ask, turn by turn, then those of the whole call."""
    heard = _Heard(labelled.call.turns, events)
    file = (labelled.recording or labelled.path).name
    by_ear = labelled.recording is not None
    for turn in labelled.call.turns:
        recognised = heard.text(turn.index) if by_ear else None
        place = Place(file, turn.index, Group.CALLS, turn.text, recognised, by_ear)
        yield from _turn_outcomes(place, turn, labelled.call.data["turns"][turn.index], heard, normal)
    whole = Place(file, None, Group.CALLS, "", None, by_ear)
    yield from _call_outcomes(whole, labelled, events)


def _turn_outcomes(
    place: Place, turn: Turn, labels: Mapping[str, Any], heard: "_Heard", normal: Normal
) -> Iterator[Outcome]:
    judgements = heard.judgements(turn.index)
    if turn.channel is Channel.CUSTOMER:
        yield from customer(place, labels, judgements)
        return
    if "forbidden" in labels:
        yield from forbidden(place, [one["category"] for one in labels["forbidden"]], judgements)
    if "commitment" in labels:
        yield from commitment(place, labels["commitment"], judgements, normal)
    if labels.get("stage"):
        stage, why = heard.stage(turn.index)
        yield Outcome(Question.STAGE, place, labels["stage"], stage, why)


# --- turns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """A judgement, the utterance that it is about, and the words of it that it rests on, where it names them."""

    judgement: Judgement
    utterance: str
    words: str | None = None


class _Heard:
    """What was recognised and understood, by turn."""

    def __init__(self, turns: Sequence[Turn], events: Sequence[CallEvent]) -> None:
        self._turns = turns
        self._events = events
        self._finals = {
            event.transcript.utterance: (event.at, event.transcript)
            for event in events
            if isinstance(event, Transcribed) and event.transcript.final
        }
        self._of_turn: dict[int, list[Transcript]] = {turn.index: [] for turn in turns}
        for _, text in self._finals.values():
            for index in self._covered(text):
                self._of_turn[index].append(text)
        self._judgements: dict[int, list[Judgement]] = {turn.index: [] for turn in turns}
        for told in filter(None, map(_told, events)):
            for index in self._about(told):
                self._judgements[index].append(told.judgement)

    def text(self, index: int) -> str:
        """What was recognised of a turn; of an utterance over several turns all of it."""
        return "".join(text.text for text in sorted(self._of_turn[index], key=lambda text: text.span.start))

    def judgements(self, index: int) -> Sequence[Judgement]:
        return self._judgements[index]

    def stage(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The stage of the call when a turn has been heard, and why it was entered."""
        heard = [at for at, text in self._finals.values() if text in self._of_turn[index]]
        until = max(heard, default=_span(self._turns[index]).end)
        entered = [event for event in self._events if isinstance(event, StageEntered) and event.at <= until]
        if not entered:
            return NONE, ()
        return entered[-1].stage, tuple(one.why for one in entered[-1].because)

    def _covered(self, text: Transcript) -> list[int]:
        """The turns that an utterance says: the one that it shares most time with, and any that lies in it by more than half."""
        shared = {turn.index: _span(turn).overlap(text.span) for turn in self._turns if turn.channel is text.channel}
        most = max(shared.values(), default=0)
        return [
            index for index, overlap in shared.items() if overlap and (overlap == most or self._mostly(index, overlap))
        ]

    def _mostly(self, index: int, overlap: Samples) -> bool:
        return 2 * overlap > len(_span(self._turns[index]))

    def _about(self, told: _Told) -> list[int]:
        """The turns that a judgement is about; one that names its words is about the turn in which they were said."""
        if told.utterance not in self._finals:
            return []
        text = self._finals[told.utterance][1]
        covered = self._covered(text)
        place = text.text.find(told.words) if told.words else -1
        if len(covered) < 2 or place < 0 or told.words is None:
            return covered
        middle = (place + len(told.words) / 2) / len(text.text)
        moment = text.span.start + round(middle * len(text.span))
        return [min(covered, key=lambda index: _distance(_span(self._turns[index]), moment))]


def _told(event: CallEvent) -> _Told | None:
    match event:
        case ForbiddenSaid(utterance=utterance, hit=hit, score=score):
            signal = Signal(signal="forbidden", label=hit.category, score=score, utterance=utterance)
            return _Told(Judgement(signal, hit), utterance, hit.matched)
        case ObjectionRaised(utterance=utterance, hit=hit, score=score, evidence=evidence):
            signal = Signal(signal="objection", label=hit.topic, score=score, utterance=utterance, evidence=evidence)
            return _Told(Judgement(signal, hit), utterance)
        case CommitmentMade(utterance=utterance, promise=promise):
            signal = Signal(signal="commitment", label=YES, score=1.0, utterance=utterance)
            return _Told(Judgement(signal, promise), utterance, promise.deadline or promise.what)
        case Signalled(signal=signal) if signal.utterance is not None:
            return _Told(Judgement(signal), signal.utterance)
        case _:
            return None


def _span(turn: Turn) -> Span:
    return Span(from_seconds(turn.start), from_seconds(turn.end))


def _distance(span: Span, moment: Samples) -> Samples:
    return max(span.start - moment, moment - span.end, 0)


# --- the whole call ------------------------------------------------------------------------------------------------


def _call_outcomes(place: Place, labelled: LabelledCall, events: Sequence[CallEvent]) -> Iterator[Outcome]:
    call = labelled.call
    turns = call.data["turns"]
    if any("objection" in turn for turn in turns):
        yield _hidden(place, turns, events)
    if "behaviours" in call.data:
        yield from _behaviours(place, call.data["behaviours"], events)
    if call.data.get("customer_type"):
        end = max((event.at for event in events), default=0)
        for question, until in ((Question.TYPE_AT_END, end), (Question.TYPE_EARLY, early(call.turns) or end)):
            yield _type(question, place, call.data["customer_type"], events, until)


def early(turns: Sequence[Turn], seconds: float = EARLY_SECONDS) -> Samples | None:
    """The moment at which the customer has spoken for so long; None when that never comes."""
    left = seconds
    for turn in sorted((turn for turn in turns if turn.channel is Channel.CUSTOMER), key=lambda turn: turn.start):
        if turn.end - turn.start >= left:
            return from_seconds(turn.start + left)
        left -= turn.end - turn.start
    return None


def _hidden(place: Place, turns: Iterable[Mapping[str, Any]], events: Iterable[CallEvent]) -> Outcome:
    there = any((turn.get("objection") or {}).get("kind") == "hidden" for turn in turns)
    found = [event for event in events if isinstance(event, ObjectionRaised) and event.hit.objection == "hidden"]
    evidence = tuple(f"{_clock(one.at)} {one.hit.topic} {one.score:.2f}: {_why(one)}" for one in found)
    return Outcome(Question.HIDDEN, place, YES if there else NONE, YES if found else NONE, evidence)


def _behaviours(place: Place, labels: Iterable[Mapping[str, Any]], events: Iterable[CallEvent]) -> Iterator[Outcome]:
    noticed: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, BehaviourNoticed):
            noticed.setdefault(event.rule, []).append(f"{_clock(event.since)} {_why(event)}")
    flagged: dict[str, list[str]] = {}
    for flag in labels:
        flagged.setdefault(flag["rule"], []).append(f"turn {flag['turn']}" if "turn" in flag else "the call")
    for rule in sorted({*noticed, *flagged}):
        labelled = (f"labelled at {', '.join(flagged[rule])}",) if rule in flagged else ()
        label, predicted = (rule if rule in those else NONE for those in (flagged, noticed))
        yield Outcome(Question.BEHAVIOUR, place, label, predicted, (*labelled, *noticed.get(rule, ())))


def _type(question: Question, place: Place, label: str, events: Iterable[CallEvent], until: Samples) -> Outcome:
    known = [event for event in events if isinstance(event, CustomerTypeChanged) and event.at <= until]
    evidence = (f"until {_clock(until)}", *(_turned(event) for event in known))
    predicted = (known[-1].type or NONE) if known else NONE
    return Outcome(question, place, label, predicted, evidence)


def _turned(event: CustomerTypeChanged) -> str:
    likely = sorted(event.probabilities.items(), key=lambda one: -one[1])
    chances = ", ".join(f"{name} {chance:.2f}" for name, chance in likely)
    return f"{_clock(event.at)} {event.type or NONE} ({chances}): {_why(event)}"


def _why(event: ObjectionRaised | BehaviourNoticed | CustomerTypeChanged) -> str:
    return "; ".join(one.why for one in event.evidence)


def _clock(at: Samples) -> str:
    seconds = at // RATE
    return f"{seconds // 60}:{seconds % 60:02d}"
