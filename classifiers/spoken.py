"""What an agent's sentence does where a rule needs to know: asks to wait, is back, apologises."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.lexicon import Weighted
from assist.core.state import CallState
from classifiers.weights import WeightedWords, score_of

ENOUGH = 1.0


class Spoken:
    """One word list over the agent's words, as one kind of signal."""

    def __init__(self, signal: str, words: Iterable[Weighted]) -> None:
        self.name = signal
        self._words = WeightedWords(words)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return
        for weight in self._words.weigh(transcript.text):
            if weight.total >= ENOUGH:
                why = Evidence(why=f"坐席说{weight.why}", utterance=transcript.utterance)
                yield Judgement(
                    Signal(
                        signal=self.name,
                        label=weight.label,
                        score=score_of(weight.total),
                        utterance=transcript.utterance,
                        evidence=(why,),
                    )
                )
