"""The compact copy of the weights: exactly the rows that are kept, everything else as it was, or no copy at all."""

import json
import logging
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from models.vocabulary import Vocabulary, compact, kept_tokens, open_vocabulary

pytestmark = pytest.mark.unit

KNOWN = 50_264  # text tokens, and seven special ones
FLOAT, INT8, INT32, HALF = 0, 1, 3, 4  # as CTranslate2 numbers them


@dataclass(frozen=True)
class Stored:
    """One variable of a model.bin."""

    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes

    @classmethod
    def of(cls, name: str, values: np.ndarray) -> "Stored":
        kind = {"float32": FLOAT, "int8": INT8, "int32": INT32, "float16": HALF}[values.dtype.name]
        return cls(name, values.shape, kind, values.tobytes())


EMBEDDINGS = Stored.of(
    "decoder/embeddings/weight", np.random.default_rng(5).normal(0, 1, (KNOWN, 3)).astype(np.float16)
)
OTHERS = (
    Stored.of("decoder/alignment_heads", np.array([[3, 1], [4, 2]], np.int32)),
    Stored.of("decoder/layer_0/weight", np.arange(12, dtype=np.float32).reshape(3, 4)),
    Stored.of("encoder/position_encodings/encodings", np.zeros((7, 3), np.float16)),
    Stored.of("encoder/scale", np.array(2, np.int8)),
)
VARIABLES = (OTHERS[0], EMBEDDINGS, *OTHERS[1:])
ALIASES = (("decoder/projection/weight", "decoder/embeddings/weight"), ("encoder/twin", "encoder/scale"))

LETTERS = [*range(33, 127), *range(161, 173), *range(174, 256)]
BYTE_NAMES = [chr(b) for b in LETTERS] + [chr(256 + i) for i in range(256 - len(LETTERS))]
NAME_OF = dict(zip([*LETTERS, *(b for b in range(256) if b not in LETTERS)], BYTE_NAMES, strict=True))


def piece(raw: bytes) -> str:
    """How a byte-level vocabulary writes some bytes."""
    return "".join(NAME_OF[byte] for byte in raw)


KEPT = {
    "宽".encode()[:2]: 256,
    "宽".encode(): 257,
    "宽带".encode(): 300,
    "。".encode(): 301,
    b"he": 302,
    b"12": 5001,
    "…".encode(): 5002,
}
DROPPED = {
    "я".encode(): 310,
    "の".encode(): 311,  # begins with the byte of a Chinese mark
    "é".encode(): 312,
    b"\xd1\x8f\xd1": 313,  # a piece of Cyrillic
    b"ab": 5003,  # a rare Latin word
}


def write_bin(path: Path, variables: tuple[Stored, ...] = VARIABLES, form: int = 6) -> None:
    """CTranslate2's model.bin: version, specification, revision, variables, aliases."""

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    out = struct.pack("<I", form) + string("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for one in variables:
        out += string(one.name) + struct.pack(f"<B{len(one.shape)}I", len(one.shape), *one.shape)
        out += struct.pack("<BI", one.kind, len(one.data)) + one.data
    out += struct.pack("<I", len(ALIASES)) + b"".join(string(a) + string(b) for a, b in ALIASES)
    path.write_bytes(out)


def read_bin(path: Path) -> tuple[tuple[int, str, int], list[Stored], bytes]:
    """Head, variables and the bytes of the aliases."""
    raw, place = path.read_bytes(), 0

    def take(form: str) -> tuple[int, ...]:
        nonlocal place
        place += struct.calcsize("<" + form)
        return struct.unpack("<" + form, raw[place - struct.calcsize("<" + form) : place])

    def bytes_of(size: int) -> bytes:
        nonlocal place
        place += size
        return raw[place - size : place]

    def string() -> str:
        return bytes_of(take("H")[0]).removesuffix(b"\0").decode()

    head = (take("I")[0], string(), take("I")[0])
    variables = []
    for _ in range(take("I")[0]):
        name = string()
        shape = take(f"{take('B')[0]}I")
        kind, size = take("BI")
        variables.append(Stored(name, shape, kind, bytes_of(size)))
    return head, variables, raw[place:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The smallest model that has everything: 50,264 tokens of three numbers each."""
    path = tmp_path / "whole"
    path.mkdir()
    write_bin(path / "model.bin")
    words = {**{name: i for i, name in enumerate(BYTE_NAMES)}, **{piece(raw): i for raw, i in (KEPT | DROPPED).items()}}
    merges = [
        (piece(whole[:cut]), piece(whole[cut:]))
        for whole in KEPT | DROPPED
        for cut in range(1, len(whole))
        if piece(whole[:cut]) in words and piece(whole[cut:]) in words
    ]
    tokenizer = Tokenizer(BPE(vocab=words, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "vocabulary.txt").write_text("".join(f"w{i}\n" for i in range(KNOWN)), encoding="utf-8")
    config = {
        "suppress_ids": [1, 310, 5001, 5003, 50257],
        "suppress_ids_begin": [220, 50257],
        "lang_ids": [50259, 50260],
        "alignment_heads": [[3, 1], [4, 2]],
    }
    (path / "config.json").write_text(json.dumps(config))
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "compact" / "tiny"


def kept() -> list[int]:
    return [*range(256), *sorted(KEPT.values()), *range(50_257, KNOWN)]


def test_what_is_kept():
    names = {piece(raw): token for raw, token in (KEPT | DROPPED).items()}
    assert kept_tokens(names) == sorted(KEPT.values())
    assert kept_tokens({name: i for i, name in enumerate(BYTE_NAMES)}) == list(range(256))


def test_the_copy_has_exactly_the_kept_rows_and_all_else_as_it_was(folder, home):
    assert compact(folder, home) == home
    (head, before, aliases), (copied_head, after, copied_aliases) = (
        read_bin(folder / "model.bin"),
        read_bin(home / "model.bin"),
    )
    assert (copied_head, copied_aliases) == (head, aliases)
    assert [v for v in after if v.name != EMBEDDINGS.name] == list(OTHERS)
    assert [v.name for v in after] == [v.name for v in before]
    (table,) = (v for v in after if v.name == EMBEDDINGS.name)
    rows = np.frombuffer(EMBEDDINGS.data, np.float16).reshape(KNOWN, 3)[kept()]
    assert (table.shape, table.kind) == (rows.shape, HALF)
    assert table.data == rows.tobytes()


def test_the_numbers_of_the_configuration_are_those_of_the_rows(folder, home):
    compact(folder, home)
    place = kept().index
    config = json.loads((home / "config.json").read_text())
    assert config == {
        "suppress_ids": [1, place(5001), place(50257)],
        "suppress_ids_begin": [220, place(50257)],
        "lang_ids": [place(50259), place(50260)],
        "alignment_heads": [[3, 1], [4, 2]],
    }
    words = (home / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    assert words == [f"w{token}" for token in kept()]


def test_text_is_spelt_with_what_is_left(folder, home):
    whole, left = Vocabulary(folder), open_vocabulary(compact(folder, home), folder)
    assert (len(whole), len(left)) == (KNOWN, len(kept()))
    assert whole.encode("宽я") == [257, 310]
    assert left.encode("宽я") == [kept().index(257), *(BYTE_NAMES.index(NAME_OF[b]) for b in "я".encode())]
    for text in ("宽带宽。", "яの éab", "he 12", "\n\t\0"):
        assert left.decode(left.encode(text)) == text
        assert whole.decode(whole.encode(text)) == text
    assert left.rows([257, 310, 50_258]) == [kept().index(257), kept().index(50_258)]


@pytest.mark.parametrize("kind", [FLOAT, INT8])
def test_other_number_formats_are_copied_too(folder, home, kind):
    values = np.arange(KNOWN * 3).reshape(KNOWN, 3).astype(np.float32 if kind == FLOAT else np.int8)
    write_bin(folder / "model.bin", (Stored.of(EMBEDDINGS.name, values), *OTHERS))
    compact(folder, home)
    table = read_bin(home / "model.bin")[1][0]
    assert (table.kind, table.data) == (kind, values[kept()].tobytes())


def test_what_belongs_to_the_rows_goes_with_them(folder, home):
    """Weights in whole numbers have a scale for each row, and a projection may have rows of its own."""
    scale, bias = np.arange(KNOWN, dtype=np.float32), np.arange(KNOWN, dtype=np.float32)[::-1].copy()
    extra = (Stored.of("decoder/embeddings/weight_scale", scale), Stored.of("decoder/projection/bias", bias))
    alike = Stored.of("encoder/of_the_same_length", scale)
    write_bin(folder / "model.bin", (*VARIABLES, *extra, alike))
    compact(folder, home)
    found = {v.name: v for v in read_bin(home / "model.bin")[1]}
    assert found["decoder/embeddings/weight_scale"].data == scale[kept()].tobytes()
    assert found["decoder/projection/bias"].data == bias[kept()].tobytes()
    assert found["decoder/projection/bias"].shape == (len(kept()),)
    assert found[alike.name] == alike


def test_a_copy_is_used_again_until_the_original_changes(folder, home):
    compact(folder, home)
    first = (home / "model.bin").stat().st_mtime_ns, (home / "model.bin").stat().st_ino
    assert compact(folder, home) == home
    assert ((home / "model.bin").stat().st_mtime_ns, (home / "model.bin").stat().st_ino) == first
    changed = np.frombuffer(EMBEDDINGS.data, np.float16).reshape(KNOWN, 3) + np.float16(1)
    state = (folder / "model.bin").stat()
    write_bin(folder / "model.bin", (OTHERS[0], Stored.of(EMBEDDINGS.name, changed), *OTHERS[1:]))
    os.utime(folder / "model.bin", ns=(state.st_atime_ns, state.st_mtime_ns + 1))  # the same length, a later time
    assert compact(folder, home) == home
    assert read_bin(home / "model.bin")[1][1].data == changed[kept()].tobytes()


@pytest.mark.parametrize("lost", ["model.bin", "config.json", "vocabulary.txt", "kept.json", "stamp"])
def test_a_copy_that_lost_a_file_is_made_again(folder, home, lost):
    compact(folder, home)
    whole = {path.name: path.read_bytes() for path in home.iterdir()}
    (home / lost).unlink()
    assert compact(folder, home) == home
    assert {path.name: path.read_bytes() for path in home.iterdir()} == whole


def _bin(*variables: Stored, form: int = 6) -> Callable[[Path], None]:
    return lambda folder: write_bin(folder / "model.bin", variables or VARIABLES, form)


def _text(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8") and None


FOREIGN: dict[str, Callable[[Path], None]] = {
    "an older format": _bin(form=5),
    "no CTranslate2 file": lambda folder: (folder / "model.bin").write_bytes(b"\x80\x04 pickled"),
    "an empty file": lambda folder: (folder / "model.bin").write_bytes(b""),
    "no embeddings": _bin(*OTHERS),
    "fewer embeddings than tokens": _bin(Stored.of(EMBEDDINGS.name, np.zeros((KNOWN - 1, 3), np.float16))),
    "an unknown number format": _bin(Stored(EMBEDDINGS.name, (KNOWN, 3), 77, b"\0" * KNOWN * 3)),
    "rows without numbers": _bin(Stored(EMBEDDINGS.name, (KNOWN, 3), HALF, b"\0" * 6)),
    "no weights": lambda folder: (folder / "model.bin").unlink(),
    "no vocabulary.txt": lambda folder: (folder / "vocabulary.txt").unlink(),
    "a short vocabulary.txt": _text("vocabulary.txt", "a\nb\n"),
    "no tokenizer": lambda folder: (folder / "tokenizer.json").unlink(),
    "half a tokenizer": _text("tokenizer.json", '{"model": {"vocab"'),
    "a tokenizer of another kind": _text("tokenizer.json", '{"model": {"vocab": [["a", -1.5]]}}'),
    "a tokenizer without bytes": _text("tokenizer.json", '{"model": {"vocab": {"宽": 5}}}'),
    "no configuration": lambda folder: (folder / "config.json").unlink(),
    "another configuration": _text("config.json", "{}"),
    "a configuration of another kind": _text("config.json", "[]"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_with_what_is_not_known_the_whole_vocabulary_is_used(folder, home, caplog, case):
    FOREIGN[case](folder)
    with caplog.at_level(logging.INFO, "models.vocabulary"):
        assert compact(folder, home) == folder
    assert [record.message.split(":")[0] for record in caplog.records] == ["the whole vocabulary is used"]
    assert not (home / "model.bin").exists()
    assert not (home / "stamp").exists()


def test_a_file_that_was_cut_short_is_never_copied(folder, home):
    """Cut anywhere: in a head, a name, the numbers, the aliases."""
    whole = (folder / "model.bin").read_bytes()
    for cut in (*range(0, 200, 9), len(whole) // 2, *range(len(whole) - 1, len(whole) - 400, -9)):
        (folder / "model.bin").write_bytes(whole[:cut])
        assert compact(folder, home) == folder, cut
        assert not (home / "model.bin").exists()
    (folder / "model.bin").write_bytes(whole)
    assert compact(folder, home) == home


@pytest.mark.parametrize("in_the_way", ["a file for the folder", "a file for its parent", "a full disk"])
def test_where_no_copy_can_be_kept_the_whole_vocabulary_is_used(folder, home, caplog, in_the_way):
    if in_the_way == "a full disk":
        if not Path("/dev/full").exists():
            pytest.skip("no device that is always full")
        home.mkdir(parents=True)
        (home / "model.bin.partial").symlink_to("/dev/full")
    else:
        blocked = home if in_the_way == "a file for the folder" else home.parent
        blocked.parent.mkdir(parents=True)
        blocked.write_text("")
    with caplog.at_level(logging.INFO, "models.vocabulary"):
        assert compact(folder, home) == folder
    assert "the whole vocabulary is used" in caplog.text
    assert len(open_vocabulary(folder, folder)) == KNOWN


def test_a_vocabulary_in_json_is_counted(folder):
    (folder / "vocabulary.txt").unlink()
    (folder / "vocabulary.json").write_text(json.dumps([f"w{i}" for i in range(400)]))
    assert len(Vocabulary(folder)) == 400
