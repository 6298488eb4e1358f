"""The wire, version 1: one JSON object per event, the same on the websocket, in the log and in exports.

The codec and the JSON Schema are derived from the dataclass fields in `events`, so a field cannot be forgotten in one of
them. Times leave as whole milliseconds (`at` becomes `at_ms`); a field marked `flat` puts its own fields into the record.
Reading is lenient where versions differ (unknown fields are passed over, absent fields with a default take it) and strict
where data is broken.
"""

import dataclasses
import json
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin

from assist.core.errors import LogCorrupt
from assist.core.events import CallEvent
from assist.core.spans import SAMPLES_PER_MS, Unit

VERSION = 1
Json = dict[str, Any] | list[Any] | str | int | float | bool | None
Record = dict[str, Any]
_UNIONS = (types.UnionType, typing.Union)


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in a call."""

    call_id: str
    seq: int
    event: CallEvent


_BROKEN = re.compile("[\ud800-\udfff]")


def writable(text: str) -> bool:
    """Whether a text can be written as UTF-8; half a character pair cannot."""
    return _BROKEN.search(text) is None


def kind_of(event_type: type) -> str:
    """`CueShown` is `cue_shown` on the wire."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower()


KINDS: Mapping[str, type] = {kind_of(t): t for t in get_args(CallEvent)}


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    name: str
    wire: str
    type: Any
    flat: bool
    absent: bool
    default: Any  # dataclasses.MISSING when there is none


@cache
def _fields(cls: Any) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    found = []
    for field in dataclasses.fields(cls):
        declared = hints[field.name]
        wire = f"{field.name}_ms" if _is_time(declared) else field.name
        found.append(
            _Field(
                field.name,
                wire,
                declared,
                "flat" in field.metadata,
                "absent" in field.metadata,
                field.default,
            )
        )
    return tuple(found)


def _fields_of(value: Any) -> tuple[_Field, ...]:
    cls: Any = type(value)
    return _fields(cls)


def _is_time(declared: Any) -> bool:
    if get_origin(declared) in _UNIONS:
        return _is_time(get_args(declared)[0])
    return any(isinstance(extra, Unit) for extra in getattr(declared, "__metadata__", ()))


# --- writing -------------------------------------------------------------------------------------------------------


def encode(event: CallEvent, call_id: str, seq: int) -> Record:
    """The wire record of one event."""
    body = _encode_fields(event)
    return {
        "v": VERSION,
        "call_id": call_id,
        "seq": seq,
        "at_ms": body.pop("at_ms"),
        "kind": kind_of(type(event)),
    } | body


def plain(value: Any) -> Json:
    """Any of the core's dataclasses as JSON data, by the same rules as an event; used for snapshots of the state."""
    data: Json = _encode(value, False)
    return data


def dumps(record: Json) -> str:
    """Canonical text: one line, characters as they are, no NaN."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _encode(value: Any, is_time: bool) -> Any:
    if dataclasses.is_dataclass(value):
        return _encode_fields(value)
    if isinstance(value, tuple):
        return [_encode(item, is_time) for item in value]
    if isinstance(value, Mapping):
        return {key: _encode(item, False) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    if is_time and value is not None:
        return value // SAMPLES_PER_MS
    return value


def _encode_fields(value: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in _fields_of(value):
        content = getattr(value, field.name)
        if field.flat:
            out |= _encode_fields(content)
        elif not (field.absent and content is None):
            out[field.wire] = _encode(content, _is_time(field.type))
    return out


# --- reading -------------------------------------------------------------------------------------------------------


def loads(line: str) -> Recorded:
    """One line of a log. Raises `LogCorrupt` with a sentence that names what is wrong with it."""
    try:
        record = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise LogCorrupt("log.not_json", "not a line of JSON") from error
    return decode(record)


def decode(record: Json) -> Recorded:
    """The event in a wire record. Raises `LogCorrupt`."""
    if not isinstance(record, dict):
        raise LogCorrupt("log.not_object", "not a JSON object")
    version = record.get("v")
    if type(version) is not int or version != VERSION:
        raise LogCorrupt(
            "log.version", f"wire version {version!r} is not known here; this release reads version {VERSION}"
        )
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise LogCorrupt("log.kind", f"unknown kind {kind!r}")
    seq, call_id = _decode(record.get("seq"), int, "seq"), _decode(record.get("call_id"), str, "call_id")
    if seq < 1 or not call_id:
        raise LogCorrupt("log.place", "seq begins at 1, and call_id is not empty")
    return Recorded(call_id, seq, _decode_fields(record, KINDS[kind], kind))


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _decode_fields(record: Mapping[str, Any], cls: type, where: str) -> Any:
    values = {}
    for field in _fields(cls):
        if field.flat:
            values[field.name] = _decode_fields(record, field.type, where)
        elif field.wire in record:
            values[field.name] = _decode(record[field.wire], field.type, f"{where}.{field.wire}")
        elif field.default is dataclasses.MISSING:
            raise LogCorrupt("log.field_missing", f"{where} lacks {field.wire}")
    try:
        return cls(**values)
    except ValueError as error:
        raise LogCorrupt("log.field_value", f"{where}: {error}") from error


def _decode(value: Any, declared: Any, where: str) -> Any:
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in _UNIONS:
        return None if value is None else _decode(value, arguments[0], where)
    if _is_time(declared) and type(value) is int and value >= 0:
        return value * SAMPLES_PER_MS
    if origin is tuple and isinstance(value, list):
        return tuple(_decode(item, arguments[0], f"{where}[{i}]") for i, item in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return {str(key): _decode(item, arguments[1], f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(declared) and isinstance(value, dict):
        return _decode_fields(value, typing.cast(type, declared), where)
    return _decode_scalar(value, declared, where)


def _decode_scalar(value: Any, declared: Any, where: str) -> Any:
    if isinstance(declared, type) and issubclass(declared, StrEnum) and value in list(declared):
        return declared(value)
    if declared is float and type(value) in (int, float) and abs(value) <= sys.float_info.max:
        return float(value)
    if declared in (str, int, bool) and type(value) is declared and (declared is not str or writable(value)):
        return value
    raise LogCorrupt("log.field_type", f"{where} is not what version {VERSION} says it is")


# --- describing ----------------------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one record, generated from the types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Call event, wire version {VERSION}",
        "description": "One line of an event log, one websocket message. A kind may carry more fields than are listed.",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS],
        "$defs": {kind: _kind_schema(kind, cls) for kind, cls in KINDS.items()},
    }


def _kind_schema(kind: str, cls: type) -> dict[str, Any]:
    properties = {
        "v": {"const": VERSION},
        "call_id": {"type": "string", "minLength": 1},
        "seq": {"type": "integer", "minimum": 1},
        "kind": {"const": kind},
    }
    own, required = _object_schema(cls)
    return {"type": "object", "properties": properties | own, "required": ["v", "call_id", "seq", "kind", *required]}


def _object_schema(cls: type) -> tuple[dict[str, Any], list[str]]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, declared, needed in _leaves(cls):
        properties[name] = _type_schema(declared)
        if needed:
            required.append(name)
    return properties, required


def _leaves(cls: type) -> Iterator[tuple[str, Any, bool]]:
    for field in _fields(cls):
        if field.flat:
            yield from _leaves(field.type)
        else:
            yield field.wire, field.type, field.default is dataclasses.MISSING


def _type_schema(declared: Any) -> dict[str, Any]:
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in _UNIONS:
        return {"anyOf": [_type_schema(arguments[0]), {"type": "null"}]}
    if _is_time(declared):
        return {"type": "integer", "minimum": 0}
    if origin is tuple:
        return {"type": "array", "items": _type_schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type_schema(arguments[1])}
    if dataclasses.is_dataclass(declared):
        properties, required = _object_schema(typing.cast(type, declared))
        return {"type": "object", "properties": properties, "required": required}
    if issubclass(declared, StrEnum):
        return {"enum": [member.value for member in declared]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[declared]}
