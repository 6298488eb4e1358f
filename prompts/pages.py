"""The files of a playbook folder, read strictly and checked one by one against the schema."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

from assist.core.patterns import pattern_fault
from assist.core.wording import wording_fault
from prompts.schema_faults import Fault, Where, schema_fault
from prompts.yaml_nodes import Lines, read_yaml

_PATTERNS = ("heard", "unless", "enter", "asked", "forbidden_unless")
_SPOKEN = ("say", "ask", "text")
# A key that is misspelt is missing as well; the spelling is what is to be mended.
_RELEVANCE = jsonschema.exceptions.by_relevance(strong=frozenset({"additionalProperties"}))


@dataclass(frozen=True, slots=True)
class Page:
    """One file of a playbook: its data and its line numbers."""

    data: Any
    lines: Lines


@dataclass(frozen=True, slots=True)
class Pages:
    """All files of a playbook, each right by itself."""

    root: Page
    models: list[Page]
    scenes: list[Page]
    cues: list[Page]
    cards: list[Page]
    preparation: list[Page]  # one or none
    questionnaires: list[Page]
    rehearsals: list[Page]
    lexicons: list[Page]
    examples: list[Page]


def read_all(folder: Path) -> Pages:
    """A whole playbook folder. Raises `PlaybookError` with file, line and mend at the first file that is wrong."""
    preparation = folder / "preparation.yaml"
    return Pages(
        root=read_page(folder / "playbook.yaml", "playbook"),
        models=read_pages(folder / "models", "model"),
        scenes=read_pages(folder / "scenes", "scene"),
        cues=read_pages(folder / "cues", "cues"),
        cards=read_pages(folder / "cards", "cards"),
        preparation=[read_page(preparation, "preparation")] if preparation.is_file() else [],
        questionnaires=read_pages(folder / "questionnaires", "questionnaire"),
        rehearsals=read_pages(folder / "rehearsals", "rehearsal"),
        lexicons=read_pages(folder / "lexicons", "lexicon"),
        examples=read_pages(folder / "examples", "forbidden_examples"),
    )


def read_pages(folder: Path, kind: str) -> list[Page]:
    """All YAML files of a folder, in the order of their names; none when there is no such folder."""
    return [read_page(file, kind) for file in sorted(folder.glob("*.yaml"))]


def read_page(file: Path, kind: str) -> Page:
    """One file. Raises `PlaybookError` with file, line and mend."""
    data, lines = read_yaml(file)
    fault = next(_of_texts(data), None) if _quick(kind).is_valid(data) else _first_fault(kind, data)
    if fault is not None:
        raise lines.error(fault.where, fault.code, fault.message)
    return Page(data, lines)


def texts(data: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Every text of a page and where it stands."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        if isinstance(value, str):
            yield (*where, key), value
        else:
            yield from texts(value, (*where, key))


def _of_texts(data: Any) -> Iterator[Fault]:
    """Patterns that mean nothing, and lines whose slots cannot be filled."""
    for where, value in texts(data):
        key = where[-1] if isinstance(where[-1], str) else where[-2]
        if key in _PATTERNS and (fault := pattern_fault(value)) is not None:
            yield Fault(where, "playbook.pattern", f"{value!r}: {fault}")
        if (key in _SPOKEN or "say_for" in where) and (fault := wording_fault(value)) is not None:
            yield Fault(where, "playbook.wording", f"{value!r}: {fault}")


def _first_fault(kind: str, data: Any) -> Fault | None:
    """The complaint that helps most, from the slower validator that knows which that is."""
    error = jsonschema.exceptions.best_match(_validator(kind).iter_errors(data), key=_RELEVANCE)
    return schema_fault(error, data) if error is not None else next(_of_texts(data), None)


@cache
def _quick(kind: str) -> jsonschema_rs.Draft202012Validator:
    """Says only whether a page is right, thirty times as fast: nearly all are, and every start of the program reads them."""
    return jsonschema_rs.Draft202012Validator(_schema(kind))


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_schema(kind))


def _schema(kind: str) -> dict[str, Any]:
    schema = json.loads(resources.files("prompts").joinpath("schema/playbook.schema.json").read_text(encoding="utf-8"))
    return {"$schema": schema["$schema"], "$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
