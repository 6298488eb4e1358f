"""Recognisers by name: whatever packages declare in the entry point group `assist.asr`, ours included.

A recogniser is one function that takes options and gives an engine; a package of one's own declares it like

    [project.entry-points."assist.asr"]
    mine = "my_package:load"
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np

from assist.core.errors import AssistError, EngineError, SettingsError
from assist.core.events import Channel
from assist.core.lexicon import Term
from assist.core.ports import AsrEngine, TranscribeJob
from assist.core.spans import RATE, Span
from models.digests import Progress
from models.own_folder import damaged
from models.weights import DEFAULT_MODEL, cache_folder, locate

GROUP = "assist.asr"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a recogniser is told when it is loaded; it refuses what it cannot do with a `SettingsError`."""

    model: str = DEFAULT_MODEL
    device: str = "cpu"  # auto, cpu, cuda
    compute_type: str = "int8"
    threads: int = 2
    lanes: int = 1  # for archives: texts decoded side by side, each with its share of the threads
    terms: tuple[Term, ...] = ()  # words of the trade; a recogniser that can puts them right
    words: tuple[str, ...] = ()  # everyday words, on better evidence


LoadEngine = Callable[[EngineOptions, Progress | None], AsrEngine]


def installed() -> dict[str, EntryPoint]:
    """The recognisers that can be asked for, by name."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def find(name: str) -> EntryPoint:
    """A recogniser by name, not loaded yet. Raises `SettingsError` listing the installed ones."""
    known = installed()
    if name not in known:
        listed = ", ".join(known) or "none; run: make install"
        raise SettingsError("engine.unknown", f"no recogniser {name!r} for --engine; installed: {listed}")
    return known[name]


def load(name: str, options: EngineOptions, progress: Progress | None = None) -> AsrEngine:
    """The recogniser with its model; slow. Raises `EngineError` or `SettingsError` with the mend."""
    point = find(name)
    try:
        build: LoadEngine = point.load()
    except (ImportError, AttributeError) as error:
        raise EngineError(
            "engine.broken",
            f"the recogniser {name!r} ({point.value}) cannot be imported ({error}); reinstall its package",
        ) from error
    return build(options, progress)


def faster_whisper(options: EngineOptions, progress: Progress | None = None) -> AsrEngine:
    """Whisper on CTranslate2: a model of the manifest, or a folder."""
    from models.corrector import Corrector
    from models.devices import resolve
    from models.whisper import DecodeOptions, FasterWhisper  # loading CTranslate2 takes a second; a log needs none

    device, compute_type = resolve(options.device, options.compute_type)
    located = locate(options.model, progress)
    decode = DecodeOptions(
        threads=options.threads,
        lanes=options.lanes if device == "cpu" else 1,  # a graphics card takes larger batches instead
        device=device,
        compute_type=compute_type,
    )
    name = Path(options.model).name
    try:
        engine = FasterWhisper(
            located.folder,
            name,
            decode,
            corrector=Corrector(options.terms, options.words),
            compact_home=cache_folder() / "compact" / name,
        )
    except AssistError as error:
        if located.origin == "setting":
            raise damaged(located.folder, error) from error
        raise
    if device == "cuda":
        _try_out(engine)
    return engine


def _try_out(engine: AsrEngine) -> None:
    """CUDA's own libraries are first looked for when something is computed; better now than in the first sentence."""
    noise = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
    job = TranscribeJob(utterance="a0", channel=Channel.AGENT, revision=1, span=Span(0, RATE), pcm=noise, final=False)
    try:
        engine.transcribe([job])
    except RuntimeError as error:
        raise EngineError(
            "engine.cuda", f"the graphics card cannot be used ({error}); install cuBLAS and cuDNN, or use --device cpu"
        ) from error


def sherpa_onnx(options: EngineOptions, progress: Progress | None = None) -> AsrEngine:
    """A sherpa-onnx model, always a folder of one's own; the precision is that of its files."""
    from models.sherpa import SherpaOptions, load_sherpa

    if options.model == DEFAULT_MODEL and not Path(options.model).exists():
        raise SettingsError("engine.model", "sherpa-onnx comes without weights; give a folder with --model FOLDER")
    if options.compute_type not in ("auto", "int8", "float32"):
        raise SettingsError(
            "engine.compute_type",
            f"sherpa-onnx computes as its files are written, not in {options.compute_type}; "
            "choose --compute-type auto, int8 or float32",
        )
    device = "cpu" if options.device == "auto" else options.device
    batch = 2 if device == "cpu" else 16
    return load_sherpa(
        Path(options.model).expanduser(), SherpaOptions(device, options.compute_type, options.threads, batch)
    )
