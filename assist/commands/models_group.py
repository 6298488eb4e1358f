"""The `assist models` commands; they take the settings of the help from the group that they belong to."""

import sys
from pathlib import Path

import click

from assist.commands import models as models_command


@click.group()
def models() -> None:
    """Weights of the recogniser: what is installed, where from, digest and licence."""


@models.command("list")
def models_list() -> None:
    """All models this release knows, and whether they are here."""
    models_command.list_models(sys.stdout)


@models.command("fetch")
@click.argument("name", default="base")
def models_fetch(name: str) -> None:
    """Get the weights of NAME into the cache, from installed packages or the hub."""
    models_command.fetch(name, sys.stderr)


@models.command("verify")
@click.argument("name", required=False)
def models_verify(name: str | None) -> None:
    """Read every byte of the installed weights and compare digests."""
    if not models_command.verify(name, sys.stdout):
        raise SystemExit(1)


@models.command("export-encoder")
@click.argument("name", metavar="NAME|FOLDER")
@click.option(
    "--out", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="A new folder for the encoder."
)
@click.option(
    "--fine-tune", is_flag=True, help="Teach it our labelled sentences before; hours on a CPU for a large encoder."
)
@click.option("--epochs", type=click.IntRange(1, 50), default=2, help="Rounds of --fine-tune.")
@click.option(
    "--data",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Labelled sentences for --fine-tune.  [default: those of this program]",
)
def export_encoder(name: str, out: Path, fine_tune: bool, epochs: int, data: Path | None) -> None:
    """Make a Chinese sentence encoder of Hugging Face usable in place of the packaged one.

    NAME is one on the hub, FOLDER one that transformers has saved. Needs the extra: pip install 'call-copilot[encoder]'

    \b
    assist models export-encoder BAAI/bge-small-zh-v1.5 --out ENCODER
    assist train all --encoder ENCODER          its heads, into ENCODER/heads
    ASSIST_ENCODER=ENCODER assist evaluate CALLS/
    Which encoders fit, and what fine-tuning does: docs/training-heads.md
    """
    from assist.commands.encoder import FineTuning, export  # ONNX Runtime is slow to load

    export(name, out, FineTuning(epochs, data) if fine_tune else None, sys.stdout)
