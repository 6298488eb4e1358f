"""Asks the trained heads about a text; without them, or without enough Chinese to judge, there is no answer."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from assist.core.patterns import FILLERS
from assist.core.ports import Head
from classifiers.features import LONGEST, Features

_LEAST = 2  # different Chinese characters besides fillers; fewer mean anything
NONE = "-"  # the label that says there is nothing
Answer = Mapping[str, float]


class Trained:
    """The heads of a playbook's call behind one question: how likely is each label of this text."""

    def __init__(self, features: Features | None = None, heads: Iterable[Head] = ()) -> None:
        self._features = features
        self._heads = {head.name: head for head in heads}
        self._answer = lru_cache(maxsize=256)(self._answered)  # objections, feelings and types ask about one sentence

    def knows(self, name: str) -> bool:
        """Whether there is such a head."""
        return self._features is not None and name in self._heads

    def least(self, name: str) -> float:
        """The probability from which an answer of this head is worth saying."""
        return self._heads[name].least

    def ask(self, name: str, text: str) -> Answer | None:
        """The probability of each label; None where nobody can say."""
        if not self.knows(name) or len(text) > LONGEST or not is_chinese(text):
            return None
        return self._answer(name, text)

    def likeliest(self, name: str, answer: Answer, none: str = NONE) -> tuple[str, float] | None:
        """The likeliest label besides `none` and its probability; None while that there is something is not worth saying."""
        return besides(answer, none) if 1 - answer[none] >= self.least(name) else None

    def _answered(self, name: str, text: str) -> Answer:
        assert self._features is not None
        head = self._heads[name]
        row = self._features.of(text, head.columns)
        found = head.probabilities(row[np.newaxis])[0]
        return {label: float(p) for label, p in zip(head.labels, found, strict=True)}


def best(answer: Answer) -> tuple[str, float]:
    """The likeliest label and its probability; of equals the one that comes first."""
    label = max(answer, key=lambda label: answer[label])
    return label, answer[label]


def besides(answer: Answer, none: str = NONE) -> tuple[str, float]:
    """The likeliest label other than `none`."""
    return best({label: p for label, p in answer.items() if label != none})


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese enough to be judged by how it reads: the heads have seen nothing else."""
    letters = [char for char in text if char.isalpha()]
    chinese = [char for char in letters if "\u4e00" <= char <= "\u9fff"]
    return len({*chinese} - FILLERS) >= _LEAST and 2 * len(chinese) >= len(letters)
