"""An evaluation as a picture: a bar for each metric, with a mark at what it must reach. Needs matplotlib."""

from collections.abc import Sequence
from pathlib import Path

from assist.training.judged import METRICS, Outcome

_REACHED, _BELOW, _FREE = "#1f6f8b", "#b5651d", "#8a8f94"


def plot(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draws the metrics that have a value, over sentences and calls together. Raises `OSError`."""
    from matplotlib.figure import Figure  # only a plot needs it

    told = [(metric, figure) for metric in METRICS if (figure := metric.of(outcomes)).value is not None]
    drawing = Figure(figsize=(9, 1.2 + 0.36 * len(told)), layout="constrained")
    axes = drawing.subplots()
    for row, (metric, figure) in enumerate(told):
        met = figure.met(metric)
        colour = _FREE if met is None else _REACHED if met else _BELOW
        value = figure.value or 0.0
        axes.barh(row, value, height=0.7, color=colour)
        axes.text(value + 0.01, row, f"{value:.2f}  n={figure.n}", va="center", fontsize=8, color=colour)
        if figure.bar is not None:
            axes.plot([figure.bar] * 2, [row - 0.45, row + 0.45], color="black", linewidth=1.5)
    # Labels are English: a font for Chinese may be missing.
    names = [f"{metric.en}{' (at most)' if metric.at_most else ''}" for metric, _ in told]
    axes.set(yticks=range(len(told)), yticklabels=names, xlim=(0, 1.18), xticks=[0, 0.25, 0.5, 0.75, 1])
    axes.invert_yaxis()
    axes.set_xlabel("black mark: what it must reach; brown: below it; grey: no demand")
    axes.spines[["top", "right"]].set_visible(False)
    drawing.savefig(path)
