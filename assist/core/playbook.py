"""What a playbook says, once read and checked: call models, scenes, cue entries, and all that belongs to them. Data only.

Phrases are written in a small closed pattern language that `classifiers` matches on characters and on pinyin; the core
never matches text itself, it only reacts to the signals that come of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assist.core.cards import Card, PreparationItem, Rehearsal
from assist.core.events import Channel, CueKind
from assist.core.lexicon import Lexicon, Phrases, Weighted
from assist.core.questionnaires import Questionnaire
from assist.core.triggers import Conditions, Scope, Trigger


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
    sources: tuple[str, ...] = ()

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
    sources: tuple[str, ...]
    model: str
    placed_by_us: bool
    guidance: Mapping[str, Guidance]
    hotwords: tuple[str, ...]
    context: str = ""  # one sentence that could have been said before the call; empty: the playbook's
    signs: tuple[Weighted, ...] = ()  # words of either side that show this scene; their label is the channel, or `both`


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
    sources: tuple[str, ...]
    kind: CueKind
    when: tuple[Trigger, ...]
    title: str
    say: str  # with slots, see `wording`
    why: str
    say_for: Mapping[str, str] = field(default_factory=dict)  # customer type -> the line in words that suit them
    opens: str | None = None  # a card
    scope: Scope = Scope()
    only_if: Conditions = Conditions()
    done_when: tuple[str, ...] = ()  # steps that show the agent has acted on it
    priority: int = 50
    cool_down_seconds: float = 30.0
    max_per_call: int = 3
    expires_seconds: float = 20.0
    must_fire: tuple[tuple[Line, ...], ...] = ()
    must_not_fire: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ForbiddenExamples:
    """Sentences of one category of forbidden speech, and harmless ones that look like it."""

    sources: tuple[str, ...]
    said: tuple[str, ...]
    harmless: tuple[str, ...]


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
    pace_ratio: float = 1.45  # one side's rate against the other's, from which they do not match
    loudness_db: float = 14.0  # likewise the difference of their levels, more than two lines of a kind differ by
    on_screen: int = 2
    cues_a_minute: int = 4  # alarms count, but none is held back
    tips_a_minute: int = 1  # of those, cues of a priority below 65: an agent who does well is left alone
    late_seconds: float = 8.0  # what set a cue off is so long ago that the cue would come too late
    scene_score: float = 0.6  # from which an inferred scene is believed
    scene_seconds: float = 60.0  # of the call, within which a scene is inferred
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
    cards: Mapping[str, Card] = field(default_factory=dict)
    preparation: tuple[PreparationItem, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    rehearsals: tuple[Rehearsal, ...] = ()
    forbidden_examples: Mapping[str, ForbiddenExamples] = field(default_factory=dict)

    def model_for(self, scene_id: str | None, asked_for: str | None = None) -> Model:
        """The model that was asked for, or else that of a scene; the fallback for a scene that this playbook has no page for."""
        if asked_for is not None and asked_for in self.models:
            return self.models[asked_for]
        scene = self.scenes.get(scene_id or "")
        return self.models[scene.model if scene else self.fallback_model]

    @property
    def interludes(self) -> tuple[Stage, ...]:
        """Stages that their models lend to every call."""
        return tuple(stage for model in self.models.values() for stage in model.stages if stage.interlude)

    def hotwords_for(self, scene_id: str | None) -> tuple[str, ...]:
        """Words the recogniser should expect, the scene's own first."""
        return self.expected(scene_id, None).hotwords

    def expected(
        self, scene_id: str | None, stage_id: str | None, known: Iterable[str] = (), asked_for: str | None = None
    ) -> Expected:
        """What to expect in a stage of a scene; ids that this playbook has no page for add nothing.

        `known` is what is known of this very customer, as 王先生 or the name of a plan: it comes first, then the words of
        the stage in this scene, of the stage itself, of the scene, and of the trade. `asked_for` is as in `model_for`.
        """
        scene = self.scenes.get(scene_id or "")
        guidance = scene.guidance.get(stage_id or "") if scene else None
        stage = self._stage(stage_id, self.model_for(scene_id, asked_for)) if stage_id else None
        words = (
            *(word.strip() for word in known),
            *(guidance.hotwords if guidance else ()),
            *(stage.hotwords if stage else ()),
            *(scene.hotwords if scene else ()),
            *self.lexicon.hotwords,
        )
        context = scene.context if scene else ""
        return Expected(tuple(dict.fromkeys(word for word in words if word)), context or self.context)

    def _stage(self, stage_id: str, own: Model) -> Stage | None:
        """The stage as the call's own model has it, or as another one does: interludes come from outside."""
        models = (own, *self.models.values())
        return next((stage for model in models if (stage := model.stage(stage_id))), None)
