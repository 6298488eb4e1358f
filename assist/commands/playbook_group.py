"""The `assist playbook` commands; they take the settings of the help from the group that they belong to."""

import sys
from pathlib import Path

import click

from assist.commands.playbook import check, run_examples
from assist.commands.playbook_coverage import show_coverage
from assist.commands.playbook_diff import show_diff
from assist.settings import DEFAULT_PLAYBOOK


@click.group()
def playbook() -> None:
    """What cues come when: check it, prove it, see what it covers and what a change does.

    \b
    A playbook is a folder of YAML files; NAME is that of a bundled one. The way of an edit:
      assist playbook check MINE             is it right? file, line and mend of what is not
      assist playbook test MINE --entry price.     does the new entry fire where it should, and only there?
      assist playbook test MINE              do all the others still?
      assist playbook diff telecom MINE --calls LOGS/   what would it have done to yesterday's calls?
    How to write one: docs/playbooks.md
    """


@playbook.command("check")
@click.argument("name", default=DEFAULT_PLAYBOOK, metavar="[NAME|FOLDER]")
def playbook_check(name: str) -> None:
    """Read every file; name the first fault with file, line and mend, else list what there is.

    Finds what does not fit the schema, ids that stand twice or name nothing, patterns and slots that mean nothing, and
    entries that can never fire. Warns of what nobody will see: cards that no entry opens, models that no scene follows.
    """
    check(name, sys.stdout)


@playbook.command("test")
@click.argument("name", default=DEFAULT_PLAYBOOK, metavar="[NAME|FOLDER]")
@click.option(
    "--entry",
    default="",
    metavar="PREFIX",
    help="Only entries whose id begins so, such as price. or forbidden.insult",
    show_default=False,
)
@click.option(
    "--json", "report", metavar="FILE", type=click.Path(path_type=Path), help="Write all figures and failures here."
)
def playbook_test(name: str, entry: str, report: Path | None) -> None:
    """Play each example through the session; print precision, recall and every one that does not hold.

    must_fire and must_not_fire of the entries are played in fresh calls; the sentences under examples/ are given to the
    classifier of forbidden speech, as forbidden.CATEGORY. Precision is the share of firings that were meant, recall the
    share of meant ones that came. What was understood instead stands below each failure. Exit code 1 when one fails.
    """
    if not run_examples(name, sys.stdout, entry, report):
        raise SystemExit(1)


@playbook.command("coverage")
@click.argument("name", default=DEFAULT_PLAYBOOK, metavar="[NAME|FOLDER]")
@click.option("--json", "as_json", is_flag=True, help="Print rows and what serves them as JSON.")
def playbook_coverage(name: str, as_json: bool) -> None:
    """Which rows of the handbooks are served, and by what.

    A row is served by what names it as its source: models, scenes, entries, cards, preparation, questionnaires,
    rehearsals, examples; rows of habits and manner (B, P) by the measures that notice them. Exit code 1 when a row of any
    other letter is served by nothing.
    """
    if not show_coverage(name, sys.stdout, as_json=as_json):
        raise SystemExit(1)


@playbook.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--calls",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the calls are: event logs (*.jsonl) or annotated calls (*.json).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def playbook_diff(before: str, after: str, calls: Path, as_json: bool) -> None:
    """What playbook B would have shown on recorded calls that A did not, and the other way round.

    Every call of DIR is told again with each of the two, from the same words. Cues of an entry that come more than half a
    second earlier or later have moved. A line names the time, the entry, and the sentence that set it off.

    \b
    assist batch RECORDINGS/ --out LOGS/          gives the logs of recordings
    cp -r my-playbook edited; …                   the copy is the one that is changed
    assist playbook diff my-playbook edited --calls LOGS/
    """
    if not show_diff(before, after, calls, sys.stdout, as_json=as_json):
        raise SystemExit(1)
