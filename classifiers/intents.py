"""What a customer wants of the call, from the words of one sentence."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.signalled import signalled
from classifiers.trained import Trained
from classifiers.weights import score_of, weighted_words

ENOUGH = 1.0
_REPROACH = {"upset": 0.9, "angry": 1.0}  # what a feeling adds to a complaint; anger makes one by itself


class Intents:
    """The heaviest intent; nothing where the customer only answers, agrees or tells."""

    name = "intent"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None) -> None:
        self._trained = trained or Trained()
        self._words = weighted_words(lexicon.intents)
        self._emotions = weighted_words(lexicon.emotions)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        wish = self._wished(transcript.text)
        if wish is None:
            return
        label, score, words = wish
        why = Evidence(why=f"客户说{words}", utterance=transcript.utterance)
        yield signalled(transcript, "intent", label, score, why)

    def _wished(self, text: str) -> tuple[str, float, str] | None:
        answer = self._trained.ask("intent", text)
        if answer is None:
            found = self._heaviest(text)
            return None if found is None else (found[0], score_of(found[1]), found[2])
        wish = self._trained.likeliest("intent", answer)
        return None if wish is None else (wish[0], round(wish[1], 3), self._words.why(text, wish[0]))

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
