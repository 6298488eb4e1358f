"""Reads a playbook folder, checks it against the schema and against itself, and builds `assist.core.playbook.Playbook`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from assist.core.errors import PlaybookError
from assist.core.events import Channel, CueKind
from assist.core.patterns import pattern_fault
from assist.core.playbook import (
    Entry,
    ForbiddenPhrase,
    Guidance,
    Lexicon,
    Line,
    Model,
    OnBehaviour,
    OnForbidden,
    OnMissing,
    OnObjection,
    OnPhrase,
    OnSignal,
    OnStage,
    OnStaying,
    Phrases,
    Playbook,
    Scene,
    Scope,
    Stage,
    Step,
    Term,
    Thresholds,
    Title,
    Trigger,
    Weighted,
)
from prompts.checks import check_references
from prompts.word_checks import check_words
from prompts.yaml_nodes import Lines, read_yaml

_WEIGHTED = (
    "objection_topics",
    "objection_kinds",
    "objection_handling",
    "intents",
    "emotions",
    "customer_types",
    "commitments",
    "hold",
    "acts",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One file of a playbook: its data and its line numbers."""

    data: Any
    lines: Lines


def playbook_folder(name: str) -> Path:
    """The folder of a bundled playbook, or the path itself when it is one. Raises `PlaybookError` listing what there is."""
    path = Path(name)
    if (path / "playbook.yaml").is_file():
        return path
    here = Path(str(resources.files("prompts")))
    if (here / name / "playbook.yaml").is_file():
        return here / name
    known = ", ".join(sorted(p.parent.name for p in here.glob("*/playbook.yaml")))
    raise PlaybookError(
        "playbook.unknown", f"no playbook {name!r}: give a folder with a playbook.yaml, or one of: {known}"
    )


def load_playbook(folder: Path) -> Playbook:
    """A checked playbook. Raises `PlaybookError` with file, line and mend at the first thing that is wrong."""
    root = _page(folder / "playbook.yaml", "playbook")
    models = _pages(folder / "models", "model")
    scenes = _pages(folder / "scenes", "scene")
    cues = _pages(folder / "cues", "cues")
    lexicons = _pages(folder / "lexicons", "lexicon")
    labels = taxonomy()
    check_references(root, models, scenes, cues, lexicons, labels)
    check_words(root, models, scenes, lexicons)
    data = root.data
    return Playbook(
        id=data["id"],
        version=data["version"],
        title=_title(data["title"]),
        default_scene=data["default_scene"],
        fallback_model=data["fallback_model"],
        models={page.data["id"]: _model(page.data) for page in models},
        scenes={page.data["id"]: _scene(page.data) for page in scenes},
        entries=tuple(_entry(item) for page in cues for item in page.data),
        lexicon=_lexicon(page.data for page in lexicons),
        labels=labels,
        advice=data.get("advice", {}),
        context=data.get("context", ""),
        agent_context=data.get("agent_context", ""),
        thresholds=Thresholds(**data.get("thresholds", {})),
    )


@cache
def taxonomy() -> Mapping[str, Mapping[str, str]]:
    """Label ids by group with their Chinese names."""
    data, _ = read_yaml(Path(str(resources.files("prompts"))) / "taxonomy.yaml")
    return {group: dict(ids) for group, ids in data.items()}


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(resources.files("prompts").joinpath("schema/playbook.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def _pages(folder: Path, kind: str) -> list[Page]:
    return [_page(file, kind) for file in sorted(folder.glob("*.yaml"))]


def _page(file: Path, kind: str) -> Page:
    data, lines = read_yaml(file)
    error = jsonschema.exceptions.best_match(_validator(kind).iter_errors(data))
    if error is not None:
        raise lines.error(
            tuple(error.absolute_path), "playbook.schema", f"{error.json_path[2:] or 'the file'}: {error.message[:300]}"
        )
    for path, pattern in _patterns(data, ()):
        fault = pattern_fault(pattern)
        if fault is not None:
            raise lines.error(path, "playbook.pattern", f"{pattern!r}: {fault}")
    return Page(data, lines)


def _patterns(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        if key in ("heard", "unless", "enter", "forbidden_unless"):
            yield from (((*path, key, i), pattern) for i, pattern in enumerate(value))
        else:
            yield from _patterns(value, (*path, key))


def _title(data: Mapping[str, str]) -> Title:
    return Title(data["zh"], data["en"])


def _phrases(data: Mapping[str, Any], key: str = "heard") -> Phrases:
    return Phrases(tuple(data[key]), tuple(data.get("unless", ())))


def _model(data: Mapping[str, Any]) -> Model:
    return Model(data["id"], _title(data["title"]), tuple(_stage(stage) for stage in data["stages"]))


def _stage(data: Mapping[str, Any]) -> Stage:
    return Stage(
        data["id"],
        _title(data["title"]),
        tuple(_step(data["id"], step) for step in data.get("steps", ())),
        _phrases(data, "enter") if "enter" in data else None,
        data.get("off_call", False),
        data.get("interlude", False),
        data.get("optional", False),
        tuple(data.get("after", ())),
        tuple(data.get("hotwords", ())),
    )


def _step(stage: str, data: Mapping[str, Any]) -> Step:
    return Step(
        f"{stage}.{data['id']}",
        _title(data["title"]),
        Channel(data.get("channel", "agent")),
        data.get("required", False),
        _phrases(data),
        data.get("missed"),
    )


def _scene(data: Mapping[str, Any]) -> Scene:
    guidance = {
        stage: Guidance(tuple(page["do"]), tuple(page["never"]), tuple(page.get("hotwords", ())))
        for stage, page in data["stages"].items()
    }
    return Scene(
        data["id"],
        data["source"],
        data["model"],
        data["placed_by_us"],
        guidance,
        tuple(data.get("hotwords", ())),
        data.get("context", ""),
    )


_TRIGGERS: Mapping[str, Callable[[Any], Trigger]] = {
    "phrase": lambda d: OnPhrase(Channel(d["channel"]), _phrases(d)),
    "forbidden": lambda d: OnForbidden(tuple(d)),
    "objection": lambda d: OnObjection(tuple(d.get("topics", ())), tuple(d.get("kinds", ()))),
    "signal": lambda d: OnSignal(d["name"], tuple(d["labels"])),
    "behaviour": lambda d: OnBehaviour(tuple(d)),
    "stage": lambda d: OnStage(tuple(d)),
    "missing": lambda d: OnMissing(d["step"], tuple(d["at"])),
    "staying": lambda d: OnStaying(d["stage"], float(d["seconds"]), d.get("step")),
}


def _entry(data: Mapping[str, Any]) -> Entry:
    optional = {
        key: data[key] for key in ("priority", "cool_down_seconds", "max_per_call", "expires_seconds") if key in data
    }
    return Entry(
        id=data["id"],
        source=data["source"],
        kind=CueKind(data["kind"]),
        when=tuple(_TRIGGERS[name](body) for trigger in data["when"] for name, body in trigger.items()),
        title=data["title"],
        say=data["say"],
        why=data["why"],
        scope=Scope(**{key: tuple(ids) for key, ids in data.get("scope", {}).items()}),
        done_when=tuple(data.get("done_when", ())),
        must_fire=_examples(data["must_fire"]),
        must_not_fire=_examples(data["must_not_fire"]),
        **optional,
    )


def _examples(data: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[tuple[Line, ...], ...]:
    return tuple(tuple(_line(line) for line in example) for example in data)


def _line(data: Mapping[str, Any]) -> Line:
    channel = Channel.AGENT if "agent" in data else Channel.CUSTOMER
    return Line(channel, data[channel.value], float(data.get("gap", 0.8)))


def _term(group: str, data: str | Mapping[str, Any]) -> Term:
    if isinstance(data, str):
        return Term(data, group)
    return Term(data["term"], group, tuple(data.get("also", ())), tuple(data.get("sounds_like", ())))


def _lexicon(files: Iterable[Mapping[str, Any]]) -> Lexicon:
    forbidden: list[ForbiddenPhrase] = []
    weighted: dict[str, list[Weighted]] = {name: [] for name in _WEIGHTED}
    hotwords: list[str] = []
    unless: list[str] = []
    terms: list[Term] = []
    words: list[str] = []
    for data in files:
        for item in data.get("forbidden", ()):
            forbidden.append(ForbiddenPhrase(item["category"], item["severity"], _phrases(item), item["say_instead"]))
        for name in _WEIGHTED:
            for item in data.get(name, ()):
                weighted[name].append(
                    Weighted(item["label"], _phrases(item), float(item.get("weight", 1.0)), item.get("why", ""))
                )
        hotwords += data.get("hotwords", ())
        terms += (_term(group, item) for group, items in data.get("terms", {}).items() for item in items)
        words += data.get("words", ())
        unless += data.get("forbidden_unless", ())
    return Lexicon(
        tuple(forbidden),
        tuple(unless),
        hotwords=tuple(hotwords),
        terms=tuple(terms),
        words=tuple(words),
        **{name: tuple(items) for name, items in weighted.items()},
    )


__all__ = ["Page", "PlaybookError", "load_playbook", "playbook_folder", "taxonomy"]
