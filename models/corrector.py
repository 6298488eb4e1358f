"""Puts right the terms of the trade that the recogniser wrote with other characters of the same sound.

宽怀 for 宽带, 消户 for 销户: the recogniser heard the syllables and chose characters that it has read more often. A term of
the playbook's lexicon takes their place only where its sound is found in the text, and where the model itself, given the
sound and the whole sentence, finds the term hardly less likely than what it wrote. How much less is allowed depends on how
near the syllables are; a word that may well be meant as it stands needs better evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from assist.core.events import Correction
from assist.core.lexicon import Term
from assist.core.syllables import coarse, fold, rime

_LONGEST = 8
# How many times likelier than by chance it is that the term was meant, natural logarithm: what lexicon and sound say before
# the audio is asked. Measured on voiced calls: above these bounds nearly every change was right.
_SAME_SOUND, _FOLDED_SOUND, _NEAR_SOUND = 6.0, 4.5, 1.5
_EVERYDAY = 3.0  # less for a word that belongs to no trade
_RISKY = 5.0  # taken away where what was heard is a word of everyday speech
MOST_ASKED = 4  # candidates of one text that the audio is asked about, the likeliest first

Score = Callable[[Sequence[str]], Sequence[float]]  # log probabilities of texts for the sound at hand


@dataclass(frozen=True, slots=True)
class _Known:
    """A word that a text may be put right to; `handicap` is taken off what speaks for it."""

    text: str
    sounds_like: frozenset[str]
    handicap: float
    syllables: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "syllables", tuple(lazy_pinyin(self.text)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that may have been meant at a place of the text, and what speaks for it before the audio is asked."""

    start: int
    end: int
    term: str
    prior: float


class Corrector:
    """Knows the terms by their sound."""

    def __init__(self, terms: Iterable[Term], words: Iterable[str] = ()) -> None:
        terms, words = tuple(terms), tuple(words)
        known = [_Known(term.text, frozenset(term.sounds_like), 0.0) for term in terms if _is_hanzi(term.text)]
        self._right = {form for term in terms for form in (term.text, *term.also)} | set(words)
        known += [_Known(word, frozenset(), _EVERYDAY) for word in words if _is_hanzi(word)]
        self._alike: dict[tuple[str, ...], list[_Known]] = defaultdict(list)
        self._rhyming: dict[tuple[str, ...], list[_Known]] = defaultdict(list)
        for one in known:
            self._alike[tuple(map(coarse, one.syllables))].append(one)
            if not one.handicap:
                self._rhyming[tuple(map(rime, one.syllables))].append(one)

    def correct(
        self, text: str, score: Score, *, settled: int = 0, most: int = MOST_ASKED
    ) -> tuple[str, tuple[Correction, ...]]:
        """The text with terms put right, and what was changed. What lies before `settled` stays as it is.

        The audio is asked about `most` candidates.
        """
        found = {candidate for candidate in self.candidates(text) if candidate.start >= settled}
        asked = sorted(found, key=lambda candidate: (-candidate.prior, candidate.start, candidate.end, candidate.term))
        asked = asked[:most]
        if not asked:
            return text, ()
        plain, *changed = score([text, *(_changed(text, candidate) for candidate in asked)])
        gains = [(candidate.prior + now - plain, candidate) for candidate, now in zip(asked, changed, strict=True)]
        taken: list[tuple[float, Candidate]] = []
        for gain, candidate in sorted(gains, key=lambda pair: (-pair[0], pair[1].start)):
            apart = all(candidate.end <= other.start or other.end <= candidate.start for _, other in taken)
            if gain > 0 and apart:
                taken.append((gain, candidate))
        corrections = []
        for gain, candidate in sorted(taken, key=lambda pair: pair[1].start):
            heard = text[candidate.start : candidate.end]
            corrections.append(Correction(candidate.start, candidate.end, heard, round(gain, 2)))
            text = _changed(text, candidate)  # a term is as long as what it replaces
        return text, tuple(corrections)

    def candidates(self, text: str) -> Iterator[Candidate]:
        """Terms that sound like some stretch of the text and are written otherwise there."""
        for begin, run in _runs(text):
            syllables = lazy_pinyin(run)
            taken = _places(run, self._right)
            for start in range(len(run)):
                for length in range(2, min(_LONGEST, len(run) - start) + 1):
                    end = start + length
                    if any(start < last and first < end for first, last in taken):
                        break  # a word that is written right stays
                    for one, prior in self._like(run[start:end], tuple(syllables[start:end])):
                        yield Candidate(begin + start, begin + end, one.text, prior)

    def _like(self, heard: str, syllables: tuple[str, ...]) -> Iterator[tuple["_Known", float]]:
        alike = self._alike.get(tuple(map(coarse, syllables)), ())
        for one in alike:
            if (prior := _prior(heard, one, syllables)) is not None:
                yield one, prior
        for one in self._rhyming.get(tuple(map(rime, syllables)), ()):
            shared = sum(a == b for a, b in zip(heard, one.text, strict=True))
            if one not in alike and shared == len(heard) - 1:  # 宽怀 and 宽带: one character is off, and rhymes
                yield one, _NEAR_SOUND - (_RISKY if heard in one.sounds_like else 0.0)


def _prior(heard: str, one: "_Known", syllables: Sequence[str]) -> float | None:
    """What speaks for a term before the audio is asked; None where too little does."""
    folded = sum(fold(a) != fold(b) for a, b in zip(syllables, one.syllables, strict=True))
    if folded > (0 if one.handicap else max(1, len(one.syllables) - 2)):
        return None
    same = list(syllables) == list(one.syllables)
    prior = _SAME_SOUND if same else _NEAR_SOUND if folded else _FOLDED_SOUND
    return prior - one.handicap - (_RISKY if heard in one.sounds_like else 0.0)


def _places(run: str, words: set[str]) -> list[tuple[int, int]]:
    found = []
    for start in range(len(run)):
        for end in range(start + 2, min(start + _LONGEST, len(run)) + 1):
            if run[start:end] in words:
                found.append((start, end))
    return found


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Stretches of Chinese characters and where they begin."""
    start = None
    for place, char in enumerate(text + "，"):
        if _is_hanzi(char):
            start = place if start is None else start
        elif start is not None:
            yield start, text[start:place]
            start = None


def _is_hanzi(text: str) -> bool:
    return all("\u4e00" <= char <= "\u9fff" for char in text)


def _changed(text: str, candidate: Candidate) -> str:
    return text[: candidate.start] + candidate.term + text[candidate.end :]
