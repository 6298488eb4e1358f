"""The text of one utterance while it grows: what is committed, what is stable, and what the newest answer adds.

Long speech is decoded in parts. Once a part stands, its audio is not decoded again, so that the work left when the speaker
stops is short; its text is what was said `before` the next part.
"""

from dataclasses import replace

from assist.core.agreement import Agreement, AgreementRules
from assist.core.events import Correction, Transcript, Word
from assist.core.spans import Span

_MARKS = "，。、？！；：,.?! "
_BEFORE = 40  # characters of an earlier part that a recogniser is told


class GrowingText:
    """One utterance's text. `start` is where the audio begins that is still to be decoded."""

    def __init__(self, start: int, rules: AgreementRules | None = None) -> None:
        self.start = start
        self._began = start
        self._rules = rules
        self._agreement = Agreement(rules)
        self._committed = ""
        self._stable_corrections: tuple[Correction, ...] = ()
        self._newest: Transcript | None = None
        self._shift = 0  # by how much the newest answer is shorter than what is shown of it, as far as it adds anything
        self._committed_words: tuple[Word, ...] = ()

    @property
    def prefix(self) -> str:
        """The settled beginning of the part that is being decoded."""
        return self._agreement.stable

    @property
    def before(self) -> str:
        """The end of what earlier parts said."""
        return self._committed[-_BEFORE:]

    def hear(self, answer: Transcript) -> Transcript:
        """A version of the text that may still grow; a suspect answer makes nothing stable."""
        settled = self._stable
        shown = self._agreement.join(answer.text) if answer.suspect else self._agreement.hear(answer.text)
        return self._version(answer, shown, settled)

    def settle(self, answer: Transcript) -> Transcript:
        """The version that stands."""
        settled = self._stable
        return self._version(answer, self._agreement.settle(answer.text), settled)

    def commit(self, until: int) -> None:
        """The newest version stands, and audio before `until` is not decoded again; nothing happens if it adds no text."""
        newest = self._newest
        if newest is not None and len(newest.text) > self._stable:
            self._stable_corrections = newest.corrections or ()
            self._close_part(newest.text, newest.words or self._committed_words, until)

    def hold(self) -> None:
        """The newest version stands, but for a mark at its end: what follows may turn it into another."""
        if self._newest is not None:
            self._stable_corrections = self._newest.corrections or ()
            self._agreement.settle(self._newest.text[len(self._committed) :].rstrip(_MARKS))

    def cut(self) -> None:
        """The stable beginning stands, where the newest version says when its words were spoken.

        The audio is cut after the last stable word; without times nothing is cut.
        """
        newest = self._newest
        if newest is None or not newest.words:
            return
        words, length = [], self._shift
        for word in newest.words[len(self._committed_words) :]:
            if length + len(word.text) > len(self.prefix):
                break
            words.append(word)
            length += len(word.text)
        if words and length > 0:
            rest = self.prefix[length:]
            self._close_part(
                self._committed + self.prefix[:length], (*self._committed_words, *words), words[-1].span.end
            )
            self._agreement.settle(rest)

    @property
    def _stable(self) -> int:
        return len(self._committed) + len(self._agreement.stable)

    def _close_part(self, text: str, words: tuple[Word, ...], until: int) -> None:
        self._committed, self._committed_words = text, words
        self._agreement = Agreement(self._rules)
        self.start = until

    def _version(self, answer: Transcript, shown: str, settled: int) -> Transcript:
        self._shift = len(shown) - len(answer.text)
        shift = len(self._committed) + self._shift
        fresh = (replace(c, start=c.start + shift, end=c.end + shift) for c in answer.corrections or ())
        corrections = (*self._stable_corrections, *(c for c in fresh if c.start >= settled))
        self._stable_corrections = tuple(c for c in corrections if c.end <= self._stable)
        self._newest = replace(
            answer,
            text=self._committed + shown,
            stable=self._stable,
            span=Span(self._began, answer.span.end),
            corrections=corrections or None,
            words=None if answer.words is None else (*self._committed_words, *answer.words),
        )
        return self._newest
