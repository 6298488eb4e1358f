"""What a schema cannot say: that no id stands twice, that what is named exists, and that every entry can fire."""

from collections.abc import Sequence

from prompts.known import Known, Labels
from prompts.pages import Page, Pages
from prompts.reachable import check_reachable
from prompts.references import check_names
from prompts.schema_faults import Where


def check_ids(pages: Pages) -> None:
    """Raises `PlaybookError` with file, line and mend at the first id that stands twice."""
    for group, what in ((pages.models, "model"), (pages.scenes, "scene"), (pages.rehearsals, "rehearsal")):
        _unique(group, what)
    for group, what in ((pages.cues, "entry"), (pages.cards, "card"), (pages.preparation, "preparation item")):
        _unique(group, what)
    _unique(pages.questionnaires, "questionnaire")
    for page in pages.questionnaires:
        _unique_in(page, ("questions",), "question")
        for i, _ in enumerate(page.data["questions"]):
            _unique_in(page, ("questions", i, "answers"), "answer")
    for page in pages.models:
        _unique_in(page, ("stages",), "stage")
        for i, stage in enumerate(page.data["stages"]):
            if "steps" in stage:
                _unique_in(page, ("stages", i, "steps"), "step")


def check_references(pages: Pages, labels: Labels, rows: Labels) -> None:
    """Raises `PlaybookError` with file, line and mend at the first thing that does not fit the rest."""
    known = Known(pages, labels, rows)
    check_names(pages, known)
    check_reachable(pages, known)


def _unique(pages: Sequence[Page], what: str) -> None:
    """No id stands twice in files that hold one thing, or a list of things, each."""
    seen: dict[str, str] = {}
    for page in pages:
        items = enumerate(page.data) if isinstance(page.data, list) else ((None, page.data),)
        for i, item in items:
            name = item["id"]
            where: Where = ("id",) if i is None else (i, "id")
            if name in seen:
                message = f"{name!r} is already the id of the {what} at {seen[name]}; rename one"
                raise page.lines.error(where, "playbook.duplicate_id", message)
            seen[name] = f"{page.lines.file.name}:{page.lines.of(where)}"


def _unique_in(page: Page, place: Where, what: str) -> None:
    """No id stands twice in a list within a file."""
    listed = page.data
    for key in place:
        listed = listed[key]
    seen: set[str] = set()
    for i, item in enumerate(listed):
        if item["id"] in seen:
            message = f"{item['id']!r} is already the id of a {what} before it; rename one"
            raise page.lines.error((*place, i, "id"), f"playbook.duplicate_{what}", message)
        seen.add(item["id"])
