"""What a sentence does where a rule needs to know: asks to wait, apologises, pitches; refuses, says goodbye."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.lexicon import Weighted
from assist.core.state import CallState
from classifiers.signalled import signalled
from classifiers.weights import WeightedWords, score_of

ENOUGH = 1.0


_WHO = {Channel.AGENT: "坐席", Channel.CUSTOMER: "客户"}


class Spoken:
    """One word list over the words of one side, as one kind of signal."""

    def __init__(self, signal: str, words: Iterable[Weighted], channel: Channel = Channel.AGENT) -> None:
        self.name = signal
        self._words = WeightedWords(words)
        self._channel = channel

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not self._channel:
            return
        for weight in self._words.weigh(transcript.text):
            if weight.total >= ENOUGH:
                why = Evidence(why=f"{_WHO[self._channel]}说{weight.why}", utterance=transcript.utterance)
                yield signalled(transcript, self.name, weight.label, score_of(weight.total), why)
