"""What a customer wants of the call, from the words of one sentence."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.playbook import Lexicon
from assist.core.state import CallState
from classifiers.weights import WeightedWords, score_of

ENOUGH = 1.0


class Intents:
    """The heaviest intent; nothing where the customer only answers, agrees or tells."""

    name = "intent"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.intents)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        best = next(iter(self._words.weigh(transcript.text)), None)
        if best is None or best.total < ENOUGH:
            return
        why = Evidence(why=f"客户说{best.why}", utterance=transcript.utterance)
        yield Judgement(
            Signal(
                signal="intent",
                label=best.label,
                score=score_of(best.total),
                utterance=transcript.utterance,
                evidence=(why,),
            )
        )
