"""What kind of sherpa-onnx model a folder holds, and whether all of it is there.

The runtime ends the process, without a word to Python, over a file that lacks one of its notes; so everything it will ask
for is looked at here first, and what is wrong is said with the file's name.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assist.core.errors import EngineError
from models.onnx_header import onnx_notes


class Kind(StrEnum):
    """The families of models that can be decoded."""

    SENSE_VOICE = "SenseVoice"
    PARAFORMER = "Paraformer"
    TRANSDUCER = "transducer"
    STREAMING = "streaming transducer"


@dataclass(frozen=True, slots=True)
class SherpaFolder:
    """A model's files, all there; `tokens` are its written units."""

    folder: Path
    kind: Kind
    type: str  # the network's own name for its architecture
    files: dict[str, Path]  # model, or encoder, decoder and joiner
    tokens: frozenset[str]

    @property
    def table(self) -> Path:
        return self.folder / TOKENS

    @property
    def chinese(self) -> bool:
        """Whether Chinese can come out: it writes characters, or the bytes that characters are made of."""
        return (
            any(_hanzi(token) or token.startswith("<0x") for token in self.tokens)
            or (self.folder / "bbpe.model").is_file()
        )

    @property
    def spellable(self) -> frozenset[str]:
        """Characters that hotwords can be made of; none where the model's search cannot weigh hotwords."""
        biased = self.kind in (Kind.TRANSDUCER, Kind.STREAMING)
        return frozenset(token for token in self.tokens if biased and len(token) == 1 and _hanzi(token))


TOKENS = "tokens.txt"
_TRANSDUCERS = ("conformer", "zipformer", "zipformer2")
_STREAMING = {
    "conformer": ("num_encoder_layers", "left_context", "encoder_dim", "pad_length", "cnn_module_kernel"),
    "lstm": ("num_encoder_layers", "rnn_hidden_size", "d_model"),
    "zipformer": ("encoder_dims", "attention_dims", "num_encoder_layers", "cnn_module_kernels", "left_context_len"),
    "zipformer2": (
        "encoder_dims", "query_head_dims", "value_head_dims", "num_heads", "num_encoder_layers", "cnn_module_kernels",
        "left_context_len",
    ),
}  # fmt: skip
_LFR = ("vocab_size", "lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev")
_SINGLE = {
    "sense_voice_ctc": (
        *_LFR, "normalize_samples", "with_itn", "without_itn",
        "lang_auto", "lang_zh", "lang_en", "lang_ja", "lang_ko", "lang_yue",
    ),
    "paraformer": _LFR,
}  # fmt: skip
_MEND = "copy the whole folder again from where it came"


def look_at(folder: Path, precision: str = "int8") -> SherpaFolder:
    """The model in a folder; `precision` (int8, float32, auto) chooses between files that come in both.

    Raises `EngineError` naming the file that is missing or wrong, and the mend.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise EngineError("model.folder", f"{folder} {what}; give the folder of a sherpa-onnx model with --model")
    table = _table(folder / TOKENS)
    files = {part: _pick(folder, part, precision) for part in ("encoder", "decoder", "joiner")}
    if any(files.values()):
        return _transducer(folder, {part: _needed(folder, part, path) for part, path in files.items()}, table)
    return _single(folder, _needed(folder, "model", _pick(folder, "model", precision)), table)


def _single(folder: Path, model: Path, tokens: frozenset[str]) -> SherpaFolder:
    notes = onnx_notes(model)
    kind = notes.get("model_type", "")
    if kind not in _SINGLE:
        raise EngineError(
            "model.kind",
            f"{model}: its model_type is {kind or 'not given'}; SenseVoice, Paraformer and transducer models can be used",
        )
    _require(model, notes, _SINGLE[kind])
    _require_units(folder, len(tokens), notes)
    return SherpaFolder(
        folder, Kind.SENSE_VOICE if kind == "sense_voice_ctc" else Kind.PARAFORMER, kind, {"model": model}, tokens
    )


def _transducer(folder: Path, files: dict[str, Path], tokens: frozenset[str]) -> SherpaFolder:
    notes = onnx_notes(files["encoder"])
    onnx_notes(files["joiner"])  # it needs no note, but it has to be whole
    units = onnx_notes(files["decoder"])
    _require(files["decoder"], units, ("vocab_size", "context_size"))
    _require_units(folder, len(tokens), units)
    kind = notes.get("model_type", "")
    if "decode_chunk_len" in notes and kind in _STREAMING:
        _require(files["encoder"], notes, ("T", *_STREAMING[kind]))
        return SherpaFolder(folder, Kind.STREAMING, kind, files, tokens)
    if kind in _TRANSDUCERS:
        return SherpaFolder(folder, Kind.TRANSDUCER, kind, files, tokens)
    known = ", ".join(sorted({*_TRANSDUCERS, *_STREAMING}))
    raise EngineError(
        "model.kind",
        f"{files['encoder']}: its model_type is {kind or 'not given'}; transducers of type {known} can be used",
    )


def _require(path: Path, notes: dict[str, str], keys: tuple[str, ...]) -> None:
    missing = [key for key in keys if key not in notes]
    if missing:
        raise EngineError(
            "model.notes",
            f"{path}: the file lacks its note {missing[0]}; export it again with the scripts of sherpa-onnx, or {_MEND}",
        )


def _pick(folder: Path, part: str, precision: str) -> Path | None:
    """A part's file; where it comes both as int8 and as float, the one that was asked for."""
    found = sorted(path for path in folder.glob(f"{part}*.onnx") if path.is_file())
    small = [path for path in found if ".int8." in path.name]
    plain = [path for path in found if path not in small]
    first, second = (plain, small) if precision == "float32" else (small, plain)
    return next(iter([*first, *second]), None)


def _needed(folder: Path, part: str, path: Path | None) -> Path:
    if path is None:
        raise EngineError("model.incomplete", f"{folder} has no {part}*.onnx; {_MEND}")
    return path


def _table(path: Path) -> frozenset[str]:
    """The units of a table with `unit number` on each line."""
    if not path.is_file():
        raise EngineError("model.incomplete", f"{path.parent} has no {path.name}; {_MEND}")
    try:
        rows = [line.rsplit(maxsplit=1) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        numbers = [int(row[-1]) for row in rows]
    except (ValueError, OSError) as error:
        raise EngineError("model.tokens", f"{path}: not a table of tokens ({type(error).__name__}); {_MEND}") from error
    if not numbers:
        raise EngineError("model.tokens", f"{path} is empty; {_MEND}")
    return frozenset(row[0] for row in rows if len(row) == 2)


def _require_units(folder: Path, units: int, notes: dict[str, str]) -> None:
    """A few units may be left out of a table, but not a tenth of them."""
    expected = int(notes["vocab_size"]) if notes["vocab_size"].isdigit() else 0
    if units < 0.9 * expected:
        message = f"{folder / TOKENS} has {units} of {expected} tokens: it is cut short; {_MEND}"
        raise EngineError("model.tokens", message)


def _hanzi(token: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in token)
