"""Which of the four types a customer is in this call, from the words and the voice of all that was said so far.

Each sentence moves the odds a little, by the trained head where there is one and by the word lists otherwise; the voice moves
them less, and never decides alone. This is how somebody speaks in this call, not what they are.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript, TypeProbabilities, VoiceMeasured
from assist.core.lexicon import Lexicon
from assist.core.spans import RATE
from assist.core.state import CallState
from classifiers.phrases import normal_text
from classifiers.trained import Answer, Trained
from classifiers.weights import Found, weighted_words

TYPES = ("power", "lively", "perfect", "peaceful")
TEMPERATURE = 1.6  # words of one call are not independent of each other; flat enough that one word decides nothing
SENTENCE = 0.7  # weight of what the head says of one sentence: fitted so that the posterior over a call is calibrated
REPEATS = 2  # a favourite word counts at most so often
FAST, SLOW = 5.6, 4.6  # characters per second, about the fastest and the slowest third of callers
_WIDE = 7.0  # semitones: a voice that goes up and down
_CHARACTERS = 6  # shorter utterances have no pace to speak of
_FLOOR = 0.12  # the least probability of a type after one sentence: none decides by itself
_TELLING = 0.45  # probability from which a sentence is shown as evidence
_SHOWN = 4  # pieces of evidence that a person is shown
_QUOTED = 20  # characters of a sentence that is quoted
_NONE = "-"

_NOTHING: Mapping[str, float] = {}
_VOICE: Mapping[str, Mapping[str, float]] = {
    "fast": {"lively": 0.35, "power": 0.35, "perfect": -0.25, "peaceful": -0.25},
    "slow": {"perfect": 0.3, "peaceful": 0.35, "lively": -0.3, "power": -0.2},
    "wide": {"lively": 0.3, "perfect": -0.15, "peaceful": -0.1},
    "cuts_in": {"power": 0.4, "lively": 0.3, "perfect": -0.15, "peaceful": -0.4},
}
_CUT_IN = int(0.3 * RATE)  # samples of speech over the agent's that count as cutting in


@dataclass(frozen=True, slots=True)
class _Manner:
    """Something in the voice, put to a person, and the measure it stands on."""

    kind: str
    why: str
    measure: str


class CustomerTypes:
    """The posterior over the types after each of the customer's utterances, once there is anything to go by."""

    name = "customer_type"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None) -> None:
        self._trained = trained or Trained()
        self._words = weighted_words(lexicon.customer_types)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        said = [t for t in state.finals if t.channel is Channel.CUSTOMER and t.utterance != transcript.utterance]
        said.append(transcript)
        answers = [self._trained.ask("customer_type", text.text) for text in said]
        counted = self._counted(said)
        found = [one for one in counted if answers[one[0]] is None]
        manners = _manners(said, state)
        if not found and not manners and not any(answers):
            return
        probabilities = posterior(answers, [one for _, one in found], [manner.kind for manner in manners])
        best = max(TYPES, key=lambda kind: probabilities[kind])
        signal = Signal(
            signal="customer_type",
            label=best,
            score=probabilities[best],
            utterance=transcript.utterance,
            evidence=_evidence(best, answers, counted, said, manners),
        )
        yield Judgement(signal, TypeProbabilities(probabilities))

    def _counted(self, said: Sequence[Transcript]) -> list[tuple[int, Found]]:
        """The words heard, with the place of their text; a favourite word not too often."""
        times: dict[int, int] = {}
        counted = []
        for place, text in enumerate(said):
            for one in self._words.find(text.text):
                times[id(one.entry)] = times.get(id(one.entry), 0) + 1
                if times[id(one.entry)] <= REPEATS:
                    counted.append((place, one))
        return counted


def posterior(
    answers: Iterable[Answer | None], found: Iterable[Found] = (), manners: Iterable[str] = ()
) -> dict[str, float]:
    """How likely each type is after sentences, words and manners of a voice; sums to 1."""
    logits = dict.fromkeys(TYPES, 0.0)
    for answer in answers:
        for kind, odds in moved(answer).items() if answer is not None else ():
            logits[kind] += odds
    for one in found:
        if one.entry.label in logits:
            logits[one.entry.label] += one.weight / TEMPERATURE
    for manner in manners:
        for kind, weight in _VOICE[manner].items():
            logits[kind] += weight
    powers = {kind: math.exp(logit) for kind, logit in logits.items()}
    whole = sum(powers.values())
    return {kind: round(power / whole, 4) for kind, power in powers.items()}


def moved(answer: Answer) -> Mapping[str, float]:
    """How one sentence moves the odds of each type: little when it shows no type at all."""
    shows = 1 - answer.get(_NONE, 0.0)
    if shows <= 0:
        return _NOTHING
    likely = {kind: math.log(max(answer.get(kind, 0.0) / shows, _FLOOR)) for kind in TYPES}
    middle = sum(likely.values()) / len(likely)
    return {kind: SENTENCE * shows * (log - middle) for kind, log in likely.items()}


def _manners(said: Sequence[Transcript], state: CallState) -> list[_Manner]:
    """What the voice shows, over utterances enough to tell."""
    found = []
    rate = _rate(said)
    if rate is not None and (rate >= FAST or rate <= SLOW):
        speed = "快" if rate >= FAST else "慢"
        kind = "fast" if rate >= FAST else "slow"
        found.append(_Manner(kind, f"讲话{speed}，每秒{rate:.1f}个字", "speech_rate"))
    voices = [voice for voice in state.voices if voice.channel is Channel.CUSTOMER]
    ranges = [voice.pitch_range_st for voice in voices if voice.pitch_range_st is not None]
    if len(ranges) >= 3 and median(ranges) >= _WIDE:
        found.append(_Manner("wide", "声音起伏大", "pitch_range"))
    times = sum(_cuts_in(voice, state) for voice in voices)
    if times >= 2:
        found.append(_Manner("cuts_in", f"{times}次打断坐席", "overlap"))
    return found


def _cuts_in(voice: VoiceMeasured, state: CallState) -> bool:
    """Whether the customer began to speak while the agent was speaking, and both went on."""
    mine = next((spoken.span for spoken in state.spoken if spoken.utterance == voice.utterance), None)
    if mine is None or voice.overlap < _CUT_IN:
        return False
    others = (spoken.span for spoken in state.spoken if spoken.channel is Channel.AGENT)
    return any(span.start < mine.start and span.overlap(mine) >= _CUT_IN for span in others)


def _rate(said: Iterable[Transcript]) -> float | None:
    lengths = ((len(normal_text(text.text).characters), len(text.span) / RATE) for text in said)
    rates = [count / seconds for count, seconds in lengths if count >= _CHARACTERS and seconds > 0]
    return median(rates) if len(rates) >= 2 else None


def _evidence(
    label: str,
    answers: Sequence[Answer | None],
    counted: Sequence[tuple[int, Found]],
    said: Sequence[Transcript],
    manners: Iterable[_Manner],
) -> tuple[Evidence, ...]:
    """What speaks for the label: words with a reason of their own, telling sentences, and the voice; the latest first."""
    told = {
        place: one.entry.why or f"客户说“{one.hit.matched}”"
        for place, one in counted
        if one.entry.label == label and one.weight > 0
    }
    for place, answer in enumerate(answers):
        if place not in told and answer is not None and answer.get(label, 0.0) >= _TELLING:
            told[place] = f"客户说“{said[place].text[:_QUOTED]}”"
    words = [Evidence(why=told[place], utterance=said[place].utterance) for place in sorted(told, reverse=True)]
    shown = list({one.why: one for one in words}.values())[:_SHOWN]
    voice = [Evidence(why=one.why, measure=one.measure) for one in manners if _VOICE[one.kind].get(label, 0.0) > 0]
    return (*shown, *voice)
