"""The word lists of a playbook: forbidden speech, objections, intents, emotions, customer types, promises, terms of the trade.

Phrases are written in a small closed pattern language that `classifiers` matches on characters and on pinyin.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Patterns of which one must be heard, and patterns that take the hit back when they are heard around it."""

    heard: tuple[str, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForbiddenPhrase:
    """Wordings of one offence, and the line to say instead."""

    category: str
    severity: str
    phrases: Phrases
    say_instead: str


@dataclass(frozen=True, slots=True)
class Weighted:
    """Words that speak for a label, with the weight of that evidence and how to put it to a person."""

    label: str
    phrases: Phrases
    weight: float = 1.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade, to which what a recogniser misheard may be corrected."""

    text: str  # Simplified
    group: str
    also: tuple[str, ...] = ()  # other right ways to write or say it; never to be corrected
    sounds_like: tuple[str, ...] = ()  # everyday words of the same or nearly the same sound, which may well be meant

    @property
    def risky(self) -> bool:
        """Whether a correction to this term may destroy an everyday word, and so needs stronger evidence."""
        return bool(self.sounds_like)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists of a playbook."""

    forbidden: tuple[ForbiddenPhrase, ...] = ()
    forbidden_unless: tuple[str, ...] = ()  # quotation, negation: takes back a hit of any category
    objection_topics: tuple[Weighted, ...] = ()
    objection_kinds: tuple[Weighted, ...] = ()
    objection_handling: tuple[Weighted, ...] = ()
    intents: tuple[Weighted, ...] = ()
    emotions: tuple[Weighted, ...] = ()
    customer_types: tuple[Weighted, ...] = ()
    commitments: tuple[Weighted, ...] = ()  # labels: promise, not_a_promise
    hold: tuple[Weighted, ...] = ()  # labels: announced
    acts: tuple[Weighted, ...] = ()  # what an agent's sentence does, for the rules of behaviour; or ids of steps
    replies: tuple[Weighted, ...] = ()  # labels, of the customer: refuses, takes, waits, done
    hotwords: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()  # no text twice
    words: tuple[str, ...] = ()  # everyday words of service talk, to which a text may be put right on better evidence
