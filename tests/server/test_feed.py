"""An overlay that comes late, reloads or falls behind gets everything exactly once, or is told to start again."""

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from assist.core.events import (
    Answer,
    CallStarted,
    Channel,
    Cue,
    CueAnswered,
    CueKind,
    CueRetired,
    CueShown,
    CustomerTypeChanged,
    PlaybookRef,
    SceneChanged,
    Transcribed,
    Transcript,
)
from assist.core.spans import Span
from assist.server.feed import Feed
from tests.server.running import running

pytestmark = pytest.mark.shell


def _text(utterance: str, revision: int, *, final: bool, at: int = 0) -> Transcribed:
    text = Transcript(
        utterance=utterance, channel=Channel.AGENT, revision=revision, span=Span(0, 160), text="您好", final=final
    )
    return Transcribed(at=at, transcript=text)


def _started() -> CallStarted:
    return CallStarted(
        at=0,
        source="x",
        scene=None,
        playbook=PlaybookRef("p", "1.0"),
        started_at="2026-01-05T10:00:00+08:00",
        engine="e",
    )


def _hello(token: str, after: int, call_id: str | None) -> str:
    return json.dumps({"type": "hello", "token": token, "after": after, "call_id": call_id})


def _records(ws, until: int) -> list[dict]:
    got: list[dict] = []
    while not got or got[-1].get("seq", 0) < until:
        message = json.loads(ws.recv(timeout=10))
        if "kind" in message or message.get("type") == "reset":
            got.append(message)
    return got


def test_resumes_after_what_was_seen_and_hears_what_comes():
    with running() as server:
        token, feed = server.overlay.token, server.overlay.feed
        server.call(feed.begin, "c1")
        for seq in range(1, 6):
            server.call(feed.publish, seq, _text(f"a{seq}", 1, final=True))
        with connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
            ws.send(_hello(token, 3, "c1"))
            assert json.loads(ws.recv(timeout=10)) == {"type": "welcome", "call_id": "c1", "seq": 5}
            assert [r["seq"] for r in _records(ws, 5)] == [4, 5]
            server.call(feed.publish, 6, _text("a6", 1, final=True))
            assert [r["seq"] for r in _records(ws, 6)] == [6]


@pytest.mark.parametrize("after", [3, -1, True, "3", None, 10**30])
def test_another_call_or_nonsense_starts_from_the_beginning(after):
    with running() as server:
        feed = server.overlay.feed
        server.call(feed.begin, "c2")
        server.call(feed.publish, 1, _started())
        with connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
            ws.send(_hello(server.overlay.token, after, "another"))
            assert [r["seq"] for r in _records(ws, 1)] == [1]


def test_a_new_call_resets_an_overlay_that_is_connected():
    with running() as server:
        feed = server.overlay.feed
        server.call(feed.begin, "c1")
        server.call(feed.publish, 1, _started())
        with connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
            ws.send(_hello(server.overlay.token, 0, None))
            _records(ws, 1)
            server.call(feed.begin, "c2")
            assert json.loads(ws.recv(timeout=10)) == {"type": "reset"}
            assert json.loads(ws.recv(timeout=10))["call_id"] == "c2"


def test_answers_reach_the_driver_and_nonsense_does_not():
    with running() as server, connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
        ws.send(_hello(server.overlay.token, 0, None))
        ws.recv(timeout=10)
        for answer in ("accepted", "dismissed", "expired", "acted_on", 7):
            ws.send(json.dumps({"type": "answer", "cue_id": "x#1", "answer": answer}))
        ws.send(json.dumps({"type": "answer", "cue_id": 5, "answer": "accepted"}))
        for scene in ("renewal", "nowhere", 3):
            ws.send(json.dumps({"type": "scene", "scene": scene}))
        ws.send('{"type":"ping"}')
        said = [json.loads(ws.recv(timeout=10)) for _ in range(7)]
        assert [message["type"] for message in said] == ["error"] * 6 + ["pong"]
        assert server.answers == [
            CueAnswered(at=0, cue_id="x#1", answer=Answer.ACCEPTED),
            CueAnswered(at=0, cue_id="x#1", answer=Answer.DISMISSED),
            SceneChanged(at=0, scene="renewal", by="hand"),
        ]


def test_the_customers_type_is_set_by_hand_to_one_that_the_playbook_knows_or_to_none():
    with running() as server, connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
        ws.send(_hello(server.overlay.token, 0, None))
        ws.recv(timeout=10)
        for value in ("power", "choleric", 3, ["power"], None):
            ws.send(json.dumps({"type": "customer_type", "value": value}))
        ws.send('{"type":"customer_type"}')
        ws.send('{"type":"ping"}')
        said = [json.loads(ws.recv(timeout=10)) for _ in range(5)]
        assert [message.get("code", message["type"]) for message in said] == ["message"] * 4 + ["pong"]
        assert server.answers == [
            CustomerTypeChanged(at=0, type=kind, probabilities={}, evidence=(), by="hand") for kind in ("power", None)
        ]


def _cue(number: int) -> CueShown:
    cue = Cue(
        id=f"x#{number}",
        kind=CueKind.SAY,
        title="t",
        say="s",
        because=(),
        source="M3",
        priority=1,
        expires=16,
        entry="x",
    )
    return CueShown(at=0, cue=cue)


def test_history_is_bounded_and_keeps_what_counts():
    feed = Feed(keep=100, most=150)
    feed.begin("c")
    feed.publish(1, _started())
    seq = 1
    for n in range(400):
        for event in (
            _text(f"a{n}", 1, final=False),
            _text(f"a{n}", 2, final=True),
            _cue(n),
            CueRetired(at=0, cue_id=f"x#{n}", reason="expired"),
        ):
            seq += 1
            feed.publish(seq, event)
    forget, kept = feed.after(0)
    assert forget
    assert kept[0].seq == 1
    assert kept[-1].seq == seq
    assert len(kept) < 1600
    numbers = [k.seq for k in kept]
    assert numbers == sorted(set(numbers))


def test_a_reader_who_missed_what_was_left_out_starts_again():
    feed = Feed(keep=40)
    feed.begin("c")
    for seq in range(1, 200):
        feed.publish(seq, _text(f"a{seq // 2}", seq % 2, final=bool(seq % 2)))
    forget, kept = feed.after(5)
    assert forget
    assert kept[-1].seq == 199
    assert feed.after(198) == (False, kept[-1:])
    assert feed.after(199) == (False, [])


def test_pages_are_told_that_the_copilot_stops():
    with running() as server, connect(f"ws://127.0.0.1:{server.port}/ws") as ws:
        ws.send(_hello(server.overlay.token, 0, None))
        ws.recv(timeout=10)
        server.call(server.overlay.feed.end)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=10)
    assert closed.value.rcvd.code == 1001
