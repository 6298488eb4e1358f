"""The types that flow, and the closed union of everything that can happen in a call.

Public here: `AudioFrame`, `Span` (in `spans`), `Transcript`, `Signal`, `Cue`, `CallState` (in `state`), `CallEvent`.
Every event carries `at`, the call time in samples at which it became known; `wire` turns it into `at_ms`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.core.customer import Customer
from assist.core.spans import WINDOW, Samples, Span


class Channel(StrEnum):
    """The two humans, each on a side of their own."""

    AGENT = "agent"
    CUSTOMER = "customer"

    @property
    def other(self) -> "Channel":
        return Channel.CUSTOMER if self is Channel.AGENT else Channel.AGENT


class CueKind(StrEnum):
    """What a cue asks of the agent."""

    SAY = "say"
    ASK = "ask"
    DO = "do"
    AVOID = "avoid"
    INFO = "info"


class Answer(StrEnum):
    """What became of a cue."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    ACTED_ON = "acted_on"


def flat() -> Any:
    """A field whose own fields stand directly in the wire record."""
    return field(metadata={"flat": True})


def absent() -> Any:
    """A field that is left out of the wire record while it is None."""
    return field(default=None, metadata={"absent": True})


@dataclass(frozen=True, slots=True)
class Window:
    """512 samples of one channel and the probability that they hold speech; the measures are as in `AudioFrame`."""

    start: int
    pcm: NDArray[np.float32]
    speech: float
    level_db: float | None = None
    pitch_hz: float | None = None


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """One or more whole VAD windows of one channel, with the probability of speech in each.

    `pcm` is float32 mono at 16 kHz in [-1, 1], shape (n * 512,); `speech` is float32, shape (n,). The source may have evened
    out how loud `pcm` is; `level_db` is how loud each window was before, in dBFS, float32, shape (n,). `pitch_hz` is how high
    the voice was in each, nan where none was, float32, shape (n,). Both are None where nobody measured them.
    """

    channel: Channel
    start: int
    pcm: NDArray[np.float32]
    speech: NDArray[np.float32]
    level_db: NDArray[np.float32] | None = None
    pitch_hz: NDArray[np.float32] | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.pcm)

    def windows(self) -> Iterator[Window]:
        """The frame cut into single windows. Raises `ValueError` when it does not hold whole ones."""
        if len(self.pcm) != WINDOW * len(self.speech):
            raise ValueError(f"{len(self.pcm)} samples for {len(self.speech)} windows of {WINDOW}")
        for i, probability in enumerate(self.speech):
            at = i * WINDOW
            pcm = self.pcm[at : at + WINDOW]
            yield Window(self.start + at, pcm, float(probability), _at(self.level_db, i), _at(self.pitch_hz, i))


def _at(measured: NDArray[np.float32] | None, place: int) -> float | None:
    """One of the measures of a frame; None where there is none."""
    if measured is None or not np.isfinite(measured[place]):
        return None
    return float(measured[place])


@dataclass(frozen=True, slots=True)
class VoiceMeasure:
    """How an utterance sounds, measured over its windows with speech; None where nothing was measured.

    The range is that between the 10th and the 90th percentile of the pitch.
    """

    speech: Samples  # in windows with speech
    level_db: float | None  # median, dBFS
    pitch_hz: float | None  # median of the voiced windows
    pitch_range_st: float | None  # semitones
    pauses: int  # silences of 0.3 s or more within the utterance


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall-clock milliseconds that a text waited for its worker and was computed."""

    queue: int
    compute: int


@dataclass(frozen=True, slots=True)
class Word:
    """A character or word of a text and when it was spoken; as fine as the engine's own units."""

    text: str
    span: Span = flat()


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was changed after recognition: its place in the text, what was heard, and how sure the change is.

    `gain` is in nats: how much better the audio and its neighbours bear the change out than what was heard.
    """

    start: int
    end: int
    heard: str
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One version of one utterance's text; Simplified characters.

    The first `stable` characters stand in every later version too; a final text is stable as a whole.
    """

    utterance: str
    channel: Channel
    revision: int
    span: Span = flat()
    text: str
    final: bool
    suspect: bool = False  # the engine's guards fired and the retry did not settle it
    stable: int = 0
    latency_ms: Latency = Latency(0, 0)
    corrections: tuple[Correction, ...] | None = absent()
    words: tuple[Word, ...] | None = absent()  # when asked for, and the engine can


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a judgement was made: the utterance or the measure it stands on, and a sentence a person accepts."""

    why: str
    utterance: str | None = absent()
    measure: str | None = absent()


@dataclass(frozen=True, slots=True)
class ForbiddenHit:
    """What a forbidden phrase was, and the line to say instead."""

    category: str
    severity: str
    matched: str
    say_instead: str
    via: str  # exact, pinyin, meaning


@dataclass(frozen=True, slots=True)
class ObjectionHit:
    """What a customer objects to and of which kind the objection is."""

    topic: str
    objection: str  # real, false, hidden
    handling: str | None  # now, defer


@dataclass(frozen=True, slots=True)
class Promise:
    """What the agent promised, by when in the agent's words, and the moment that means (ISO 8601)."""

    what: str
    deadline: str | None
    due: str | None


@dataclass(frozen=True, slots=True)
class TypeProbabilities:
    """How likely each customer type is by now; sums to 1."""

    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a classifier says of one utterance. `score` is not calibrated."""

    signal: str  # forbidden, objection, commitment, emotion, intent, customer_type, step, stage, phrase, scene, asked, answer
    label: str
    score: float
    utterance: str | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A signal together with the typed detail that its question has."""

    signal: Signal
    hit: ForbiddenHit | ObjectionHit | Promise | TypeProbabilities | None = None


@dataclass(frozen=True, slots=True)
class CardLine:
    """One step of a card: what to do, and a line that does it, which may be empty."""

    title: str
    say: str


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A recipe that belongs to a cue, its lines filled with what is known."""

    id: str
    title: str
    when: str
    steps: tuple[CardLine, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One suggestion on the overlay."""

    id: str
    kind: CueKind
    title: str
    say: str
    because: tuple[Evidence, ...]
    source: str  # row of the handbook, as in M3
    priority: int
    expires: Samples
    entry: str  # id of the playbook entry behind it
    card: OpenCard | None = absent()


@dataclass(frozen=True, slots=True)
class PlaybookRef:
    """Which playbook judged the call."""

    id: str
    version: str


# --- events --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    at: Samples
    source: str
    scene: str | None
    playbook: PlaybookRef
    started_at: str  # ISO 8601 with offset
    engine: str
    known: tuple[str, ...] = ()  # of this customer before the call: surname with title, name of the plan
    customer: Customer | None = absent()
    call_model: str | None = absent()  # to be followed instead of the scene's own


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneChanged:
    """The scene was inferred from what was said, or set by hand; `score` is 1 when set by hand."""

    at: Samples
    scene: str
    by: str  # inferred, hand
    score: float = 1.0
    because: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ToPrepare:
    """Something to look up or to have ready before the first word."""

    id: str
    title: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What to have ready for this customer and this kind of call; a later list replaces an earlier one."""

    at: Samples
    items: tuple[ToPrepare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDue:
    """A question of a questionnaire is the next one to ask."""

    at: Samples
    questionnaire: str
    question: str
    asked: bool = False  # the agent has just asked it


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """What the customer answered to a question, as an option of the questionnaire."""

    at: Samples
    questionnaire: str
    question: str
    answer: str
    result: str | None  # what it counts as
    utterance: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    at: Samples
    channel: Channel
    utterance: str
    start: Samples  # where the utterance's audio begins; earlier than `at` by the onset and the pre-roll


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    at: Samples
    channel: Channel
    utterance: str
    span: Span = flat()  # from the first to the last window with speech, padding left out
    voice: VoiceMeasure | None = absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    at: Samples
    transcript: Transcript = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMeasured:
    """How an utterance was spoken, now that its words are known too, and against what was spoken before."""

    at: Samples
    utterance: str
    channel: Channel
    rate: float | None  # characters recognised in a second of the utterance; null when there are too few to tell
    level_db: float | None
    relative_db: float | None  # louder than the median of this channel's earlier utterances; null for the first two
    pitch_hz: float | None
    pitch_range_st: float | None
    pauses: int
    overlap: Samples  # of this utterance while the other side spoke
    talk_share: float | None  # the agent's, of both sides' speech so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled:
    at: Samples
    signal: Signal = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTypeChanged:
    at: Samples
    type: str | None  # null = not known yet
    probabilities: dict[str, float]
    evidence: tuple[Evidence, ...]
    by: str = "inferred"  # inferred, hand


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRaised:
    at: Samples
    utterance: str
    hit: ObjectionHit = flat()
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenSaid:
    at: Samples
    utterance: str
    hit: ForbiddenHit = flat()
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourNoticed:
    at: Samples
    rule: str
    since: Samples
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered:
    at: Samples
    model: str
    stage: str
    done: tuple[str, ...]  # ids of the steps heard so far
    missing: tuple[str, ...]  # ids of required steps of this and earlier stages not heard yet
    because: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade:
    at: Samples
    utterance: str
    promise: Promise = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class CueShown:
    at: Samples
    cue: Cue


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRetired:
    at: Samples
    cue_id: str
    reason: str  # expired, dismissed, acted_on, displaced, call_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class CueSuppressed:
    at: Samples
    cue_id: str
    reason: str  # cool_down, max_per_call, no_room, showing, budget, too_late
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CueAnswered:
    at: Samples
    cue_id: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadAir:
    at: Samples
    span: Span = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBegan:
    at: Samples
    start: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded:
    at: Samples
    span: Span = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioGap:
    at: Samples
    channel: Channel | None  # null = both
    span: Span = flat()
    lost: Samples
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The recogniser is behind the call, or has caught up again (`lag` 0); finals come late, but they come."""

    at: Samples
    lag: Samples
    jobs: int  # texts that wait
    shed: int  # partials left out since the call began


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    at: Samples
    component: str
    code: str
    message: str
    recoverable: bool


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A stretch of the call spent in one stage."""

    stage: str
    span: Span = flat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing QA will look at."""

    kind: str  # forbidden, behaviour, objection
    label: str
    moment: Samples
    utterance: str | None


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer to a question of a questionnaire."""

    questionnaire: str
    question: str
    answer: str
    result: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known when the call ends; `talk_ratio` is the agent's share of both sides' speech, null without speech."""

    talk_ratio: float | None
    stages: tuple[StageSpan, ...]
    findings: tuple[Finding, ...]
    commitments: tuple[Promise, ...]
    needs: tuple[str, ...]
    outcome: str | None
    answers: tuple[GivenAnswer, ...] = ()  # to a questionnaire, the last one to each question


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    at: Samples
    summary: Summary


CallEvent = (
    CallStarted
    | SceneChanged
    | Prepared
    | QuestionDue
    | QuestionAnswered
    | SpeechStarted
    | SpeechEnded
    | Transcribed
    | VoiceMeasured
    | Signalled
    | CustomerTypeChanged
    | ObjectionRaised
    | ForbiddenSaid
    | BehaviourNoticed
    | StageEntered
    | CommitmentMade
    | CueShown
    | CueRetired
    | CueSuppressed
    | CueAnswered
    | DeadAir
    | HoldBegan
    | HoldEnded
    | AudioGap
    | Backlog
    | Fault
    | CallEnded
)

# What happens outside the session and is told to it; everything else the session concludes by itself.
Noted = (
    SpeechStarted
    | SpeechEnded
    | SceneChanged
    | CustomerTypeChanged
    | CueAnswered
    | HoldBegan
    | HoldEnded
    | AudioGap
    | Backlog
    | Fault
)
