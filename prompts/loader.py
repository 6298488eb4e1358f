"""Reads a playbook folder, checks it against the schema and against itself, and builds `assist.core.playbook.Playbook`."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from assist.core.errors import PlaybookError
from assist.core.playbook import Playbook, Thresholds
from prompts import call_models, card_pages, entries
from prompts.checks import check_ids, check_references
from prompts.lexicons import lexicon
from prompts.pages import Pages, read_all
from prompts.word_checks import check_words
from prompts.yaml_nodes import read_yaml

Files = tuple[tuple[str, int, int], ...]


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
    pages = read_all(folder)
    labels = taxonomy()
    check_ids(pages)
    check_words(
        pages.root, pages.models, pages.scenes, pages.lexicons
    )  # where they are written, not where they are lent to
    call_models.lend_stages(pages.models)
    check_references(pages, labels, rows())
    return _playbook(pages, labels)


def files_of(folder: Path) -> Files:
    """Names, times and sizes of all files of a playbook; a file that is just being replaced may be missing."""
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.append((path.relative_to(folder).as_posix(), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


@cache
def taxonomy() -> Mapping[str, Mapping[str, str]]:
    """Label ids by group with their Chinese names."""
    return _bundled("taxonomy.yaml")


@cache
def rows() -> Mapping[str, Mapping[str, str]]:
    """What the handbooks ask, by letter: row id and what it is about."""
    return _bundled("rows.yaml")


def _bundled(name: str) -> Mapping[str, Mapping[str, str]]:
    data, _ = read_yaml(Path(str(resources.files("prompts"))) / name)
    return {group: dict(ids) for group, ids in data.items()}


def _playbook(pages: Pages, labels: Mapping[str, Mapping[str, str]]) -> Playbook:
    data = pages.root.data
    questionnaires = tuple(card_pages.questionnaire(page.data) for page in pages.questionnaires)
    own = [entries.entry(item) for page in pages.cues for item in page.data]
    asked = [entry for one in questionnaires for entry in entries.question_entries(one)]
    return Playbook(
        id=data["id"],
        version=data["version"],
        title=call_models.title(data["title"]),
        default_scene=data["default_scene"],
        fallback_model=data["fallback_model"],
        models={page.data["id"]: call_models.model(page.data) for page in pages.models},
        scenes={page.data["id"]: call_models.scene(page.data) for page in pages.scenes},
        entries=(*own, *asked),
        lexicon=lexicon(page.data for page in pages.lexicons),
        labels=labels,
        advice=data.get("advice", {}),
        context=data.get("context", ""),
        agent_context=data.get("agent_context", ""),
        thresholds=Thresholds(**data.get("thresholds", {})),
        cards={item["id"]: card_pages.card(item) for page in pages.cards for item in page.data},
        preparation=tuple(card_pages.preparation_item(item) for page in pages.preparation for item in page.data),
        questionnaires=questionnaires,
        rehearsals=tuple(card_pages.rehearsal(page.data) for page in pages.rehearsals),
        forbidden_examples={
            category: card_pages.forbidden_examples(those)
            for page in pages.examples
            for category, those in page.data.items()
        },
    )
