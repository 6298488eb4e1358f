"""The notes an ONNX file carries about itself, read without loading the network.

A native runtime that misses one of them ends the whole process, so they are looked at first. An ONNX file is a protocol
buffer; everything but the notes is skipped by its length, which also tells a file that was cut short.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from assist.core.errors import EngineError

_GRAPH, _NOTE = 7, 14  # field numbers of a model
_KEY, _VALUE = 1, 2  # field numbers of a note
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_LONGEST_NOTE = 1 << 24


def onnx_notes(path: Path) -> dict[str, str]:
    """Key and value of every note. Raises `EngineError` when the file is no ONNX model or is not whole."""
    notes: dict[str, str] = {}
    size, graph = path.stat().st_size, False
    try:
        with path.open("rb") as stream:
            for field, length in _fields(stream, size):
                graph = graph or field == _GRAPH
                if field == _NOTE:
                    key, value = _note(stream.read(length))
                    notes[key] = value
                else:
                    stream.seek(length, 1)
    except (ValueError, OSError) as error:
        raise EngineError(
            "model.damaged", f"{path}: not a whole ONNX model ({error}); copy the file again from where it came"
        ) from error
    if not graph:
        raise EngineError("model.damaged", f"{path}: not an ONNX model; copy the file again from where it came")
    return notes


def _fields(stream: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Number and length of each field; the caller takes exactly that many bytes before it asks for the next."""
    while stream.tell() < size:
        tag = _varint(stream)
        field, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            _varint(stream)
            length = 0
        else:
            length = _length(stream, wire)
        if stream.tell() + length > size:
            raise ValueError("it ends too early")
        if field == _NOTE and length > _LONGEST_NOTE:
            raise ValueError("a note is too long")
        yield field, length


def _length(stream: BinaryIO, wire: int) -> int:
    if wire == _BYTES:
        return _varint(stream)
    if wire in (_FIXED_64, _FIXED_32):
        return 8 if wire == _FIXED_64 else 4
    raise ValueError("its bytes have another form")


def _varint(stream: BinaryIO) -> int:
    number = 0
    for shift in range(0, 64, 7):
        byte = stream.read(1)
        if not byte:
            raise ValueError("it ends too early")
        number |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return number
    raise ValueError("its bytes have another form")


def _note(content: bytes) -> tuple[str, str]:
    """Key and value of one note, both short strings."""
    stream, parts = BytesIO(content), {_KEY: "", _VALUE: ""}
    for field, length in _fields(stream, len(content)):
        parts[field] = stream.read(length).decode("utf-8", "replace")
    return parts[_KEY], parts[_VALUE]
