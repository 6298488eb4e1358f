"""Annotated calls: the JSON that trainers and tests use, with turns timed by gaps or by the timing file of a voiced call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assist.core import wire
from assist.core.errors import SourceError
from assist.core.events import Channel

MAX_BYTES = 8 << 20
_CHARACTERS_PER_SECOND = {"slow": 3.6, "normal": 4.4, "fast": 5.4}
_LOUDNESS = ("low", "normal", "high")
_LEAD_SECONDS = 0.5
_LONGEST_CALL_SECONDS = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One annotated turn; seconds since the call began."""

    index: int
    channel: Channel
    text: str
    start: float
    end: float
    loudness: str = "normal"  # low, normal, high


@dataclass(frozen=True, slots=True)
class AnnotatedCall:
    """A call as people have marked it. `data` holds all labels as they stand in the file."""

    call_id: str
    scene: str | None
    turns: tuple[Turn, ...]
    data: Mapping[str, Any]


def read_call(path: Path) -> AnnotatedCall:
    """An annotated call from its file. Raises `SourceError` naming the fault and where it is."""
    data = _json(path)
    if not isinstance(data, dict) or not isinstance(data.get("turns"), list) or not data["turns"]:
        raise SourceError("call.format", f"{path}: not an annotated call; it needs a list of turns")
    timing = _timing(path.with_name(path.stem + ".timing.json"), len(data["turns"]))
    turns: list[Turn] = []
    clock = _LEAD_SECONDS
    for i, turn in enumerate(data["turns"]):
        fault = _fault(turn)
        if fault is not None:
            raise SourceError("call.turn", f"{path}: turn {i}: {fault}")
        if timing is not None:
            start, end = timing[i]
        else:
            start = max(0.0, clock + float(turn.get("gap", 0.6)))
            end = start + len(turn["text"]) / _CHARACTERS_PER_SECOND[turn.get("pace", "normal")]
        clock = end
        if end > _LONGEST_CALL_SECONDS:
            raise SourceError("call.turn", f"{path}: turn {i} ends after {end:.0f} s; the gaps or times are wrong")
        loudness = turn.get("loudness", "normal")
        turns.append(Turn(i, Channel(turn["channel"]), turn["text"], start, end, loudness))
    return AnnotatedCall(str(data.get("call_id") or path.stem), data.get("scene"), tuple(turns), data)


def _fault(turn: Any) -> str | None:
    if not isinstance(turn, dict):
        return "not an object"
    if turn.get("channel") not in list(Channel):
        return f"channel must be agent or customer, not {turn.get('channel')!r}"
    if not isinstance(turn.get("text"), str) or not turn["text"].strip():
        return "text is missing"
    if not wire.writable(turn["text"]):
        return "text has broken characters; save the file as UTF-8"
    if turn.get("pace", "normal") not in _CHARACTERS_PER_SECOND:
        return f"pace must be slow, normal or fast, not {turn['pace']!r}"
    if turn.get("loudness", "normal") not in _LOUDNESS:
        return f"loudness must be low, normal or high, not {turn['loudness']!r}"
    gap = turn.get("gap", 0.6)
    return None if isinstance(gap, int | float) and abs(gap) < 600 else "gap must be seconds"


def _timing(path: Path, count: int) -> Sequence[tuple[float, float]] | None:
    if not path.is_file():
        return None
    data = _json(path)
    try:
        times = [(float(turn["start"]), float(turn["end"])) for turn in data["turns"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError("call.timing", f"{path}: each turn needs start and end in seconds") from error
    if len(times) != count or any(not 0 <= start < end for start, end in times):
        raise SourceError("call.timing", f"{path}: {len(times)} times for {count} turns, or an end before its start")
    return times


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(
                "call.too_large", f"{path}: larger than {MAX_BYTES >> 20} MiB; is this an annotated call?"
            )
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError("source.missing", f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:
        raise SourceError("call.json", f"{path}: not JSON in UTF-8; export it again") from error
