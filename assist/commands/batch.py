"""`assist batch`: event logs of many recordings, as fast as the machine can."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from assist import wiring
from assist.core.errors import SettingsError, SourceError
from assist.runtime.batch import Batch, BatchCall, BatchRules, Outcome, Progress
from assist.settings import ReplaySettings
from assist.shelf import Shelf

_RECORDING = re.compile(
    r"\.(aac|aif|aiff|amr|au|caf|flac|gsm|m4a|mka|mkv|mov|mp3|mp4|oga|ogg|opus|wav|webm|wma)$", re.I
)


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """What to work through, and how each call is taken, its path aside; `jobs` calls run at once.

    A call whose log is there already is left out, unless `again`.
    """

    paths: tuple[Path, ...]
    out: Path
    each: ReplaySettings
    jobs: int = 4
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Recording:
    """A recording that is judged with the playbook as it is when its turn comes; `told` gets what there is to say of that."""

    settings: ReplaySettings
    shelf: Shelf
    engine: str
    log: Path
    told: Callable[[str], None]

    @property
    def name(self) -> str:
        return str(self.settings.path)

    def open(self) -> BatchCall:
        """Puts the call together. Raises `SourceError`."""
        taken = self.shelf.take()
        if taken.news is not None:
            self.told(taken.news)
        return wiring.FileRecording(self.settings, taken.playbook, self.engine, self.log).open()


def run_batch(settings: BatchSettings) -> bool:
    """Works through all recordings; False when one of them failed. Raises `AssistError` when nothing can be begun."""
    logs = place_logs(settings.paths, settings.out)
    each, shelf = settings.each, Shelf(settings.each.playbook)
    wiring.check_scene(each.scene, shelf.current())
    engine = wiring.load_engine(each.engine.for_archives(), shelf.current())
    batch = Batch(engine, BatchRules(calls=settings.jobs), again=settings.again)
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        calls = bar.add_task("calls", total=len(logs), pace="")

        def tell(news: str) -> None:
            bar.console.print(f"assist: {news}", markup=False, highlight=False, soft_wrap=True)

        def show(progress: Progress) -> None:
            bar.update(calls, completed=progress.done, pace=_pace(progress.seconds, time.monotonic() - began))

        recordings = [_Recording(replace(each, path=path), shelf, engine.name, log, tell) for path, log in logs]
        outcomes = asyncio.run(batch.run(recordings, show))
    _report(outcomes, settings.out, time.monotonic() - began)
    return not any(outcome.failure for outcome in outcomes)


def place_logs(paths: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Each recording with the log that it gets under `out`; what lies in folders of a folder does so there too.

    A log is named after its recording, with the ending where two would be the same. Raises `SourceError` for a folder
    without recordings, `SettingsError` when two recordings would still share a log.
    """
    placed = [(path, inside) for given in dict.fromkeys(paths) for path, inside in _recordings(given)]
    same = Counter(inside.with_suffix("") for _, inside in placed)
    logs: dict[Path, Path] = {}
    for path, inside in placed:
        stem = inside.name if same[inside.with_suffix("")] > 1 else inside.stem
        log = out / inside.with_name(stem + ".jsonl")
        other = logs.setdefault(log, path)
        if other is not path:
            raise SettingsError("batch.name", f"{other} and {path} would both be written to {log}; run them apart")
    return [(path, log) for log, path in logs.items()]


def _recordings(given: Path) -> Iterator[tuple[Path, Path]]:
    """The recordings that a path stands for, each with its place below it."""
    if not given.is_dir():
        yield given, Path(given.name)
        return
    found = sorted(path for path in given.rglob("*") if _RECORDING.search(path.name) and path.is_file())
    if not found:
        raise SourceError("source.none", f"{given} holds no recording; name a folder with audio files, or the files")
    yield from ((path, path.relative_to(given)) for path in found)


def _report(outcomes: Sequence[Outcome], out: Path, took: float) -> None:
    for outcome in outcomes:
        if outcome.failure is not None:
            click.echo(f"assist: {outcome.failure}", err=True)
        elif outcome.silent:
            click.echo(f"assist: {outcome.name}: {outcome.silent} sentences have no text; see its log", err=True)
    failed = sum(outcome.failure is not None for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    written = len(outcomes) - failed - skipped
    parts = [f"{written} of {len(outcomes)} calls written to {out}"]
    parts += [f"{skipped} were there already (--again does them again)"] * bool(skipped)
    parts += [f"{failed} failed"] * bool(failed)
    click.echo("; ".join(parts) + f"; {_pace(sum(outcome.seconds for outcome in outcomes), took)}")


def _pace(audio: float, took: float) -> str:
    return f"{audio / 60:.1f} min of audio in {took:.0f} s, {audio / max(took, 0.001):.1f} × real time"
