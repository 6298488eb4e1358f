"""Follows the questionnaire of a call-back: which question comes next, and what the customer has answered so far.

All of it is read from the state. The questionnaire opens when the customer has been asked whether it suits, or when the call
goes on without that; what is asked and answered before counts, but nothing is due yet. The agent may ask in any order.
"""

from collections.abc import Iterable, Iterator

from assist.core.events import CallEvent, QuestionAnswered, QuestionDue, SceneChanged, Signal, Signalled, StageEntered
from assist.core.playbook import Playbook
from assist.core.questionnaires import Option, Question, Questionnaire
from assist.core.state import CallState

_PERMISSION = "greeting.permission"
_NOTHING_TO_ASK = ("prepare", "greeting", "closing")


class Asking:
    """Says which question is the next one to ask, and what was answered."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        questionnaire = questionnaire_for(self._playbook, state.scene)
        if questionnaire is None:
            return
        match event:
            case Signalled(signal=Signal(signal="asked", label=label)):
                yield from _asked(label, questionnaire, state)
            case Signalled(signal=Signal(signal="answer") as signal):
                yield from _answered(signal, questionnaire, state)
            case Signalled(signal=Signal(signal="step")) | StageEntered() | SceneChanged() | QuestionAnswered():
                yield from self._go_on(questionnaire, state)
            case _:
                pass

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _go_on(self, questionnaire: Questionnaire, state: CallState) -> Iterator[CallEvent]:
        """The next question, unless it is too early, over, or an answer is still waited for."""
        if self._open(state) and current_question(questionnaire, state) is None:
            question = _next(questionnaire, state)
            if question is not None:
                yield QuestionDue(at=state.at, questionnaire=questionnaire.id, question=question)

    def _open(self, state: CallState) -> bool:
        """Whether the greeting is over: an objection that comes in between is not the matter, and a farewell is too late."""
        if _PERMISSION in state.steps_done:
            return True
        stages = (self._playbook.models[entered.model].stage(entered.stage) for entered in state.stages)
        return any(stage is not None and not stage.interlude and stage.id not in _NOTHING_TO_ASK for stage in stages)


def questionnaire_for(playbook: Playbook, scene: str | None) -> Questionnaire | None:
    """The questionnaire of a scene, None when it has none."""
    return next((one for one in playbook.questionnaires if scene in one.scenes), None)


def current_question(questionnaire: Questionnaire, state: CallState) -> Question | None:
    """The question whose answer is waited for; None while none has been due, and once it has been answered."""
    due = state.question
    if due is None or due.questionnaire != questionnaire.id:
        return None
    given = given_answers(questionnaire, state).get(due.question)
    return questionnaire.question(due.question) if given is None or given.at < due.at else None


def given_answers(questionnaire: Questionnaire, state: CallState) -> dict[str, QuestionAnswered]:
    """The last answer to each question."""
    return {given.question: given for given in state.answers if given.questionnaire == questionnaire.id}


def _asked(label: str, questionnaire: Questionnaire, state: CallState) -> Iterator[QuestionDue]:
    """The agent asked: that question is the one now, also when it had been answered."""
    current = current_question(questionnaire, state)
    for question in questionnaire.questions:
        if label == f"{questionnaire.id}.{question.id}" and question is not current:
            yield QuestionDue(at=state.at, questionnaire=questionnaire.id, question=question.id, asked=True)


def _answered(signal: Signal, questionnaire: Questionnaire, state: CallState) -> Iterator[QuestionAnswered]:
    question = current_question(questionnaire, state)
    if question is None:
        return
    for option in question.options:
        if signal.label == f"{questionnaire.id}.{question.id}.{option.id}":
            yield QuestionAnswered(
                at=state.at,
                questionnaire=questionnaire.id,
                question=question.id,
                answer=option.id,
                result=option.result,
                utterance=signal.utterance or "",
                evidence=signal.evidence,
            )


def _next(questionnaire: Questionnaire, state: CallState) -> str | None:
    """What follows the last answer, or the first question; past questions that were answered out of turn."""
    given = given_answers(questionnaire, state)
    last = next((one for one in reversed(state.answers) if one.questionnaire == questionnaire.id), None)
    question = questionnaire.questions[0].id if last is None else _chosen(questionnaire, last).then
    passed: set[str] = set()
    while question in given and question not in passed:
        passed.add(question)
        question = _chosen(questionnaire, given[question]).then
    return None if question in passed else question


def _chosen(questionnaire: Questionnaire, given: QuestionAnswered) -> Option:
    """The option behind an answer."""
    options = questionnaire.question(given.question).options
    return next(option for option in options if option.id == given.answer)
