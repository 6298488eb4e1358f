"""Finds model weights, checks their digests, and fetches what is missing.

Looked up in this order: a folder named by the setting, the local cache, parts that installed packages carry, the hub. What
comes from packages or the hub is written to the cache and only takes its place there once its SHA-256 is right. A model whose
digests no release knows has them noted at its first use, and is held to them from then on.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources, util
from pathlib import Path

import platformdirs

from assist.core.errors import EngineError
from models.digests import Progress, first_used, note_first_use, remember, remembered, sha256
from models.own_folder import require_whisper

CACHE_VARIABLE = "ASSIST_MODELS_DIR"
DEFAULT_MODEL = "base"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model, and where in the packages its parts lie; without a digest it is held to its first use."""

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
    about_mb: int = 0  # where the sizes of its files are not known

    @property
    def pinned(self) -> bool:
        """Whether this release knows the digest of every file."""
        return all(file.sha256 for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files; about as many where the model is not pinned."""
        return sum(file.size for file in self.files) or self.about_mb * 1_000_000


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
    files = body.get("files", {})
    assert isinstance(files, dict)
    pinned = (WeightFile(file, str(f["sha256"]), int(f["size"]), _strings(f["parts"])) for file, f in files.items())
    unpinned = (WeightFile(file, "", 0, ()) for file in _strings(body.get("unpinned", [])))
    return ModelEntry(
        name=name,
        title=str(body["title"]),
        kind=str(body["kind"]),
        licence=str(body["licence"]),
        source=str(body["source"]),
        card=str(body["card"]),
        packages=_strings(body.get("packages", [])),
        files=(*pinned, *unpinned),
        about_mb=int(str(body.get("about_mb", 0))),
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
    folder = Path(name).expanduser()
    if (folder / "model.bin").is_file() or (name not in manifest() and _names_a_path(name)):
        require_whisper(folder)
        return Located(folder, "setting", verified=False)
    model = entry(name)
    if model.kind == "vad":
        return _shipped(model)
    home = cache_folder() / model.name
    if all((home / file.name).is_file() for file in model.files):
        _require(model, home)
        return Located(home, "cache", model.pinned)
    if model.packages and all(util.find_spec(package) is not None for package in model.packages):
        _join(model, home, progress)
        return Located(home, "packages", model.pinned)
    if not may_download:
        raise EngineError("model.missing", f"the weights of {name!r} are not here; run: assist models fetch {name}")
    _download(model, home, progress)
    return Located(home, "hub", model.pinned)


def _names_a_path(name: str) -> bool:
    return Path(name).expanduser().exists() or any(sign and sign in name for sign in ("/", os.sep, os.altsep))


def _shipped(model: ModelEntry) -> Located:
    folder = _package_folder(model.packages[0]) / "assets"
    if any(fault for _, fault in check(model, folder)):
        raise EngineError(
            "model.digest",
            f"the file of {model.name} in {folder} is not the known one; reinstall {model.packages[0]}",
        )
    return Located(folder, "packages", verified=True)


def check(model: ModelEntry, folder: Path, progress: Progress | None = None) -> Iterator[tuple[WeightFile, str | None]]:
    """Each file with what is wrong with it, None when its digest is right. Reads every byte."""
    for file in _held_to(model, folder):
        path = folder / file.name
        if not path.is_file():
            yield file, "missing"
        elif not file.sha256:
            yield file, "no digest is known before its first use"
        elif (found := sha256([path], None, progress, file.name)) != file.sha256:
            yield file, f"digest is {found[:12]}…, not {file.sha256[:12]}…"
        else:
            if model.kind == "asr":
                remember(path, file.sha256)
            yield file, None


def _held_to(model: ModelEntry, folder: Path) -> list[WeightFile]:
    """The files with the digests they must have: the release's, or those of the first use."""
    noted = {} if model.pinned else first_used(folder)
    return [file if file.sha256 else replace(file, sha256=noted.get(file.name, "")) for file in model.files]


def _require(model: ModelEntry, folder: Path) -> None:
    """Checks digests; files that were checked before and have not changed since are believed."""
    found = {}
    for file in _held_to(model, folder):
        path = folder / file.name
        digest = found[file.name] = remembered(path) or sha256([path])
        if file.sha256 and digest != file.sha256:
            raise EngineError(
                "model.digest",
                f"{path}: wrong digest, the file is damaged or not the official one; "
                f"delete it and run: assist models fetch {model.name}",
            )
        remember(path, digest)
    _note_first_use(model, folder, found)


def _note_first_use(model: ModelEntry, folder: Path, digests: Mapping[str, str]) -> None:
    if model.pinned or first_used(folder) == digests:
        return
    try:
        note_first_use(folder, digests)
    except OSError as error:
        raise EngineError(
            "model.unwritable", f"{folder} cannot be written ({error.strerror}); set {CACHE_VARIABLE} to another folder"
        ) from error


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

    found = {}
    for file in _held_to(model, home):
        try:
            fetched = Path(hf_hub_download(model.source, file.name))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            packages = ", ".join(package.replace("_", "-") for package in model.packages)
            mend = f"install the packages {packages}, or copy" if packages else "copy"
            raise EngineError(
                "model.unreachable",
                f"{file.name} of {model.source} cannot be fetched from the hub; {mend} the files into {home}",
            ) from error
        home.mkdir(parents=True, exist_ok=True)
        found[file.name] = _write([fetched], home / file.name, file, progress)
    _note_first_use(model, home, found)


def _write(sources: Iterable[Path], target: Path, file: WeightFile, progress: Progress | None) -> str:
    """Joins files into one, which gets its name only when the digest is right; returns the digest."""
    partial = target.with_name(target.name + ".partial")
    digest = sha256(sources, partial, progress, file.name)
    if file.sha256 and digest != file.sha256:
        partial.unlink()
        raise EngineError("model.digest", f"{file.name}: wrong digest in what was fetched; fetch it again")
    partial.replace(target)
    remember(target, digest)
    return digest
