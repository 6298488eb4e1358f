"""Runs the overlay's server on loopback, inside the event loop of whoever drives the call."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn

from assist.core.errors import SettingsError
from assist.server.app import MAX_MESSAGE_BYTES, STATIC, Overlay, build_app

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


def listen(port: int | None) -> socket.socket:
    """A listening socket on loopback; any free port when none is asked for. Raises `SettingsError` when it is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port or 0))
    except OSError as error:
        sock.close()
        raise SettingsError(
            "server.port", f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    return sock


@contextlib.asynccontextmanager
async def serving(overlay: Overlay, sock: socket.socket, static: Path = STATIC) -> AsyncIterator[uvicorn.Server]:
    """The server, up and answering; it is shut down on the way out."""
    port = sock.getsockname()[1]
    config = uvicorn.Config(
        build_app(overlay, port, static),
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(_without_signals(server, sock))
    while not server.started:
        if task.done():
            task.result()
            raise SettingsError("server.start", "the overlay's server did not start")
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        overlay.feed.end()
        await asyncio.sleep(0.05)  # pages are told that this is the end, not an outage
        server.should_exit = True
        await task
        sock.close()


async def _without_signals(server: uvicorn.Server, sock: socket.socket) -> None:
    """Ctrl-C belongs to the command, not to the server inside it."""
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    await server.serve(sockets=[sock])
