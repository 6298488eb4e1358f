"""The Starlette application behind the overlay: the page, what it needs to name things, and the websocket."""

import asyncio
import contextlib
import json
import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from assist.core.events import Answer, CueAnswered, CustomerTypeChanged, Noted, SceneChanged
from assist.server.feed import Feed
from assist.server.gate import Gate, token_matches

# Windows may know these as plain text, which a page that must not be sniffed cannot use.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/css", ".css")

STATIC = Path(__file__).parent / "static"
HELLO_SECONDS = 5.0
MOST_CLIENTS = 64
MOST_MESSAGES_PER_SECOND = 20
MAX_MESSAGE_BYTES = 64 * 1024

Post = Callable[[Noted], bool]  # False when too much is waiting


class Overlay:
    """What the routes share: the feed to show, and where answers and settings go."""

    def __init__(self, feed: Feed, token: str, playbook: Mapping[str, Any], post: Post) -> None:
        self.feed, self.token, self.playbook, self.post = feed, token, playbook, post
        self.clients = 0
        self.connected = asyncio.Event()  # set once the first overlay is there


def build_app(overlay: Overlay, port: int, static: Path = STATIC) -> ASGIApp:
    """The application, behind its gate. Every route is either public by name here or needs the token."""
    routes: list[BaseRoute] = [
        Route("/api/playbook", _playbook(overlay), methods=["GET"]),
        WebSocketRoute("/ws", _socket(overlay)),
    ]
    if (static / "index.html").is_file():
        routes.append(Mount("/", StaticFiles(directory=static, html=True)))
    else:
        routes.append(Route("/", _not_built, methods=["GET"]))
    return Gate(Starlette(routes=routes), overlay.token, port)


async def _not_built(_: Request) -> Response:
    return PlainTextResponse("The overlay page has not been built; run: make install\n", 503)


def _playbook(overlay: Overlay) -> Callable[[Request], Any]:
    async def playbook(_: Request) -> Response:
        return JSONResponse(dict(overlay.playbook))

    return playbook


def _socket(overlay: Overlay) -> Callable[[WebSocket], Any]:
    async def socket(ws: WebSocket) -> None:
        await ws.accept()
        if overlay.clients >= MOST_CLIENTS:
            await ws.close(1013, "too many overlays")
            return
        overlay.clients += 1
        try:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await _serve(overlay, ws)
        finally:
            overlay.clients -= 1

    return socket


async def _serve(overlay: Overlay, ws: WebSocket) -> None:
    try:
        hello = await asyncio.wait_for(_message(ws), HELLO_SECONDS)
    except TimeoutError:
        await ws.close(1008, "no hello")
        return
    if hello is None or hello.get("type") != "hello" or not token_matches(hello.get("token"), overlay.token):
        await ws.close(1008, "token")
        return
    overlay.connected.set()
    after = hello.get("after")
    same = hello.get("call_id") == overlay.feed.call_id
    position = after if isinstance(after, int) and not isinstance(after, bool) and after >= 0 and same else 0
    sending = asyncio.create_task(_send(overlay.feed, ws, position))
    try:
        await _receive(overlay, ws)
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sending


async def _send(feed: Feed, ws: WebSocket, position: int) -> None:
    """Sends what is new, at the client's pace, until the copilot stops."""
    call_id = feed.call_id
    await _say(ws, {"type": "welcome", "call_id": call_id, "seq": feed.seq})
    while True:
        if feed.call_id != call_id:
            call_id, position = feed.call_id, 0
            await _say(ws, {"type": "reset"})
            await _say(ws, {"type": "welcome", "call_id": call_id, "seq": feed.seq})
        changed = feed.changed
        forget, records = feed.after(position)
        if forget:
            await _say(ws, {"type": "reset", "seq": feed.seq})
        for record in records:
            await ws.send_text(record.text)
            position = record.seq
        if records:
            continue
        if feed.ended:
            await ws.close(1001, "stopped")
            return
        await changed.wait()


async def _receive(overlay: Overlay, ws: WebSocket) -> None:
    """Obeys the client until it goes; one that floods is shown out."""
    loop = asyncio.get_running_loop()
    second, count = loop.time(), 0
    while True:
        message = await _message(ws)
        now = loop.time()
        if now - second >= 1.0:
            second, count = now, 0
        count += 1
        if count > MOST_MESSAGES_PER_SECOND:
            await ws.close(1008, "too many messages")
            return
        match message:
            case {"type": "ping"}:
                await _say(ws, {"type": "pong"})
            case {"type": "answer", "cue_id": str(cue_id), "answer": "accepted" | "dismissed" as answer}:
                await _post(overlay, ws, CueAnswered(at=0, cue_id=cue_id, answer=Answer(answer)))
            case {"type": "scene", "scene": str(scene)} if scene in overlay.playbook["scenes"]:
                await _post(overlay, ws, SceneChanged(at=0, scene=scene, by="hand"))
            case {"type": "customer_type", "value": None | str() as kind} if _is_type(overlay, kind):
                known = CustomerTypeChanged(at=0, type=kind, probabilities={}, evidence=(), by="hand")
                await _post(overlay, ws, known)
            case _:
                await _say(ws, {"type": "error", "code": "message", "message": "看不懂这条消息"})


def _is_type(overlay: Overlay, kind: str | None) -> bool:
    """Whether the playbook knows a type of customer; None, that it is not to be told, is always one."""
    return kind is None or kind in overlay.playbook["labels"].get("customer_types", {})


async def _post(overlay: Overlay, ws: WebSocket, event: Noted) -> None:
    """Hands on what the agent did; it happens when the call gets to it."""
    if not overlay.post(event):
        await _say(ws, {"type": "error", "code": "busy", "message": "太忙，请再按一次"})


async def _message(ws: WebSocket) -> dict[str, Any] | None:
    """The next message as an object, None when it is anything else."""
    received = await ws.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1000))
    text = received.get("text")
    if text is None or len(text) > MAX_MESSAGE_BYTES:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


async def _say(ws: WebSocket, message: Mapping[str, Any]) -> None:
    await ws.send_text(json.dumps(message, ensure_ascii=False))
