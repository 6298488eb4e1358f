"""How a customer feels: the words say it, a raised voice makes it firmer; loudness alone decides nothing."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.phrases import normal_text
from classifiers.signalled import signalled
from classifiers.trained import Answer, Trained, best
from classifiers.weights import Weight, quoted, score_of, weighted_words

ENOUGH = 1.0
_ROUSED = ("upset", "angry")
_TELLING = 6  # characters; shorter answers do not show that a feeling has passed
_ALONE, _BACKED = 0.55, 0.2  # probability of a feeling that no listed word shows, and of one that some do
_RAISED_DB = 4.0  # against this side's usual level: a voice that is raised
_RAISED = 1.5  # times likelier is a feeling that the words half show when the voice is raised too
_LEANING = 0.5  # score of a calm that is only concluded from the absence of anything else


class Emotions:
    """Upset or angry when the words say so; calm only when it follows one of them."""

    name = "emotion"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None) -> None:
        self._words = weighted_words(lexicon.emotions)
        self._trained = trained or Trained()

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        raised = _raised(transcript, state)
        answer = self._trained.ask("emotion", transcript.text)
        weights = {weight.label: weight for weight in self._words.weigh(transcript.text)}
        roused = _roused(weights) if answer is None else self._felt(answer, weights, transcript.text, raised)
        if roused is not None:
            label, score, why = roused
            yield _judgement(label, score, why, transcript, raised)
        elif state.latest("emotion") in _ROUSED:
            calm = weights.get("calm")
            if calm is not None and calm.total >= ENOUGH:
                yield _judgement("calm", score_of(calm.total), f"客户说{calm.why}", transcript)
            elif self._quiet(transcript.text) and self._quiet(_said_before(transcript, state)):
                yield _judgement("calm", _LEANING, "客户连着两句都没有不满的话", transcript)

    def _felt(
        self, answer: Answer, weights: dict[str, Weight], text: str, raised: float | None
    ) -> tuple[str, float, str] | None:
        likely = {label: p * (_RAISED if raised and label in _ROUSED else 1.0) for label, p in answer.items()}
        whole = sum(likely.values())
        roused = 1 - likely["calm"] / whole
        listed = _roused(weights)
        if roused < (_BACKED if listed is not None else _ALONE):
            return None
        label, p = best({label: likely[label] / whole for label in _ROUSED})
        words = weights.get(label) or next((weights[other] for other in _ROUSED if other in weights), None)
        return label, round(min(p, 1.0), 3), f"客户说{(words and words.why) or quoted(text)}"

    def _quiet(self, text: str) -> bool:
        return len(normal_text(text).characters) >= _TELLING and not any(
            weight.label in _ROUSED for weight in self._words.weigh(text)
        )


def _roused(weights: dict[str, Weight]) -> tuple[str, float, str] | None:
    """Anger needs words of its own; discontent and traces of anger together make it upset."""
    angry, upset = weights.get("angry"), weights.get("upset")
    if angry is not None and angry.total >= ENOUGH:
        return "angry", score_of(angry.total), f"客户说{angry.why}"
    both = [weight for weight in (upset, angry) if weight is not None]
    together = sum(weight.total for weight in both)
    if together < ENOUGH:
        return None
    return "upset", score_of(together), "客户说" + "、".join(weight.why for weight in both if weight.why)


def _said_before(transcript: Transcript, state: CallState) -> str:
    earlier = (
        final.text
        for final in reversed(state.finals)
        if final.channel is Channel.CUSTOMER and final.utterance != transcript.utterance
    )
    return next(earlier, "")


def _raised(transcript: Transcript, state: CallState) -> float | None:
    """By how many decibels the voice is raised, when it is."""
    voice = state.voice(transcript.utterance)
    louder = voice.relative_db if voice is not None else None
    return louder if louder is not None and louder >= _RAISED_DB else None


def _judgement(label: str, score: float, why: str, transcript: Transcript, raised: float | None = None) -> Judgement:
    evidence = [Evidence(why=why, utterance=transcript.utterance)]
    if raised is not None and label in _ROUSED:
        evidence.append(Evidence(why=f"声音比平时高{raised:.0f}分贝", measure="relative_db"))
    return signalled(transcript, "emotion", label, score, *evidence)
