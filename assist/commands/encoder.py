"""`assist models export-encoder`: a Hugging Face encoder as ONNX, fine-tuned on the labelled sentences where that is asked for."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assist.core.errors import SettingsError, SourceError
from classifiers.learning.dataset import FOLDER, TASKS, read_examples
from models.fine_tuning import Learned, Lesson, fine_tune
from models.hf_export import Source, open_source, require_libraries, write_encoder
from models.hf_folder import FINE_TUNED

_HELD_OUT = 10  # every tenth group


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How often all sentences are gone through, and where they are; None is those of this program."""

    epochs: int
    data: Path | None = None


def export(name: str, out: Path, tuning: FineTuning | None, terminal: TextIO) -> None:
    """Writes the folder and prints what can be done with it.

    Raises `SettingsError` where libraries are missing, `EngineError` where the encoder cannot be had, `SourceError` where the
    folder cannot be written.
    """
    require_libraries()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):  # before hours of work, not after
        raise SourceError("export.exists", f"{out} is there already; choose a new folder with --out")
    lessons = read_lessons(tuning.data or FOLDER) if tuning else []
    console = Console(file=terminal, highlight=False, soft_wrap=True)
    console.print(f"reading {name} …")
    source = open_source(name)
    learned = _tuned(source, lessons, tuning.epochs, console) if tuning else {}
    distance = write_encoder(source, out)
    if tuning:
        _note(out / FINE_TUNED, learned, tuning.epochs)
    console.print(f"{name} → {out} (same vectors as before to {distance:.0e})\nnext: assist train all --encoder {out}")


def read_lessons(folder: Path) -> list[Lesson]:
    """Every sentence once, with its labels for all questions; sentences of every tenth group are held out.

    A folder need not have sentences for every question. Raises `SettingsError` naming the line that cannot be used.
    """
    labels: dict[str, dict[str, str]] = {}
    held_out: set[str] = set()
    for task in TASKS.values():
        if not any((folder / task.folder).glob("*.tsv")):
            continue
        for example in read_examples(task, folder):
            labels.setdefault(example.text, {})[task.name] = example.label
            if zlib.crc32(example.group.encode()) % _HELD_OUT == 0:
                held_out.add(example.text)
    if not labels:
        raise SettingsError("data.missing", f"{folder}: no sentences to learn from (*.tsv in a folder for each kind)")
    return [Lesson(text, found, text in held_out) for text, found in labels.items()]


def _tuned(source: Source, lessons: list[Lesson], epochs: int, console: Console) -> Mapping[str, Learned]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("fine-tuning")
        learned = fine_tune(
            source, lessons, epochs, lambda done, whole: progress.update(bar, completed=done, total=whole)
        )
    for question, found in learned.items():
        console.print(
            f"{question}: {found.right:.1%} right of {found.sentences} sentences held out; "
            f"the commonest label alone: {found.commonest:.1%}"
        )
    return learned


def _note(path: Path, learned: Mapping[str, Learned], epochs: int) -> None:
    held_out = {question: asdict(found) for question, found in learned.items()}
    path.write_text(json.dumps({"epochs": epochs, "held_out": held_out}, indent=2) + "\n", encoding="utf-8")
