"""How an agent answers a feeling, in five levels of empathy, and what kind of question an agent asks: for trainers."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.state import CallState
from classifiers.signalled import signalled
from classifiers.trained import Trained, best

_ROUSED = ("upset", "angry")
_LEVELS = {
    "0": "没有回应客户的情绪",
    "1": "只是追问或劝客户消气",
    "2": "说到了事情，没有说到感受",
    "3": "说到了感受",
    "4": "说到了感受和原因",
    "5": "说到了感受、原因和背后在意的事",
}


class Empathy:
    """The level (0 to 5) of the first answer to a customer who has just shown a feeling."""

    name = "empathy"

    def __init__(self, trained: Trained) -> None:
        self._trained = trained

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT or not _answers_a_feeling(transcript, state):
            return
        answer = self._trained.ask("empathy", transcript.text)
        if answer is None:
            return
        level, p = best(answer)
        why = Evidence(why=_LEVELS[level], utterance=transcript.utterance)
        yield signalled(transcript, "empathy", level, round(p, 3), why)


class Questions:
    """Which of the seven kinds of question an agent's sentence asks."""

    name = "question"

    def __init__(self, trained: Trained) -> None:
        self._trained = trained

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return
        answer = self._trained.ask("question", transcript.text)
        question = None if answer is None else self._trained.likeliest("question", answer, "none")
        if question is None:
            return
        kind, p = question
        why = Evidence(why=f"坐席问“{transcript.text[-24:]}”", utterance=transcript.utterance)
        yield signalled(transcript, "question", kind, round(p, 3), why)


def _answers_a_feeling(transcript: Transcript, state: CallState) -> bool:
    """Whether the text before this one is the customer's and shows a feeling."""
    before = [text for text in state.finals if text.utterance != transcript.utterance]
    if not before or before[-1].channel is not Channel.CUSTOMER:
        return False
    return any(state.signalled(before[-1].utterance, "emotion", feeling) for feeling in _ROUSED)
