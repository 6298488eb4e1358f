"""Which of the four types a customer is, from the words and the pace of all that was said so far."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript, TypeProbabilities
from assist.core.lexicon import Lexicon
from assist.core.spans import RATE
from assist.core.state import CallState
from classifiers.phrases import normal_text
from classifiers.weights import Found, WeightedWords

TYPES = ("power", "lively", "perfect", "peaceful")
TEMPERATURE = 1.6  # words of one call are not independent of each other; flat enough that one word decides nothing
REPEATS = 2  # a favourite word counts at most so often
FAST, SLOW = 5.6, 3.4  # characters per second
_CHARACTERS = 6  # shorter utterances have no pace to speak of
_SHOWN = 4  # pieces of evidence that a person is shown
_PACE = {
    "fast": {"lively": 0.6, "power": 0.5, "perfect": -0.3, "peaceful": -0.4},
    "slow": {"perfect": 0.4, "peaceful": 0.5, "lively": -0.5, "power": -0.3},
}


class CustomerTypes:
    """The posterior over the types after each of the customer's utterances, once there is anything to go by."""

    name = "customer_type"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.customer_types)
        # A call is read again with every utterance; the words of one that is over do not change.
        self._find = lru_cache(maxsize=512)(lambda text: tuple(self._words.find(text)))

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        said = [t for t in state.finals if t.channel is Channel.CUSTOMER and t.utterance != transcript.utterance]
        said.append(transcript)
        found = self._counted(said)
        pace = _pace(said)
        if not found and pace is None:
            return
        probabilities = _posterior([one for _, one in found], pace)
        best = max(TYPES, key=lambda kind: probabilities[kind])
        signal = Signal(
            signal="customer_type",
            label=best,
            score=probabilities[best],
            utterance=transcript.utterance,
            evidence=_evidence(best, found, said, pace),
        )
        yield Judgement(signal, TypeProbabilities(probabilities))

    def _counted(self, said: Sequence[Transcript]) -> list[tuple[Transcript, Found]]:
        times: dict[int, int] = {}
        counted = []
        for text in said:
            for one in self._find(text.text):
                times[id(one.entry)] = times.get(id(one.entry), 0) + 1
                if times[id(one.entry)] <= REPEATS:
                    counted.append((text, one))
        return counted


def _pace(said: Iterable[Transcript]) -> str | None:
    """Fast or slow by the middle one of the utterances long enough to tell."""
    rate = _rate(said)
    if rate is None:
        return None
    return "fast" if rate >= FAST else "slow" if rate <= SLOW else None


def _rate(said: Iterable[Transcript]) -> float | None:
    lengths = ((len(normal_text(text.text).characters), len(text.span) / RATE) for text in said)
    rates = [count / seconds for count, seconds in lengths if count >= _CHARACTERS and seconds > 0]
    return median(rates) if rates else None


def _posterior(found: Iterable[Found], pace: str | None) -> dict[str, float]:
    logits = dict.fromkeys(TYPES, 0.0)
    for one in found:
        if one.entry.label in logits:
            logits[one.entry.label] += one.weight
    for kind, weight in _PACE.get(pace or "", {}).items():
        logits[kind] += weight
    powers = {kind: math.exp(logit / TEMPERATURE) for kind, logit in logits.items()}
    whole = sum(powers.values())
    return {kind: round(power / whole, 4) for kind, power in powers.items()}


def _evidence(
    label: str, found: Iterable[tuple[Transcript, Found]], said: Iterable[Transcript], pace: str | None
) -> tuple[Evidence, ...]:
    """The latest words that speak for the label, and the pace where it does too."""
    words = [
        Evidence(why=one.entry.why or f"客户说“{one.hit.matched}”", utterance=text.utterance)
        for text, one in found
        if one.entry.label == label and one.weight > 0
    ]
    shown = list(dict.fromkeys(reversed(words)))[:_SHOWN]
    if pace is not None and _PACE[pace].get(label, 0.0) > 0:
        speed = "偏快" if pace == "fast" else "偏慢"
        shown.append(Evidence(why=f"语速{speed}，每秒{_rate(said) or 0.0:.1f}个字", measure="speech_rate"))
    return tuple(shown)
