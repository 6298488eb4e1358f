"""YAML read so that strings stay strings and every value knows its line.

Plain YAML 1.1 turns `0755` into a number, `no` into false and `22:30` into minutes, and a few hundred bytes of aliases into
gigabytes. Here only `true`, `false`, `null`, integers without leading zeros and decimals are anything but text, and anchors,
aliases and tags are refused.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from assist.core.errors import PlaybookError

MAX_BYTES = 256 * 1024
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})$")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,15})\.[0-9]{1,15}$")
_WORDS = {"true": True, "false": False, "null": None, "": None}


class Lines:
    """Line numbers by path, as in `("stages", 0, "id")`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines: dict[tuple[str | int, ...], int] = {}

    def note(self, path: tuple[str | int, ...], line: int) -> None:
        self._lines[path] = line

    def of(self, path: tuple[str | int, ...]) -> int:
        """The line of a path, or of the nearest enclosing one."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def error(self, path: tuple[str | int, ...], code: str, message: str) -> PlaybookError:
        """A refusal that names file and line."""
        return PlaybookError(code, f"{self.file}:{self.of(path)}: {message}")


def read_yaml(file: Path) -> tuple[Any, Lines]:
    """The data of a YAML file and where each value stands. Raises `PlaybookError` naming file, line and mend."""
    lines = Lines(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise PlaybookError(
            "playbook.unreadable", f"{file}: cannot be read ({error.strerror}); check the path and rights"
        ) from error
    if len(raw) > MAX_BYTES:
        raise lines.error((), "playbook.too_large", f"{len(raw)} bytes are more than {MAX_BYTES}; split the file")
    try:
        text = raw.decode("utf-8")
        _refuse_tabs(text, lines)
        _refuse_aliases(text, lines)
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        raise lines.error((), "playbook.encoding", "not UTF-8; save the file as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{error.problem}; put quotes around a text that holds any of {{ }} [ ] : # &"
        raise PlaybookError("playbook.syntax", f"{file}:{line}: {message}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise lines.error(
            (), "playbook.syntax", "not readable as YAML; check for control characters and deep nesting"
        ) from error
    if node is None:
        raise lines.error((), "playbook.empty", "the file is empty")
    return _value(node, (), lines), lines


# libyaml reads a playbook ten times faster than the same loader in Python; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _refuse_tabs(text: str, lines: Lines) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            lines.note((), number)
            raise lines.error((), "playbook.tab", "the line begins with a tab; indent with spaces")


def _refuse_aliases(text: str, lines: Lines) -> None:
    """Looks at the events before anything is built: an alias may stand for gigabytes."""
    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            lines.note((), event.start_mark.line + 1)
            raise lines.error((), "playbook.alias", "anchors and aliases are not allowed; write it out")
        if getattr(event, "tag", None):
            lines.note((), event.start_mark.line + 1)
            raise lines.error((), "playbook.tag", "tags are not allowed; write plain values")


def _value(node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> Any:
    lines.note(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), lines) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise lines.error(path, "playbook.syntax", "a key must be plain text")
            if key.value in out:
                lines.note((*path, key.value), key.start_mark.line + 1)
                raise lines.error(
                    (*path, key.value), "playbook.duplicate_key", f"{key.value!r} stands here twice; keep one"
                )
            out[key.value] = _value(item, (*path, key.value), lines)
        return out
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _DECIMAL.match(text) else text
