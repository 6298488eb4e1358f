"""What an agent must not say: by the words of the playbook, by their sound, and by the meaning of the sentence.

What the playbook gives as an example of the harmless is never an offence by its meaning.
The words decide where they stand as listed. A hit by sound alone is dropped when the sentence as a whole is certainly
harmless, and a sentence that nobody listed is caught when it is like the offences that the head has learned.
"""

from collections.abc import Iterable, Sequence

from assist.core.events import Channel, Evidence, ForbiddenHit, Judgement, Signal, Transcript
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.forbidden_words import FoundWords, forbidden_words
from classifiers.phrases import normal_text
from classifiers.trained import NONE, Answer, Trained

_CERTAINLY_HARMLESS = 0.9  # probability from which a hit by sound is taken for mishearing
_HARMLESS = 0.985  # and a hit by characters for an innocent use
_MARKS = "，。？！,.?!;；"
_LEAST = 4  # characters of a clause that can offend by itself
_MEANT = 8  # characters of a sentence from which its meaning is judged: a short offence is listed, or needs its context
_GOES_ON = 4  # characters of settled text after words, from which what follows no longer takes them back
_LONGEST = 40  # characters of a clause that is shown


class ForbiddenSpeech:
    """One judgement for each offence in a sentence, with its words, the layer that found it and the line to say instead."""

    name = "forbidden"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None, harmless: Iterable[str] = ()) -> None:
        self._harmless = frozenset(normal_text(text).characters for text in harmless)
        self._words = forbidden_words(lexicon)
        self._trained = trained or Trained()

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.AGENT:
            return ()
        text = transcript.text
        answer = self._trained.ask("forbidden", text)
        heard = [found for found in self._words.find(text) if answer is None or _stands(found, answer)]
        if heard or answer is None:
            return tuple(_by_words(found, transcript) for found in heard)
        return self._by_meaning(answer, transcript)

    def classify_partial(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        """Offences in the part of an unfinished text that no later version changes; words alone, and nothing at its edge."""
        if transcript.channel is not Channel.AGENT:
            return ()
        settled = transcript.text[: transcript.stable]
        listed = (found for found in self._words.find(settled) if found.hit.via == "exact")
        heard = [found for found in listed if found.hit.end + _GOES_ON <= len(settled)]
        return tuple(_by_words(found, transcript) for found in heard)

    def _by_meaning(self, answer: Answer, transcript: Transcript) -> Sequence[Judgement]:
        said = normal_text(transcript.text).characters
        if len(said) < _MEANT or said in self._harmless:
            return ()
        offence = self._trained.likeliest("forbidden", answer)
        if offence is None:
            return ()
        category, _ = offence
        entry = self._words.entry(category)
        if entry is None:  # this playbook does not forbid it
            return ()
        matched = self._telling(transcript.text, category)
        why = Evidence(why=f"坐席说了“{matched}”，按意思识别", utterance=transcript.utterance)
        hit = ForbiddenHit(category, entry.severity, matched, entry.say_instead, "meaning")
        return (_judgement(hit, round(1 - answer[NONE], 3), why, transcript),)

    def _telling(self, text: str, category: str) -> str:
        """The clause that offends most by itself, the whole when none does."""
        clauses = [clause for clause in _clauses(text) if len(clause) >= _LEAST]
        if len(clauses) < 2:
            return text.strip(_MARKS)[:_LONGEST]
        asked = ((clause, self._trained.ask("forbidden", clause) or {}) for clause in clauses)
        return max(asked, key=lambda one: one[1].get(category, 0.0))[0][:_LONGEST]


def _stands(found: FoundWords, answer: Answer) -> bool:
    """Whether words that were heard are an offence in this sentence."""
    limit = _CERTAINLY_HARMLESS if found.hit.via == "pinyin" else _HARMLESS
    return answer[NONE] < limit


def _clauses(text: str) -> list[str]:
    for mark in _MARKS:
        text = text.replace(mark, "\n")
    return text.split("\n")


def _by_words(found: FoundWords, transcript: Transcript) -> Judgement:
    entry, hit = found.entry, found.hit
    sounds = "，按读音识别" if hit.via == "pinyin" else ""
    why = Evidence(why=f"坐席说了“{hit.matched}”{sounds}", utterance=transcript.utterance)
    said = ForbiddenHit(entry.category, entry.severity, hit.matched, entry.say_instead, hit.via)
    return _judgement(said, hit.score, why, transcript)


def _judgement(hit: ForbiddenHit, score: float, why: Evidence, transcript: Transcript) -> Judgement:
    signal = Signal(
        signal="forbidden", label=hit.category, score=score, utterance=transcript.utterance, evidence=(why,)
    )
    return Judgement(signal, hit)
