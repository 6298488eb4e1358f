"""Cards, preparation and rehearsals of a playbook: what is read, not what is triggered. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assist.core.triggers import Months


@dataclass(frozen=True, slots=True)
class CardStep:
    """One step of a card: what to do, and a line that does it; the line may have slots and may be empty."""

    title: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A small recipe that a cue opens: a technique, the handling of a complaint or of a difficult customer, an answer."""

    id: str
    sources: tuple[str, ...]
    title: str
    when: str  # it fits, in a sentence
    steps: tuple[CardStep, ...]
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparationItem:
    """Something to look up or to have ready before the call; `text` may have slots."""

    id: str
    sources: tuple[str, ...]
    title: str
    text: str
    scenes: tuple[str, ...] = ()  # empty = all
    months: Months | None = None  # in contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A situation that a trainee plays."""

    id: str
    sources: tuple[str, ...]
    scene: str
    title: str
    background: str
    customer_type: str
    opening: str  # the customer's first words
    facts: Mapping[str, str] = field(default_factory=dict)
    objections: tuple[tuple[str, str], ...] = ()  # (topic, kind) that the customer brings, in order
    goals: tuple[str, ...] = ()  # steps of the model that score
    watch: tuple[str, ...] = ()  # behaviours that cost
    discuss: tuple[str, ...] = ()  # questions for afterwards
