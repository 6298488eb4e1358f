"""Finds model weights, checks their digests, and fetches what is missing.

Looked up in this order: a folder named by the setting, the local cache, parts that installed packages carry, the hub. What
comes from packages or the hub is written to the cache and only takes its place there once its SHA-256 is right.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources, util
from pathlib import Path

import platformdirs

from assist.core.errors import EngineError

CACHE_VARIABLE = "ASSIST_MODELS_DIR"
DEFAULT_MODEL = "base"
_CHUNK = 1 << 20

Progress = Callable[[str, int, int], None]  # what, bytes done, bytes in all


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model, and where in the packages its parts lie."""

    name: str
    sha256: str
    size: int
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the manifest."""

    name: str
    title: str
    kind: str
    licence: str
    source: str
    card: str
    packages: tuple[str, ...]
    files: tuple[WeightFile, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a model's files are, and how they came to be there."""

    folder: Path
    origin: str  # setting, cache, packages, hub
    verified: bool


def manifest() -> Mapping[str, ModelEntry]:
    """All models the product knows."""
    data = tomllib.loads(resources.files("models").joinpath("manifest.toml").read_text(encoding="utf-8"))
    return {name: _entry(name, body) for name, body in data.items()}


def _entry(name: str, body: Mapping[str, object]) -> ModelEntry:
    files = body["files"]
    assert isinstance(files, dict)
    return ModelEntry(
        name=name,
        title=str(body["title"]),
        kind=str(body["kind"]),
        licence=str(body["licence"]),
        source=str(body["source"]),
        card=str(body["card"]),
        packages=_strings(body["packages"]),
        files=tuple(
            WeightFile(file, str(f["sha256"]), int(f["size"]), _strings(f["parts"])) for file, f in files.items()
        ),
    )


def _strings(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(str(item) for item in value)


def cache_folder() -> Path:
    """Where weights are kept: `ASSIST_MODELS_DIR`, or the user's cache."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("call-copilot", appauthor=False)) / "models"


def entry(name: str) -> ModelEntry:
    """A model by name. Raises `EngineError` listing the known ones."""
    known = manifest()
    if name not in known:
        raise EngineError(
            "model.unknown", f"no model {name!r}: give a folder with model.bin, or one of: {', '.join(known)}"
        )
    return known[name]


def locate(name: str, progress: Progress | None = None, *, may_download: bool = True) -> Located:
    """The folder of a recogniser's weights, digests checked. Raises `EngineError` with the mend."""
    folder = Path(name)
    if (folder / "model.bin").is_file():
        return Located(folder, "setting", verified=False)
    model = entry(name)
    if model.kind == "vad":
        shipped = _package_folder(model.packages[0]) / "assets"
        if any(fault for _, fault in check(model, shipped)):
            raise EngineError(
                "model.digest",
                f"the file of {model.name} in {shipped} is not the known one; reinstall {model.packages[0]}",
            )
        return Located(shipped, "packages", verified=True)
    home = cache_folder() / model.name
    if all((home / file.name).is_file() for file in model.files):
        _require(model, home)
        return Located(home, "cache", verified=True)
    if all(util.find_spec(package) is not None for package in model.packages):
        _join(model, home, progress)
        return Located(home, "packages", verified=True)
    if not may_download:
        raise EngineError("model.missing", f"the weights of {name!r} are not here; run: assist models fetch {name}")
    _download(model, home, progress)
    return Located(home, "hub", verified=True)


def check(model: ModelEntry, folder: Path, progress: Progress | None = None) -> Iterator[tuple[WeightFile, str | None]]:
    """Each file with what is wrong with it, None when its digest is right. Reads every byte."""
    for file in model.files:
        path = folder / file.name
        if not path.is_file():
            yield file, "missing"
        elif (found := _sha256([path], None, progress, file)) != file.sha256:
            yield file, f"digest is {found[:12]}…, not {file.sha256[:12]}…"
        else:
            if model.kind == "asr":
                _remember(path, file.sha256)
            yield file, None


def _require(model: ModelEntry, folder: Path) -> None:
    """Checks digests; files that were checked before and have not changed since are believed."""
    for file in model.files:
        path = folder / file.name
        if _remembered(path) == file.sha256:
            continue
        if _sha256([path], None, None, file) != file.sha256:
            raise EngineError(
                "model.digest",
                f"{path}: wrong digest, the file is damaged or not the official one; "
                f"delete it and run: assist models fetch {model.name}",
            )
        _remember(path, file.sha256)


def _join(model: ModelEntry, home: Path, progress: Progress | None) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        sources = [path for part in file.parts for path in _part(model, part)]
        if not sources:
            raise EngineError(
                "model.packages", f"the installed packages of {model.name!r} lack {file.name}; reinstall them"
            )
        _write(sources, home / file.name, file, progress)


def _part(model: ModelEntry, part: str) -> list[Path]:
    """The first package that carries a part."""
    paths = (_package_folder(package) / part for package in model.packages)
    return [path for path in paths if path.is_file()][:1]


@cache
def _package_folder(package: str) -> Path:
    """A package's folder, found without importing it: some import half the machine."""
    spec = util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("model.packages", f"the package {package!r} is not installed; run: make install")
    return Path(next(iter(spec.submodule_search_locations)))


def _download(model: ModelEntry, home: Path, progress: Progress | None) -> None:
    from huggingface_hub import hf_hub_download  # slow to import, and seldom needed
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    for file in model.files:
        try:
            fetched = Path(hf_hub_download(model.source, file.name))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            raise EngineError(
                "model.unreachable",
                f"{file.name} of {model.source} cannot be fetched from the hub; install the packages "
                f"{', '.join(p.replace('_', '-') for p in model.packages)}, or copy the files into {home}",
            ) from error
        home.mkdir(parents=True, exist_ok=True)
        _write([fetched], home / file.name, file, progress)


def _write(sources: Iterable[Path], target: Path, file: WeightFile, progress: Progress | None) -> None:
    """Joins files into one; it gets its name only when the digest is right."""
    partial = target.with_name(target.name + ".partial")
    digest = _sha256(sources, partial, progress, file)
    if digest != file.sha256:
        partial.unlink()
        raise EngineError("model.digest", f"{file.name}: wrong digest in what was fetched; fetch it again")
    partial.replace(target)
    _remember(target, digest)


def _sha256(sources: Iterable[Path], copy: Path | None, progress: Progress | None, file: WeightFile) -> str:
    digest, done = hashlib.sha256(), 0
    out = copy.open("wb") if copy else None
    try:
        for source in sources:
            with source.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    done += len(chunk)
                    if out:
                        out.write(chunk)
                    if progress:
                        progress(file.name, done, file.size)
    finally:
        if out:
            out.flush()
            os.fsync(out.fileno())
            out.close()
    return digest.hexdigest()


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _remember(path: Path, digest: str) -> None:
    """Notes that a file was checked, so that the next start need not read it all; a read-only cache is checked each time."""
    state = path.stat()
    try:
        _note(path).write_text(json.dumps({"sha256": digest, "size": state.st_size, "mtime_ns": state.st_mtime_ns}))
    except OSError:
        return


def _remembered(path: Path) -> str | None:
    try:
        note = json.loads(_note(path).read_text())
        state = path.stat()
        same = (note["size"], note["mtime_ns"]) == (state.st_size, state.st_mtime_ns)
        return str(note["sha256"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
