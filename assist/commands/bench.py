"""`assist bench asr`: how fast and how well this machine recognises calls, beside faster-whisper as it comes."""

import importlib.util
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assist import wiring
from assist.commands.bench_machine import cores, describe
from assist.core.errors import SettingsError, SourceError
from assist.settings import EngineSettings
from assist.training.figures import figures
from assist.training.voiced import voiced_calls
from models.weights import locate

if TYPE_CHECKING:
    from assist.commands.bench_runs import Tick
    from assist.commands.bench_steps import Step
    from models.plain import PlainWhisper

VERSION = 1  # of the JSON
_PLOTS = (".png", ".svg", ".pdf")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    real_time: bool = True
    telephone: bool = True
    baseline: bool = True
    batch: bool = False
    load_seconds: float | None = None
    clips: Path | None = None


@dataclass(frozen=True, slots=True)
class BenchSettings:
    """What to measure with, and where the figures go besides the table."""

    paths: tuple[Path, ...]
    engine: EngineSettings
    playbook: str
    plan: Plan
    json: Path | None = None
    plot: Path | None = None
    each_call: bool = False


def bench_asr(settings: BenchSettings, out: TextIO, err: TextIO) -> bool:
    """Measures, and prints what was measured; False when it was broken off. Raises `AssistError` when it cannot begin."""
    from assist.commands.bench_report import show
    from assist.commands.bench_runs import Setup
    from assist.commands.bench_steps import Bench  # loads every recogniser library; no other command needs them all

    _refuse_impossible(settings)
    calls = voiced_calls(settings.paths)
    setup = Setup(wiring.read_playbook(settings.playbook), settings.engine)
    machine = describe(settings.engine)  # looks for the weights too: better before an hour of measuring than after
    with tempfile.TemporaryDirectory(prefix="assist-bench-") as folder:
        bench = Bench(setup, calls, settings.plan, lambda: _baseline(settings.engine), Path(folder))
        try:
            _measure(list(bench.steps()), err)
            bench.measured.complete = True
        except KeyboardInterrupt:
            nothing = "还没有测得数据。 Nothing had been measured." if bench.measured.empty else ""
            click.echo(f"中断。 Broken off. {nothing}", file=err)
        finally:
            if not bench.measured.empty:
                found = {"v": VERSION, "machine": machine} | figures(bench.measured, cores())
                show(found, out, each_call=settings.each_call)
                _write(found, settings)
    return bench.measured.complete


def _baseline(engine: EngineSettings) -> "PlainWhisper":
    from models.plain import PlainWhisper

    return PlainWhisper(locate(engine.model).folder, engine.device, engine.compute_type, engine.threads)


def _refuse_impossible(settings: BenchSettings) -> None:
    """Says before measuring what could not be written after it."""
    for path in (settings.json, settings.plot):
        if path is not None and not path.absolute().parent.is_dir():
            raise SourceError("bench.folder", f"{path}: there is no folder {path.parent}; make it, or choose another")
    if settings.plot is None:
        return
    if settings.plot.suffix.lower() not in _PLOTS:
        raise SettingsError(
            "bench.plot", f"--plot writes {', '.join(_PLOTS)}, not {settings.plot.suffix or 'a file without an ending'}"
        )
    if importlib.util.find_spec("matplotlib") is None:
        raise SettingsError("bench.matplotlib", "--plot needs matplotlib; run: pip install 'call-copilot[bench]'")


def _measure(steps: "Sequence[Step]", err: TextIO) -> None:
    with _progress(err, sum(step.seconds for step in steps)) as told:
        done = 0.0
        for step in steps:
            step.run(told(step, done))
            done += step.seconds


@contextmanager
def _progress(err: TextIO, seconds: float) -> Iterator[Any]:
    """A bar over all recordings to be heard, however often; speed differs by step, so the time left is a guess."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=err)) as bar:
        task = bar.add_task("", total=seconds)

        def told(step: "Step", done: float) -> "Tick":
            bar.update(task, description=step.title, completed=done)
            return lambda at: bar.update(task, completed=done + min(at, step.seconds))

        yield told


def _write(found: dict[str, Any], settings: BenchSettings) -> None:
    from assist.commands.bench_report import plot

    try:
        if settings.json is not None:
            settings.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if settings.plot is not None:
            plot(found, settings.plot)
    except OSError as error:
        raise SourceError("bench.unwritable", f"{error.filename}: cannot be written ({error.strerror})") from error
