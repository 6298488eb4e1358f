"""Sentences as a recogniser might write them down: homophones, lost fillers and marks, digits for numerals.

What is changed follows from the text alone, so that training twice gives the same heads.
"""

import random
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping

from pypinyin import lazy_pinyin

from assist.core.patterns import FILLERS
from assist.core.syllables import fold

_SHARE = 0.08  # of the characters are misheard: what the base model does on calls
_DROPPED_FILLERS, _DROPPED_MARKS = 0.5, 0.4
_DIGITS = str.maketrans("零一二三四五六七八九", "0123456789")
_NUMERALS = "零一二三四五六七八九十百千"


class Garbler:
    """Mishears with the characters that occur in a body of texts, the frequent ones more often."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(char for text in texts for char in text if "\u4e00" <= char <= "\u9fff")
        alike: dict[str, list[tuple[str, int]]] = {}
        for char, count in sorted(counts.items()):
            alike.setdefault(_sound(char), []).append((char, count))
        self._alike: Mapping[str, list[tuple[str, int]]] = alike

    def __call__(self, text: str) -> str:
        chance = random.Random(zlib.crc32(text.encode()))  # noqa: S311
        marks = chance.random() < _DROPPED_MARKS
        digits = chance.random() < 0.5
        heard = []
        for place, char in enumerate(text):
            if char in FILLERS and chance.random() < _DROPPED_FILLERS:
                continue
            if char in "，。？！":
                if not marks:
                    heard.append(char)
                continue
            if digits and char in _NUMERALS[:10] and _beside_numeral(text, place):
                heard.append(char.translate(_DIGITS))
            elif chance.random() < _SHARE:
                heard.append(self._misheard(char, chance))
            else:
                heard.append(char)
        return "".join(heard)

    def _misheard(self, char: str, chance: random.Random) -> str:
        others = [(other, count) for other, count in self._alike.get(_sound(char), ()) if other != char]
        if not others:
            return char
        return chance.choices([other for other, _ in others], [count for _, count in others])[0]


def _sound(char: str) -> str:
    return fold(lazy_pinyin(char)[0])


def _beside_numeral(text: str, place: int) -> bool:
    return any(text[i : i + 1] in tuple(_NUMERALS) for i in (place - 1, place + 1) if 0 <= i < len(text))
