"""What the trained heads see of a sentence: its meaning, its wording, its sound, and what the word lists found in it.

Meaning is the encoder's vector. Wording and sound are runs of one to three characters and of two to three syllables, each
counted in one of a fixed number of buckets, so that a head needs no vocabulary of its own; syllables are folded as
`assist.core.syllables` has it, so that a homophone of the recogniser changes half of the view only.
"""

import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assist.core.lexicon import Lexicon
from assist.core.ports import Encoder
from classifiers.forbidden_words import forbidden_words
from classifiers.phrases import NormalText, normal_text, simplified, sounds
from classifiers.weights import weighted_words

BUCKETS = 4096  # of each of the two views of the wording
VERSION = 1  # a head that was trained on another one is refused
_MEANING = 1.5  # weight of the encoder's vector against the wording's
_WORDS = 0.6  # and of the word lists'
_LEAST, _MOST = -1.0, 2.0  # what a word list may say of one label
_FORBIDDEN = "forbidden"
LONGEST = 300  # characters that are looked at; nobody says more in one breath

Vector = NDArray[np.float32]


class Features:
    """The views of a text, kept for the latest ones: several heads ask about the same sentence."""

    def __init__(self, lexicon: Lexicon, encoder: Encoder) -> None:
        self.encoder = encoder
        self._lists = {
            "topic": weighted_words(lexicon.objection_topics),
            "kind": weighted_words(lexicon.objection_kinds),
            "handling": weighted_words(lexicon.objection_handling),
            "intent": weighted_words(lexicon.intents),
            "emotion": weighted_words(lexicon.emotions),
            "type": weighted_words(lexicon.customer_types),
            "commitment": weighted_words(lexicon.commitments),
        }
        self._offences = forbidden_words(lexicon)
        self._view = lru_cache(maxsize=64)(self._viewed)
        self._words = lru_cache(maxsize=64)(self._found)

    def columns(self, lists: Sequence[str]) -> tuple[str, ...]:
        """The names of what some of the word lists can say, as in `topic.price`."""
        return tuple(f"{name}.{label}" for name in lists for label in self._labels(name))

    def _labels(self, name: str) -> tuple[str, ...]:
        return self._offences.categories if name == _FORBIDDEN else self._lists[name].labels

    def of(self, text: str, columns: Sequence[str]) -> Vector:
        """The features of a text, float32, shape (d,): meaning, wording, sound, marks, then the columns asked for."""
        text = text[:LONGEST]
        return np.concatenate([self._view(text), self.words(text, columns)])

    def view(self, text: str) -> Vector:
        """The features without the word lists."""
        return self._view(text[:LONGEST])

    def words(self, text: str, columns: Sequence[str]) -> Vector:
        """What the word lists found; shape (len(columns),)."""
        lists = tuple(dict.fromkeys(column.split(".", 1)[0] for column in columns))
        found = self._words(text[:LONGEST], lists) if columns else {}
        weights = [np.clip(found.get(column, 0.0), _LEAST, _MOST) * _WORDS for column in columns]
        return np.asarray(weights, np.float32)

    def _viewed(self, text: str) -> Vector:
        plain = "".join(char for char in simplified(text) if _is_written(char))
        meaning = self.encoder.encode([plain])[0]
        return np.concatenate([meaning * np.float32(_MEANING), wording(normal_text(text)), _marks(plain)])

    def _found(self, text: str, lists: tuple[str, ...]) -> Mapping[str, float]:
        found = {
            f"{name}.{weight.label}": weight.total
            for name in lists
            if name in self._lists
            for weight in self._lists[name].weigh(text)
        }
        if _FORBIDDEN in lists:
            found |= {f"{_FORBIDDEN}.{one.entry.category}": one.hit.score for one in self._offences.find(text)}
        return found


def wording(normal: NormalText) -> Vector:
    """Runs of characters and of syllables in buckets, each half of length 1 or 0; shape (2 * BUCKETS,)."""
    characters = f"<{normal.characters}>"
    syllables = ["<", *sounds(normal), ">"]
    halves = (
        (characters[i : i + n] for n in (1, 2, 3) for i in range(len(characters) - n + 1)),
        ("_".join(syllables[i : i + n]) for n in (2, 3) for i in range(len(syllables) - n + 1)),
    )
    return np.concatenate([_counted(half) for half in halves])


def _counted(runs: Iterator[str]) -> Vector:
    buckets = np.zeros(BUCKETS, np.float32)
    for run in set(runs):
        buckets[zlib.crc32(run.encode()) % BUCKETS] += 1
    length = float(np.linalg.norm(buckets))
    return buckets / np.float32(length) if length else buckets


def _is_written(char: str) -> bool:
    """Pictures, controls and the like are nothing that somebody says, and move a sentence's vector far."""
    return unicodedata.category(char)[0] in "LNPZ"


def _marks(text: str) -> Vector:
    """Whether it asks or exclaims, how long it is, and in how many clauses."""
    asks, exclaims = "？" in text or "?" in text, "！" in text or "!" in text
    clauses = sum(text.count(mark) for mark in "，。？！,.?!")
    return np.array([asks, exclaims, min(len(text) / 40, 2.0), min(clauses / 4, 2.0)], np.float32) * np.float32(0.5)
