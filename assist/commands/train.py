"""`assist train`: rebuilds the small trained heads from the sentences in the repository."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assist.core.errors import SettingsError, SourceError
from assist.wiring import encoder_of, heads_of, read_playbook
from classifiers.features import VERSION, Features
from classifiers.learning.cards import write_card
from classifiers.learning.dataset import FOLDER, TASKS, Example, Task, read_examples
from classifiers.learning.fitting import FOLDS, Fitted, Rows, fit, to_onnx
from models.heads import FOLDER as PACKAGED_HEADS
from models.heads import notes_of
from models.hf_folder import FINE_TUNED

ALL = "all"
_FLATTERED = (
    "The encoder was fine-tuned on the same sentences, so that these figures flatter the head: "
    "`assist evaluate` on calls of your own says how good it is."
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where heads are written, sentences read, and the encoder found; None is the program's own, or beside the encoder."""

    out: Path | None = None
    data: Path | None = None
    encoder: Path | None = None

    @property
    def heads(self) -> Path:
        """The folder that the heads are written to."""
        if self.out is not None:
            return self.out
        return PACKAGED_HEADS if self.encoder is None else heads_of(self.encoder)

    @property
    def fine_tuned(self) -> bool:
        """Whether the encoder has learned from labelled sentences before."""
        return self.encoder is not None and (self.encoder / FINE_TUNED).is_file()


def train_heads(names: Sequence[str], places: Places, playbook: str, terminal: TextIO) -> None:
    """Trains the heads of these names and writes NAME.onnx and NAME.md for each.

    Raises `SettingsError` naming the head or the line of data that cannot be, `EngineError` where the encoder cannot be used,
    `SourceError` where the files cannot be written.
    """
    tasks = [_task(name) for name in (TASKS if ALL in names else dict.fromkeys(names))]
    data = [(task, _enough(task, read_examples(task, places.data or FOLDER))) for task in tasks]
    encoder = encoder_of(places.encoder)
    rows = Rows(Features(read_playbook(playbook).lexicon, encoder))
    console = Console(file=terminal, highlight=False, soft_wrap=True)
    for task, examples in data:
        fitted = _fitted(task, examples, rows, console)
        notes = notes_of(fitted.judged.labels, fitted.columns, fitted.least, encoder.name, VERSION)
        card = write_card(fitted, encoder.name) + (f"\n{_FLATTERED}\n" if places.fine_tuned else "")
        path = places.heads / f"{task.name}.onnx"
        _write(path, to_onnx(fitted, notes))
        _write(path.with_suffix(".md"), card.encode())
        right = np.mean([a == b for a, b in zip(fitted.judged.truth, fitted.judged.said(), strict=True)])
        console.print(f"{task.name}: {fitted.examples} sentences, {right:.1%} right on groups not seen → {path}")
    if places.fine_tuned:
        console.print(_FLATTERED)


def _task(name: str) -> Task:
    if name not in TASKS:
        raise SettingsError("train.unknown", f"no head {name!r}; known: {ALL}, {', '.join(TASKS)}")
    return TASKS[name]


def _enough(task: Task, examples: list[Example]) -> list[Example]:
    """Every label in two groups at least, so that one can be learned from and another judged."""
    groups: dict[str, set[str]] = {}
    for example in examples:
        groups.setdefault(example.label, set()).add(example.group)
    few = sorted(label for label, found in groups.items() if len(found) < 2)
    if few:
        message = f"{task.name}: the label {few[0]!r} stands in one group only; write more of it, or mend its spelling"
        raise SettingsError("data.few", message)
    apart = len(set().union(*groups.values()))
    if len(groups) < 2 or apart < FOLDS:
        message = f"{task.name}: {len(groups)} labels in {apart} groups; two labels and {FOLDS} groups are the least"
        raise SettingsError("data.few", message)
    return examples


def _fitted(task: Task, examples: list[Example], rows: Rows, console: Console) -> Fitted:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(task.name, total=2 * len(examples))
        return fit(task, examples, rows, lambda: progress.advance(bar))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SourceError(
            "train.unwritable", f"{path}: cannot be written ({error.strerror}); choose another --out"
        ) from error
