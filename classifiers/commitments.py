"""What the agent promises, and by when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from assist.core.events import Channel, Evidence, Judgement, Promise, Signal, Transcript
from assist.core.lexicon import Lexicon
from assist.core.spans import RATE
from assist.core.state import CallState
from classifiers.deadlines import Deadline, due, find_deadlines, find_event
from classifiers.phrases import Hit
from classifiers.trained import Trained
from classifiers.weights import Found, score_of, weighted_words

ENOUGH = 1.0
_BACKED = 0.5  # share of the head's threshold that suffices where the word lists hear a promise too
_CUTS, _ENDS = "，。？！,.?!;；", "。？！?!;；"
_LONGEST = 60  # characters of a promise as it is shown


class Commitments:
    """At most one promise an utterance: the best supported, with the deadline nearest to it.

    What takes a promise back (something already done, a rule, the customer's own part) counts only in the same clause.
    """

    name = "commitment"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None) -> None:
        self._trained = trained or Trained()
        self._words = weighted_words(lexicon.commitments)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return
        text = transcript.text
        found = self._words.find(text)
        if any(one.entry.label == "recap" for one in found):
            return
        deadlines = find_deadlines(text)
        promised = self._promised(text, found, deadlines)
        if promised is None:
            return
        score, clause = promised
        deadline = _nearest(text, clause, deadlines)
        what = text[clause[0] : clause[1]].strip(_CUTS + " ")[:_LONGEST]
        moment = due(deadline, now) if deadline and (now := _said_at(transcript, state)) else None
        by = deadline.text if deadline else find_event(text)
        promise = Promise(what, by, moment.isoformat() if moment else None)
        why = Evidence(why=f"坐席说“{what}”", utterance=transcript.utterance)
        signal = Signal(
            signal="commitment", label="promise", score=score, utterance=transcript.utterance, evidence=(why,)
        )
        yield Judgement(signal, promise)

    def _promised(
        self, text: str, found: Sequence[Found], deadlines: Sequence[Deadline]
    ) -> tuple[float, tuple[int, int]] | None:
        """How sure it is that something is promised, and the clause that says it."""
        weighed = [(_weigh(found, clause, deadlines), clause) for clause in _stretches(text, _CUTS)]
        heaviest = max(weighed, key=lambda one: one[0], default=None)
        answer = self._trained.ask("commitment", text)
        if heaviest is None:
            return None
        if answer is None:
            return (score_of(heaviest[0]), heaviest[1]) if heaviest[0] >= ENOUGH else None
        least = self._trained.least("commitment") * (_BACKED if heaviest[0] >= ENOUGH else 1.0)
        if answer["yes"] < least:
            return None
        clause = heaviest[1] if heaviest[0] > 0 else _telling(text, deadlines)
        return round(answer["yes"], 3), clause


def _telling(text: str, deadlines: Sequence[Deadline]) -> tuple[int, int]:
    """The clause with a deadline in it, else the longest one."""
    clauses = _stretches(text, _CUTS)
    timed = [c for c in clauses if any(c[0] <= deadline.start < c[1] for deadline in deadlines)]
    return max(timed or clauses, key=lambda clause: clause[1] - clause[0])


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
