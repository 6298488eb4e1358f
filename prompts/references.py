"""Everything in the files of a playbook that names something else, and whether that is there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assist.core.customer import SLOTS
from assist.core.wording import slots
from prompts.known import Known
from prompts.pages import Page, Pages, texts
from prompts.schema_faults import Where

_GROUP_OF_LIST = {
    "objection_topics": "objection topic",
    "objection_kinds": "objection kind",
    "objection_handling": "objection handling",
    "intents": "intent",
    "emotions": "emotion",
    "customer_types": "customer type",
}


@dataclass(frozen=True, slots=True)
class Name:
    """An id, where it stands, what it should be, and those there are of that."""

    where: Where
    value: str
    what: str
    known: Collection[str]

    def under(self, *outer: str | int) -> "Name":
        """The same, seen from further out."""
        return replace(self, where=(*outer, *self.where))


def check_names(pages: Pages, known: Known) -> None:
    """Raises `PlaybookError` at the first name of something that is not there."""
    for page, name in _names(pages, known):
        if name.value not in name.known:
            message = f"{name.value!r} is not a known {name.what}; known: {', '.join(sorted(name.known)) or 'none'}"
            raise page.lines.error(name.where, f"playbook.unknown_{name.what.replace(' ', '_')}", message)


def _names(pages: Pages, known: Known) -> Iterator[tuple[Page, Name]]:
    for page in pages.models:
        yield from ((page, name) for name in _in_model(page.data, known))
    for page in pages.scenes:
        yield from ((page, name) for name in _in_scene(page.data, known))
    yield from ((pages.root, name) for name in _in_root(pages.root.data, known))
    for page in pages.cues:
        yield from ((page, name.under(i)) for i, entry in enumerate(page.data) for name in _in_entry(entry, known))
    for page in (*pages.cards, *pages.preparation):
        yield from ((page, name.under(i)) for i, item in enumerate(page.data) for name in _in_item(item, known))
    for page in pages.questionnaires:
        yield from ((page, name) for name in _in_questionnaire(page.data, known))
    for page in pages.rehearsals:
        yield from ((page, name) for name in _in_rehearsal(page.data, known))
    for page in pages.examples:
        yield from ((page, name) for name in _in_examples(page.data, known))
    for page in pages.lexicons:
        yield from ((page, name) for name in _in_lexicon(page.data, known))
    for page in (*pages.cues, *pages.cards, *pages.preparation, *pages.questionnaires):
        yield from (
            (page, Name(where, slot, "slot", SLOTS)) for where, text in texts(page.data) for slot in slots(text)
        )


def _list(where: Where, values: Iterable[str], what: str, known: Collection[str]) -> Iterator[Name]:
    return (Name((*where, i), value, what, known) for i, value in enumerate(values))


def _in_root(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield Name(("fallback_model",), data["fallback_model"], "model", known.stages_of)
    yield Name(("default_scene",), data["default_scene"], "scene", known.scenes)
    yield from _customer_types(("advice",), data.get("advice", {}), known)


def _sources(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    source = data["source"]
    if isinstance(source, str):
        yield Name(("source",), source, "row", known.rows)
    else:
        yield from _list(("source",), source, "row", known.rows)


def _customer_types(where: Where, types: Iterable[str], known: Known) -> Iterator[Name]:
    """Customer types that are keys."""
    return (Name((*where, one), one, "customer type", known.labels["customer_types"]) for one in types)


def _in_model(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield from _sources(data, known)
    own = known.stages_of[data["id"]]
    for i, stage in enumerate(data["stages"]):
        yield Name(("stages", i, "id"), stage["id"], "stage", known.labels["stages"])
        yield from _list(("stages", i, "after"), stage.get("after", ()), "stage", own)
        for j, step in enumerate(stage.get("steps", ())):
            if "missed" in step:
                where: Where = ("stages", i, "steps", j, "missed")
                yield Name(where, step["missed"], "behaviour", known.labels["behaviours"])


def _in_scene(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield from _sources(data, known)
    yield Name(("id",), data["id"], "scene", known.labels["scenes"])
    yield Name(("model",), data["model"], "model", known.stages_of)
    for stage in data["stages"]:
        yield Name(("stages", stage), stage, "stage", known.stages_of.get(data["model"], ()))


def _in_item(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    """A card or an item of the preparation list."""
    yield from _sources(data, known)
    yield from _list(("scenes",), data.get("scenes", ()), "scene", known.scenes)


def _in_entry(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield from _sources(data, known)
    scope, wanted, types = data.get("scope", {}), data.get("only_if", {}), known.labels["customer_types"]
    yield from _list(("scope", "scenes"), scope.get("scenes", ()), "scene", known.scenes)
    yield from _list(("scope", "stages"), scope.get("stages", ()), "stage", known.stages)
    yield from _list(("scope", "customer_types"), scope.get("customer_types", ()), "customer type", types)
    yield from _customer_types(("say_for",), data.get("say_for", ()), known)
    yield from _list(("done_when",), data.get("done_when", ()), "step", known.steps)
    if "opens" in data:
        yield Name(("opens",), data["opens"], "card", known.cards)
    for key in ("done", "not_done"):
        yield from _list(("only_if", key), wanted.get(key, ()), "step", known.steps)
    for key in ("been_in", "not_been_in"):
        yield from _list(("only_if", key), wanted.get(key, ()), "stage", known.stages)
    yield from _list(("only_if", "facts"), wanted.get("facts", ()), "slot", SLOTS)
    for i, trigger in enumerate(data["when"]):
        yield from (name.under("when", i) for name in _in_trigger(trigger, known))


def _in_trigger(trigger: Mapping[str, Any], known: Known) -> Iterator[Name]:
    ((kind, body),) = trigger.items()
    labels = known.labels
    match kind:
        case "sequence" | "lacking":
            for part in ("first", "then"):
                yield from (name.under(kind, part) for name in _in_trigger(body[part], known))
        case "forbidden":
            yield from _list((kind,), body, "forbidden category", labels["forbidden_categories"])
        case "behaviour":
            yield from _list((kind,), body, "behaviour", labels["behaviours"])
        case "stage":
            yield from _list((kind,), body, "stage", known.stages)
        case "type":
            yield from _list((kind,), body, "customer type", labels["customer_types"])
        case "objection":
            topics = labels["objection_topics"]
            yield from _list((kind, "topics"), body.get("topics", ()), "objection topic", topics)
        case "signal":
            ids = {"emotion": labels["emotions"], "intent": labels["intents"], "step": known.steps}[body["name"]]
            yield from _list((kind, "labels"), body["labels"], body["name"], ids)
        case "missing":
            yield Name((kind, "step"), body["step"], "step", known.steps)
            yield from _list((kind, "at"), body["at"], "stage", known.stages)
        case "staying":
            yield Name((kind, "stage"), body["stage"], "stage", known.stages)
            if "step" in body:
                yield Name((kind, "step"), body["step"], "step", known.steps)


def _in_questionnaire(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield from _in_item(data, known)
    questions = [question["id"] for question in data["questions"]]
    for i, question in enumerate(data["questions"]):
        leading: list[tuple[Where, str | None]] = [(("questions", i, "then"), question["then"])]
        for j, answer in enumerate(question["answers"]):
            leading.append((("questions", i, "answers", j, "then"), answer.get("then")))
        yield from (Name(where, then, "question", questions) for where, then in leading if then is not None)


def _in_rehearsal(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    yield from _sources(data, known)
    yield Name(("scene",), data["scene"], "scene", known.scenes)
    yield Name(("customer_type",), data["customer_type"], "customer type", known.labels["customer_types"])
    yield from _list(("goals",), data["goals"], "step", known.steps)
    yield from _list(("watch",), data.get("watch", ()), "behaviour", known.labels["behaviours"])
    for i, objection in enumerate(data.get("objections", ())):
        topics = known.labels["objection_topics"]
        yield Name(("objections", i, "topic"), objection["topic"], "objection topic", topics)


def _in_examples(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    for category, those in data.items():
        yield Name((category,), category, "forbidden category", known.labels["forbidden_categories"])
        yield from (name.under(category) for name in _sources(those, known))


def _in_lexicon(data: Mapping[str, Any], known: Known) -> Iterator[Name]:
    categories = known.labels["forbidden_categories"]
    for i, item in enumerate(data.get("forbidden", ())):
        yield Name(("forbidden", i, "category"), item["category"], "forbidden category", categories)
    for group, what in _GROUP_OF_LIST.items():
        for i, item in enumerate(data.get(group, ())):
            yield Name((group, i, "label"), item["label"], what, known.labels[group])
