"""The part of Whisper's vocabulary that Chinese calls need.

Whisper writes a hundred languages with 51,865 tokens, and scoring all of them is more than half the work of every decoded
token. Chinese, digits, punctuation and everyday Latin words need 7,000; a copy of the weights without the other rows gives
the same text in two thirds of the time. The copy is made once, from weights whose digest was checked, and kept beside them.

Other models may have a layout that is not known here: they run with their whole vocabulary.
"""

import json
import logging
import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

log = logging.getLogger(__name__)

_FORMAT = 6  # of CTranslate2's model.bin
_EMBEDDINGS = "decoder/embeddings/weight"
_BY_TOKEN = ("decoder/embeddings/", "decoder/projection/")  # where a variable may have a row for every token
_LATIN_RANK = 4000  # byte-pair merges come in order of frequency: this many cover everyday Latin words
_KEPT_FILE = "kept.json"
_COPIED = ("model.bin", "config.json", "vocabulary.txt", _KEPT_FILE, "stamp")
_TEXT_TOKENS = 50257  # what follows are special tokens and times
_BYTES_PER = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # of CTranslate2's data types
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’…—· ]+")
_CJK_LEAD_BYTES = frozenset((*range(0xE3, 0xEA), 0xEF))


def _byte_of() -> dict[str, int]:
    """The byte that each character of a byte-level vocabulary stands for."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return {chr(b): b for b in shown} | {chr(256 + i): b for i, b in enumerate(hidden)}


class Vocabulary:
    """Between text, the tokenizer's numbers and the numbers of the weights' rows."""

    def __init__(self, folder: Path, kept: Sequence[int] | None = None) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._kept = list(kept) if kept is not None else list(range(_rows(folder)))
        self._row = {token: row for row, token in enumerate(self._kept)}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the whole vocabulary."""
        return self._tokenizer

    def rows(self, tokens: Iterable[int]) -> list[int]:
        """Rows of the tokenizer's numbers; what has no row is left out."""
        return [self._row[token] for token in tokens if token in self._row]

    def encode(self, text: str) -> list[int]:
        """Rows of a text; what has no row is spelt byte by byte."""
        return [
            row for token in self._tokenizer.encode(text, add_special_tokens=False).ids for row in self._spell(token)
        ]

    def decode(self, rows: Iterable[int]) -> str:
        """The text of rows; special tokens are left out, an incomplete character becomes U+FFFD."""
        return str(self._tokenizer.decode([self._kept[row] for row in rows]))

    def _spell(self, token: int) -> list[int]:
        if token in self._row:
            return [self._row[token]]
        name = self._tokenizer.id_to_token(token) or ""
        return self.rows(byte for char in name if (byte := self._tokenizer.token_to_id(char)) is not None)


def _rows(folder: Path) -> int:
    """How many tokens the weights know; the tokenizer's file leaves the times out."""
    listed = folder / "vocabulary.json"
    if listed.is_file():
        return len(json.loads(listed.read_text(encoding="utf-8")))
    return len((folder / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n"))


def kept_tokens(names: Mapping[str, int]) -> list[int]:
    """Which tokens of a byte-level vocabulary Chinese calls need, in their order."""
    byte_of = _byte_of()
    return sorted(token for name, token in names.items() if token >= _TEXT_TOKENS or _needed(name, token, byte_of))


def _needed(name: str, token: int, byte_of: Mapping[str, int]) -> bool:
    raw = bytes(byte_of[char] for char in name)
    if len(raw) == 1:
        return True  # every text can be spelt
    try:
        text = raw.decode()
    except UnicodeDecodeError:  # a piece of a character
        return all(byte in _CJK_LEAD_BYTES for byte in raw if byte >= 0xC0)
    if text.isascii():
        return token < _LATIN_RANK or any(char.isdigit() for char in text)
    return _CHINESE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes


def compact(folder: Path, home: Path) -> Path:
    """A folder with the same weights less the rows that Chinese needs not; `folder` itself where that cannot be done.

    `home` is where the copy is kept; it is used again while the original has not changed.
    """
    try:
        stamp = _stamp(folder)
        if all((home / name).is_file() for name in _COPIED) and (home / "stamp").read_text() == stamp:
            return home
        _write_compact(folder, home)
        (home / "stamp").write_text(stamp)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
        log.info("the whole vocabulary is used: %s", error)
        return folder
    return home


def open_vocabulary(folder: Path, original: Path) -> Vocabulary:
    """The vocabulary that goes with the weights in `folder`."""
    kept = folder / _KEPT_FILE
    return Vocabulary(original, json.loads(kept.read_text()) if kept.is_file() else None)


def _stamp(folder: Path) -> str:
    state = (folder / "model.bin").stat()
    return f"{state.st_size} {state.st_mtime_ns} {_LATIN_RANK}"


def _write_compact(folder: Path, home: Path) -> None:
    names = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    words = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    known = len(words) - (words[-1] == "")
    text_tokens = {name: token for name, token in names.items() if token < _TEXT_TOKENS}
    kept = [*kept_tokens(text_tokens), *range(_TEXT_TOKENS, known)]
    row = {token: i for i, token in enumerate(kept)}
    config = json.loads((folder / "config.json").read_text())
    for key in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        config[key] = [row[token] for token in config[key] if token in row]
    home.mkdir(parents=True, exist_ok=True)
    partial = home / "model.bin.partial"
    with (folder / "model.bin").open("rb") as source, partial.open("wb") as target:
        _copy(source, target, kept, known)
    (home / "vocabulary.txt").write_text("\n".join(words[token] for token in kept) + "\n", encoding="utf-8")
    (home / "config.json").write_text(json.dumps(config))
    (home / _KEPT_FILE).write_text(json.dumps(kept))
    partial.replace(home / "model.bin")


def _copy(source: BufferedReader, target: BufferedWriter, kept: list[int], known: int) -> None:
    """Copies CTranslate2's model.bin with only the kept rows of all `known` tokens.

    Raises `ValueError` when the embeddings are not as expected or the file was cut short.
    """
    (form,) = _take(source, "I")
    if form != _FORMAT:
        raise ValueError(f"model.bin has format {form}, not {_FORMAT}")
    specification, (revision, count) = _string(source), _take(source, "II")
    target.write(struct.pack("<I", form) + _packed(specification) + struct.pack("<II", revision, count))
    seen = False
    for variable in _variables(source, count):
        if variable.name.startswith(_BY_TOKEN) and variable.shape[:1] == (known,):
            seen, variable = seen or variable.name == _EMBEDDINGS, _fewer_rows(variable, kept)
        shape = struct.pack(f"<B{len(variable.shape)}I", len(variable.shape), *variable.shape)
        target.write(_packed(variable.name) + shape + struct.pack("<BI", variable.kind, len(variable.data)))
        target.write(variable.data)
    if not seen:
        raise ValueError(f"no {_EMBEDDINGS} of {known} rows in model.bin")
    (aliases,) = _take(source, "I")  # the projection is the embeddings
    target.write(struct.pack("<I", aliases) + b"".join(_packed(_string(source)) for _ in range(2 * aliases)))


def _variables(source: BufferedReader, count: int) -> Iterator[_Variable]:
    for _ in range(count):
        name = _string(source)
        (rank,) = _take(source, "B")
        shape = _take(source, f"{rank}I")
        kind, size = _take(source, "BI")
        yield _Variable(name, shape, kind, _read(source, size))


def _fewer_rows(variable: _Variable, kept: list[int]) -> _Variable:
    rows, *rest = variable.shape
    if kept[-1] >= rows or variable.kind not in _BYTES_PER:
        raise ValueError("embeddings do not fit the vocabulary")
    table = np.frombuffer(variable.data, np.uint8).reshape(rows, math.prod(rest) * _BYTES_PER[variable.kind])
    return _Variable(variable.name, (len(kept), *rest), variable.kind, table[kept].tobytes())


def _take(source: BufferedReader, form: str) -> tuple[Any, ...]:
    return struct.unpack("<" + form, _read(source, struct.calcsize("<" + form)))


def _string(source: BufferedReader) -> str:
    (size,) = _take(source, "H")
    return _read(source, size).rstrip(b"\0").decode()


def _read(source: BufferedReader, size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise ValueError("model.bin was cut short")
    return data


def _packed(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return struct.pack("<H", len(raw)) + raw
