"""Settings of a run, gathered once by the command line and passed down."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from assist.core.errors import SettingsError
from assist.core.events import Channel

DEFAULT_PLAYBOOK = "telecom"
DEFAULT_ENGINE = "faster-whisper"
ENCODER_VARIABLE = "ASSIST_ENCODER"
DEVICES = ("auto", "cpu", "cuda")
COMPUTE_TYPES = (
    "auto",
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which recogniser, and how much of the machine it may use."""

    model: str = "base"
    threads: int = 2
    partials: bool = True
    engine: str = DEFAULT_ENGINE  # a name of the entry point group assist.asr
    device: str = "cpu"  # one of DEVICES
    compute_type: str = "int8"  # one of COMPUTE_TYPES
    word_times: bool = False
    lanes: int = 1  # texts decoded side by side

    def for_archives(self) -> "EngineSettings":
        """The same where nobody waits for a single text: no partials, and each thread decodes on its own."""
        return replace(self, partials=False, lanes=self.threads)

    @property
    def title(self) -> str:
        """What the log calls the recogniser."""
        return f"{self.engine} {Path(self.model).name}"


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How a call is replayed; `speed` None is as fast as it goes."""

    path: Path
    scene: str | None = None
    speed: float | None = 1.0
    events: str | None = None  # a file, or - for standard output
    channel: Channel | None = None
    block_ms: int = 32
    playbook: str = DEFAULT_PLAYBOOK
    engine: EngineSettings = EngineSettings()
    started_at: str | None = None
    known: tuple[str, ...] = ()  # of the customer: surname with title, name of the plan
    customer: Path | None = None  # a JSON file of facts
    call_model: str | None = None  # to be followed instead of the scene's own


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """Where the overlay is shown."""

    port: int | None = None
    open_browser: bool = True
    stay: bool = True  # keep the page up after the call, until Ctrl-C


def encoder_folder() -> Path | None:
    """The folder of the sentence encoder that somebody brings along; None for the packaged one. Raises `SettingsError`."""
    chosen = os.environ.get(ENCODER_VARIABLE)
    if not chosen:
        return None
    folder = Path(chosen).expanduser()
    if not folder.is_dir():
        message = f"{ENCODER_VARIABLE} names {folder}, which is no folder; set it to that of an encoder, or unset it"
        raise SettingsError("encoder.setting", message)
    return folder
