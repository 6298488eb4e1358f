"""When the agent asks the customer to wait, and when the agent is back."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.playbook import Lexicon
from assist.core.state import CallState
from classifiers.weights import WeightedWords, score_of

ENOUGH = 1.0


class Hold:
    """Announced or resumed, from the agent's words."""

    name = "hold"

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = WeightedWords(lexicon.hold)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return
        for weight in self._words.weigh(transcript.text):
            if weight.total >= ENOUGH:
                why = Evidence(why=f"坐席说{weight.why}", utterance=transcript.utterance)
                yield Judgement(
                    Signal(
                        signal="hold",
                        label=weight.label,
                        score=score_of(weight.total),
                        utterance=transcript.utterance,
                        evidence=(why,),
                    )
                )
