"""What a playbook says, once read and checked: call models, scenes, cue entries, word lists. Data only, no behaviour.

Phrases are written in a small closed pattern language that `classifiers` matches on characters and on pinyin; the core
never matches text itself, it only reacts to the signals that come of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assist.core.events import Channel, CueKind


@dataclass(frozen=True, slots=True)
class Phrases:
    """Patterns of which one must be heard, and patterns that take the hit back when they are heard around it."""

    heard: tuple[str, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """A name in the language of the agents and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be said in a stage; `id` is `stage.step`."""

    id: str
    title: Title
    channel: Channel
    required: bool
    phrases: Phrases
    missed: str | None = None  # behaviour to notice when the call goes on, or ends, without it


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a call model. `off_call` happens outside the call; an `interlude` may interrupt any other stage."""

    id: str
    title: Title
    steps: tuple[Step, ...]
    enter: Phrases | None = None
    off_call: bool = False
    interlude: bool = False
    optional: bool = False
    after: tuple[str, ...] = ()  # may only be entered once one of these has been
    hotwords: tuple[str, ...] = ()  # for the recogniser, whatever the scene


@dataclass(frozen=True, slots=True)
class Model:
    """The expected order of stages in a call."""

    id: str
    title: Title
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def order(self, stage_id: str) -> int:
        """Place of a stage on the expected path; raises StopIteration never: ids are checked when the playbook is read."""
        return next(i for i, stage in enumerate(self.stages) if stage.id == stage_id)


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to do and never to do in one stage of one scene, and the words to be heard there."""

    do: tuple[str, ...]
    never: tuple[str, ...]
    hotwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of call: its model, what to do and never to do per stage, the words the recogniser should expect."""

    id: str
    source: str
    model: str
    placed_by_us: bool
    guidance: Mapping[str, Guidance]
    hotwords: tuple[str, ...]
    context: str = ""  # one sentence that could have been said before the call; empty: the playbook's


# --- triggers of cues: a closed set --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnPhrase:
    """Words heard on one channel."""

    channel: Channel
    phrases: Phrases


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


Trigger = OnPhrase | OnForbidden | OnObjection | OnSignal | OnBehaviour | OnStage | OnMissing | OnStaying


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an entry applies; empty = everywhere."""

    scenes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    customer_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of an example."""

    channel: Channel
    text: str
    gap: float = 0.8  # seconds of silence before it; negative: it begins before the other has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One cue of the playbook: when it fires, how often, what it says, and the examples that prove it."""

    id: str
    source: str
    kind: CueKind
    when: tuple[Trigger, ...]
    title: str
    say: str
    why: str
    scope: Scope = Scope()
    done_when: tuple[str, ...] = ()  # steps that show the agent has acted on it
    priority: int = 50
    cool_down_seconds: float = 30.0
    max_per_call: int = 3
    expires_seconds: float = 20.0
    must_fire: tuple[tuple[Line, ...], ...] = ()
    must_not_fire: tuple[tuple[Line, ...], ...] = ()


# --- word lists ----------------------------------------------------------------------------------------------------


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
    acts: tuple[Weighted, ...] = ()  # what an agent's sentence does, where a behaviour rule needs it; labels: apology
    hotwords: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()  # no text twice
    words: tuple[str, ...] = ()  # everyday words of service talk, to which a text may be put right on better evidence


@dataclass(frozen=True, slots=True)
class Expected:
    """What a recogniser may expect to hear at a point of the call."""

    hotwords: tuple[str, ...]  # most useful first, none twice
    before: str  # one sentence to be taken as said before; may be empty


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the behaviour rules and of the cue policy."""

    dead_air_seconds: float = 5.0
    hold_after_seconds: float = 2.0
    interruption_seconds: float = 0.3
    monologue_characters: int = 140
    unanswered_customer_utterances: int = 3
    question_pileup: int = 3
    talk_share: float = 0.7  # the agent's share of both sides' speech that is too much
    talk_share_after_seconds: float = 60.0  # of speech, before a share means anything
    on_screen: int = 2
    customer_type_probability: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """A whole playbook, checked."""

    id: str
    version: str
    title: Title
    default_scene: str
    fallback_model: str
    models: Mapping[str, Model]
    scenes: Mapping[str, Scene]
    entries: tuple[Entry, ...]
    lexicon: Lexicon
    labels: Mapping[str, Mapping[str, str]]  # taxonomy: group -> id -> Chinese name
    advice: Mapping[str, str] = field(default_factory=dict)  # customer type -> how to talk to them
    context: str = ""  # of scenes that have none of their own
    agent_context: str = ""  # how an agent speaks, told to the recogniser of that side
    thresholds: Thresholds = Thresholds()

    def model_for(self, scene_id: str | None) -> Model:
        """The model of a scene; the fallback for a scene that this playbook has no page for."""
        scene = self.scenes.get(scene_id or "")
        return self.models[scene.model if scene else self.fallback_model]

    def hotwords_for(self, scene_id: str | None) -> tuple[str, ...]:
        """Words the recogniser should expect, the scene's own first."""
        return self.expected(scene_id, None).hotwords

    def expected(self, scene_id: str | None, stage_id: str | None, known: Iterable[str] = ()) -> Expected:
        """What to expect in a stage of a scene; ids that this playbook has no page for add nothing.

        `known` is what is known of this very customer, as 王先生 or the name of a plan: it comes first, then the words of
        the stage in this scene, of the stage itself, of the scene, and of the trade.
        """
        scene = self.scenes.get(scene_id or "")
        guidance = scene.guidance.get(stage_id or "") if scene else None
        stage = self._stage(scene_id, stage_id) if stage_id else None
        words = (
            *(word.strip() for word in known),
            *(guidance.hotwords if guidance else ()),
            *(stage.hotwords if stage else ()),
            *(scene.hotwords if scene else ()),
            *self.lexicon.hotwords,
        )
        context = scene.context if scene else ""
        return Expected(tuple(dict.fromkeys(word for word in words if word)), context or self.context)

    def _stage(self, scene_id: str | None, stage_id: str) -> Stage | None:
        """The stage as the scene's model has it, or as another one does: interludes come from outside."""
        models = (self.model_for(scene_id), *self.models.values())
        return next((stage for model in models if (stage := model.stage(stage_id))), None)
