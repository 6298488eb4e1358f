"""A folder with a Hugging Face encoder that somebody brings along: what is in it, and whether it fits together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from assist.core.errors import EngineError
from models.digests import sha256

MEND = "run: assist models export-encoder NAME --out {folder}"
POOLING = Path("1_Pooling", "config.json")
FINE_TUNED = Path("fine_tuning.json")  # what was learned from labelled sentences, and how well
_MODELS = (Path("model.onnx"), Path("onnx", "model.onnx"))
_LONGEST = 512  # tokens; a longer breath is cut
_OFFSET_KINDS = ("roberta", "xlm-roberta", "camembert")  # their positions are counted from behind the padding token
_PROBE = "您好，我想问一下这个套餐多少钱，不行就给我退掉"
_MOST_TOKENS = 2.5  # to a character; more are the mere bytes of writing that the vocabulary does not hold


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """What a folder says of its encoder; `name` changes with every file that changes a vector."""

    name: str
    model: Path
    tokenizer: Tokenizer
    dimensions: int
    pooling: str  # mean or cls


def read_encoder_folder(folder: Path) -> EncoderFolder:
    """Reads all but the model itself. Raises `EngineError` naming the file that is missing, damaged or does not fit."""
    if not folder.is_dir():
        raise EngineError("encoder.folder", f"{folder} is no folder; {_mend(folder)}")
    model = next((folder / path for path in _MODELS if (folder / path).is_file()), None)
    if model is None:
        raise EngineError("encoder.missing", f"{folder / _MODELS[0]} is missing; {_mend(folder)}")
    config = _settings(folder / "config.json", folder)
    tokenizer = _tokenizer(folder / "tokenizer.json", folder)
    try:
        dimensions, longest = int(config["hidden_size"]), _longest(config)
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(
            "encoder.damaged", f"{folder / 'config.json'} gives no usable hidden_size ({error}); {_mend(folder)}"
        ) from error
    _require_fit(tokenizer, config, folder)
    _require_chinese(tokenizer, folder)
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()
    files = [model, *sorted(model.parent.glob(f"{model.name}?data")), folder / "tokenizer.json", folder / "config.json"]
    pooling = folder / POOLING
    digest = sha256([*files, *([pooling] if pooling.is_file() else [])])
    return EncoderFolder(f"{folder.resolve().name} {digest[:12]}", model, tokenizer, dimensions, pooling_of(folder))


def pooling_of(folder: Path) -> str:
    """How the vectors of the tokens become one: `cls` or `mean`, by `1_Pooling/config.json`; mean where there is none."""
    path = folder / POOLING
    if not path.is_file():
        return "mean"
    config = _settings(path, folder)
    asked = {key for key, value in config.items() if key.startswith("pooling_mode_") and value is True}
    if not asked and config.get("pooling_mode") in ("cls", "mean"):
        return str(config["pooling_mode"])
    known = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}
    if len(asked) != 1 or not asked <= known.keys():
        message = f"{path} asks for {', '.join(sorted(asked)) or 'no pooling'}; only cls or mean is known here"
        raise EngineError("encoder.pooling", f"{message}; choose another encoder")
    return known[asked.pop()]


def _mend(folder: Path) -> str:
    return MEND.format(folder=folder)


def _settings(path: Path, folder: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EngineError("encoder.missing", f"{path} is missing; {_mend(folder)}") from error
    except (ValueError, OSError) as error:
        raise EngineError("encoder.damaged", f"{path} is damaged ({type(error).__name__}); {_mend(folder)}") from error
    if not isinstance(content, dict):
        raise EngineError("encoder.damaged", f"{path} is damaged (no settings in it); {_mend(folder)}")
    return content


def _tokenizer(path: Path, folder: Path) -> Tokenizer:
    if not path.is_file():
        raise EngineError("encoder.missing", f"{path} is missing; {_mend(folder)}")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise EngineError("encoder.damaged", f"{path} is damaged ({_short(error)}); {_mend(folder)}") from error


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _longest(config: Mapping[str, Any]) -> int:
    places = int(config.get("max_position_embeddings", _LONGEST))
    if config.get("model_type") in _OFFSET_KINDS:
        places -= int(config.get("pad_token_id", 1)) + 1
    return min(places, _LONGEST) if places > 2 else _LONGEST


def _require_fit(tokenizer: Tokenizer, config: Mapping[str, Any], folder: Path) -> None:
    last, size = max(tokenizer.get_vocab().values(), default=0), config.get("vocab_size")
    if isinstance(size, int) and last >= size:
        message = (
            f"{folder / 'tokenizer.json'} does not fit the model: token {last} of {size}; copy both from one place"
        )
        raise EngineError("encoder.mismatch", message)


def _require_chinese(tokenizer: Tokenizer, folder: Path) -> None:
    """Refuses a vocabulary in which most of a Chinese sentence is unknown, or nothing but bytes."""
    tokens = tokenizer.encode(_PROBE, add_special_tokens=False).tokens
    unknown = {"[UNK]", "<unk>", str(getattr(tokenizer.model, "unk_token", None))}
    lost = sum(token in unknown for token in tokens)
    if not tokens or 2 * lost >= len(tokens) or len(tokens) > _MOST_TOKENS * len(_PROBE):
        message = f"{folder / 'tokenizer.json'} knows no Chinese; choose an encoder for Chinese or for many languages"
        raise EngineError("encoder.language", message)
