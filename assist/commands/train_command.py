"""The `assist train` command; it takes the settings of the help from the group that it belongs to."""

import sys
from pathlib import Path

import click

from assist.settings import DEFAULT_PLAYBOOK, ENCODER_VARIABLE


@click.command()
@click.argument("names", metavar="NAME…|all", nargs=-1, required=True)
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the heads go.  [default: where calls look for them]",
)
@click.option(
    "--data",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Labelled sentences, in a folder for each kind.  [default: those of this program]",
)
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Whose word lists the heads see too.")
@click.option(
    "--encoder",
    envvar=ENCODER_VARIABLE,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help=f"Of `assist models export-encoder`; its heads go into FOLDER/heads.  [default: {ENCODER_VARIABLE}, "
    "or the packaged encoder]",
)
def train(names: tuple[str, ...], out: Path | None, data: Path | None, playbook: str, encoder: Path | None) -> None:
    """Train the small models that judge a sentence beside the word lists, from labelled sentences.

    Each gets a file NAME.onnx and a card NAME.md: its data, how it did on groups of sentences it had not seen, what it
    confuses. Trained again, it comes out the same. Needs the extra: pip install 'call-copilot[train]'

    \b
    NAME                 a sentence of whom  what it says
      forbidden            agent               which offence, if any
      commitment           agent               whether it promises something
      empathy              agent               the level of empathy of a reply
      question             agent               the kind of question
      objection_topic      customer            what is objected to, if anything
      objection_kind       customer            whether the objection is real or an excuse
      objection_handling   customer            to be answered now, or deferred
      intent               customer            what is wanted of the call
      emotion              customer            calm, upset or angry
      customer_type        customer            which of the four types it speaks for
      sign                 customer            the sign of a difficult customer

    \b
    assist train forbidden
    assist train intent emotion --data MINE --out /tmp/heads
    assist train all --encoder ENCODER
    How to add sentences: docs/training-heads.md
    """
    from assist.commands.train import Places, train_heads  # ONNX Runtime is slow to load

    train_heads(names, Places(out, data, encoder), playbook, sys.stdout)
