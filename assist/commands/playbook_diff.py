"""`assist playbook diff`: what a change of a playbook would have done to recorded calls."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assist import wiring
from assist.commands.playbook import print_table
from assist.core.errors import AssistError, SourceError
from assist.core.events import CallEvent
from assist.core.playbook import Playbook
from assist.runtime.publisher import Publisher
from assist.settings import EngineSettings, ReplaySettings
from assist.training.playbook_diff import Change, Shown, changes, cues, totals

_KINDS = ("added", "removed", "moved", "reworded")
_SIGNS = {"added": "+", "removed": "-", "moved": "~", "reworded": "="}
_NOT_CALLS = (".timing.json",)


def show_diff(before: str, after: str, calls: Path, out: TextIO, *, as_json: bool) -> bool:
    """Prints the differences call by call; False when a call could not be told.

    Raises `PlaybookError` for a playbook that cannot be read, `SourceError` for a folder without calls.
    """
    playbooks = (wiring.read_playbook(before), wiring.read_playbook(after))
    found: dict[str, list[Change]] = {}
    whole = True
    for path in track(_calls(calls), "calls", console=Console(stderr=True), transient=True):
        try:
            told = [cues(_told(path, playbook)) for playbook in playbooks]
        except AssistError as error:
            click.echo(f"assist: {error.message}", err=True)
            whole = False
            continue
        found[str(path.relative_to(calls))] = changes(*told)
    if as_json:
        out.write(json.dumps(_plain(found), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(found, out)
    return whole


def _calls(folder: Path) -> list[Path]:
    """Event logs and annotated calls of a folder and of those in it."""
    found = [path for path in sorted(folder.rglob("*.json*")) if path.suffix in (".json", ".jsonl")]
    found = [path for path in found if not path.name.endswith(_NOT_CALLS)]
    if not found:
        raise SourceError("source.none", f"{folder} holds no event log (*.jsonl) and no annotated call (*.json)")
    return found


def _told(path: Path, playbook: Playbook) -> list[CallEvent]:
    """The events of a call told again with a playbook, as fast as it goes. Raises `AssistError` when it cannot be."""
    settings = ReplaySettings(path, speed=None, engine=EngineSettings(partials=False))
    call = wiring.prepare(settings, playbook)
    events: list[CallEvent] = []
    publish = Publisher((), [lambda _, event: events.append(event)])
    asyncio.run(call.run(call.load_engine(), publish, None, lambda _: None))
    return events


def _print(found: dict[str, list[Change]], out: TextIO) -> None:
    for name, those in found.items():
        out.write(f"{name}: {_counted(those)}\n")
        for change in those:
            out.write(f"  {_SIGNS[change.kind]} {_line(change)}\n")
    every = [change for those in found.values() for change in those]
    if every:
        table = Table(box=None, pad_edge=False)
        table.add_column("entry")
        for kind in _KINDS:
            table.add_column(kind, justify="right")
        for entry, counted in totals(every).items():
            table.add_row(entry, *(str(counted[kind] or "") for kind in _KINDS))
        print_table(table, out)
    changed = sum(bool(those) for those in found.values())
    out.write(f"{changed} of {len(found)} calls would differ: {_counted(every)}\n")


def _line(change: Change) -> str:
    shown = change.shown
    when = _clock(shown)
    if change.kind == "moved" and change.before is not None:
        when = f"{_clock(change.before)} → {when}"
    because = f" ← “{shown.sentence}”" if shown.sentence else " ← time or silence"
    return f"{when}  {shown.entry} {shown.title}{because}"


def _clock(shown: Shown) -> str:
    minutes, seconds = divmod(shown.seconds, 60)
    return f"{minutes:02.0f}:{seconds:04.1f}"


def _counted(those: list[Change]) -> str:
    kinds = [change.kind for change in those]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in _KINDS if kind in kinds) or "no difference"


def _plain(found: dict[str, list[Change]]) -> dict[str, object]:
    every = [change for those in found.values() for change in those]
    return {
        "calls": {name: [asdict(change) for change in those] for name, those in found.items()},
        "entries": {entry: dict(counted) for entry, counted in totals(every).items()},
    }
