"""What holds of every call, whatever is said, however the audio is cut and however late the recogniser is."""

import json
import types
import typing
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assist.core import wire
from assist.core.endpointing import EndpointRules
from assist.core.errors import LogCorrupt
from assist.core.events import (
    Answer,
    AudioFrame,
    AudioGap,
    Backlog,
    CallEnded,
    CallEvent,
    CueAnswered,
    CueRetired,
    CueShown,
    CustomerTypeChanged,
    Fault,
    ForbiddenHit,
    HoldBegan,
    HoldEnded,
    Noted,
    ObjectionHit,
    Promise,
    SceneChanged,
    SpeechEnded,
    SpeechStarted,
    Transcribed,
    Transcript,
    TypeProbabilities,
    Word,
)
from assist.core.listening import ListeningRules, PartialRules, PartRules
from assist.core.playbook import Playbook
from assist.core.ports import TranscribeJob
from assist.core.session import CallSession, SessionRules, Step
from assist.core.spans import WINDOW, Span, from_seconds
from assist.core.state import CallState, fold
from assist.core.triggers import (
    Conditions,
    OnBehaviour,
    OnForbidden,
    OnLacking,
    OnMissing,
    OnObjection,
    OnSequence,
    OnSignal,
    OnStage,
    OnStaying,
    OnTime,
    OnType,
)
from tests.core.builders import AGENT, CUSTOMER, Words, entry, frames, judged, started, tiny

pytestmark = pytest.mark.property

# --- a busy call in few windows ------------------------------------------------------------------------------------

_WINDOW_SECONDS = 0.032
RULES = SessionRules(
    ListeningRules(
        endpointing=EndpointRules(
            onset=0.5,
            release=0.35,
            onset_seconds=2 * _WINDOW_SECONDS,
            pause_seconds=2 * _WINDOW_SECONDS,
            hangover_seconds=5 * _WINDOW_SECONDS,
            finished_seconds=4 * _WINDOW_SECONDS,
            open_seconds=8 * _WINDOW_SECONDS,
            pre_roll_seconds=3 * _WINDOW_SECONDS,
            long_seconds=25 * _WINDOW_SECONDS,
            long_hangover_seconds=3 * _WINDOW_SECONDS,
            max_seconds=40 * _WINDOW_SECONDS,
        ),
        partials=PartialRules(first_seconds=0.1, growth=1.2, least_seconds=0.1, job_seconds=0.2, job_share=0.05),
        parts=PartRules(
            pause_seconds=12 * _WINDOW_SECONDS, hold_seconds=6 * _WINDOW_SECONDS, cut_seconds=16 * _WINDOW_SECONDS
        ),
    )
)
HEARING = RULES.listening.endpointing
DEAF = SessionRules(  # words change no end
    replace(
        RULES.listening,
        endpointing=replace(HEARING, finished_seconds=HEARING.hangover_seconds, open_seconds=HEARING.hangover_seconds),
    )
)
TABLE = {
    "招呼": judged("step", "open.greet"),
    "原因": judged("step", "confirm_reason.ask"),
    "报价": judged("step", "propose.offer"),
    "再见": judged("step", "close.bye"),
    "稍等": judged("hold", "announced"),
    "生气": judged("emotion", "angry"),
    "要走": judged("intent", "leave"),
    "抱歉": judged("act", "apology"),
    "笨蛋": judged("forbidden", "insult", hit=ForbiddenHit("insult", "high", "笨蛋", "我再说一遍", "exact")),
    "太贵": judged("objection", "price", hit=ObjectionHit("price", "real", None)),
    "回电": judged("commitment", "promise", hit=Promise("回电", None, None)),
    "着急": judged("customer_type", "hasty", 0.9, TypeProbabilities({"hasty": 0.9, "calm": 0.1})),
    "随便": judged("customer_type", "hasty", 0.4, TypeProbabilities({"hasty": 0.4, "calm": 0.6})),
    "意外": ValueError("broken"),
}
LINE = "".join(TABLE) + "，嗯好吗？是吗？对吗？"


CUES_A_MINUTE, TIPS_A_MINUTE = 5, 3
URGENT, ALARM, COOL_DOWN = 65, 90, 0.5


def playbook() -> Playbook:
    quick = {"expires_seconds": 1.2, "cool_down_seconds": COOL_DOWN, "max_per_call": 9}
    return tiny(
        entry("angry", OnSignal("emotion", ("angry",)), priority=60, done_when=("open.greet",), **quick),
        entry("greet", OnSignal("step", ("open.greet",)), priority=80, **quick),
        entry("stay", OnStaying("open", 1.0, "open.greet"), priority=70, **quick),
        entry("later", OnStaying("propose", 0.5, None), priority=90, **quick),
        entry("price", OnObjection((), ()), priority=50, say="太贵的话报价", **quick),
        entry("insult", OnForbidden(()), priority=95, **quick),
        entry("missing", OnMissing("open.greet", ("propose", "close")), priority=40, **quick),
        entry("enter", OnStage(("open", "propose")), priority=10, **quick),
        entry("pair", OnSequence(OnSignal("emotion", ("angry",)), OnObjection((), ()), 2.0), priority=65, **quick),
        entry("lack", OnLacking(OnObjection((), ()), OnSignal("step", ("open.greet",)), 0.8), priority=66, **quick),
        entry("time", OnTime(1.5), OnTime(2.5), priority=67, **quick),
        entry("type", OnType(("hasty",)), priority=20, only_if=Conditions(objections_from=1), **quick),
        entry("quiet", OnBehaviour(("dead_air", "question_pileup", "interrupts")), priority=55, **quick),
        dead_air_seconds=0.9,
        hold_after_seconds=0.5,
        monologue_characters=8,
        interruption_seconds=0.1,
        cues_a_minute=CUES_A_MINUTE,
        tips_a_minute=TIPS_A_MINUTE,
    )


def session(rules: SessionRules = RULES) -> CallSession:
    return CallSession(playbook(), [Words(TABLE), Words({"笨": KeyError("x")}, name="brittle")], rules)


@dataclass(frozen=True)
class Script:
    """Both channels' probabilities of speech, and what goes wrong with the recogniser and comes from outside."""

    agent: list[float]
    customer: list[float]
    lateness: list[int]  # windows after which each text comes
    dropped: list[bool]  # partials that never come
    outside: dict[int, str]  # what happens after so many windows

    def windows(self) -> list[AudioFrame]:
        both = frames(AGENT, self.agent) + frames(CUSTOMER, self.customer)
        return sorted(both, key=lambda frame: frame.start)

    def decode(self, job: TranscribeJob) -> Transcript:
        """What a recogniser hears: a character for each window with speech, a matter of the audio alone."""
        side = self.agent if job.channel is AGENT else self.customer
        windows = range(-(-job.span.start // WINDOW), job.span.end // WINDOW)
        words = tuple(Word(LINE[i % len(LINE)], Span(i * WINDOW, (i + 1) * WINDOW)) for i in windows if side[i])
        answer = job.answer("".join(word.text for word in words))
        return replace(answer, words=words) if job.words else answer


stretches = st.tuples(st.integers(0, 9) | st.integers(0, 45), st.sampled_from([0.4, 0.9, 0.9, 0.9]), st.integers(1, 25))
side = st.lists(stretches, max_size=6).map(
    lambda parts: [window for quiet, loud, count in parts for window in [0.0] * quiet + [loud] * count]
)
scripts = st.builds(
    Script,
    side,
    side,
    lateness=st.lists(st.integers(0, 30), min_size=1, max_size=5),
    dropped=st.lists(st.booleans(), min_size=1, max_size=5),
    outside=st.dictionaries(
        st.integers(0, 200),
        st.sampled_from(
            [
                "accept",
                "dismiss",
                "acted",
                "hold",
                "unhold",
                "gap",
                "fault",
                "behind",
                "caught_up",
                "scene",
                "type",
                "advance",
            ]
        ),
        max_size=8,
    ),
)
BUSY = Script(
    ([0.0] * 5 + [0.9] * 12 + [0.0] * 9) * 5 + [0.0] * 60,
    [0.0] * 12 + ([0.9] * 15 + [0.0] * 12) * 4,
    [0, 7],
    [False],
    {30: "accept", 60: "dismiss", 70: "behind", 90: "fault", 120: "hold", 130: "unhold", 140: "caught_up"},
)


class Run:
    """One call driven to its end."""

    def __init__(
        self,
        script: Script,
        *,
        late: bool = True,
        drop: bool = False,
        outside: bool = True,
        rules: SessionRules = RULES,
    ) -> None:
        self.session, self.script = session(rules), script
        self.events: list[CallEvent] = []
        self.jobs: list[TranscribeJob] = []
        self._late, self._drop = late, drop
        self._due: list[tuple[int, TranscribeJob]] = []
        self._heard = 0
        self.take(self.session.start(started()))
        for frame in script.windows():
            self.take(self.session.hear(frame))
            self._heard += 1
            self._deliver(self._heard)
            if outside and self._heard in script.outside:
                self._happen(script.outside[self._heard])
        self.take(self.session.end())
        while not self.session.ended:
            self._heard += 1
            self.take(self.session.advance(self.session.now + WINDOW))
            self._deliver(self._heard)

    def take(self, step: Step) -> None:
        self.events += step.events
        for job in step.work:
            number = len(self.jobs)
            self.jobs.append(job)
            if not job.final and self._drop and self.script.dropped[number % len(self.script.dropped)]:
                continue
            wait = self.script.lateness[number % len(self.script.lateness)] if self._late else 0
            self._due.append((self._heard + wait, job))
            if not wait:
                self._deliver(self._heard)

    def _deliver(self, heard: int) -> None:
        ready = [job for when, job in self._due if when <= heard]
        self._due = [(when, job) for when, job in self._due if when > heard]
        for job in ready:
            self.take(self.session.transcribed(self.script.decode(job)))

    def _happen(self, what: str) -> None:
        now, showing = self.session.now, self.session.state.showing
        cue = showing[0].cue.id if showing else "none#0"
        match what:
            case "accept" | "dismiss" | "acted":
                answers = {"accept": Answer.ACCEPTED, "dismiss": Answer.DISMISSED, "acted": Answer.ACTED_ON}
                self.take(self.session.note(CueAnswered(at=now, cue_id=cue, answer=answers[what])))
            case "hold":
                self.take(self.session.note(HoldBegan(at=now, start=now)))
            case "unhold":
                since = self.session.state.hold_since
                self.take(self.session.note(HoldEnded(at=now, span=Span(min(since or 0, now), now))))
            case "gap":
                gap = AudioGap(at=now, channel=None, span=Span(0, now), lost=now, reason="overflow")
                self.take(self.session.note(gap))
            case "behind" | "caught_up":
                lag = 2 * WINDOW if what == "behind" else 0
                self.take(self.session.note(Backlog(at=now, lag=lag, jobs=lag // WINDOW, shed=1)))
            case "scene":
                self.take(self.session.note(SceneChanged(at=now, scene="outbound", by="hand")))
            case "type":
                known = CustomerTypeChanged(at=now, type="calm", probabilities={}, evidence=(), by="hand")
                self.take(self.session.note(known))
            case "fault":
                fault = Fault(at=now, component="audio", code="x", message="y", recoverable=True)
                self.take(self.session.note(fault))
            case _:
                self.take(self.session.advance(now + 3 * WINDOW))


def logged(events: Sequence[CallEvent]) -> list[str]:
    return [wire.dumps(wire.encode(event, "call", seq)) for seq, event in enumerate(events, 1)]


def states(events: Sequence[CallEvent]) -> Iterator[CallState]:
    """The state after each event."""
    state = CallState()
    for event in events:
        state = fold(state, event)
        yield state


def finals(events: Sequence[CallEvent]) -> dict[str, Transcript]:
    found = (event.transcript for event in events if isinstance(event, Transcribed))
    return {text.utterance: text for text in found if text.final}


# --- listening -----------------------------------------------------------------------------------------------------


@given(scripts, st.lists(st.integers(1, 30), max_size=20), st.lists(st.integers(1, 30), max_size=20), st.randoms())
def test_how_the_audio_is_cut_and_interleaved_does_not_matter(
    script: Script, agent: list[int], customer: list[int], random: Any
) -> None:
    def hear(pieces: list[AudioFrame]) -> tuple[list[str], list[tuple[Any, ...]]]:
        one = session()
        steps = [one.start(started()), *(one.hear(piece) for piece in pieces), one.end()]
        jobs = [job for step in steps for job in step.work]
        steps += [one.transcribed(script.decode(job)) for job in jobs]
        assert one.ended
        told = [(j.utterance, j.revision, j.span, j.final, j.pause, j.pcm.tobytes()) for j in jobs]
        return logged([event for step in steps for event in step.events]), told

    sides = [frames(AGENT, script.agent, agent), frames(CUSTOMER, script.customer, customer)]
    mixed = []
    while any(sides):
        mixed.append(random.choice([one for one in sides if one]).pop(0))
    assert hear(mixed) == hear(script.windows())


@given(scripts)
@example(BUSY)
def test_every_utterance_ends_and_gets_one_final_text_that_covers_its_speech(script: Script) -> None:
    run = Run(script)
    began = [event.utterance for event in run.events if isinstance(event, SpeechStarted)]
    spans = {event.utterance: event.span for event in run.events if isinstance(event, SpeechEnded)}
    counted = Counter(e.transcript.utterance for e in run.events if isinstance(e, Transcribed) and e.transcript.final)
    assert len(set(began)) == len(began)
    assert sorted(spans) == sorted(began) == sorted(counted)
    assert set(counted.values()) <= {1}
    for utterance, text in finals(run.events).items():
        assert text.span.overlap(spans[utterance]) == len(spans[utterance])


@given(scripts)
@example(BUSY)
def test_revisions_grow_and_nothing_follows_a_final(script: Script) -> None:
    newest: dict[str, Transcript] = {}
    for event in Run(script, drop=True).events:
        if isinstance(event, Transcribed):
            text = event.transcript
            before = newest.get(text.utterance)
            assert before is None or (not before.final and text.revision > before.revision)
            newest[text.utterance] = text


@given(scripts)
@example(BUSY)
def test_the_sound_of_every_job_is_its_span(script: Script) -> None:
    for job in Run(script).jobs:
        assert len(job.pcm) == len(job.span)
        assert job.pcm[0] == job.span.start
        assert job.pcm[-1] == job.span.end - 1


@given(scripts)
@example(BUSY)
def test_late_and_lost_partials_do_not_change_the_final_texts(script: Script) -> None:
    """As long as the end of an utterance does not wait for its words."""
    prompt = finals(Run(script, late=False, outside=False, rules=DEAF).events)
    for late, drop in ((True, True), (False, True), (True, False)):
        other = finals(Run(script, late=late, drop=drop, outside=False, rules=DEAF).events)
        assert {name: (t.text, t.span) for name, t in other.items()} == {
            name: (t.text, t.span) for name, t in prompt.items()
        }


@given(scripts)
@example(BUSY)
def test_what_was_stable_stays_and_a_final_text_stands_as_a_whole(script: Script) -> None:
    newest: dict[str, Transcript] = {}
    for event in Run(script, drop=True).events:
        if isinstance(event, Transcribed):
            text, before = event.transcript, newest.get(event.transcript.utterance)
            newest[text.utterance] = text
            assert text.stable <= len(text.text)
            assert not text.final or text.stable == len(text.text)
            if before is not None:
                assert text.stable >= before.stable
                assert text.text.startswith(before.text[: before.stable])


@given(scripts)
def test_swapping_the_channels_mirrors_the_talk_ratio(script: Script) -> None:
    def ratio(one: Script) -> float | None:
        summary = Run(one, outside=False).session.state.summary
        assert summary is not None
        return summary.talk_ratio

    here, there = ratio(script), ratio(replace(script, agent=script.customer, customer=script.agent))
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        assert here + there == pytest.approx(1, abs=0.0011)


# --- the log -------------------------------------------------------------------------------------------------------


@given(scripts)
@example(BUSY)
def test_folding_the_events_again_rebuilds_the_state(script: Script) -> None:
    run = Run(script)
    read = [wire.loads(line).event for line in logged(run.events)]
    assert read == run.events
    for events in (run.events, read):
        state = reduce(fold, events, CallState())
        assert state == run.session.state
        assert wire.dumps(wire.plain(state)) == wire.dumps(wire.plain(run.session.state))


@given(scripts)
@example(BUSY)
def test_telling_a_session_what_an_earlier_one_heard_gives_the_same_events(script: Script) -> None:
    first = Run(script)
    second = session()
    again = list(second.start(started()).events)
    for event in first.events:
        heard = isinstance(event, Noted | Transcribed)
        if heard and not (isinstance(event, Fault) and event.component == "classifier"):
            again += second.note(event).events  # type: ignore[arg-type]
    again += second.advance(first.session.now).events
    again += second.end().events
    assert logged(again) == logged(first.events)
    assert second.state == first.session.state


@given(scripts)
@example(BUSY)
def test_the_end_of_the_call_is_the_last_event_and_time_never_goes_back(script: Script) -> None:
    run = Run(script)
    times = [event.at for event in run.events]
    assert times == sorted(times)
    assert [i for i, event in enumerate(run.events) if isinstance(event, CallEnded)] == [len(run.events) - 1]
    assert run.session.deadline() is None


# --- cues ----------------------------------------------------------------------------------------------------------


@given(scripts)
@example(BUSY)
def test_at_most_two_cues_show_at_any_time_and_each_is_retired_once(script: Script) -> None:
    run = Run(script)
    assert all(len(state.showing) <= 2 for state in states(run.events))
    shown = [event.cue.id for event in run.events if isinstance(event, CueShown)]
    retired = [event.cue_id for event in run.events if isinstance(event, CueRetired)]
    assert sorted(shown) == sorted(retired)
    assert len(set(shown)) == len(shown)


@given(scripts)
@example(BUSY)
def test_no_minute_has_more_cues_or_tips_than_it_may(script: Script) -> None:
    shown = [event for event in Run(script).events if isinstance(event, CueShown)]
    for i, last in enumerate(shown):
        minute = [event.cue.priority for event in shown[: i + 1] if event.at > last.at - from_seconds(60)]
        if last.cue.priority < ALARM:
            assert len(minute) <= CUES_A_MINUTE
        assert sum(priority < URGENT for priority in minute) <= TIPS_A_MINUTE


@given(scripts)
@example(BUSY)
def test_the_same_advice_comes_again_only_when_it_has_cooled_down(script: Script) -> None:
    last: dict[str, int] = {}
    for event in Run(script).events:
        if isinstance(event, CueShown):
            before = last.get(event.cue.title)
            assert before is None or event.at - before >= from_seconds(COOL_DOWN)
            last[event.cue.title] = event.at


@given(scripts)
@example(BUSY)
def test_what_was_reached_and_done_stays_so(script: Script) -> None:
    before = CallState()
    for state in states(Run(script).events):
        assert state.stages[: len(before.stages)] == before.stages
        assert set(before.steps_done) <= set(state.steps_done)
        before = state


@given(scripts)
@example(BUSY)
def test_no_cue_outstays_its_time(script: Script) -> None:
    run = Run(script)
    expires = {event.cue.id: event.cue.expires for event in run.events if isinstance(event, CueShown)}
    for event in run.events:
        if isinstance(event, CueRetired):
            assert event.at <= expires[event.cue_id]


@given(scripts, st.lists(st.integers(0, from_seconds(3)), max_size=12))
def test_the_number_of_steps_in_which_the_clock_moves_does_not_matter(script: Script, stops: list[int]) -> None:
    def wait(moments: list[int]) -> list[str]:
        one = session()
        events = list(one.start(started()).events)
        for frame in script.windows():
            step = one.hear(frame)
            events += step.events
            for job in step.work:
                events += one.transcribed(script.decode(job)).events
        here = one.now
        for moment in moments:
            events += one.advance(here + moment).events
        return logged(events)

    last = from_seconds(3)
    assert wait([*sorted(stops), last]) == wait([last])


# --- the wire ------------------------------------------------------------------------------------------------------

SCHEMA = Draft202012Validator(wire.schema())
words = st.text(max_size=12)


def values(declared: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type, built from the fields as the codec is."""
    origin, arguments = get_origin(declared), get_args(declared)
    if hasattr(declared, "__metadata__"):
        return st.integers(0, 10**9).map(lambda ms: ms * 16)
    if origin in (types.UnionType, typing.Union):
        return st.none() | values(arguments[0])
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(words, values(arguments[1]), max_size=3)
    if declared is Span:
        return st.tuples(*[st.integers(0, 10**9)] * 2).map(lambda ends: Span(min(ends) * 16, max(ends) * 16))
    if is_dataclass(declared):
        hints = typing.get_type_hints(declared, include_extras=True)
        return st.builds(declared, **{field.name: values(hints[field.name]) for field in fields(declared)})
    if issubclass(declared, StrEnum):
        return st.sampled_from(declared)
    return {
        str: words,
        int: st.integers(0, 2**40),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
    }[declared]


events = {kind: values(cls) for kind, cls in wire.KINDS.items()}
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | words
    | st.sampled_from(["agent", "say"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", events)
@settings(max_examples=25)
@given(data=st.data(), call_id=st.text(min_size=1, max_size=8), seq=st.integers(1, 10**6))
def test_every_kind_survives_the_wire_and_keeps_to_the_schema(
    kind: str, data: st.DataObject, call_id: str, seq: int
) -> None:
    event = data.draw(events[kind])
    line = wire.dumps(wire.encode(event, call_id, seq))
    assert wire.loads(line) == wire.Recorded(call_id, seq, event)
    body = json.loads(line)
    assert body["kind"] == kind
    assert list(SCHEMA.iter_errors(body)) == []


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good record in which one place, at any depth, holds something else or nothing."""
    kind = draw(st.sampled_from(sorted(events)))
    body = json.loads(wire.dumps(wire.encode(draw(events[kind]), "call", 1)))
    at, parent = body, None
    while isinstance(at, dict | list) and at and (parent is None or draw(st.booleans())):
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        parent, at = at, at[key]
    if draw(st.booleans()):
        del parent[key]
    else:
        parent[key] = draw(anything)
    return body


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(anything | damaged())
def test_reading_a_record_gives_an_event_or_says_that_the_log_is_corrupt(body: Any) -> None:
    try:
        recorded = wire.decode(body)
    except LogCorrupt:
        return
    again = wire.encode(recorded.event, recorded.call_id, recorded.seq)
    assert wire.decode(json.loads(wire.dumps(again))) == recorded


@given(st.text(max_size=60) | anything.map(json.dumps))
def test_reading_a_line_never_fails_in_another_way(line: str) -> None:
    with pytest.raises(LogCorrupt):
        wire.loads(line)
