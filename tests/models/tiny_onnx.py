"""Real ONNX models of a few hundred weights that the native sherpa-onnx loads and runs: sound is one token, quiet is none.

They are written field by field in the protocol buffer's form, because the library that does so is larger than all the rest.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT, INT32, INT64 = 1, 6, 7
_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64}
MEL, LFR = 80, 560  # features per frame; seven frames together
SYMBOLS = ("<blk>", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "銷", "戶", "。", "</s>")
SOUND, OTHER = SYMBOLS.index("銷"), SYMBOLS.index("戶")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _tensor(name: str, value: NDArray) -> bytes:
    dims = b"".join(_number(1, size) for size in value.shape)
    return dims + _number(2, _TYPES[value.dtype]) + _bytes(8, name) + _bytes(9, value.tobytes())


def _port(name: str, kind: int, dims: Sequence[int | str]) -> bytes:
    shape = b"".join(_bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size)) for size in dims)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _node(op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]) -> bytes:
    node = b"".join(_bytes(1, name) for name in inputs) + b"".join(_bytes(2, name) for name in outputs) + _bytes(4, op)
    for name, value in attributes.items():
        if isinstance(value, int):
            node += _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2))
        else:
            node += _bytes(5, _bytes(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7))
    return node


def _model(
    nodes: Sequence[bytes],
    weights: Mapping[str, NDArray],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    notes: Mapping[str, object],
) -> bytes:
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "tiny")
    graph += b"".join(_bytes(5, _tensor(name, value)) for name, value in weights.items())
    graph += b"".join(_bytes(11, port) for port in inputs) + b"".join(_bytes(12, port) for port in outputs)
    model = _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))
    return model + b"".join(_bytes(14, _bytes(1, key) + _bytes(2, str(value))) for key, value in notes.items())


def _scores(dim: int, quiet: float) -> tuple[NDArray, NDArray]:
    """Weights and bias: the token for sound, just before the other one, wins over the blank where the mean exceeds `quiet`."""
    weights = np.zeros((dim, len(SYMBOLS)), np.float32)
    weights[:, [SOUND, OTHER]] = 1 / dim
    bias = np.full(len(SYMBOLS), -1e3, np.float32)
    bias[0], bias[SOUND], bias[OTHER] = quiet, 0.0, -0.1
    return weights, bias


def sense_voice() -> bytes:
    """Four tags, then a score per frame; features of samples in the range of 16-bit integers."""
    weights, bias = _scores(LFR, 8.0)
    tags = np.zeros((1, 4, len(SYMBOLS)), np.float32)
    tags[0, range(4), range(1, 5)] = 10.0
    nodes = [
        _node("MatMul", ["x", "w"], ["raw"]),
        _node("Add", ["raw", "b"], ["scores"]),
        _node("Shape", ["x"], ["shape"]),
        _node("Gather", ["shape", "first"], ["count"], axis=0),
        _node("Concat", ["count", "rest"], ["wide"], axis=0),
        _node("Expand", ["tags", "wide"], ["head"]),
        _node("Concat", ["head", "scores"], ["logits"], axis=1),
    ]
    rest = np.array([4, len(SYMBOLS)], np.int64)
    held = {"w": weights, "b": bias, "tags": tags, "first": np.array([0], np.int64), "rest": rest}
    inputs = [
        _port("x", FLOAT, ["N", "T", LFR]),
        *(_port(name, INT32, ["N"]) for name in ("x_length", "language", "text_norm")),
    ]
    languages = {f"lang_{code}": number for number, code in enumerate(("auto", "zh", "en", "ja", "ko", "yue"))}
    notes = {
        "model_type": "sense_voice_ctc", "vocab_size": len(SYMBOLS), "lfr_window_size": 7, "lfr_window_shift": 6,
        "normalize_samples": 0, "with_itn": 14, "without_itn": 15, **languages,
        "neg_mean": ",".join(["0"] * LFR), "inv_stddev": ",".join(["1"] * LFR),
    }  # fmt: skip
    return _model(nodes, held, inputs, [_port("logits", FLOAT, ["N", "U", len(SYMBOLS)])], notes)


def paraformer() -> bytes:
    """A score per frame and as many tokens as frames."""
    weights, bias = _scores(LFR, 8.0)
    nodes = [
        _node("MatMul", ["speech", "w"], ["raw"]),
        _node("Add", ["raw", "b"], ["logits"]),
        _node("Identity", ["speech_lengths"], ["token_num"]),
    ]
    inputs = [_port("speech", FLOAT, ["N", "T", LFR]), _port("speech_lengths", INT32, ["N"])]
    outputs = [_port("logits", FLOAT, ["N", "T", len(SYMBOLS)]), _port("token_num", INT32, ["N"])]
    notes = {
        "model_type": "paraformer", "vocab_size": len(SYMBOLS), "lfr_window_size": 7, "lfr_window_shift": 6,
        "neg_mean": ",".join(["0"] * LFR), "inv_stddev": ",".join(["1"] * LFR),
    }  # fmt: skip
    return _model(nodes, {"w": weights, "b": bias}, inputs, outputs, notes)


def encoder() -> bytes:
    """Of a transducer that hears the whole sound: every sixteenth frame as it is."""
    nodes = [
        _node("Slice", ["x", "from", "to", "along", "step"], ["encoder_out"]),
        _node("Add", ["x_lens", "more"], ["sum"]),
        _node("Div", ["sum", "step"], ["encoder_out_lens"]),
    ]
    held = {
        name: np.array([value], np.int64)
        for name, value in {"from": 0, "to": 1 << 40, "along": 1, "step": 16, "more": 15}.items()
    }
    inputs = [_port("x", FLOAT, ["N", "T", MEL]), _port("x_lens", INT64, ["N"])]
    outputs = [_port("encoder_out", FLOAT, ["N", "U", MEL]), _port("encoder_out_lens", INT64, ["N"])]
    return _model(nodes, held, inputs, outputs, {"model_type": "zipformer2", "comment": "tiny"})


def streaming_encoder() -> bytes:
    """Of a transducer that hears sixteen frames at a time and hands a state on."""
    nodes = [
        _node("ReduceMean", ["x"], ["encoder_out"], axes=[1], keepdims=1),
        _node("Identity", ["h"], ["next_h"]),
        _node("Identity", ["c"], ["next_c"]),
    ]
    states = [_port(name, FLOAT, [1, "N", 1]) for name in ("h", "c", "next_h", "next_c")]
    notes = {
        "model_type": "lstm", "num_encoder_layers": 1, "T": 16, "decode_chunk_len": 16, "rnn_hidden_size": 1, "d_model": 1,
    }  # fmt: skip
    outputs = [_port("encoder_out", FLOAT, ["N", 1, MEL]), *states[2:]]
    return _model(nodes, {}, [_port("x", FLOAT, ["N", 16, MEL]), *states[:2]], outputs, notes)


def decoder() -> bytes:
    """Of a transducer: what was written before makes no difference."""
    nodes = [
        _node("Cast", ["y"], ["before"], to=FLOAT),
        _node("MatMul", ["before", "none"], ["decoder_out"]),
    ]
    notes = {"vocab_size": len(SYMBOLS), "context_size": 2}
    held = {"none": np.zeros((2, MEL), np.float32)}
    return _model(nodes, held, [_port("y", INT64, ["N", 2])], [_port("decoder_out", FLOAT, ["N", MEL])], notes)


def joiner() -> bytes:
    """Of a transducer: a score for each token; features of samples in [-1, 1]."""
    weights, bias = _scores(MEL, -12.0)
    nodes = [
        _node("Add", ["encoder_out", "decoder_out"], ["both"]),
        _node("MatMul", ["both", "w"], ["raw"]),
        _node("Add", ["raw", "b"], ["logit"]),
    ]
    inputs = [_port(name, FLOAT, ["N", MEL]) for name in ("encoder_out", "decoder_out")]
    return _model(nodes, {"w": weights, "b": bias}, inputs, [_port("logit", FLOAT, ["N", len(SYMBOLS)])], {})


def write_sense_voice(folder: Path) -> Path:
    """A folder as SenseVoice models come in."""
    return _write(folder, {"model.int8.onnx": sense_voice()})


def write_paraformer(folder: Path) -> Path:
    """A folder as Paraformer models come in."""
    return _write(folder, {"model.onnx": paraformer()})


def write_transducer(folder: Path) -> Path:
    """A folder as transducers come in that want the whole sound; files are named by their training."""
    return _write_transducer(folder, encoder())


def write_streaming_transducer(folder: Path) -> Path:
    """A folder as streaming transducers come in."""
    return _write_transducer(folder, streaming_encoder())


def _write_transducer(folder: Path, first: bytes) -> Path:
    parts = {"encoder": first, "decoder": decoder(), "joiner": joiner()}
    return _write(folder, {f"{part}-epoch-1-avg-1.onnx": content for part, content in parts.items()})


def _write(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    table = "".join(f"{symbol} {number}\n" for number, symbol in enumerate(SYMBOLS))
    (folder / "tokens.txt").write_text(table, encoding="utf-8")
    return folder
