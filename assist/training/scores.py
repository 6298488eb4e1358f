"""Scores of (label, prediction) pairs: precision, recall, F1, macro-F1, accuracy, and what was taken for what."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NONE = "none"  # the label, or the prediction, of what is not there

Pair = tuple[str, str]  # label, prediction


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was found, found where it is not, and missed. A rate without a case is None."""

    found: int
    wrongly: int
    missed: int

    @property
    def said(self) -> int:
        """How often it was predicted."""
        return self.found + self.wrongly

    @property
    def labelled(self) -> int:
        """How often it is there."""
        return self.found + self.missed

    @property
    def precision(self) -> float | None:
        return self.found / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        return self.found / self.labelled if self.labelled else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where there was nothing to find and nothing was predicted."""
        cases = self.said + self.labelled
        return 2 * self.found / cases if cases else None


def detection(pairs: Iterable[Pair]) -> Tally:
    """Whether something is there at all: everything but `NONE` counts alike."""
    cases = Counter((label != NONE, predicted != NONE) for label, predicted in pairs)
    return Tally(cases[True, True], cases[False, True], cases[True, False])


def by_class(pairs: Sequence[Pair]) -> dict[str, Tally]:
    """A tally of each class that is labelled or predicted, without `NONE`; the most frequent label first."""
    labels = Counter(label for label, _ in pairs)
    predictions = Counter(predicted for _, predicted in pairs)
    right = Counter(label for label, predicted in pairs if label == predicted)
    classes = sorted({*labels, *predictions} - {NONE}, key=lambda one: (-labels[one], one))
    return {one: Tally(right[one], predictions[one] - right[one], labels[one] - right[one]) for one in classes}


def macro_f1(pairs: Sequence[Pair]) -> float | None:
    """The mean F1 of the classes that are labelled, each counting the same; None without one.

    `NONE` is no class of its own, but taking a class for it, or it for a class, lowers the F1 of that class.
    """
    each = [tally.f1 for tally in by_class(pairs).values() if tally.labelled]
    known = [f1 for f1 in each if f1 is not None]
    return sum(known) / len(known) if known else None


def accuracy(pairs: Sequence[Pair]) -> float | None:
    """The share of right predictions; None without a pair."""
    return sum(label == predicted for label, predicted in pairs) / len(pairs) if pairs else None


def confusion(pairs: Iterable[Pair]) -> dict[str, Mapping[str, int]]:
    """For each label how often it was predicted as what, `NONE` included; frequent ones first, `NONE` last."""
    table: dict[str, Counter[str]] = {}
    for label, predicted in pairs:
        table.setdefault(label, Counter())[predicted] += 1
    rows = sorted(table.items(), key=lambda row: (row[0] == NONE, -row[1].total(), row[0]))
    return {label: dict(sorted(row.items(), key=lambda cell: (-cell[1], cell[0]))) for label, row in rows}
