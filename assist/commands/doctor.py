"""`assist doctor`: what is missing, and the one command that mends it."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TextIO

import click

from assist.core.errors import AssistError
from assist.server.app import STATIC
from assist.settings import DEFAULT_ENGINE
from assist.wiring import read_playbook
from models import engines, weights

_LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` is empty when it is well, and `needed` says whether nothing works without it."""

    what: str
    found: str
    mend: str = ""
    needed: bool = True


def examine(playbook: str, out: TextIO) -> bool:
    """Looks at everything and prints it; False when something needed is missing."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python, _libraries, _weights, _recognisers, _cards, _vad, lambda: _playbook(playbook), _page, _browser, _demo,
        _cores, _space,
    )  # fmt: skip
    findings = [check() for check in checks]
    for finding in findings:
        mark = "✓" if not finding.mend else ("✗" if finding.needed else "!")
        click.echo(f"{mark} {finding.what}: {finding.found}", file=out)
        if finding.mend:
            click.echo(f"    → {finding.mend}", file=out)
    return not any(finding.mend and finding.needed for finding in findings)


def _python() -> Finding:
    version = ".".join(str(n) for n in sys.version_info[:3])
    return Finding("Python", version, "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer")


def _libraries() -> Finding:
    names = ("faster_whisper", "ctranslate2", "onnxruntime", "av", "soxr", "pypinyin", "opencc", "starlette", "uvicorn")
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return Finding(
        "libraries", "missing: " + ", ".join(missing) if missing else "all there", "make install" if missing else ""
    )


def _weights() -> Finding:
    try:
        model = weights.entry(weights.DEFAULT_MODEL)
        folder = weights.cache_folder() / model.name
        if not (folder / "model.bin").is_file():
            return Finding("recogniser", "weights not in the cache yet", f"assist models fetch {model.name}")
        located = weights.locate(model.name, may_download=False)
        return Finding("recogniser", f"{model.name} in {located.folder}, digest right")
    except AssistError as error:
        return Finding("recogniser", error.message, f"assist models fetch {weights.DEFAULT_MODEL}")


def _recognisers() -> Finding:
    names = ", ".join(engines.installed())
    if DEFAULT_ENGINE not in engines.installed():
        return Finding("recognisers", names or "none", "make install")
    if importlib.util.find_spec("sherpa_onnx") is not None:
        return Finding("recognisers", f"{names} (sherpa-onnx {metadata.version('sherpa-onnx')})")
    return Finding("recognisers", f"{names}; for sherpa-onnx, which is optional: pip install 'call-copilot[sherpa]'")


def _cards() -> Finding:
    try:
        from models.devices import compute_types, cuda_devices

        cards = cuda_devices()
        device = "cuda" if cards else "cpu"
        able = ", ".join(sorted(compute_types(device)))
    except (ImportError, RuntimeError) as error:
        return Finding("graphics card", f"{error}", "make install", needed=False)
    found = f"{cards} for CUDA" if cards else "none for CUDA; the processor is used"
    return Finding("graphics card", f"{found} (--device {device}; --compute-type {able})")


def _vad() -> Finding:
    try:
        from audio.vad import SileroVad

        SileroVad()
    except (AssistError, ImportError, RuntimeError) as error:
        return Finding("voice activity", f"{error}", "make install")
    return Finding("voice activity", "Silero v6 loads")


def _playbook(name: str) -> Finding:
    try:
        playbook = read_playbook(name)
    except AssistError as error:
        return Finding("playbook", error.message, f"assist playbook check {name}")
    return Finding(
        "playbook", f"{playbook.id} {playbook.version}: {len(playbook.scenes)} scenes, {len(playbook.entries)} entries"
    )


def _page() -> Finding:
    built = (STATIC / "index.html").is_file()
    return Finding("overlay page", "built" if built else "not built", "" if built else "make install")


def _browser() -> Finding:
    names = ("google-chrome", "chromium", "chromium-browser", "microsoft-edge", "firefox", "xdg-open", "open")
    found = next((name for name in names if shutil.which(name)), None)
    if found or sys.platform == "win32":
        return Finding("browser", found or "Windows")
    return Finding("browser", "none found", "install a browser, or use --headless", needed=False)


def _demo() -> Finding:
    demo = Path(__file__).parent.parent / "demo" / "churn_angry.mka"
    return Finding("demo call", "there" if demo.is_file() else "missing", "" if demo.is_file() else "make install")


def _cores() -> Finding:
    cores = os.cpu_count() or 1
    return Finding(
        "processor",
        f"{cores} cores",
        "" if cores >= 2 else "two cores are needed to keep up with both voices",
        needed=False,
    )


def _space() -> Finding:
    folder = weights.cache_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk",
        f"{free / 1e9:.1f} GB free",
        "" if free > _LEAST_FREE_BYTES else "free 500 MB for the weights",
        needed=False,
    )
