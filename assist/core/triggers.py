"""When a cue fires: a small closed language of triggers, and conditions that must hold as well. Data only."""

from dataclasses import dataclass

from assist.core.events import Channel
from assist.core.lexicon import Phrases


@dataclass(frozen=True, slots=True)
class OnPhrase:
    """Words heard on one channel."""

    channel: Channel
    phrases: Phrases
    key: str  # the label under which it is signalled


@dataclass(frozen=True, slots=True)
class OnForbidden:
    """A forbidden phrase of one of these categories; empty = any."""

    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnObjection:
    """An objection of one of these topics and kinds; empty = any."""

    topics: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnSignal:
    """A signal with one of these labels."""

    signal: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnBehaviour:
    """A behaviour rule was noticed."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnStage:
    """The call entered one of these stages."""

    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnMissing:
    """The call entered `at` while `step` has not been heard."""

    step: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnStaying:
    """The call has been in `stage` for `seconds` and, when named, `step` is still missing."""

    stage: str
    seconds: float
    step: str | None


@dataclass(frozen=True, slots=True)
class OnMeaning:
    """A sentence of one channel means about the same as one of `like`, and less the same as any of `unlike`.

    `key` is the label under which it is signalled; a sentence encoder compares them.
    """

    channel: Channel
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    at_least: float  # cosine
    key: str


@dataclass(frozen=True, slots=True)
class OnType:
    """The customer's type became known as one of these."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnTime:
    """The call has lasted so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OnQuestion:
    """A question of a questionnaire is the next one to ask; `question` is `questionnaire.question`."""

    question: str


Single = (
    OnPhrase
    | OnMeaning
    | OnForbidden
    | OnObjection
    | OnSignal
    | OnBehaviour
    | OnStage
    | OnMissing
    | OnStaying
    | OnType
    | OnTime
    | OnQuestion
)


@dataclass(frozen=True, slots=True)
class OnSequence:
    """`then` came within so many seconds after `first`."""

    first: Single
    then: Single
    within_seconds: float


@dataclass(frozen=True, slots=True)
class OnLacking:
    """`first` came, and `then` did not within so many seconds after it."""

    first: Single
    then: Single
    within_seconds: float


Trigger = Single | OnSequence | OnLacking


def singles(trigger: Trigger) -> tuple[Single, ...]:
    """What a trigger listens for: its two parts where it relates them, else itself."""
    return (trigger.first, trigger.then) if isinstance(trigger, OnSequence | OnLacking) else (trigger,)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an entry applies; empty = everywhere. `channels`: who said what set it off."""

    scenes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    customer_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Months:
    """A stretch of a contract, in months, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must hold besides the trigger; a field left at its default asks for nothing."""

    done: tuple[str, ...] = ()  # steps, all of them heard
    not_done: tuple[str, ...] = ()  # steps, none of them heard
    been_in: tuple[str, ...] = ()  # stages, one of them entered before
    not_been_in: tuple[str, ...] = ()
    type_known: bool | None = None
    objections_from: int = 0  # so many objections raised in the call
    topics_from: int = 0  # on so many different topics
    facts: tuple[str, ...] = ()  # all of them known of the customer
    months: Months | None = None  # in contract; not known counts as outside
    after_seconds: float = 0.0  # of the call
    before_seconds: float | None = None
