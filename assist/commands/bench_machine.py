"""The machine, the libraries and the weights that a benchmark's figures belong to."""

import hashlib
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from assist.settings import EngineSettings
from models.weights import locate, manifest

_LIBRARIES = ("call-copilot", "faster-whisper", "ctranslate2", "onnxruntime", "numpy")


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe(engine: EngineSettings) -> dict[str, Any]:
    """Processor, system, library versions and weights. Raises `EngineError` when the weights are not to be had."""
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "architecture": platform.machine(),
        "os": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _LIBRARIES},
        "model": {
            "name": Path(engine.model).name,
            "sha256": _digest(engine.model),
            "device": engine.device,
            "compute_type": engine.compute_type,
            "threads": engine.threads,
        },
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("model name"))
    return next(named, platform.processor() or "unknown")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _digest(model: str) -> str:
    """SHA-256 of the weights: the manifest's for those that it knows, for they were checked against it."""
    located = locate(model)
    if located.verified:
        return next(file.sha256 for file in manifest()[model].files if file.name == "model.bin")
    with (located.folder / "model.bin").open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
