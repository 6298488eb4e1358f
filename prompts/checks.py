"""What a schema cannot say: that every id a playbook names exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompts.loader import Page

Path = tuple[str | int, ...]
Labels = Mapping[str, Mapping[str, str]]

_GROUP_OF_LIST = {
    "objection_topics": "objection_topics",
    "objection_kinds": "objection_kinds",
    "objection_handling": "objection_handling",
    "intents": "intents",
    "emotions": "emotions",
    "customer_types": "customer_types",
}


def check_references(
    root: Page,
    models: Sequence[Page],
    scenes: Sequence[Page],
    cues: Sequence[Page],
    lexicons: Sequence[Page],
    labels: Labels,
) -> None:
    """Raises `PlaybookError` at the first id that is unknown or stands twice."""
    _unique(models, "model")
    _unique(scenes, "scene")
    stages = {page.data["id"]: {stage["id"] for stage in page.data["stages"]} for page in models}
    steps = {
        f"{stage['id']}.{step['id']}"
        for page in models
        for stage in page.data["stages"]
        for step in stage.get("steps", ())
    }
    for page in models:
        for i, stage in enumerate(page.data["stages"]):
            _known(page, ("stages", i, "id"), stage["id"], labels["stages"], "stage")
            for j, earlier in enumerate(stage.get("after", ())):
                _known(page, ("stages", i, "after", j), earlier, stages[page.data["id"]], "stage of this model")
            for j, step in enumerate(stage.get("steps", ())):
                if "missed" in step:
                    _known(page, ("stages", i, "steps", j, "missed"), step["missed"], labels["behaviours"], "behaviour")
    for page in scenes:
        _known(page, ("id",), page.data["id"], labels["scenes"], "scene")
        _known(page, ("model",), page.data["model"], stages, "model")
        for stage in page.data["stages"]:
            _known(page, ("stages", stage), stage, stages[page.data["model"]], f"stage of {page.data['model']}")
    _known(root, ("fallback_model",), root.data["fallback_model"], stages, "model")
    _known(root, ("default_scene",), root.data["default_scene"], [p.data["id"] for p in scenes], "scene")
    for kind in root.data.get("advice", {}):
        _known(root, ("advice", kind), kind, labels["customer_types"], "customer type")
    _check_cues(cues, [p.data["id"] for p in scenes], set().union(*stages.values()), steps, labels)
    for page in lexicons:
        for i, item in enumerate(page.data.get("forbidden", ())):
            _known(
                page,
                ("forbidden", i, "category"),
                item["category"],
                labels["forbidden_categories"],
                "forbidden category",
            )
        for name, group in _GROUP_OF_LIST.items():
            for i, item in enumerate(page.data.get(name, ())):
                _known(page, (name, i, "label"), item["label"], labels[group], group)


def _check_cues(pages: Sequence[Page], scenes: list[str], stages: set[str], steps: set[str], labels: Labels) -> None:
    seen: dict[str, str] = {}
    for page in pages:
        for i, entry in enumerate(page.data):
            if entry["id"] in seen:
                raise page.lines.error(
                    (i, "id"),
                    "playbook.duplicate_id",
                    f"{entry['id']!r} is already the id of an entry in {seen[entry['id']]}",
                )
            seen[entry["id"]] = page.lines.file.name
            for path, value, known, what in _named(entry, scenes, stages, steps, labels):
                _known(page, (i, *path), value, known, what)


def _named(
    entry: Mapping[str, Any], scenes: list[str], stages: set[str], steps: set[str], labels: Labels
) -> Iterator[tuple[Path, str, Iterable[str], str]]:
    scope = entry.get("scope", {})
    groups = {"scenes": scenes, "stages": stages, "customer_types": labels["customer_types"]}
    for name, ids in scope.items():
        for j, value in enumerate(ids):
            yield ("scope", name, j), value, groups[name], name
    for j, value in enumerate(entry.get("done_when", ())):
        yield ("done_when", j), value, steps, "step"
    lists: Mapping[str, tuple[Iterable[str], str]] = {
        "forbidden": (labels["forbidden_categories"], "forbidden category"),
        "behaviour": (labels["behaviours"], "behaviour"),
        "stage": (stages, "stage"),
    }
    for j, trigger in enumerate(entry["when"]):
        ((name, body),) = trigger.items()
        where: Path = ("when", j, name)
        if name in lists:
            for k, value in enumerate(body):
                yield (*where, k), value, *lists[name]
        elif name == "objection":
            for k, value in enumerate(body.get("topics", ())):
                yield (*where, "topics", k), value, labels["objection_topics"], "objection topic"
        elif name == "signal":
            known = {"emotion": labels["emotions"], "intent": labels["intents"], "step": steps}[body["name"]]
            for k, value in enumerate(body["labels"]):
                yield (*where, "labels", k), value, known, body["name"]
        elif name in ("missing", "staying"):
            yield from ((where + p, value, stages, "stage") for p, value in _stages_of(body))
            if "step" in body:
                yield (*where, "step"), body["step"], steps, "step"


def _stages_of(body: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if "stage" in body:
        yield ("stage",), body["stage"]
    yield from ((("at", k), value) for k, value in enumerate(body.get("at", ())))


def _known(page: Page, path: Path, value: str, known: Iterable[str], what: str) -> None:
    known = sorted(known)
    if value not in known:
        raise page.lines.error(
            path, "playbook.unknown_id", f"{value!r} is not a known {what}; known: {', '.join(known)}"
        )


def _unique(pages: Sequence[Page], what: str) -> None:
    seen: dict[str, str] = {}
    for page in pages:
        name = page.data["id"]
        if name in seen:
            raise page.lines.error(
                ("id",), "playbook.duplicate_id", f"{name!r} is already the id of the {what} in {seen[name]}"
            )
        seen[name] = page.lines.file.name
