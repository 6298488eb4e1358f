"""How a customer feels, as far as words show it; loudness alone decides nothing."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.phrases import normal_text
from classifiers.weights import Weight, WeightedWords, score_of

ENOUGH = 1.0
_ROUSED = ("upset", "angry")
_TELLING = 6  # characters; shorter answers do not show that a feeling has passed
_LEANING = 0.5  # score of a calm that is only concluded from the absence of anything else


class Emotions:
    """Upset or angry when the words say so; calm only when it follows one of them."""

    name = "emotion"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.emotions)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        weights = {weight.label: weight for weight in self._words.weigh(transcript.text)}
        roused = _roused(weights)
        if roused is not None:
            label, weight, why = roused
            yield _judgement(label, score_of(weight), why, transcript)
        elif state.latest("emotion") in _ROUSED:
            calm = weights.get("calm")
            if calm is not None and calm.total >= ENOUGH:
                yield _judgement("calm", score_of(calm.total), f"客户说{calm.why}", transcript)
            elif self._quiet(transcript.text) and self._quiet(_said_before(transcript, state)):
                yield _judgement("calm", _LEANING, "客户连着两句都没有不满的话", transcript)

    def _quiet(self, text: str) -> bool:
        return len(normal_text(text).characters) >= _TELLING and not any(
            weight.label in _ROUSED for weight in self._words.weigh(text)
        )


def _roused(weights: dict[str, Weight]) -> tuple[str, float, str] | None:
    """Anger needs words of its own; discontent and traces of anger together make it upset."""
    angry, upset = weights.get("angry"), weights.get("upset")
    if angry is not None and angry.total >= ENOUGH:
        return "angry", angry.total, f"客户说{angry.why}"
    both = [weight for weight in (upset, angry) if weight is not None]
    together = sum(weight.total for weight in both)
    if together < ENOUGH:
        return None
    return "upset", together, "客户说" + "、".join(weight.why for weight in both if weight.why)


def _said_before(transcript: Transcript, state: CallState) -> str:
    earlier = (
        final.text
        for final in reversed(state.finals)
        if final.channel is Channel.CUSTOMER and final.utterance != transcript.utterance
    )
    return next(earlier, "")


def _judgement(label: str, score: float, why: str, transcript: Transcript) -> Judgement:
    evidence = Evidence(why=why, utterance=transcript.utterance)
    return Judgement(
        Signal(signal="emotion", label=label, score=score, utterance=transcript.utterance, evidence=(evidence,))
    )
