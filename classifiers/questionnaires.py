"""What of a questionnaire was asked by the agent, and what the customer answered to the question at hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from assist.core.asking import current_question, given_answers, questionnaire_for
from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.playbook import Playbook
from assist.core.questionnaires import Question, Questionnaire
from assist.core.state import CallState
from classifiers.phrases import Hit, PhraseSet
from classifiers.signalled import signalled

# Characters of an answer to a question that was not heard being asked; 对 and 是的 may mean anything.
_SPEAKS_FOR_ITSELF = 3


@dataclass(frozen=True, slots=True)
class _Heard:
    label: str
    hit: Hit
    order: tuple[float, ...]  # best first


class Questionnaires:
    """Listens for the questionnaire of the call's scene."""

    name = "questionnaires"

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._asked = {
            (questionnaire.id, question.id): PhraseSet(question.asked)
            for questionnaire in playbook.questionnaires
            for question in questionnaire.questions
        }
        self._answers = {
            (questionnaire.id, question.id, option.id): PhraseSet(option.phrases)
            for questionnaire in playbook.questionnaires
            for question in questionnaire.questions
            for option in question.options
        }

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        questionnaire = questionnaire_for(self._playbook, state.scene)
        if questionnaire is None:
            return
        current = current_question(questionnaire, state)
        if transcript.channel is Channel.AGENT:
            for heard in self._questions(transcript.text, questionnaire, current, state):
                yield _judgement("asked", heard, transcript)
        elif current is not None:
            best = self._answer(transcript.text, questionnaire, current, state)
            if best is not None:
                yield _judgement("answer", best, transcript)

    def _questions(
        self, text: str, questionnaire: Questionnaire, current: Question | None, state: CallState
    ) -> list[_Heard]:
        """Each question asked, in the order of the text; of two in the same words the likelier one."""
        answered = given_answers(questionnaire, state)
        found: list[_Heard] = []
        for question in questionnaire.questions:
            hit = self._asked[questionnaire.id, question.id].find(text)
            if hit is not None:
                likely = (question is not current, question.id in answered)
                label = f"{questionnaire.id}.{question.id}"
                found.append(_Heard(label, hit, (*_closeness(hit), *likely)))
        apart: list[_Heard] = []
        for heard in sorted(found, key=lambda heard: heard.order):
            if all(heard.hit.end <= other.hit.start or other.hit.end <= heard.hit.start for other in apart):
                apart.append(heard)
        return sorted(apart, key=lambda heard: heard.hit.start)

    def _answer(self, text: str, questionnaire: Questionnaire, question: Question, state: CallState) -> _Heard | None:
        """The option that was heard best; on equal the first listed."""
        label = f"{questionnaire.id}.{question.id}"
        least = 1 if _was_asked(label, state) else _SPEAKS_FOR_ITSELF
        found: list[_Heard] = []
        for option in question.options:
            hit = self._answers[questionnaire.id, question.id, option.id].find(text)
            if hit is not None and hit.end - hit.start >= least:
                found.append(_Heard(f"{label}.{option.id}", hit, _closeness(hit)))
        return min(found, key=lambda heard: heard.order, default=None)


def _closeness(hit: Hit) -> tuple[float, float]:
    return -hit.score, float(hit.start - hit.end)


def _was_asked(label: str, state: CallState) -> bool:
    return any(heard.signal.signal == "asked" and heard.signal.label == label for heard in state.signals)


def _judgement(signal: str, heard: _Heard, transcript: Transcript) -> Judgement:
    why = Evidence(why=f"听到“{heard.hit.matched}”", utterance=transcript.utterance)
    return signalled(transcript, signal, heard.label, heard.hit.score, why)
