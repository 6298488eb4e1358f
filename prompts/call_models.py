"""Call models and scenes: stages that one model writes out are borrowed by others."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assist.core.events import Channel
from assist.core.lexicon import Weighted
from assist.core.playbook import Guidance, Model, Scene, Stage, Step, Title
from prompts.entries import phrases, sources
from prompts.pages import Page

_OF_STAGE = ("title", "steps", "enter", "unless", "hotwords")


def lend_stages(pages: Sequence[Page]) -> None:
    """Fills in what a stage takes from another model. Raises `PlaybookError` when that one does not write it out."""
    written = {
        (page.data["id"], stage["id"]): stage for page in pages for stage in page.data["stages"] if "as_in" not in stage
    }
    for page in pages:
        for i, stage in enumerate(page.data["stages"]):
            if "as_in" not in stage:
                continue
            lender = written.get((stage["as_in"], stage["id"]))
            if lender is None:
                having = sorted(model for model, stage_id in written if stage_id == stage["id"])
                message = f"{stage['as_in']} does not write out {stage['id']!r}; models that do: {', '.join(having) or 'none'}"
                raise page.lines.error(("stages", i, "as_in"), "playbook.as_in", message)
            for key in _OF_STAGE:
                if key in lender and key not in stage:
                    stage[key] = lender[key]
            stage["steps"] = [*stage.get("steps", ()), *stage.get("more_steps", ())]


def model(data: Mapping[str, Any]) -> Model:
    """A checked call model."""
    stages = tuple(_stage(stage) for stage in data["stages"])
    return Model(data["id"], title(data["title"]), stages, sources(data["source"]))


def scene(data: Mapping[str, Any]) -> Scene:
    """A checked scene."""
    guidance = {
        stage: Guidance(tuple(page["do"]), tuple(page["never"]), tuple(page.get("hotwords", ())))
        for stage, page in data["stages"].items()
    }
    return Scene(
        data["id"],
        sources(data["source"]),
        data["model"],
        data["placed_by_us"],
        guidance,
        tuple(data.get("hotwords", ())),
        data.get("context", ""),
        tuple(_signs(data.get("signs", ()))),
    )


def title(data: Mapping[str, str]) -> Title:
    """A name in both languages."""
    return Title(data["zh"], data["en"])


def _stage(data: Mapping[str, Any]) -> Stage:
    return Stage(
        data["id"],
        title(data["title"]),
        tuple(_step(data["id"], step) for step in data.get("steps", ())),
        phrases(data, "enter") if "enter" in data else None,
        data.get("off_call", False),
        data.get("interlude", False),
        data.get("optional", False),
        tuple(data.get("after", ())),
        tuple(data.get("hotwords", ())),
    )


def _step(stage: str, data: Mapping[str, Any]) -> Step:
    return Step(
        f"{stage}.{data['id']}",
        title(data["title"]),
        Channel(data.get("channel", "agent")),
        data.get("required", False),
        phrases(data),
        data.get("missed"),
    )


def _signs(data: Iterable[Mapping[str, Any]]) -> Iterable[Weighted]:
    for item in data:
        yield Weighted(item["channel"], phrases(item), float(item.get("weight", 1.0)), item.get("why", ""))
