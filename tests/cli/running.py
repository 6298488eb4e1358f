"""Runs `assist` in this process, as the command line would."""

import sys
from dataclasses import dataclass

import pytest

from assist import cli


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str


def assist(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Outcome:
    """Exit code, standard output and standard error of one command."""
    monkeypatch.setattr(sys, "argv", ["assist", *map(str, arguments)])
    code = 0
    try:
        cli.run()
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 1
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)
