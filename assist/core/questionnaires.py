"""Questionnaires of call-backs: questions, how their answers are recognised, and which question follows. Data only."""

from dataclasses import dataclass

from assist.core.lexicon import Phrases


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question; `then` is the question it leads to, None ends the questionnaire."""

    id: str
    title: str
    phrases: Phrases
    then: str | None = None
    result: str | None = None  # what it counts as: satisfied, dissatisfied, would_recommend, …


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the line to ask, the agent's words that show that it was asked, its answers.

    `then` is the question that follows when no answer was understood; None ends the questionnaire.
    """

    id: str
    title: str
    ask: str
    asked: Phrases
    options: tuple[Option, ...]
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The questions of one kind of call-back, beginning with the first."""

    id: str
    sources: tuple[str, ...]
    title: str
    scenes: tuple[str, ...]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        """Raises `KeyError` never: ids are checked when the playbook is read."""
        return next(question for question in self.questions if question.id == question_id)
