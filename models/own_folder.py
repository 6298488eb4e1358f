"""A folder of Whisper weights that somebody brings along: whether all of it is there and can be read."""

import json
from pathlib import Path

from assist.core.errors import EngineError

_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_VOCABULARIES = ("vocabulary.txt", "vocabulary.json")
_MEND = "copy the whole CTranslate2 folder again, or convert the model again with --copy_files tokenizer.json"


def require_whisper(folder: Path) -> None:
    """Raises `EngineError` naming the first file that is missing or damaged, and the mend."""
    if not folder.exists():
        raise EngineError("model.folder", f"{folder} is not there; give a folder with model.bin to --model")
    if not folder.is_dir():
        raise EngineError("model.folder", f"{folder} is a file; give the folder that holds model.bin to --model")
    if not (folder / "model.bin").is_file() and any(folder.glob("*.onnx")):
        raise EngineError("model.kind", f"{folder} holds ONNX files, no model.bin; add --engine sherpa-onnx")
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append(" or ".join(_VOCABULARIES))
    if missing:
        raise EngineError("model.incomplete", f"{folder} has no {missing[0]}; {_MEND}")
    for name in ("config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"):
        _require_json(folder / name)
    if not (folder / "model.bin").stat().st_size:
        raise EngineError("model.damaged", f"{folder / 'model.bin'} is empty; {_MEND}")


def _require_json(path: Path) -> None:
    if not path.is_file():
        return
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise EngineError("model.damaged", f"{path} is not whole ({type(error).__name__}); {_MEND}") from error
    if path.name == "tokenizer.json" and "model" not in content:
        raise EngineError("model.damaged", f"{path} is not a tokenizer; {_MEND}")


def damaged(folder: Path, error: BaseException) -> EngineError:
    """What to say when a complete folder does not load: its `model.bin` was cut short, or is no Whisper model."""
    reason = error.__cause__ or error
    return EngineError("engine.load", f"{folder / 'model.bin'} cannot be loaded ({reason}); {_MEND}")
