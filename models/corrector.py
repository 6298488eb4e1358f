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
from assist.core.playbook import Term
from assist.core.syllables import coarse, fold

_LONGEST = 8
# How many times likelier than by chance it is that the term was meant, natural logarithm: what lexicon and sound say before
# the audio is asked. Measured on voiced calls: above these bounds nearly every change was right.
_SAME_SOUND, _FOLDED_SOUND, _NEAR_SOUND = 6.0, 4.5, 1.5
_RISKY = 5.0  # taken away where what was heard is a word of everyday speech

Score = Callable[[str], float]  # log probability of a text for the sound at hand


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that may have been meant at a place of the text, and what speaks for it before the audio is asked."""

    start: int
    end: int
    term: str
    prior: float


class Corrector:
    """Knows the terms by their sound."""

    def __init__(self, terms: Iterable[Term]) -> None:
        known = [term for term in terms if _is_hanzi(term.text)]
        self._right = {form for term in known for form in (term.text, *term.also)}
        self._sounds: dict[tuple[str, ...], list[tuple[Term, tuple[str, ...]]]] = defaultdict(list)
        for term in known:
            syllables = tuple(lazy_pinyin(term.text))
            self._sounds[tuple(map(coarse, syllables))].append((term, syllables))

    def correct(self, text: str, score: Score, *, settled: int = 0) -> tuple[str, tuple[Correction, ...]]:
        """The text with terms put right, and what was changed. What lies before `settled` stays as it is."""
        found = [candidate for candidate in self.candidates(text) if candidate.start >= settled]
        if not found:
            return text, ()
        plain, gains = score(text), []
        for candidate in found:
            gain = candidate.prior + score(_changed(text, candidate)) - plain
            if gain > 0:
                gains.append((gain, candidate))
        taken: list[tuple[float, Candidate]] = []
        for gain, candidate in sorted(gains, key=lambda pair: (-pair[0], pair[1].start)):
            if all(candidate.end <= other.start or other.end <= candidate.start for _, other in taken):
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
            alike = [coarse(syllable) for syllable in syllables]
            taken = _places(run, self._right)
            for start in range(len(run)):
                for length in range(2, min(_LONGEST, len(run) - start) + 1):
                    end = start + length
                    if any(start < last and first < end for first, last in taken):
                        break  # a term that is written right stays
                    for term, own in self._sounds.get(tuple(alike[start:end]), ()):
                        prior = _prior(run[start:end], term, syllables[start:end], own)
                        if prior is not None:
                            yield Candidate(begin + start, begin + end, term.text, prior)


def _prior(heard: str, term: Term, syllables: Sequence[str], own: Sequence[str]) -> float | None:
    """What speaks for a term before the audio is asked; None where too little does."""
    folded = sum(fold(a) != fold(b) for a, b in zip(syllables, own, strict=True))
    if folded > max(1, len(own) - 2):
        return None
    same = list(syllables) == list(own)
    prior = _SAME_SOUND if same else _NEAR_SOUND if folded else _FOLDED_SOUND
    return prior - (_RISKY if heard in term.sounds_like else 0.0)


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
