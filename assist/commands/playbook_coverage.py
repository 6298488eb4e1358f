"""`assist playbook coverage`: which rows of the handbooks are served, and by what."""

import json
from typing import TextIO

from rich.table import Table

from assist.commands.playbook import print_table
from assist.training.playbook_coverage import Coverage, coverage
from assist.wiring import read_playbook
from prompts.loader import rows
from prompts.remarks import behaviours

_FEW = 4  # names that a row of the table shows


def show_coverage(name: str, out: TextIO, *, as_json: bool) -> bool:
    """Prints every row and what serves it; False when the playbook owes one."""
    playbook = read_playbook(name)
    titles = {row: title for those in rows().values() for row, title in those.items()}
    found = coverage(playbook, titles, behaviours(playbook))
    if as_json:
        served = {row: {"served": bool(by), "by": list(by)} for row, by in found.by.items()}
        out.write(json.dumps({"rows": served, "unserved": list(found.unserved)}, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(found, titles, out)
    return not found.owed


def _print(found: Coverage, titles: dict[str, str], out: TextIO) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("row", "what", "served by"):
        table.add_column(title, overflow="fold")
    for row, by in found.by.items():
        more = f" and {len(by) - _FEW} more" if len(by) > _FEW else ""
        table.add_row(row, titles[row], ", ".join(by[:_FEW]) + more if by else "[red]nothing[/red]")
    print_table(table, out)
    served = len(found.by) - len(found.unserved)
    out.write(f"{served} of {len(found.by)} rows are served\n")
    if found.owed:
        out.write(f"not served: {', '.join(found.owed)}; name them as `source` of what serves them\n")
    measured = [row for row in found.unserved if row not in found.owed]
    if measured:
        out.write(f"not measured by this program: {', '.join(measured)}\n")
