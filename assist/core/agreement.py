"""Which beginning of a text that still grows can be relied on.

A recogniser that hears the same utterance again and again, each time a little longer, changes its mind about the last words.
What successive hypotheses agree on, less a few characters at the end, is called stable: it is shown as certain, it is
given back to the recogniser as settled, and no later version changes it. Punctuation counts for nothing in the comparison.
"""

import unicodedata
from collections import deque
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True, slots=True)
class AgreementRules:
    """How soon a character becomes stable: after so many hypotheses in a row that have it.

    The last characters of a hypothesis were decoded without hearing what follows them; with three held back, a term of the
    trade is heard whole before its first character is settled.
    """

    passes: int = 3
    hold_back: int = 3


class Agreement:
    """The stable beginning of one utterance's text."""

    def __init__(self, rules: AgreementRules | None = None) -> None:
        self._rules = rules or AgreementRules()
        self._stable = ""
        self._last: deque[str] = deque(maxlen=self._rules.passes - 1)  # letters of the newest hypotheses

    @property
    def stable(self) -> str:
        """What no later version changes."""
        return self._stable

    def hear(self, hypothesis: str) -> str:
        """The next hypothesis, to be shown: it begins with what was stable before, and more of it may be stable now."""
        shown = self.join(hypothesis)
        letters = "".join(shown[place] for place in _letter_places(shown))
        if len(self._last) == self._last.maxlen:
            agreed = sum(
                1 for _ in takewhile(lambda those: len(set(those)) == 1, zip(letters, *self._last, strict=False))
            )
            self._extend(shown, min(agreed, len(letters) - self._rules.hold_back))
        self._last.append(letters)
        return shown

    def settle(self, text: str) -> str:
        """A text that stands: all of it is stable from now on."""
        self._stable = self.join(text)
        self._last.clear()
        return self._stable

    def join(self, text: str) -> str:
        """The text with its beginning replaced by the stable one, which may differ from it by a few characters."""
        return self._stable + text[_end_of(self._stable, text) :]

    def _extend(self, shown: str, letters: int) -> None:
        places = _letter_places(shown)
        if letters > 0 and places[letters - 1] >= len(self._stable):
            self._stable = shown[: places[letters - 1] + 1]


def _letter_places(text: str) -> list[int]:
    return [place for place, char in enumerate(text) if unicodedata.category(char)[0] in "LN"]


def _end_of(beginning: str, text: str) -> int:
    """Where in `text` what corresponds to `beginning` ends; of several equally near, where it is as long."""
    if text.startswith(beginning):
        return len(beginning)
    wanted, places = [beginning[place] for place in _letter_places(beginning)], _letter_places(text)
    row = list(range(len(places) + 1))  # edit distance of the letters so far to each beginning of the text
    for done, char in enumerate(wanted, 1):
        above, row = row, [done]
        for i, place in enumerate(places):
            row.append(min(above[i] + (text[place] != char), above[i + 1] + 1, row[i] + 1))
    nearest = min(range(len(row)), key=lambda i: (row[i], abs(i - len(wanted))))
    return places[nearest - 1] + 1 if nearest else 0
