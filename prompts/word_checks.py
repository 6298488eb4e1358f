"""What a schema cannot say of the words for the recogniser: that they are words, and that none stands twice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prompts.pages import Page

Path = tuple[str | int, ...]

_CHARACTER = "[0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff]"
_HOTWORD = re.compile(f"{_CHARACTER}{{1,12}}")
_TERM = re.compile(f"{_CHARACTER}{{2,8}}")
_SENTENCE = re.compile(r"[^。！？]{3,}[。！？]")


def check_words(root: Page, models: Sequence[Page], scenes: Sequence[Page], lexicons: Sequence[Page]) -> None:
    """Raises `PlaybookError` at the first hotword, term or context sentence that a recogniser could not use."""
    for page in (root, *scenes):
        _check_context(page)
    for page in (*models, *scenes, *lexicons):
        for path, words in _hotword_lists(page.data):
            _check_hotwords(page, path, words)
    _check_terms(lexicons)


def _check_context(page: Page) -> None:
    for field in ("context", "agent_context"):
        context = page.data.get(field)
        if context is not None and not _SENTENCE.fullmatch(context):
            message = f"{context!r} is not one whole sentence; end it, and only it, with 。 ！ or ？"
            raise page.lines.error((field,), "playbook.context", message)


def _hotword_lists(data: Mapping[str, Any]) -> Iterator[tuple[Path, Sequence[str]]]:
    yield ("hotwords",), data.get("hotwords", ())
    stages = data.get("stages", ())
    for key, stage in stages.items() if isinstance(stages, Mapping) else enumerate(stages):
        yield ("stages", key, "hotwords"), stage.get("hotwords", ())


def _check_hotwords(page: Page, path: Path, words: Sequence[str]) -> None:
    for i, word in enumerate(words):
        if not _HOTWORD.fullmatch(word):
            message = f"{word!r} is not a hotword; write 1 to 12 Chinese characters, letters or digits, nothing else"
            raise page.lines.error((*path, i), "playbook.hotword", message)
        if word in words[:i]:
            raise page.lines.error(
                (*path, i), "playbook.hotword", f"{word!r} stands twice in this list; keep the first"
            )


def _check_terms(pages: Sequence[Page]) -> None:
    """Every written form belongs to one term, and none of them is called an everyday word elsewhere."""
    forms: dict[str, str] = {}
    for page, path, word, field in _written(pages):
        if not _TERM.fullmatch(word):
            message = f"{word!r} is not a term; write 2 to 8 Chinese characters, letters or digits, nothing else"
            raise page.lines.error(path, "playbook.term", message)
        if field == "sounds_like":
            continue
        if word.casefold() in forms:
            message = f"{word!r} already stands at {forms[word.casefold()]}; keep one"
            raise page.lines.error(path, "playbook.duplicate_term", message)
        forms[word.casefold()] = f"{page.lines.file.name}:{page.lines.of(path)}"
    for page, path, word, field in _written(pages):
        if field == "sounds_like" and word.casefold() in forms:
            message = f"{word!r} is itself a term, at {forms[word.casefold()]}; take it out of one of the two places"
            raise page.lines.error(path, "playbook.term", message)


def _written(pages: Sequence[Page]) -> Iterator[tuple[Page, Path, str, str]]:
    """Each word of the lists of terms: the page, where it stands there, and the field it stands in."""
    for page in pages:
        for group, items in page.data.get("terms", {}).items():
            for i, item in enumerate(items):
                where: Path = ("terms", group, i)
                if isinstance(item, str):
                    yield page, where, item, "term"
                    continue
                yield page, (*where, "term"), item["term"], "term"
                for field in ("also", "sounds_like"):
                    yield from ((page, (*where, field, j), word, field) for j, word in enumerate(item.get(field, ())))
