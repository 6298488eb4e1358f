"""`assist demo` and `assist replay`."""

import asyncio
import dataclasses
import datetime
import logging
import sys
import webbrowser
from collections.abc import Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from assist import wiring
from assist.core.events import Fault, Noted
from assist.core.playbook import Playbook
from assist.core.ports import AsrEngine, Sink
from assist.runtime.publisher import Listener, Publisher
from assist.runtime.replay import Replay
from assist.runtime.sinks import SinkRunner
from assist.server.app import Overlay
from assist.server.display import display
from assist.server.feed import Feed
from assist.server.gate import new_token
from assist.server.serve import LOOPBACK, listen, serving
from assist.settings import OverlaySettings, ReplaySettings
from assist.shelf import Shelf
from assist.terminal import Terminal
from models.digests import Progress as WeightsProgress

log = logging.getLogger(__name__)

_WAIT_FOR_PAGE_SECONDS = 20.0
_PAUSE_SECONDS = 2.0  # between two times of a repeated call
_SINK_SECONDS = 30.0  # nothing here is live: a slow disk may hold the replay up


def replay_call(
    settings: ReplaySettings, overlay: OverlaySettings, headless: bool, *, now: bool, again: bool = False
) -> None:
    """Replays a call to the overlay or the terminal; `now` dates it today instead of by its file.

    With `again` it is repeated until Ctrl-C, each time with the playbook as its files then are.
    """
    shelf = Shelf(settings.playbook)
    playbook = shelf.current()
    wiring.check_scene(settings.scene, playbook)
    if now:
        today = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        settings = dataclasses.replace(settings, started_at=today)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        call = wiring.prepare(settings, playbook, _show(bar))
        scene = call.started.scene
        if scene is not None and scene not in playbook.scenes:
            model = playbook.model_for(scene).id
            note = (
                f"note: the playbook has no page for the scene {scene}; stages follow {model}, without do and never-do"
            )
            click.echo(note, err=True)
        run = _Run(call, settings, shelf if again else None, playbook)
        if headless:
            asyncio.run(run.headless())
        else:
            asyncio.run(run.with_overlay(overlay))


def _show(bar: Progress) -> WeightsProgress:
    tasks = {}

    def progress(what: str, done: int, whole: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=whole)
        bar.update(tasks[what], completed=done)

    return progress


class _Run:
    """One replayed call with its sinks; with a shelf it is repeated."""

    def __init__(self, call: wiring.Call, settings: ReplaySettings, shelf: Shelf | None, playbook: Playbook) -> None:
        self._call, self._settings, self._shelf, self._playbook = call, settings, shelf, playbook
        self._replay: Replay | None = None
        self._times = 1
        self._refused: Fault | None = None  # an edit of the playbook, to be told in the call that goes without it

    async def headless(self) -> None:
        engine = await asyncio.to_thread(self._call.load_engine)
        await self._play(engine, self._terminal(), ())
        while await self._repeated():
            await self._play(engine, self._terminal(), ())

    def _terminal(self) -> list[Sink]:
        return [Terminal(self._playbook, sys.stdout)] if self._settings.events != "-" else []

    async def with_overlay(self, overlay: OverlaySettings) -> None:
        feed, token = Feed(), new_token()
        shared = Overlay(feed, token, display(self._playbook), self._post)
        sock = listen(overlay.port)
        async with serving(shared, sock):
            link = f"http://{LOOPBACK}:{sock.getsockname()[1]}/#token={token}"
            click.echo(f"提词窗 overlay: {link}", err=True)
            if overlay.open_browser:
                await asyncio.to_thread(webbrowser.open, link)
            engine = await asyncio.to_thread(self._call.load_engine)
            if overlay.open_browser:
                await _first_page(shared)
            feed.begin(self._call.call_id)
            await self._play(engine, [], (feed.publish,))
            while await self._repeated():
                shared.playbook = display(self._playbook)
                feed.begin(self._call.call_id)
                await self._play(engine, [], (feed.publish,))
            if overlay.stay:
                click.echo(
                    "通话结束，页面还开着；Ctrl-C 退出。 The call is over; the page stays up until Ctrl-C.", err=True
                )
                await asyncio.Event().wait()

    async def _repeated(self) -> bool:
        """Puts the call together once more, under a name of its own, so that a page begins anew; False when it is enough."""
        if self._shelf is None:
            return False
        await asyncio.sleep(_PAUSE_SECONDS)
        taken = await asyncio.to_thread(self._shelf.take)
        if taken.news is not None:
            click.echo(f"assist: {taken.news}", err=True)
        self._refused = _fault(self._shelf.complaint)
        self._playbook, self._times = taken.playbook, self._times + 1
        call = await asyncio.to_thread(wiring.prepare, self._settings, self._playbook)
        self._call = dataclasses.replace(call, call_id=f"{call.call_id}.{self._times}")
        return True

    async def _play(self, engine: AsrEngine | None, sinks: Sequence[Sink], listeners: Sequence[Listener]) -> None:
        out = None
        if self._settings.events is not None:
            sink, out = wiring.open_log(self._call.call_id, self._settings.events, self._settings.path)
            sinks = [*sinks, sink]
        loop = asyncio.get_running_loop()

        def fault(code: str, message: str) -> None:
            loop.call_soon_threadsafe(self._sink_fault, code, message)

        runners = [SinkRunner(sink, fault, patience=_SINK_SECONDS) for sink in sinks]
        publish = Publisher(runners, listeners)
        try:
            replay = await self._call.run(engine, publish, self._settings.speed, self._ready)
            if replay.shed:
                click.echo(f"{replay.shed} partial texts were left out to keep up with real time", err=True)
        finally:
            await asyncio.to_thread(publish.close)
            if out is not None and out is not sys.stdout:
                out.close()

    def _ready(self, replay: Replay) -> None:
        self._replay = replay
        if self._refused is not None:
            replay.post(self._refused)

    def _post(self, event: Noted) -> bool:
        return self._replay is not None and self._replay.post(event)

    def _sink_fault(self, code: str, message: str) -> None:
        click.echo(f"assist: {message}", err=True)
        if self._replay is not None:
            self._replay.post(Fault(at=0, component="sink", code=code, message=message, recoverable=False))


def _fault(complaint: str | None) -> Fault | None:
    """What the overlay shows of an edit that is not used."""
    if complaint is None:
        return None
    return Fault(at=0, component="playbook", code="playbook.refused", message=complaint, recoverable=True)


async def _first_page(overlay: Overlay) -> None:
    """Waits a while for the page, so that nothing of the call is missed; a browser may also never come."""
    try:
        await asyncio.wait_for(overlay.connected.wait(), _WAIT_FOR_PAGE_SECONDS)
    except TimeoutError:
        log.info("no overlay connected yet; starting anyway")
