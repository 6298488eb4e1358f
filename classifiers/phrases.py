"""Finds phrases of the pattern language in recognised text, on characters and on pinyin.

The recogniser confuses homophones (宽怀 for 宽带), retroflex and flat initials (zh/z), n and l, in and ing; fillers come
and go; digits come in either form. So text and patterns are brought to one normal form first, and where the characters
do not match, syllables without tone are compared with those confusions folded together.

Pattern language: characters stand for themselves; `(a|b)` one of; `[a]` may be missing; `…` up to six characters of
anything; `#` a number. Gaps are bounded, so no pattern can run away on a long text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Any

import opencc
from pypinyin import Style, pinyin

from assist.core.lexicon import Phrases
from assist.core.patterns import FILLERS, pattern_fault, shortest
from assist.core.syllables import fold
from classifiers.number_forms import ALOUD, APART, WHOLE, readable, readable_pattern

MIN_SYLLABLES = 4  # shorter phrases have too many innocent homophones
PINYIN_SCORE, EXACT_SCORE = 0.8, 1.0
_WAYS = 64  # in which words side by side may read, to be looked up
_LOOKED_UP = 4  # characters of a word by which patterns are found
_GAP, _REACH = 6, 4  # characters that `…` spans; how near an `unless` must stand
_SOUND_GAP = 2  # by sound alone, a wide gap would join syllables that have nothing to do with each other
_SAME = str.maketrans("0123456789〇两幺您妳壹", "零一二三四五六七八九零二一你你一")
_NUMERALS = "零一二三四五六七八九十百千万亿点半几"
_KEPT = ("%", APART)
_ALSO_HEARD = {"元": "块", "m": "兆"}  # what the written form writes for what is mostly said
_PRIVATE_USE = 0xE000
_WITHIN_NUMBER = re.compile("(?<=[0-9])(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: the words of the text as they stand there, their place, the layer and its score."""

    matched: str
    start: int
    end: int
    via: str  # exact, pinyin
    score: float


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text in normal form: its characters, one code per syllable, and where each stood in the original."""

    original: str
    characters: str
    syllables: str
    places: tuple[int, ...]


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in Simplified characters, each in its place."""
    converted = str(_simplifier().convert(text))
    if len(converted) == len(text):
        return converted
    # A conversion of a phrase that changes the length would shift every offset.
    return "".join(str(_simplifier().convert(char))[:1] for char in text)


@lru_cache(maxsize=512)
def normal_text(text: str) -> NormalText:
    """Simplified, without punctuation, spaces and fillers, numbers in one form; offsets into `text` are kept."""
    kept = []
    form = readable(simplified(text))
    for raw, place in zip(form.text, form.places, strict=True):
        kept += [(char, place) for char in _normal_char(raw)]
    characters = "".join(char for char, _ in kept)
    return NormalText(text, characters, _syllables(characters), tuple(place for _, place in kept))


@lru_cache(maxsize=8192)
def _normal_char(raw: str) -> str:
    """A simplified character in normal form; nothing for punctuation and fillers."""
    if raw in _KEPT or (raw.isascii() and raw.isdigit()):
        return raw
    folded = unicodedata.normalize("NFKC", raw).casefold().translate(_SAME)
    return "".join(char for char in folded if char not in FILLERS and unicodedata.category(char)[0] in "LN")


def _single(unread: str) -> Any:  # the library takes lists too, its types say only strings
    """What has no reading stands for itself, character by character, so that places stay aligned."""
    return list(unread)


def _syllables(characters: str) -> str:
    readings = pinyin(characters.translate(ALOUD), style=Style.NORMAL, errors=_single)
    return "".join(_code(reading[0]) for reading in readings)


_codes: dict[str, str] = {}
_spelled: dict[str, str] = {}  # the other way round


def _code(syllable: str) -> str:
    """One private-use character per folded syllable, so that regular expressions work on syllables."""
    folded = fold(syllable)
    code = _codes.setdefault(folded, chr(_PRIVATE_USE + len(_codes)))
    _spelled[code] = folded
    return code


def sounds(normal: NormalText) -> list[str]:
    """The folded syllables of a text, in letters."""
    return [_spelled[code] for code in normal.syllables]


class Pattern:
    """A pattern, compiled when a text first has words from each of its parts.

    A playbook has thousands of patterns and a sentence concerns a handful: looking for those words first spares most of the
    compiling and nearly all of the searching.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        form = readable_pattern(source)
        self._tokens = tuple(_tokens(form))
        self._anchors = _anchors(self._tokens, lambda token: token)
        least = shortest(form)
        self._by_sound = least >= MIN_SYLLABLES
        self._written = frozenset(char for token in self._tokens for char in token if char not in "()[]|…#")
        self._right = least / 2  # characters that the recogniser must have written right
        self._sound_anchors: tuple[tuple[str, ...], ...] | None = None
        self._characters: re.Pattern[str] | None = None
        self._syllables: re.Pattern[str] | None = None

    @cached_property  # the same pattern stands in several sets, and the sets are made anew for each call
    def telling(self) -> tuple[str, ...]:
        """Words of which every match holds at least one; none when nobody can say."""
        return _telling(self._tokens, lambda token: token)

    @cached_property
    def telling_sounds(self) -> tuple[str, ...] | None:
        """Likewise of a match by sound, in codes; None where the pattern is too short to be sure of by sound alone."""
        return _telling(self._tokens, _only_sound) if self._by_sound else None

    def exact(self, normal: NormalText) -> list[tuple[int, int]]:
        """Places in the normal text where the characters match."""
        if not _has_each(normal.characters, self._anchors):
            return []
        if self._characters is None:
            self._characters = re.compile(_on_characters("".join(self._tokens)))
        return [(match.start(), match.end()) for match in self._characters.finditer(normal.characters)]

    def by_sound(self, normal: NormalText) -> list[tuple[int, int]]:
        """Places where the syllables match; none where the pattern is too short to be sure of by sound alone."""
        if not self._by_sound:
            return []
        if self._sound_anchors is None:
            self._sound_anchors = _anchors(self._tokens, _only_sound)
        if not _has_each(normal.syllables, self._sound_anchors):
            return []
        if self._syllables is None:
            self._syllables = re.compile("".join(_as_syllables(token) for token in self._tokens))
        found = [(match.start(), match.end()) for match in self._syllables.finditer(normal.syllables)]
        return [(start, end) for start, end in found if self._half_right(normal.characters, start, end)]

    def _half_right(self, characters: str, start: int, end: int) -> bool:
        """Whether enough stands there as the pattern has it: it happens that every word of a phrase is misheard, but oftener
        that something else was said. A part of a number (12345 in 13812345678) is something else."""
        if any(_WITHIN_NUMBER.match(characters, edge) for edge in (start, end)):
            return False
        return sum(char in self._written or char.isdigit() for char in characters[start:end]) >= self._right


@cache
def compile_pattern(source: str) -> Pattern:
    """Raises `ValueError` with a sentence about what is wrong in the pattern."""
    fault = pattern_fault(source)
    if fault is not None:
        raise ValueError(f"{source!r}: {fault}")
    return Pattern(source)


def _tokens(source: str) -> Iterator[str]:
    for char in source:
        if char in "()[]|…#":
            yield char
        else:
            yield from _normal_char(char)


def _has_each(text: str, parts: Iterable[tuple[str, ...]]) -> bool:
    return all(any(word in text for word in words) for words in parts)


def _anchors(tokens: Iterable[str], translate: Callable[[str], str]) -> tuple[tuple[str, ...], ...]:
    """For each part of a pattern the words of which every match holds at least one; the part that says most comes first."""
    found = [tuple(max(_plain_runs(option, translate), key=len) for option in options) for options in _parts(tokens)]
    telling = [words for words in found if "" not in words]
    return tuple(sorted(telling, key=lambda words: (-min(map(len, words)), len(words))))


def _parts(tokens: Iterable[str]) -> Iterator[list[list[str]]]:
    """The parts of a pattern that no match is without, each as what it may read."""
    return (options for options, within in _groups(tokens) if within != "[")


def _telling(tokens: Iterable[str], translate: Callable[[str], str]) -> tuple[str, ...]:
    """What stands side by side in every match, in all the ways it may read, where that says most; () when nothing does."""
    elements = list(_elements(tokens, translate))
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for start in range(len(elements)):
        ways = {""}
        for options in elements[start:]:
            ways = {way + option for way in ways for option in options}
            if not ways or len(ways) > _WAYS:
                break
            best = max(best, (min(min(map(len, ways)), _LOOKED_UP), -len(ways), tuple(sorted(ways))))
    return best[2]


def _elements(tokens: Iterable[str], translate: Callable[[str], str]) -> Iterator[set[str]]:
    """What may stand at each place of a pattern, one after the other; an empty set where anything may."""
    for options, within in _groups(tokens):
        plain = [_plain(option, translate) for option in options]
        if within:
            ways = {way for way in plain if way is not None}
            yield (ways | ({""} if within == "[" else set())) if None not in plain else set()
        else:
            for token in options[0]:
                way = _plain([token], translate)
                yield set() if way is None else {way}


def _plain(tokens: Iterable[str], translate: Callable[[str], str]) -> str | None:
    """The tokens as they are looked up; None where one may be anything."""
    read = ["" if token in "…#" else translate(token) for token in tokens]
    return "".join(read) if all(read) else None


def _groups(tokens: Iterable[str]) -> Iterator[tuple[list[list[str]], str]]:
    """The pattern cut at its brackets: what stands between two as options, with the bracket that opened it."""
    options: list[list[str]] = [[]]
    within = ""
    for token in tokens:
        if token in "([)]":
            yield options, within
            options, within = [[]], token if token in "([" else ""
        elif token == "|" and within:
            options.append([])
        else:
            options[-1].append(token)
    yield options, within


def _plain_runs(tokens: Iterable[str], translate: Callable[[str], str]) -> Iterator[str]:
    """Runs between gaps and numbers; a token that translates to nothing ends a run too."""
    run = ""
    for token in tokens:
        plain = translate(token) if token not in "…#" else ""
        if not plain and run:
            yield run
            run = ""
        run += plain
    yield run


def _only_sound(char: str) -> str:
    """The code of a character that is read in one way only."""
    codes = {_code(reading) for reading in _readings(char)}
    return codes.pop() if len(codes) == 1 else ""


_SPECIAL = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|"}


def _on_characters(tokens: str) -> str:
    """The pattern on characters; a number in it matches no part of a longer one."""
    pieces = WHOLE.split(tokens)
    for place in range(1, len(pieces), 2):
        if pieces[place][0] == "#":
            pieces[place] = f"[0-9]{{{len(pieces[place])},12}}"
            continue
        begins = "" if pieces[place - 1].endswith("点") else "(?<![0-9])(?<![0-9]点)"
        pieces[place] = f"{begins}{pieces[place]}(?![0-9]|点[0-9])"
    pieces[::2] = ("".join(_as_characters(token) for token in plain) for plain in pieces[::2])
    return "".join(pieces)


def _as_characters(token: str) -> str:
    if token == "…":
        return f".{{0,{_GAP}}}"
    if token == "#":
        return f"[0-9{_NUMERALS}]{{1,12}}"
    return _SPECIAL.get(token) or re.escape(token)


def _as_syllables(token: str) -> str:
    if token == "#":
        return f"[{''.join(sorted({_code(r) for n in _NUMERALS for r in _readings(n)}))}]{{1,12}}"
    if token == "…":
        return f".{{0,{_SOUND_GAP}}}"
    if token in _SPECIAL:
        return _as_characters(token)
    codes = sorted({_code(reading) for reading in _readings(token)})
    return f"[{''.join(codes)}]" if len(codes) > 1 else codes[0]


@cache
def _readings(char: str) -> tuple[str, ...]:
    """How a character may be read, and what else is heard where the written form has it."""
    said = char.translate(ALOUD) + _ALSO_HEARD.get(char, "")
    return tuple(chain.from_iterable(pinyin(list(said), style=Style.NORMAL, heteronym=True, errors=_single)))


class _Index:
    """Which patterns may match a text at all: a set of some dozen has one or none, and the others need not be asked."""

    def __init__(self, telling: Iterable[tuple[str, ...] | None]) -> None:
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for place, words in enumerate(telling):
            if words == ():
                self._always.append(place)
            for word in words or ():
                self._by_word.setdefault(word[:_LOOKED_UP], []).append(place)

    def candidates(self, text: str) -> list[int]:
        """Their places, in order."""
        known = self._by_word.keys() & _runs(text)
        return sorted({*self._always, *chain.from_iterable(self._by_word[word] for word in known)})


@lru_cache(maxsize=512)
def _runs(text: str) -> frozenset[str]:
    """All runs of a text that are short enough to be looked up."""
    return frozenset(text[i : i + n] for n in range(1, _LOOKED_UP + 1) for i in range(len(text) - n + 1))


class PhraseSet:
    """Compiled `Phrases`: the patterns to hear and those that take a hit back."""

    def __init__(self, phrases: Phrases, guards: Iterable[str] = ()) -> None:
        self._heard = [compile_pattern(source) for source in phrases.heard]
        self._indexes: tuple[_Index, _Index] | None = None
        self._unless = [compile_pattern(source) for source in (*phrases.unless, *guards)]

    def find(self, text: str) -> Hit | None:
        """The best hit in a text: exact before pinyin, then the longest; None when nothing is heard."""
        return next(iter(self.find_all(text)), None)

    def find_all(self, text: str) -> list[Hit]:
        """All hits that do not overlap a better one, best first."""
        normal = normal_text(text)
        found = [hit for pattern in self._candidates(normal) for hit in _search(pattern, normal)]
        found = [hit for hit in found if not self._taken_back(hit, normal)]
        found.sort(key=lambda hit: (-hit.score, hit.start - hit.end, hit.start))
        best: list[Hit] = []
        for hit in found:
            if all(hit.end <= other.start or other.end <= hit.start for other in best):
                best.append(hit)
        return best

    def _candidates(self, normal: NormalText) -> Iterator[Pattern]:
        if self._indexes is None:
            by_sound = _Index(pattern.telling_sounds for pattern in self._heard)
            self._indexes = _Index(pattern.telling for pattern in self._heard), by_sound
        written, sounding = self._indexes
        places = {*written.candidates(normal.characters), *sounding.candidates(normal.syllables)}
        return (self._heard[place] for place in sorted(places))

    def _taken_back(self, hit: Hit, normal: NormalText) -> bool:
        for pattern in self._unless:
            for other in _search(pattern, normal):
                if other.start < hit.end + _REACH and hit.start < other.end + _REACH:
                    return True
        return False


def _search(pattern: Pattern, normal: NormalText) -> Iterator[Hit]:
    exact = pattern.exact(normal)
    for start, end in exact:
        yield _hit(normal, start, end, "exact", EXACT_SCORE)
    for start, end in pattern.by_sound(normal):
        if not any(first < end and start < last for first, last in exact):
            yield _hit(normal, start, end, "pinyin", PINYIN_SCORE)


def _hit(normal: NormalText, start: int, end: int, via: str, score: float) -> Hit:
    first, last = normal.places[start], normal.places[end - 1] + 1
    return Hit(normal.original[first:last], first, last, via, score)
