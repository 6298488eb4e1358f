"""How well a call was recognised: character errors, domain terms, loops and invented lines, against what was said.

Two texts are compared in one form: NFKC, Simplified, numbers written one way, no punctuation, no case. What is measured here
does not lean on the recogniser's own guards: a guard cannot be the judge of what it let through.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import numpy as np
import opencc

from assist.core.events import Channel, Transcript
from assist.core.numbers import written
from assist.training.calls import Turn

_RUN = re.compile(r"(.{2,12}?)\1{2,}")
_DIGITS = str.maketrans("零〇一二三四五六七八九两幺", "0012345678921")  # one by one: 三次 is 3次
_LEAST_TWICE = 5  # characters of a half: shorter ones people do say twice

Pairs = Sequence[tuple[int | None, int | None]]  # places in reference and hypothesis; None where the other has nothing


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over any amount of speech; they add up."""

    characters: int = 0  # of the reference
    errors: int = 0
    utterances: int = 0
    loops: int = 0  # utterances that say again and again what nobody said so
    phantoms: int = 0  # utterances with a line that the recogniser is known to invent
    suspects: int = 0  # utterances that the recogniser itself marked as doubtful
    terms: int = 0  # of the domain, in the reference
    found: int = 0  # of those, in the hypothesis at the same place
    inserted: int = 0  # terms in the hypothesis where none was said

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def error_rate(self) -> float | None:
        """Errors for each character of the reference; None without any."""
        return self.errors / self.characters if self.characters else None

    @property
    def recall(self) -> float | None:
        """Share of the domain's terms that were found; None when none was said."""
        return self.found / self.terms if self.terms else None


class Terms:
    """The words of the trade, looked for longest first, so that a word inside a longer one counts once."""

    def __init__(self, terms: Iterable[str]) -> None:
        known = sorted({plain(term) for term in terms} - {""}, key=lambda term: (-len(term), term))
        self._pattern = re.compile("|".join(map(re.escape, known)) or r"(?!)")

    def compare(self, reference: str, hypothesis: str, pairs: Pairs) -> tuple[int, int, int]:
        """How many were said, how many of those were found in their place, and how many were inserted.

        Both texts are `plain`, `pairs` is their alignment.
        """
        there = {i: j for i, j in pairs if i is not None and j is not None and reference[i] == hypothesis[j]}
        back = {j: i for i, j in there.items()}
        said = list(self._pattern.finditer(reference))
        found = sum(_whole(there, *match.span()) for match in said)
        inserted = sum(not _whole(back, *match.span()) for match in self._pattern.finditer(hypothesis))
        return len(said), found, inserted


def _whole(same: Mapping[int, int], start: int, end: int) -> bool:
    """Whether a stretch stands in the other text, character by character and without anything in between."""
    places = [same.get(i) for i in range(start, end)]
    first = places[0]
    return first is not None and places == list(range(first, first + len(places)))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The form in which texts are compared."""
    simplified = str(_simplifier().convert(unicodedata.normalize("NFKC", text)))
    numbers = written(simplified).text.translate(_DIGITS)
    return "".join(char for char in numbers if unicodedata.category(char)[0] in "LN").casefold()


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def align(reference: str, hypothesis: str) -> Pairs:
    """The alignment with the fewest substitutions, deletions and insertions, in order."""
    costs = _costs(reference, hypothesis)
    i, j = len(reference), len(hypothesis)
    pairs: list[tuple[int | None, int | None]] = []
    while i or j:
        here = int(costs[i, j])
        if i and j and here == int(costs[i - 1, j - 1]) + (reference[i - 1] != hypothesis[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and here == int(costs[i - 1, j]) + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _costs(reference: str, hypothesis: str) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Least number of edits between all beginnings, shape (len(reference) + 1, len(hypothesis) + 1)."""
    heard = np.array([ord(char) for char in hypothesis], np.int32)
    across = np.arange(len(heard) + 1, dtype=np.int32)
    costs = np.empty((len(reference) + 1, len(heard) + 1), np.int32)
    costs[0] = across
    for i, char in enumerate(reference, 1):
        above, row = costs[i - 1], costs[i]
        row[0] = i
        row[1:] = np.minimum(above[:-1] + (heard != ord(char)), above[1:] + 1)
        row[:] = np.minimum.accumulate(row - across) + across  # insertions, the whole row at once
    return costs


def errors(reference: str, hypothesis: str, pairs: Pairs) -> int:
    """Substitutions, deletions and insertions of an alignment."""
    return sum(i is None or j is None or reference[i] != hypothesis[j] for i, j in pairs)


def loops(text: str, said: str) -> bool:
    """Whether a `plain` text repeats itself as a recogniser does that is caught in a loop.

    Three times in a row or more, or the whole of it twice; not when it was `said` so, and digits in a row are a number.
    """
    for run in _RUN.finditer(text):
        if not run[1].isdigit() and run[1] * 3 not in said:
            return True
    half = len(text) // 2
    return half >= _LEAST_TWICE and len(text) % 2 == 0 and text[:half] == text[half:] and text not in said


def score(
    turns: Sequence[Turn], texts: Sequence[Transcript], terms: Terms, phantom: Callable[[str], bool]
) -> dict[Channel, Score]:
    """Compares the final texts of a call with its turns, each channel for itself."""
    return {
        channel: _score(
            [turn.text for turn in sorted(turns, key=lambda t: t.start) if turn.channel is channel],
            [text for text in sorted(texts, key=lambda t: t.span.start) if text.channel is channel],
            terms,
            phantom,
        )
        for channel in Channel
    }


def _score(said: Sequence[str], heard: Sequence[Transcript], terms: Terms, phantom: Callable[[str], bool]) -> Score:
    reference = "".join(plain(text) for text in said)
    utterances = [plain(text.text) for text in heard]
    hypothesis = "".join(utterances)
    pairs = align(reference, hypothesis)
    expected, found, inserted = terms.compare(reference, hypothesis, pairs)
    invented = [text for text in heard if phantom(text.text)]
    return Score(
        characters=len(reference),
        errors=errors(reference, hypothesis, pairs),
        utterances=len(utterances),
        loops=sum(loops(text, reference) for text in utterances),
        phantoms=0 if any(phantom(text) for text in said) else len(invented),
        suspects=sum(text.suspect for text in heard),
        terms=expected,
        found=found,
        inserted=inserted,
    )
