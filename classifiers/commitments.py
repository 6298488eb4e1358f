"""What the agent promises, and by when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from assist.core.events import Channel, Evidence, Judgement, Promise, Signal, Transcript
from assist.core.lexicon import Lexicon
from assist.core.spans import RATE
from assist.core.state import CallState
from classifiers.deadlines import Deadline, due, find_deadlines
from classifiers.phrases import Hit
from classifiers.weights import Found, WeightedWords, score_of

ENOUGH = 1.0
_CUTS, _ENDS = "，。？！,.?!;；", "。？！?!;；"
_LONGEST = 60  # characters of a promise as it is shown


class Commitments:
    """At most one promise an utterance: the best supported, with the deadline nearest to it.

    What takes a promise back (something already done, a rule, the customer's own part) counts only in the same clause.
    """

    name = "commitment"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.commitments)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return
        text = transcript.text
        found = self._words.find(text)
        if any(one.entry.label == "recap" for one in found):
            return
        deadlines = find_deadlines(text)
        best: tuple[float, tuple[int, int]] | None = None
        for clause in _stretches(text, _CUTS):
            weight = _weigh(found, clause, deadlines)
            if weight >= ENOUGH and (best is None or weight > best[0]):
                best = (weight, clause)
        if best is None:
            return
        weight, clause = best
        deadline = _nearest(text, clause, deadlines)
        what = text[clause[0] : clause[1]].strip(_CUTS + " ")[:_LONGEST]
        moment = due(deadline, now) if deadline and (now := _said_at(transcript, state)) else None
        promise = Promise(what, deadline.text if deadline else None, moment.isoformat() if moment else None)
        why = Evidence(why=f"坐席说“{what}”", utterance=transcript.utterance)
        signal = Signal(
            signal="commitment",
            label="promise",
            score=score_of(weight),
            utterance=transcript.utterance,
            evidence=(why,),
        )
        yield Judgement(signal, promise)


def _weigh(found: Iterable[Found], clause: tuple[int, int], deadlines: Sequence[Deadline]) -> float:
    """Promises that begin in a clause, less what takes them back there; a deadline beside them makes them firmer."""
    here = [one for one in found if clause[0] <= one.hit.start < clause[1]]
    promised = sum(one.weight for one in here if one.entry.label == "promise")
    if not promised:
        return 0.0
    against = [one for one in found if one.entry.label == "not_a_promise" and _touches(one.hit, clause)]
    timed = any(clause[0] <= deadline.start < clause[1] for deadline in deadlines)
    return promised - sum(one.weight for one in against) + (0.5 if timed else 0.0)


def _touches(hit: Hit, clause: tuple[int, int]) -> bool:
    return hit.start < clause[1] and clause[0] < hit.end


def _nearest(text: str, clause: tuple[int, int], deadlines: Sequence[Deadline]) -> Deadline | None:
    """The deadline in the clause, else the nearest of its sentence, else the nearest of all."""
    sentence = next((s for s in _stretches(text, _ENDS) if s[0] <= clause[0] < s[1]), clause)

    def distance(deadline: Deadline) -> tuple[bool, int]:
        away = max(clause[0] - deadline.end, deadline.start - clause[1], 0)
        return not sentence[0] <= deadline.start < sentence[1], away

    return min(deadlines, key=distance, default=None)


def _stretches(text: str, marks: str) -> list[tuple[int, int]]:
    """The text cut after each of the marks."""
    cuts = [0, *(place + 1 for place, char in enumerate(text) if char in marks), len(text)]
    return [(start, end) for start, end in zip(cuts, cuts[1:], strict=False) if start < end]


def _said_at(transcript: Transcript, state: CallState) -> datetime | None:
    """The wall-clock moment of an utterance's end; None when the call's own beginning is not known."""
    if state.started is None:
        return None
    try:
        began = datetime.fromisoformat(state.started.started_at)
    except ValueError:
        return None
    return began + timedelta(seconds=transcript.span.end // RATE)
