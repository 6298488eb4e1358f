"""`assist evaluate`: annotated calls and labelled sentences through the classifiers and the session, beside their labels."""

import asyncio
import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assist import wiring
from assist.core.errors import SettingsError, SourceError
from assist.core.events import CallEvent, Fault
from assist.core.playbook import Playbook
from assist.core.ports import AsrEngine
from assist.core.spans import RATE
from assist.runtime.publisher import Publisher
from assist.settings import EngineSettings, ReplaySettings
from assist.training.comparing import sentence_outcomes
from assist.training.comparing_calls import call_outcomes
from assist.training.judged import Outcome
from assist.training.labelled import LabelledCall, Material, material
from classifiers.phrases import normal_text
from classifiers.sentence import judge_sentence

PLOTS = (".png", ".svg")

_Tick = Callable[[float], None]  # how many more sentences or turns are done


@dataclass(frozen=True, slots=True)
class EvaluateSettings:
    """What to evaluate and with what, and how to tell it."""

    paths: tuple[Path, ...]
    engine: EngineSettings
    playbook: str
    text: bool = False  # read calls instead of hearing them
    json: bool = False
    plot: Path | None = None


@dataclass(slots=True)
class Evaluation:
    """What came of it: all answers beside their labels, and what went wrong on the way."""

    playbook: Playbook
    material: Material
    recogniser: str | None  # None when nothing was heard
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[tuple[str, Fault]] = field(default_factory=list)  # with the call in which it happened


def evaluate(settings: EvaluateSettings, out: TextIO, err: TextIO) -> None:
    """Evaluates and prints. Raises `AssistError` when something given cannot be used."""
    from assist.commands.evaluate_report import figures, show

    _refuse_impossible(settings.plot)
    playbook = wiring.read_playbook(settings.playbook)
    given = material(settings.paths, playbook.labels, text=settings.text)
    for path in given.passed_over:
        click.echo(f"跳过 passed over: {path}: neither an annotated call nor labelled sentences", err=True)
    heard = any(call.recording for call in given.calls)
    found = Evaluation(playbook, given, settings.engine.title if heard else None)
    _run(found, settings, err)
    for call, fault in found.faults:
        click.echo(f"故障 fault: {call}: {fault.component}: {fault.message}", err=True)
    if settings.json:
        out.write(json.dumps(figures(found), ensure_ascii=False, indent=1) + "\n")
    else:
        show(found, out)
    if settings.plot is not None:
        _draw(found, settings.plot)


def _refuse_impossible(plot: Path | None) -> None:
    """Says before the work what could not be drawn after it."""
    if plot is None:
        return
    if plot.suffix.lower() not in PLOTS:
        ending = plot.suffix or "a file without an ending"
        raise SettingsError("evaluate.plot", f"--plot writes {' and '.join(PLOTS)}, not {ending}")
    if not plot.absolute().parent.is_dir():
        raise SourceError("evaluate.folder", f"{plot}: there is no folder {plot.parent}; make it, or choose another")
    if importlib.util.find_spec("matplotlib") is None:
        raise SettingsError("evaluate.matplotlib", "--plot needs matplotlib; run: pip install 'call-copilot[bench]'")


def _draw(found: Evaluation, path: Path) -> None:
    from assist.commands.evaluate_plot import plot

    try:
        plot(found.outcomes, path)
    except OSError as error:
        raise SourceError("evaluate.unwritable", f"{path}: cannot be written ({error.strerror})") from error


# --- the work ------------------------------------------------------------------------------------------------------


def _run(found: Evaluation, settings: EvaluateSettings, err: TextIO) -> None:
    given = found.material
    sentences = sum(len(file.sentences) for file in given.utterances)
    with _progress(err, sentences + sum(len(one.call.turns) for one in given.calls)) as told:
        if given.utterances:
            told("classifiers")
            judges = wiring.classifiers_of(found.playbook)
        for file in given.utterances:
            tick = told(file.path.name)
            for sentence in file.sentences:
                judgements = judge_sentence(judges, sentence.text, file.about.channel)
                found.outcomes += sentence_outcomes(file, sentence, judgements, _normal)
                tick(1)
        calls = _Calls(found.playbook, settings)
        for labelled in given.calls:
            name = (labelled.recording or labelled.path).name
            events = calls.events(labelled, told(name))
            found.outcomes += call_outcomes(labelled, events, _normal)
            found.faults += [(name, event) for event in events if isinstance(event, Fault)]


def _normal(text: str) -> str:
    return normal_text(text).characters


class _Calls:
    """Plays calls one after the other, unpaced, through the session that serves live calls; the recogniser is loaded once."""

    def __init__(self, playbook: Playbook, settings: EvaluateSettings) -> None:
        self._playbook = playbook
        self._settings = ReplaySettings(Path(), speed=None, playbook=settings.playbook, engine=settings.engine)
        self._engine: AsrEngine | None = None

    def events(self, labelled: LabelledCall, tick: _Tick) -> list[CallEvent]:
        """All events of a call. Raises `SourceError` where it breaks off, `EngineError` without a recogniser."""
        path = labelled.recording or labelled.path
        call = wiring.prepare(replace(self._settings, path=path, scene=labelled.call.scene), self._playbook)
        engine = self._recogniser(call) if labelled.recording else call.load_engine()
        events: list[CallEvent] = []
        done, turns, length = 0.0, len(labelled.call.turns), (call.seconds or 1.0) * RATE

        def follow(_: int, event: CallEvent) -> None:
            nonlocal done
            events.append(event)
            now = turns * min(1.0, event.at / length)
            tick(now - done)
            done = now

        asyncio.run(call.run(engine, Publisher([], [follow]), None, lambda _: None))
        tick(turns - done)
        return events

    def _recogniser(self, call: wiring.Call) -> AsrEngine | None:
        self._engine = self._engine or call.load_engine()
        return self._engine


@contextmanager
def _progress(err: TextIO, total: int) -> Iterator[Callable[[str], _Tick]]:
    """A bar over all sentences and turns; what it gives names the file that is begun."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=err), transient=True) as bar:
        task = bar.add_task("", total=total)

        def told(name: str) -> _Tick:
            bar.update(task, description=name)
            return lambda more: bar.advance(task, more)

        yield told
