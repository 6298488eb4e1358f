"""The model card: what a reader needs to know, and figures that add up."""

from dataclasses import replace

import numpy as np
import pytest

from classifiers.builtin import HEADS
from classifiers.customer_type import TYPES
from classifiers.learning.cards import bins, reliability, write_card
from classifiers.learning.dataset import TASKS
from classifiers.learning.fitting import Fitted, Judged

pytestmark = pytest.mark.unit

LABELS = ("no", "yes")


def judged(*told: tuple[str, float]) -> Judged:
    """True labels, and how likely the head found `yes`."""
    likely = np.array([[1 - p, p] for _, p in told], np.float32)
    places = range(len(told))
    return Judged(
        LABELS,
        tuple(true for true, _ in told),
        tuple(f"第{i}句" for i in places),
        tuple(f"g{i}" for i in places),
        likely,
    )


JUDGED = judged(("yes", 0.95), ("yes", 0.92), ("yes", 0.3), ("no", 0.6), ("no", 0.05), ("no", 0.08))
FITTED = Fitted(TASKS["commitment"], None, ("commitment.promise",), 0.55, JUDGED, 6, 4, ("f_promises",))


def table(card: str, head: str) -> list[list[str]]:
    """The rows of the table whose heading begins like this."""
    lines = card.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {head}"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_it_says_what_it_was_made_of() -> None:
    card = write_card(FITTED, "an encoder")
    assert card.startswith("# commitment\n")
    assert card.endswith("\n")
    assert not card.endswith("\n\n")
    for said in (
        "an encoder",
        "6 sentences in 4 groups",
        "f_promises",
        "0.55",
        "classifiers/data/commitments",
        "**Limits:**",
    ):
        assert said in card


def test_precision_and_recall_of_each_label() -> None:
    rows = table(write_card(FITTED, "e"), "label")
    assert rows == [["no", "3", "0.67", "0.67", "0.67"], ["yes", "3", "0.67", "0.67", "0.67"]]
    assert "Macro-F1 0.667, accuracy 0.667." in write_card(FITTED, "e")


def test_confusions_have_their_direction() -> None:
    card = write_card(FITTED, "e")
    assert "- yes → no: 1" in card
    assert "- no → yes: 1" in card
    unmixed = replace(FITTED, judged=judged(("yes", 0.9), ("no", 0.1)))
    assert "yes → no" not in write_card(unmixed, "e")


def test_reliability_holds_every_sentence_once() -> None:
    found = reliability(JUDGED)
    assert sum(count for _, _, count in found) == 6
    said, share, count = found[-1]
    assert (share, count) == (1.0, 4)
    assert said == pytest.approx((0.95 + 0.92 + 0.95 + 0.92) / 4, abs=1e-6)


def test_bins_take_a_certainty_too() -> None:
    assert bins([1.0, 0.0, 0.05], [True, False, True]) == [(0.025, 0.5, 2), (1.0, 1.0, 1)]


def test_a_label_that_is_never_said_has_figures() -> None:
    silent = replace(FITTED, judged=judged(("yes", 0.1), ("no", 0.1), ("no", 0.2)))
    assert table(write_card(silent, "e"), "label")[1] == ["yes", "1", "0.00", "0.00", "0.00"]


@pytest.mark.parametrize("name", HEADS)
def test_every_head_has_limits(name: str) -> None:
    assert write_card(replace(FITTED, task=TASKS[name]), "e").startswith(f"# {name}\n")


def test_a_customers_type_is_shown_over_the_call() -> None:
    labels = ("-", *TYPES)
    likely = np.full((6, 5), 0.05, np.float32)
    likely[:, labels.index("power")] = 0.8
    course = Judged(labels, ("power",) * 6, ("句",) * 6, ("call",) * 6, likely)
    card = write_card(replace(FITTED, task=TASKS["customer_type"], judged=course), "e")
    rows = table(card, "sentences heard")
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert all(row[2] == "1.00" for row in rows)
    assert rows[0][3] == "0.00"  # not said after one sentence
    assert rows[-1][3] == "1.00"
    assert sum(int(row[1]) for row in table(card, "probability over a call")) == 6
    assert "sentences heard" not in write_card(FITTED, "e")
