"""The labelled sentences in `classifiers/data`: tab-separated lines in files of one author each.

The first column of every line is a group: lines on the same situation, which no split may separate. 【】 marks the words of
an offence and those of a deadline.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assist.core.errors import SettingsError
from assist.core.events import Channel
from classifiers.trained import NONE

FOLDER = Path(__file__).parents[1] / "data"
_OPEN, _CLOSE = "【】"


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its label for one question, and the group it must not be separated from."""

    text: str
    label: str
    group: str


Reader = Callable[[Sequence[str]], Iterator[tuple[str, str]]]  # columns of a line to sentences with their labels


@dataclass(frozen=True, slots=True)
class Task:
    """What a head learns: from which files, which answer, whose words, and with which word lists in view."""

    name: str
    folder: str
    channel: Channel
    read: Reader
    lists: tuple[str, ...] = ()
    also: tuple[tuple[str, Reader], ...] = ()  # other folders, and how they answer this question
    none: str | None = None  # the label that says there is nothing
    precision: float = 0.0  # wanted of what is reported


_NO_PROMISES = (
    "disrespect",
    "insult",
    "blame",
    "contradict",
    "provoke",
    "interrogate",
    "belittle",
    "threat",
    "command",
)
_CUSTOMERS = ("topic", "kind", "handling", "intent", "emotion", "type")


def _customer(column: int, *, blank: bool) -> Reader:
    def read(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
        if blank or columns[column] != NONE:
            yield columns[7], columns[column]

    return read


def _offences(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The line, and where only a part of it offends, that part and the harmless rest by themselves."""
    marked = columns[3]
    text = unmarked(marked)
    yield text, columns[1]
    if _OPEN in marked:
        spans = [part.split(_CLOSE)[0] for part in marked.split(_OPEN)[1:]]
        rest = "".join(part.split(_CLOSE)[-1] for part in marked.split(_OPEN)).strip("，。？！")
        yield from ((span, columns[1]) for span in spans if 4 <= len(span) < len(text) - 3)
        if len(rest) >= 8:
            yield rest, NONE


def _last(label: int) -> Reader:
    def read(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
        yield unmarked(columns[-1]), columns[label]

    return read


def _promises_nothing(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Offences that promise nothing: most of what an agent says in a call is neither a promise nor like one."""
    if columns[1] in _NO_PROMISES:
        yield unmarked(columns[3]), "no"


def unmarked(text: str) -> str:
    """A text without the brackets around marked words."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def _of_customers(name: str, column: int, *, blank: bool = True, none: str | None = NONE) -> Task:
    return Task(name, "customers", Channel.CUSTOMER, _customer(column, blank=blank), _CUSTOMERS, none=none)


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        _of_customers("objection_topic", 1),
        _of_customers("objection_kind", 2, blank=False, none=None),
        _of_customers("objection_handling", 3, blank=False, none=None),
        _of_customers("intent", 4),
        _of_customers("emotion", 5, none=None),
        _of_customers("customer_type", 6),
        Task("sign", "signs", Channel.CUSTOMER, _last(1), _CUSTOMERS, none="none", precision=0.8),
        Task("forbidden", "forbidden", Channel.AGENT, _offences, ("forbidden",), none=NONE, precision=0.96),
        Task(
            "commitment",
            "commitments",
            Channel.AGENT,
            _last(1),
            ("commitment",),
            also=(("forbidden", _promises_nothing),),
            none="no",
        ),
        Task("empathy", "replies", Channel.AGENT, _last(1)),
        Task("question", "questions", Channel.AGENT, _last(1), none="none"),
    )
}


def read_examples(task: Task, folder: Path = FOLDER) -> list[Example]:
    """All examples of a task. Raises `SettingsError` naming the file and the line that cannot be used."""
    found = list(_read(task, folder / task.folder, task.read))
    answered = {example.text for example in found}
    for name, read in task.also:
        found += [example for example in _read(task, folder / name, read) if example.text not in answered]
    if not found:
        raise SettingsError("data.missing", f"{folder / task.folder}: no sentences to learn from (*.tsv)")
    return found


def _read(task: Task, folder: Path, read: Reader) -> Iterator[Example]:
    for file in sorted(folder.glob("*.tsv")):
        yield from _lines(task, file, read)


def _lines(task: Task, file: Path, read: Reader) -> Iterator[Example]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        columns = line.split("\t")
        try:
            found = list(read(columns))
        except IndexError as error:
            message = f"{file}:{number}: {len(columns)} columns are too few for {task.name}; separate them by tabs"
            raise SettingsError("data.columns", message) from error
        for text, label in found:
            label = task.none if label == "none" and task.none is not None else label
            yield Example(text, label, f"{file.stem}/{columns[0]}")
