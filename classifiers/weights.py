"""Adds up what the words of a text say for each label."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from assist.core.lexicon import Weighted
from classifiers.phrases import Hit, PhraseSet

_KNOWN = 256  # texts
_QUOTED = 24  # characters of a sentence that is quoted as a whole


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of a word list that was heard, where, and what it adds to its label."""

    entry: Weighted
    hit: Hit
    weight: float


@dataclass(frozen=True, slots=True)
class Weight:
    """All that was found for one label."""

    label: str
    total: float
    found: tuple[Found, ...]

    @property
    def why(self) -> str:
        """The words that speak for the label, as a sentence for a person."""
        words = dict.fromkeys(one.hit.matched for one in self.found if one.weight > 0)
        return "、".join(f"“{word}”" for word in words)


class WeightedWords:
    """A compiled word list with weights. An entry counts once a text, however often it is heard."""

    def __init__(self, entries: Iterable[Weighted]) -> None:
        self._entries = [(entry, PhraseSet(entry.phrases)) for entry in entries]
        self._find = lru_cache(maxsize=_KNOWN)(self._found)  # several questions ask about the same sentence

    @property
    def labels(self) -> tuple[str, ...]:
        """What the list has words for, in the order of the names."""
        return tuple(sorted({entry.label for entry, _ in self._entries}))

    def find(self, text: str) -> list[Found]:
        """The entries heard; a hit by sound alone counts for less than one by characters."""
        return list(self._find(text))

    def why(self, text: str, label: str) -> str:
        """The words of a text that speak for a label, the text itself where none are listed."""
        return next((weight.why for weight in self.weigh(text) if weight.label == label), "") or quoted(text)

    def _found(self, text: str) -> tuple[Found, ...]:
        found = ((entry, phrases.find(text)) for entry, phrases in self._entries)
        return tuple(Found(entry, hit, entry.weight * hit.score) for entry, hit in found if hit is not None)

    def weigh(self, text: str, counts: Callable[[Found], bool] = lambda found: True) -> list[Weight]:
        """Labels with their evidence, heaviest first; `counts` decides what is admitted."""
        return total([found for found in self.find(text) if counts(found)])


@lru_cache(maxsize=32)
def weighted_words(entries: tuple[Weighted, ...]) -> WeightedWords:
    """The one compiled list of these entries: several questions ask the same list about the same sentence."""
    return WeightedWords(entries)


def total(found: Iterable[Found]) -> list[Weight]:
    """What was found, added up by label, heaviest first; equal weights in the order of the labels' names."""
    by_label: dict[str, list[Found]] = {}
    for one in found:
        by_label.setdefault(one.entry.label, []).append(one)
    weights = [Weight(label, sum(one.weight for one in group), tuple(group)) for label, group in by_label.items()]
    return sorted(weights, key=lambda weight: (-weight.total, weight.label))


def quoted(text: str) -> str:
    """The beginning of a sentence, as a person is shown it."""
    return f"“{text[:_QUOTED]}”"


def score_of(weight: float) -> float:
    """A score in [0, 1) from added weights: half a chance at one, three quarters at two. Not calibrated."""
    return round(1 - float(0.5 ** max(weight, 0.0)), 3)
