"""What a customer wants of the call, from the words of one sentence."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.weights import WeightedWords, score_of

ENOUGH = 1.0
_REPROACH = {"upset": 0.9, "angry": 1.0}  # what a feeling adds to a complaint; anger makes one by itself


class Intents:
    """The heaviest intent; nothing where the customer only answers, agrees or tells."""

    name = "intent"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.intents)
        self._emotions = WeightedWords(lexicon.emotions)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        best = self._heaviest(transcript.text)
        if best is None:
            return
        label, weight, words = best
        why = Evidence(why=f"客户说{words}", utterance=transcript.utterance)
        yield Judgement(
            Signal(
                signal="intent",
                label=label,
                score=score_of(weight),
                utterance=transcript.utterance,
                evidence=(why,),
            )
        )

    def _heaviest(self, text: str) -> tuple[str, float, str] | None:
        wishes = {weight.label: (weight.total, weight.why) for weight in self._words.weigh(text)}
        for feeling in self._emotions.weigh(text):
            if feeling.label in _REPROACH and feeling.total >= ENOUGH:
                weight, words = wishes.get("complain", (0.0, feeling.why))
                wishes["complain"] = (weight + _REPROACH[feeling.label], words)
                break
        label = max(wishes, key=lambda wish: wishes[wish][0], default="")
        weight, words = wishes.get(label, (0.0, ""))
        return (label, weight, words) if weight >= ENOUGH else None
