"""Makes the folder that `models.hf_folder` reads from an encoder of Hugging Face, by name or from a local folder.

transformers and torch are large and needed for nothing else; they are an extra and are imported only here and for fine-tuning.
"""

import importlib
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.core.errors import EngineError, SettingsError, SourceError
from models.hf_encoder import ASKED, OnnxEncoder
from models.hf_folder import POOLING, pooling_of

_NEEDED = ("torch", "transformers", "onnx", "onnxscript")
_MEND = "run: pip install 'call-copilot[encoder]'"
_OPSET = 18
_CHECKED = ("您好，请问有什么可以帮您？", "这个套餐太贵了，我要退掉", "嗯")
_FARTHEST = 1e-3  # between a vector of the exported model and the same vector before; more is a wrong export
_ONE_FILE = 1_800_000_000  # bytes of weights; an ONNX file ends at 2 GiB
_LONGEST_CAUSE = 200  # characters of somebody else's error that are passed on


@dataclass(frozen=True, slots=True)
class Source:
    """An encoder as transformers has it: its model (not training), its tokenizer, and `cls` or `mean`."""

    model: Any
    tokenizer: Any
    pooling: str
    pooling_file: bytes | None

    def vectors(self, texts: tuple[str, ...]) -> NDArray[np.float32]:
        """The vectors of length 1 of some texts, shape (n, d), by torch."""
        torch = _library("torch")
        found = []
        for text in texts:
            with torch.no_grad():
                tokens = self.model(**self.tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            vector = (tokens[0] if self.pooling == "cls" else tokens.mean(dim=0)).numpy()
            found.append(vector / np.linalg.norm(vector))
        return np.stack(found).astype(np.float32)


def require_libraries() -> None:
    """Raises `SettingsError` with the command that installs what is missing."""
    for name in _NEEDED:
        _library(name)


def open_source(name: str) -> Source:
    """Reads the encoder of a name on the hub or of a local folder. Raises `EngineError` or `SettingsError`."""
    require_libraries()
    transformers = _library("transformers")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)  # it tells of each of its attempts
    if Path(name).is_absolute() or name.startswith("."):
        _require_folder(Path(name))
    try:
        model = transformers.AutoModel.from_pretrained(name, attn_implementation="eager").float().eval()
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
    except Exception as error:  # of the hub, of transformers, of the formats of weights
        raise _unreadable(name, error) from error
    if not tokenizer.is_fast or not getattr(model.config, "hidden_size", None):
        message = f"{name} has no tokenizer.json or no hidden_size; choose an encoder of the BERT family"
        raise EngineError("export.kind", message)
    pooling_file = _pooling_file(name)
    with tempfile.TemporaryDirectory() as folder:
        _write_pooling(Path(folder), pooling_file)
        return Source(model, tokenizer, pooling_of(Path(folder)), pooling_file)


def write_encoder(source: Source, out: Path) -> float:
    """Writes the folder, reads it again as a call would, and returns how far its vectors are from those before.

    Raises `SourceError` when it cannot be written, `EngineError` when the vectors are not the same.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SourceError("export.exists", f"{out} is there already; choose a new folder with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _partial(out) as folder:
            _write(source, folder)
            return _distance(source, folder)
    except OSError as error:
        raise SourceError(
            "export.unwritable", f"{out} cannot be written ({error.strerror}); choose another --out"
        ) from error


def _distance(source: Source, folder: Path) -> float:
    made = OnnxEncoder(folder).encode(_CHECKED)
    distance = float(np.abs(made - source.vectors(_CHECKED)).max())
    if not distance <= _FARTHEST:
        raise EngineError("export.differs", f"the exported vectors differ by {distance:.3f}; choose another encoder")
    return distance


def _write(source: Source, folder: Path) -> None:
    source.tokenizer.save_pretrained(folder)
    source.model.config.save_pretrained(folder)
    _write_pooling(folder, source.pooling_file)
    _write_model(source, folder / "model.onnx")


def _write_model(source: Source, path: Path) -> None:
    torch = _library("torch")
    names = [name for name in ASKED if name in source.tokenizer.model_input_names]

    class Tokens(torch.nn.Module):  # type: ignore[misc, name-defined]
        """Plain arguments in, one output: what an ONNX model has."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = source.model

        def forward(self, *given: Any) -> Any:
            return self.encoder(**dict(zip(names, given, strict=True))).last_hidden_state

    example = source.tokenizer(list(_CHECKED[:2]), padding=True, return_tensors="pt")
    any_size = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    weights = sum(weight.numel() * weight.element_size() for weight in source.model.parameters())
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(action="ignore"):
            torch.onnx.export(
                Tokens().eval(),
                tuple(example[name] for name in names),
                str(path),
                input_names=names,
                output_names=["last_hidden_state"],
                dynamic_shapes=(tuple(any_size for _ in names),),
                opset_version=_OPSET,
                external_data=weights > _ONE_FILE,
                dynamo=True,
                verbose=False,
            )
    except Exception as error:  # whatever the exporter does not know of this model
        message = f"torch cannot export this encoder ({_short(error)}); choose one of the BERT family"
        raise EngineError("export.failed", message) from error


@contextmanager
def _partial(out: Path) -> Iterator[Path]:
    """A folder beside the one to be made, which it becomes when all went well."""
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        folder = Path(beside, out.name)
        folder.mkdir()
        yield folder
        if out.exists():
            out.rmdir()
        folder.rename(out)


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SettingsError("export.missing", f"exporting an encoder needs {name}; {_MEND}") from error


def _require_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        message = (
            f"{folder / 'config.json'} is missing; give a folder that transformers has saved, or a name on the hub"
        )
        raise EngineError("export.folder", message)


def _unreadable(name: str, error: Exception) -> EngineError:
    if Path(name).is_dir():
        return EngineError("export.damaged", f"{name} cannot be read ({_short(error)}); copy the folder again")
    message = (
        f"{name} cannot be got from the hub ({_short(error)}); check the name and the network, "
        "set HF_ENDPOINT to a mirror, or give a folder that holds the model"
    )
    return EngineError("export.unreachable", message)


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:_LONGEST_CAUSE].rstrip(".") if lines else type(error).__name__


def _pooling_file(name: str) -> bytes | None:
    """What the encoder's own folder says of pooling; many say nothing."""
    if Path(name).is_dir():
        path = Path(name) / POOLING
        return path.read_bytes() if path.is_file() else None
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(name, POOLING.as_posix())).read_bytes()
    except EntryNotFoundError:
        return None
    except Exception as error:
        raise _unreadable(f"{name}/{POOLING.as_posix()}", error) from error


def _write_pooling(folder: Path, content: bytes | None) -> None:
    if content is not None:
        (folder / POOLING).parent.mkdir()
        (folder / POOLING).write_bytes(content)
