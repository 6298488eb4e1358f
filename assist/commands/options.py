"""Options that several commands share, and the types of their values."""

from collections.abc import Callable
from typing import Any

import click

from assist.settings import COMPUTE_TYPES, DEFAULT_ENGINE, DEVICES


class Speed(click.ParamType[float | None]):
    """A positive number, or max."""

    name = "N|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value is None or value == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor max", param, ctx)
        if not 0.05 <= speed <= 1000:
            self.fail(f"{value!r} is not between 0.05 and 1000; use max for as fast as it goes", param, ctx)
        return speed


Command = Callable[..., None]
Options = list[Callable[[Command], Command]]


def with_options(options: Options) -> Callable[[Command], Command]:
    """Gives a command options, in the order in which its help shows them."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def engine_options() -> Options:
    """Which recogniser, and how much of the machine it may use."""
    return [
        click.option(
            "--engine", default=DEFAULT_ENGINE, metavar="NAME", help="Recogniser; `assist doctor` lists them."
        ),
        click.option(
            "--model",
            default="base",
            metavar="NAME|FOLDER",
            help="Its weights: a name of `assist models list`, or a folder.",
        ),
        click.option("--device", type=click.Choice(DEVICES), default="cpu", help="Where it computes."),
        click.option(
            "--compute-type", type=click.Choice(COMPUTE_TYPES), default="int8", help="Number format it computes in."
        ),
        click.option("--threads", type=click.IntRange(1, 64), default=2, help="CPU threads of the recogniser."),
    ]
