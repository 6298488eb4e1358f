"""A real server on loopback in a thread of its own, for tests that talk to it as a browser or a stranger would."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assist.core.events import Noted
from assist.server.app import STATIC, Overlay
from assist.server.feed import Feed
from assist.server.serve import listen, serving


@dataclass(slots=True)
class Running:
    """A server that is up; `call` runs something in its event loop and waits for the result."""

    port: int
    overlay: Overlay
    loop: asyncio.AbstractEventLoop
    answers: list[Noted]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        return f"{self.origin}/#token={self.overlay.token}"

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        async def run() -> Any:
            return function(*arguments)

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


@contextlib.contextmanager
def running(token: str = "t" * 64, feed: Feed | None = None, static: Path = STATIC) -> Iterator[Running]:
    """Starts a server and stops it."""
    answers: list[Noted] = []
    ready: threading.Event = threading.Event()
    box: dict[str, Any] = {}

    async def serve() -> None:
        overlay = Overlay(
            feed or Feed(),
            token,
            {
                "id": "test",
                "version": "1.0",
                "labels": {"customer_types": {"power": "力量型"}},
                "scenes": {"renewal": {}},
            },
            lambda e: answers.append(e) is None,
        )
        sock = listen(None)
        stop = asyncio.Event()
        box.update(overlay=overlay, loop=asyncio.get_running_loop(), stop=stop, port=sock.getsockname()[1])
        async with serving(overlay, sock, static):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    try:
        yield Running(box["port"], box["overlay"], box["loop"], answers)
    finally:
        box["loop"].call_soon_threadsafe(box["stop"].set)
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"
