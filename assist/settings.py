"""Settings of a run, gathered once by the command line and passed down."""

from dataclasses import dataclass
from pathlib import Path

from assist.core.events import Channel

DEFAULT_PLAYBOOK = "telecom"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which recogniser, and how much of the machine it may use."""

    model: str = "base"
    threads: int = 2
    partials: bool = True


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


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """Where the overlay is shown."""

    port: int | None = None
    open_browser: bool = True
    stay: bool = True  # keep the page up after the call, until Ctrl-C
