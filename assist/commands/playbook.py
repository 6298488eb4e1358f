"""`assist playbook check` and `assist playbook test`."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from assist.commands.playbook_trying import Numbered, tried
from assist.core.errors import SettingsError, SourceError
from assist.core.playbook import Playbook
from assist.training.playbook_proofs import Proof, Score, score, scores, trials
from assist.wiring import read_playbook
from classifiers import build_classifiers
from prompts.remarks import remarks

_WIDTH = 110  # of what is not written to a terminal


def check(name: str, out: TextIO) -> None:
    """Reads everything and says what there is; raises `PlaybookError` with file, line and mend at the first fault."""
    playbook = read_playbook(name)
    build_classifiers(playbook)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    for what, number, which in _inventory(playbook):
        table.add_row(str(number), what, which)
    print_table(table, out)
    warnings = list(remarks(playbook))
    for warning in warnings:
        out.write(f"warning: {warning}\n")
    out.write(f"{playbook.id} {playbook.version}: no fault, {_number(len(warnings), 'warning')}\n")


def _inventory(playbook: Playbook) -> Iterator[tuple[str, int, str]]:
    """What there is, how many, and which."""
    topics = Counter(entry.id.split(".")[0] for entry in playbook.entries)
    groups = Counter(card.split(".")[0] for card in playbook.cards)
    words = Counter(phrase.category for phrase in playbook.lexicon.forbidden)
    yield "models", len(playbook.models), " ".join(playbook.models)
    yield "scenes", len(playbook.scenes), " ".join(playbook.scenes)
    yield "entries", len(playbook.entries), _counted(topics)
    yield "examples", len(trials(playbook)), "of entries and of forbidden speech"
    yield "cards", len(playbook.cards), _counted(groups)
    yield "preparation items", len(playbook.preparation), " ".join(item.id for item in playbook.preparation)
    yield "questionnaires", len(playbook.questionnaires), " ".join(one.id for one in playbook.questionnaires)
    yield "rehearsals", len(playbook.rehearsals), " ".join(one.id for one in playbook.rehearsals)
    yield "forbidden wordings", sum(len(p.phrases.heard) for p in playbook.lexicon.forbidden), " ".join(words)
    yield "terms", len(playbook.lexicon.terms), "for the recogniser"


def run_examples(name: str, out: TextIO, prefix: str = "", report: Path | None = None) -> bool:
    """Tries every example whose name begins with `prefix`; False when one does not do what it says.

    `report` gets all figures as JSON. Raises `SettingsError` when nothing has such a name.
    """
    playbook = read_playbook(name)
    if not trials(playbook, prefix):
        raise SettingsError(
            "playbook.prefix", f"no entry with examples begins with {prefix!r}; `check` lists what there is"
        )
    proofs = _tried(playbook, prefix)
    failed = [proof for proof in proofs if not proof.holds]
    print_table(_scored(proofs), out)
    for proof in failed:
        verb = "should fire" if proof.should else "should not fire"
        why = ", ".join(proof.evidence) or "nothing was understood"
        out.write(f"{proof.name}: {verb}: {proof.text}\n    {'but' if proof.should else 'because'}: {why}\n")
    out.write(f"{len(proofs) - len(failed)} of {len(proofs)} examples hold\n")
    if report is not None:
        write_json(report, _figures(proofs))
    return not failed


def _tried(playbook: Playbook, prefix: str) -> list[Proof]:
    """Tries them, with a bar on a terminal; in the order of the playbook."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    found: list[Numbered] = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        examples = bar.add_task("examples", total=len(trials(playbook, prefix)))
        for some in tried(playbook, prefix):
            found += some
            bar.update(examples, advance=len(some))
    return [proof for _, proof in sorted(found, key=lambda one: one[0])]


def _scored(proofs: Sequence[Proof]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("category")
    for title in ("examples", "failed", "precision", "recall"):
        table.add_column(title, justify="right")
    for category, one in (*scores(proofs).items(), ("all", score(proofs))):
        failed = f"[red]{one.failed}[/red]" if one.failed else "0"
        table.add_row(category, str(one.examples), failed, _share(one.precision), _share(one.recall))
    return table


def _figures(proofs: Sequence[Proof]) -> dict[str, object]:
    def rounded(one: Score) -> dict[str, object]:
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(one).items()}

    return {
        **rounded(score(proofs)),
        "categories": {category: rounded(one) for category, one in scores(proofs).items()},
        "failures": [asdict(proof) for proof in proofs if not proof.holds],
    }


def write_json(path: Path, data: object) -> None:
    """Raises `SourceError` when the file cannot be written."""
    try:
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror}); choose another file"
        raise SourceError("report.unwritable", message) from error


def print_table(table: Table, out: TextIO) -> None:
    """As wide as the terminal, or wide enough when there is none; no spaces at the ends of lines."""
    console = Console(file=out, width=None if out.isatty() else _WIDTH)
    with console.capture() as drawn:
        console.print(table)
    out.writelines(line.rstrip() + "\n" for line in drawn.get().splitlines())


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
