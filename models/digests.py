"""SHA-256 of weights: computed once, remembered beside the file, and noted at first use where no release knows them."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_CHUNK = 1 << 20
_FIRST_USE = "first-use.json"

Progress = Callable[[str, int, int], None]  # what, bytes done, bytes in all


def sha256(sources: Iterable[Path], copy: Path | None = None, progress: Progress | None = None, what: str = "") -> str:
    """The digest of files joined to one; writes the whole to `copy` on the way."""
    sources = list(sources)
    digest, done, whole = hashlib.sha256(), 0, sum(source.stat().st_size for source in sources)
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
                        progress(what, done, whole)
    finally:
        if out:
            out.flush()
            os.fsync(out.fileno())
            out.close()
    return digest.hexdigest()


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def remember(path: Path, digest: str) -> None:
    """Notes that a file was checked, so that the next start need not read it all; a read-only cache is checked each time."""
    state = path.stat()
    try:
        _note(path).write_text(json.dumps({"sha256": digest, "size": state.st_size, "mtime_ns": state.st_mtime_ns}))
    except OSError:
        return


def remembered(path: Path) -> str | None:
    """The digest noted for a file that has not changed since; None when it has, or was never checked."""
    try:
        note = json.loads(_note(path).read_text())
        state = path.stat()
        same = (note["size"], note["mtime_ns"]) == (state.st_size, state.st_mtime_ns)
        return str(note["sha256"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def first_used(folder: Path) -> Mapping[str, str]:
    """Digest by file name as they were when the folder was first used; empty before that."""
    try:
        noted = json.loads((folder / _FIRST_USE).read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in noted.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def note_first_use(folder: Path, digests: Mapping[str, str]) -> None:
    """From now on these digests are required. Raises `OSError` when the folder cannot be written."""
    partial = folder / (_FIRST_USE + ".partial")
    partial.write_text(json.dumps(dict(digests), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(folder / _FIRST_USE)
