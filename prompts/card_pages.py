"""Cards, preparation, questionnaires, rehearsals and examples of a playbook."""

from collections.abc import Mapping
from typing import Any

from assist.core.cards import Card, CardStep, PreparationItem, Rehearsal
from assist.core.playbook import ForbiddenExamples
from assist.core.questionnaires import Option, Question, Questionnaire
from prompts.entries import months, phrases, sources


def card(data: Mapping[str, Any]) -> Card:
    """A checked card."""
    steps = tuple(CardStep(step["title"], step.get("say", "")) for step in data["steps"])
    return Card(data["id"], sources(data["source"]), data["title"], data["when"], steps, tuple(data.get("never", ())))


def preparation_item(data: Mapping[str, Any]) -> PreparationItem:
    """A checked item of the preparation list."""
    return PreparationItem(
        data["id"],
        sources(data["source"]),
        data["title"],
        data["text"],
        tuple(data.get("scenes", ())),
        months(data.get("months")),
    )


def questionnaire(data: Mapping[str, Any]) -> Questionnaire:
    """A checked questionnaire."""
    questions = tuple(_question(question) for question in data["questions"])
    return Questionnaire(data["id"], sources(data["source"]), data["title"], tuple(data["scenes"]), questions)


def rehearsal(data: Mapping[str, Any]) -> Rehearsal:
    """A checked situation to rehearse."""
    return Rehearsal(
        id=data["id"],
        sources=sources(data["source"]),
        scene=data["scene"],
        title=data["title"],
        background=data["background"],
        customer_type=data["customer_type"],
        opening=data["opening"],
        facts=data.get("facts", {}),
        objections=tuple((item["topic"], item["kind"]) for item in data.get("objections", ())),
        goals=tuple(data["goals"]),
        watch=tuple(data.get("watch", ())),
        discuss=tuple(data.get("discuss", ())),
    )


def forbidden_examples(data: Mapping[str, Any]) -> ForbiddenExamples:
    """Sentences of one category."""
    return ForbiddenExamples(sources(data["source"]), tuple(data["said"]), tuple(data["harmless"]))


def _question(data: Mapping[str, Any]) -> Question:
    options = tuple(
        Option(
            answer["id"],
            answer["title"],
            phrases(answer),
            answer.get("then", data["then"]),
            answer.get("result"),
        )
        for answer in data["answers"]
    )
    return Question(data["id"], data["title"], data["ask"], phrases(data, "asked"), options, data["then"])
