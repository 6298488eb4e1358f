"""What the tests of the core are built from: audio as probabilities, a recogniser with a script, a tiny playbook."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from assist.core.customer import Customer
from assist.core.events import (
    Answer,
    AudioFrame,
    CallEvent,
    CallStarted,
    Channel,
    CueAnswered,
    CueKind,
    Evidence,
    Judgement,
    PlaybookRef,
    Signal,
    SpeechEnded,
    SpeechStarted,
    Transcribed,
    Transcript,
)
from assist.core.lexicon import Lexicon, Phrases
from assist.core.playbook import Entry, Model, Playbook, Scene, Stage, Thresholds, Title
from assist.core.playbook import Step as PlaybookStep
from assist.core.ports import Classifier, TranscribeJob
from assist.core.session import CallSession, SessionRules, Step
from assist.core.spans import RATE, WINDOW, Span, from_seconds
from assist.core.triggers import OnPhrase, Trigger

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
_HANGOVER = from_seconds(0.608)

# --- audio ---------------------------------------------------------------------------------------------------------


def voice(*parts: float, loud: float = 0.9) -> list[float]:
    """Seconds of quiet, loud, quiet, ... as one probability of speech per window."""
    return [loud * (i % 2) for i, part in enumerate(parts) for _ in range(round(part * RATE / WINDOW))]


def frames(channel: Channel, probabilities: Sequence[float], sizes: Iterable[int] = ()) -> list[AudioFrame]:
    """Frames of the given sizes in windows, single windows after that; every sample's value is its own place."""
    found, at, cuts = [], 0, iter(sizes)
    while at < len(probabilities):
        part = np.array(probabilities[at : at + next(cuts, 1)], np.float32)
        start = at * WINDOW
        found.append(AudioFrame(channel, start, np.arange(start, start + len(part) * WINDOW, dtype=np.float32), part))
        at += len(part)
    return found


# --- recogniser and classifiers ------------------------------------------------------------------------------------


class Says:
    """A recogniser that has a line for each utterance, or one that names the span it was given."""

    def __init__(self, **lines: str) -> None:
        self._lines = lines

    def __call__(self, job: TranscribeJob) -> Transcript:
        text = self._lines.get(job.utterance, f"{job.span.start} 到 {job.span.end}")
        return job.answer(text)


def judged(signal: str, label: str, score: float = 1.0, hit: Any = None) -> Judgement:
    """A judgement of the utterance at hand."""
    return Judgement(Signal(signal=signal, label=label, score=score, utterance=None), hit)


class Words:
    """A classifier that knows words; an exception in the table is raised."""

    def __init__(self, table: Mapping[str, Judgement | Exception], name: str = "words") -> None:
        self._table, self.name = table, name

    def classify(self, transcript: Transcript, state: object) -> Iterator[Judgement]:
        for word, judgement in self._table.items():
            if word not in transcript.text:
                continue
            if isinstance(judgement, Exception):
                raise judgement
            because = (Evidence(why=f"「{word}」", utterance=transcript.utterance),)
            yield replace(judgement, signal=replace(judgement.signal, utterance=transcript.utterance, evidence=because))


# --- playbook ------------------------------------------------------------------------------------------------------


def title(text: str) -> Title:
    return Title(text, text)


def step(step_id: str, *, required: bool = True, missed: str | None = None) -> PlaybookStep:
    return PlaybookStep(step_id, title(step_id), AGENT, required, Phrases((step_id,)), missed)


INBOUND = Model(
    "M1",
    title("来电"),
    (
        Stage("prepare", title("准备"), (step("prepare.read", missed="not_prepared"),), off_call=True),
        Stage("open", title("开场"), (step("open.greet", missed="no_greeting"), step("open.name", required=False))),
        Stage("confirm_reason", title("确认原因"), (step("confirm_reason.ask", missed="no_reason"),)),
        Stage("extra", title("附加"), (step("extra.tip"),), optional=True),
        Stage("propose", title("方案"), (step("propose.offer"),)),
        Stage("second_offer", title("再谈"), (step("second_offer.more"),), optional=True, after=("propose",)),
        Stage("close", title("收尾"), (step("close.bye", missed="no_farewell"),)),
        Stage("handle_emotion", title("安抚"), (step("handle_emotion.calm", required=False),), interlude=True),
    ),
)
OUTBOUND = Model(
    "M2",
    title("外呼"),
    (
        Stage("hello", title("问候"), (step("hello.name"),)),
        Stage("gather_info", title("了解"), (step("gather_info.use"),)),
        Stage("propose", title("推介"), (step("propose.pitch"),)),
        Stage("neutral_response", title("回应"), (step("neutral_response.echo", required=False),), interlude=True),
    ),
)


def scene(scene_id: str, model: str, *hotwords: str) -> Scene:
    return Scene(scene_id, ("S",), model, model == "M2", {}, hotwords)


def entry(entry_id: str, *when: Trigger, **more: Any) -> Entry:
    """A cue of the playbook; its line is its id unless another is given."""
    when = tuple(replace(t, key=entry_id) if isinstance(t, OnPhrase) and not t.key else t for t in when)
    given = {
        "sources": ("row 1",),
        "kind": CueKind.SAY,
        "title": entry_id,
        "say": entry_id,
        "why": f"为什么 {entry_id}",
    }
    return Entry(id=entry_id, when=when, **(given | more))


def tiny(*entries: Entry, **thresholds: Any) -> Playbook:
    """Two call models, three scenes, and the entries a test asks for."""
    return Playbook(
        id="tiny",
        version="1",
        title=title("小"),
        default_scene="inbound",
        fallback_model="M1",
        models={"M1": INBOUND, "M2": OUTBOUND},
        scenes={
            "inbound": scene("inbound", "M1", "宽带"),
            "churn_inbound": scene("churn_inbound", "M1"),
            "outbound": scene("outbound", "M2", "套餐", "宽带"),
        },
        entries=entries,
        lexicon=Lexicon(hotwords=("携号转网", "宽带")),
        labels={},
        thresholds=Thresholds(**({"cues_a_minute": 99, "tips_a_minute": 99} | thresholds)),
    )


# --- a call --------------------------------------------------------------------------------------------------------


def started(scene_id: str | None = "inbound", *known: str, customer: Customer | None = None) -> CallStarted:
    return CallStarted(
        at=0,
        source="test",
        scene=scene_id,
        playbook=PlaybookRef("tiny", "1"),
        started_at="2026-01-05T10:00:00+08:00",
        engine="script",
        known=known,
        customer=customer,
    )


class Call:
    """A session whose recogniser answers at once. It can be heard as audio, or told utterance by utterance."""

    def __init__(
        self,
        playbook: Playbook | None = None,
        classifiers: Sequence[Classifier] = (),
        *,
        scene_id: str | None = "inbound",
        rules: SessionRules | None = None,
        says: Callable[[TranscribeJob], Transcript] | None = None,
        known: Sequence[str] = (),
        customer: Customer | None = None,
    ) -> None:
        self.session = CallSession(playbook or tiny(), classifiers, rules)
        self.says = says or Says()
        self.events: list[CallEvent] = []
        self.jobs: list[TranscribeJob] = []
        self._told = {AGENT: 0, CUSTOMER: 0}
        self.take(self.session.start(started(scene_id, *known, customer=customer)))

    def take(self, step: Step) -> list[CallEvent]:
        """The events of a step and of what its jobs lead to."""
        before = len(self.events)
        self.events += step.events
        for job in step.work:
            self.jobs.append(job)
            self.take(self.session.transcribed(self.says(job)))
        return self.events[before:]

    def hear(self, agent: Sequence[float], customer: Sequence[float]) -> None:
        """Both channels window by window, the agent's first."""
        sides = [frames(AGENT, agent), frames(CUSTOMER, customer)]
        for frame in sorted(sides[0] + sides[1], key=lambda frame: frame.start):
            self.take(self.session.hear(frame))

    def note(self, event: Any) -> list[CallEvent]:
        return self.take(self.session.note(event))

    def starts(self, channel: Channel, at: float) -> str:
        """Someone begins to speak; the utterance's name."""
        self._told[channel] += 1
        name = f"{channel.value[0]}{self._told[channel]}"
        self.note(SpeechStarted(at=from_seconds(at), channel=channel, utterance=name, start=from_seconds(at)))
        return name

    def ends(self, channel: Channel, utterance: str, start: float, end: float) -> list[CallEvent]:
        """Someone has stopped at `end`; known a hangover later."""
        span = Span(from_seconds(start), from_seconds(end))
        return self.note(SpeechEnded(at=span.end + _HANGOVER, channel=channel, utterance=utterance, span=span))

    def text(self, channel: Channel, utterance: str, text: str, start: float, end: float) -> list[CallEvent]:
        """The final text of an utterance, known a hangover after its end."""
        span = Span(from_seconds(start), from_seconds(end))
        final = Transcript(utterance=utterance, channel=channel, revision=1, span=span, text=text, final=True)
        return self.note(Transcribed(at=span.end + _HANGOVER, transcript=final))

    def says_line(self, channel: Channel, text: str, start: float, end: float) -> list[CallEvent]:
        """A whole utterance and its text; all events that follow."""
        before = len(self.events)
        name = self.starts(channel, start)
        self.ends(channel, name, start, end)
        self.text(channel, name, text, start, end)
        return self.events[before:]

    def agent(self, text: str, start: float, end: float) -> list[CallEvent]:
        return self.says_line(AGENT, text, start, end)

    def customer(self, text: str, start: float, end: float) -> list[CallEvent]:
        return self.says_line(CUSTOMER, text, start, end)

    def answer(self, cue_id: str, answer: Answer) -> list[CallEvent]:
        return self.note(CueAnswered(at=self.session.now, cue_id=cue_id, answer=answer))

    def advance(self, seconds: float) -> list[CallEvent]:
        return self.take(self.session.advance(from_seconds(seconds)))

    def end(self) -> list[CallEvent]:
        return self.take(self.session.end())

    def of(self, *kinds: type) -> list[Any]:
        """The events of these kinds so far."""
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def showing(self) -> list[str]:
        """Entries of the cues on the screen, oldest first."""
        return [shown.cue.entry for shown in self.session.state.showing]
