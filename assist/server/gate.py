"""Who may talk to the server: the right Host, no foreign Origin, and a token for everything that is not the bare page.

A page anywhere on the web can reach a port on this machine, so loopback alone protects nothing. Host is checked against
DNS rebinding, Origin against foreign pages, and the token against other programs. The token comes in a header or in the
first websocket message, never in a query, where logs would keep it.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_BYTES = 32
PROTECTED = "/api/"

_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def new_token() -> str:
    """256 random bits."""
    return secrets.token_hex(TOKEN_BYTES)


class Gate:
    """ASGI middleware before every route and websocket."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            await JSONResponse({"error": refusal[1]}, refusal[0])(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return 403, "wrong host"
        origins = headers.getlist("origin")
        if origins and (len(origins) > 1 or origins[0] not in self._origins):
            return 403, "foreign origin"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, "foreign site"
        if scope["path"].startswith(PROTECTED) and not self._bearer(headers):
            return 401, "token"
        return None

    def _bearer(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and token_matches(given, self._token)


def token_matches(given: object, token: str) -> bool:
    """Compares in constant time; anything that is not text is no token."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY_HEADERS.items():
                headers[name] = value
        await send(message)

    return wrapped
