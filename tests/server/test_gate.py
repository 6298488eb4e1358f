"""Wrong Host, foreign Origin, missing token: refused on every route and on the websocket."""

import http.client
import itertools
import json

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from assist.server.app import Overlay, build_app
from assist.server.feed import Feed
from assist.server.gate import Gate, new_token, token_matches
from tests.server.running import Running, running

pytestmark = pytest.mark.shell
TOKEN = "t" * 64
PUBLIC = {"/", "/ws"}  # the bare page; the websocket asks for the token in its first message


@pytest.fixture(scope="module")
def server():
    with running(TOKEN) as up:
        yield up


def _get(server: Running, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    try:
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


GOOD_HOSTS = ("127.0.0.1:{port}", "localhost:{port}")
BAD_HOSTS = (
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:{port}.evil.example",
    "[::1]:{port}",
    "0.0.0.0:{port}",
    "",
)
GOOD_ORIGINS = (None, "http://127.0.0.1:{port}", "http://localhost:{port}")
BAD_ORIGINS = (
    "http://evil.example",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:1",
    "null",
    "http://127.0.0.1",
    "file://",
)
PATHS = ("/", "/api/playbook", "/assets/none.js", "/nowhere")


@pytest.mark.parametrize(("host", "path"), list(itertools.product(BAD_HOSTS, PATHS)))
def test_wrong_host_is_refused(server, host, path):
    status, _, body = _get(server, path, Host=host.format(port=server.port), Authorization=f"Bearer {TOKEN}")
    assert (status, json.loads(body)) == (403, {"error": "wrong host"})


@pytest.mark.parametrize(("origin", "path"), list(itertools.product(BAD_ORIGINS, PATHS)))
def test_foreign_origin_is_refused(server, origin, path):
    headers = {
        "Host": f"127.0.0.1:{server.port}",
        "Origin": origin.format(port=server.port),
        "Authorization": f"Bearer {TOKEN}",
    }
    status, _, body = _get(server, path, **headers)
    assert (status, json.loads(body)) == (403, {"error": "foreign origin"})


@pytest.mark.parametrize(("host", "origin"), list(itertools.product(GOOD_HOSTS, GOOD_ORIGINS)))
def test_own_page_and_programs_with_the_token_are_let_in(server, host, origin):
    headers = {"Host": host.format(port=server.port), "Authorization": f"Bearer {TOKEN}"}
    if origin:
        headers["Origin"] = origin.format(port=server.port)
    status, answer, body = _get(server, "/api/playbook", **headers)
    assert (status, json.loads(body)["id"]) == (200, "test")
    assert answer["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer["x-content-type-options"] == "nosniff"
    assert "server" not in answer


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_data_needs_the_token(server, authorization):
    status, _, body = _get(
        server, "/api/playbook", Host=f"127.0.0.1:{server.port}", Authorization=authorization.encode("utf-8")
    )
    assert (status, json.loads(body)) == (401, {"error": "token"})


def test_token_in_a_query_is_no_token(server):
    status, _, _ = _get(server, f"/api/playbook?token={TOKEN}", Host=f"127.0.0.1:{server.port}")
    assert status == 401


def test_cross_site_requests_of_a_browser_are_refused_without_an_origin(server):
    status, _, _ = _get(server, "/", Host=f"127.0.0.1:{server.port}", Sec_Fetch_Site="cross-site")
    assert status == 403


@pytest.mark.parametrize(
    "path", ["/..%2fapp.py", "/%2e%2e/app.py", "/assets/..%2f..%2fapp.py", "//etc/passwd", "/..\\app.py"]
)
def test_the_page_folder_cannot_be_left(server, path):
    status, _, body = _get(server, path, Host=f"127.0.0.1:{server.port}")
    assert status in (400, 404)
    assert b"Starlette" not in body


def test_every_route_is_public_by_name_or_behind_the_token():
    gate = build_app(Overlay(Feed(), TOKEN, {}, lambda event: True), 1)
    assert isinstance(gate, Gate)
    inner = gate._app
    assert isinstance(inner, Starlette)
    for route in inner.routes:
        assert isinstance(route, Route | WebSocketRoute | Mount)
        path = route.path or "/"
        assert path in PUBLIC or path.startswith("/api/"), f"{path} is neither public by name nor behind the token"


# --- websocket -----------------------------------------------------------------------------------------------------


def _ws(server: Running, origin: str | None = None, **kwargs):
    return connect(f"ws://127.0.0.1:{server.port}/ws", origin=origin, compression=None, open_timeout=10, **kwargs)


@pytest.mark.parametrize("origin", [o for o in BAD_ORIGINS])
def test_websocket_from_a_foreign_page_is_refused(server, origin):
    with pytest.raises(InvalidHandshake):
        _ws(server, origin.format(port=server.port))


def test_websocket_with_a_rebound_host_is_refused(server):
    raw = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    raw.putrequest("GET", "/ws", skip_host=True)
    for name, value in (("Host", "attacker.example"), ("Upgrade", "websocket"), ("Connection", "Upgrade")):
        raw.putheader(name, value)
    raw.putheader("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    raw.putheader("Sec-WebSocket-Version", "13")
    raw.endheaders()
    answer = raw.getresponse()
    assert answer.status == 403
    answer.close()
    raw.close()


@pytest.mark.parametrize(
    "first",
    [
        '{"type":"hello","token":"wrong","after":0}',
        '{"type":"hello","after":0}',
        '{"type":"hello","token":["t"],"after":0}',
        '{"type":"ping"}',
        "not json",
        "[" * 5000,
        "[]",
    ],
)
def test_websocket_without_the_token_hears_nothing(server, first):
    with _ws(server) as ws:
        ws.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=10)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "token")


def _read_on(ws, flood: str | None = None) -> None:
    """Reads until the server closes, after sending a message far too often."""
    for _ in range(2000 if flood else 0):
        ws.send(flood)
    while True:
        ws.recv(timeout=10)


def test_messages_over_64_kib_are_refused(server):
    with _ws(server) as ws:
        ws.send(json.dumps({"type": "hello", "token": TOKEN, "call_id": None, "after": 0}))
        ws.recv(timeout=10)
        ws.send("x" * (64 * 1024 + 1))
        with pytest.raises(ConnectionClosed) as closed:
            _read_on(ws)
    assert closed.value.rcvd.code == 1009


def test_compression_is_never_agreed_on(server):
    with connect(f"ws://127.0.0.1:{server.port}/ws", compression="deflate") as ws:
        assert ws.protocol.extensions == []


def test_a_flood_is_shown_out(server):
    with _ws(server) as ws:
        ws.send(json.dumps({"type": "hello", "token": TOKEN, "call_id": None, "after": 0}))
        with pytest.raises(ConnectionClosed) as closed:
            _read_on(ws, '{"type":"ping"}')
    assert closed.value.rcvd.code == 1008


def test_tokens_are_long_and_differ():
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(bytes.fromhex(token)) * 8 >= 128 for token in tokens)


@pytest.mark.parametrize("given", [None, 5, "", b"t", ["t"], "T" * 64])
def test_only_the_token_itself_matches(given):
    assert not token_matches(given, TOKEN)
    assert token_matches(TOKEN, TOKEN)
