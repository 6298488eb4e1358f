"""`assist models`: what is installed, where from, digest and licence."""

from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assist.core.errors import EngineError
from models import weights
from models.weights import ModelEntry


def list_models(out: TextIO) -> None:
    """A table of all models of the manifest."""
    table = Table("model", "kind", "here", "size", "digest", "licence", "source", "title", box=None, pad_edge=False)
    for model in weights.manifest().values():
        size = f"{'' if model.pinned else 'about '}{model.size / 1e6:.1f} MB"
        digest = "known" if model.pinned else "first use"
        table.add_row(model.name, model.kind, _here(model), size, digest, model.licence, model.source, model.title)
    console = Console(file=out, soft_wrap=True)
    console.print(table)
    console.print(f"\ncache: {weights.cache_folder()}  (set {weights.CACHE_VARIABLE} to move it)", markup=False)


def fetch(name: str, out: TextIO) -> None:
    """Gets weights into the cache with a progress bar. Raises `EngineError` with the mend."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=out)) as bar:
        tasks = {
            file.name: bar.add_task(file.name, total=file.size or None, visible=False)
            for file in weights.entry(name).files
        }

        def progress(what: str, done: int, whole: int) -> None:
            bar.update(tasks[what], completed=done, total=whole, visible=True)

        located = weights.locate(name, progress)
    digest = "digest checked" if located.verified else "digests noted at first use, and required from now on"
    out.write(f"{name}: ready in {located.folder} (from {located.origin}, {digest})\n")


def verify(name: str | None, out: TextIO) -> bool:
    """Compares every digest; False when one is wrong or, for a model asked for by name, missing."""
    good = True
    for model in [weights.entry(name)] if name else list(weights.manifest().values()):
        folder = _folder(model)
        if folder is not None:
            good = _verified(model, folder, out) and good
        elif name is not None or model.pinned:  # nobody need have the larger ones
            out.write(f"{model.name}: not here; run: assist models fetch {model.name}\n")
            good = good and name is None
    return good


def _verified(model: ModelEntry, folder: Path, out: TextIO) -> bool:
    faults = []
    for file, fault in weights.check(model, folder):
        out.write(f"{model.name}/{file.name}: {fault or 'ok'} {'' if fault else file.sha256}\n")
        faults += [fault] if fault else []
    if faults:
        out.write(f"delete {folder} and run: assist models fetch {model.name}\n")
    return not faults


def _here(model: ModelEntry) -> str:
    folder = _folder(model)
    return "no" if folder is None else ("package" if model.kind == "vad" else "cache")


def _folder(model: ModelEntry) -> Path | None:
    if model.kind == "vad":
        try:
            return weights.locate(model.name).folder
        except EngineError:
            return None
    folder = weights.cache_folder() / model.name
    return folder if folder.is_dir() and any(folder.iterdir()) else None
