from dataclasses import replace
from functools import reduce

import pytest

from assist.core.events import (
    Answer,
    AudioGap,
    Backlog,
    BehaviourNoticed,
    CallEnded,
    CallEvent,
    CommitmentMade,
    Cue,
    CueAnswered,
    CueKind,
    CueRetired,
    CueShown,
    CueSuppressed,
    CustomerTypeChanged,
    DeadAir,
    Fault,
    ForbiddenHit,
    ForbiddenSaid,
    HoldBegan,
    HoldEnded,
    ObjectionHit,
    ObjectionRaised,
    Promise,
    Signal,
    Signalled,
    SpeechEnded,
    SpeechStarted,
    StageEntered,
    Summary,
    Transcribed,
    Transcript,
    VoiceMeasure,
    VoiceMeasured,
)
from assist.core.spans import Span
from assist.core.state import CallState, ShownCue, Speaking, Spoken, fold
from tests.core.builders import AGENT, CUSTOMER, started

pytestmark = pytest.mark.unit

CUE = Cue(id="x#1", kind=CueKind.SAY, title="t", say="s", because=(), source="r", priority=5, expires=900, entry="x")


def state_after(*events: CallEvent) -> CallState:
    return reduce(fold, events, CallState())


def text(utterance: str, revision: int, *, final: bool) -> Transcribed:
    span = Span(0, 16)
    channel = AGENT if utterance[0] == "a" else CUSTOMER
    return Transcribed(
        at=50,
        transcript=Transcript(
            utterance=utterance, channel=channel, revision=revision, span=span, text=f"第{revision}", final=final
        ),
    )


def signalled(signal: str, label: str) -> Signalled:
    return Signalled(at=7, signal=Signal(signal=signal, label=label, score=1.0, utterance="c1"))


def test_before_anything_nothing_is_known() -> None:
    state = CallState()
    assert (state.stage, state.scene, state.type, state.latest("emotion"), state.final("a1")) == (None,) * 5
    assert state.last_speech == state.speech(AGENT) == 0
    assert state.showing == ()


def test_a_call_starts_from_nothing() -> None:
    state = state_after(Fault(at=3, component="x", code="y", message="z", recoverable=True), started("outbound"))
    assert state == CallState(at=3, started=started("outbound"))
    assert state.scene == "outbound"


def test_the_clock_of_the_state_never_goes_back() -> None:
    late = DeadAir(at=90, span=Span(0, 80))
    assert state_after(late, replace(late, at=20)).at == 90


def test_speech_is_open_until_it_ends() -> None:
    began = SpeechStarted(at=30, channel=AGENT, utterance="a1", start=10)
    other = SpeechStarted(at=35, channel=CUSTOMER, utterance="c1", start=20)
    ended = SpeechEnded(at=90, channel=AGENT, utterance="a1", span=Span(10, 60))
    assert state_after(began, other).speaking == (Speaking(AGENT, "a1", 10), Speaking(CUSTOMER, "c1", 20))
    state = state_after(began, other, ended)
    assert state.speaking == (Speaking(CUSTOMER, "c1", 20),)
    assert state.spoken == (Spoken(AGENT, "a1", Span(10, 60)),)
    assert (state.speech(AGENT), state.speech(CUSTOMER), state.last_speech) == (50, 0, 60)


def test_what_was_measured_of_an_utterance_is_kept_with_it() -> None:
    measured = VoiceMeasure(speech=40, level_db=-20.0, pitch_hz=None, pitch_range_st=None, pauses=0)
    ended = SpeechEnded(at=90, channel=AGENT, utterance="a1", span=Span(10, 60), voice=measured)
    assert state_after(ended).spoken == (Spoken(AGENT, "a1", Span(10, 60), measured),)
    state = state_after(VOICE, replace(VOICE, utterance="c2", rate=5.5))
    assert state.voice("c2") == replace(VOICE, utterance="c2", rate=5.5)
    assert state.voice("c1") == VOICE
    assert state.voice("c3") is None


def test_a_newer_partial_takes_the_place_of_the_older_and_a_final_of_them_all() -> None:
    state = state_after(text("a1", 1, final=False), text("c1", 1, final=False), text("a1", 2, final=False))
    assert [(t.utterance, t.revision) for t in state.partials] == [("c1", 1), ("a1", 2)]
    state = fold(state, text("a1", 3, final=True))
    assert [t.utterance for t in state.partials] == ["c1"]
    final = state.final("a1")
    assert final is not None
    assert final.revision == 3
    assert state.final("c1") is None


def test_a_step_is_done_once_and_only_steps_are_steps() -> None:
    state = state_after(
        signalled("step", "open.greet"), signalled("step", "open.greet"), signalled("emotion", "calm"),
        signalled("step", "close.bye"), signalled("emotion", "angry"),
    )  # fmt: skip
    assert state.steps_done == ("open.greet", "close.bye")
    assert len(state.signals) == 5
    assert state.signals[0].at == 7
    assert state.latest("emotion") == "angry"


def test_a_signal_belongs_to_its_utterance() -> None:
    state = state_after(signalled("step", "open.greet"))
    assert state.signalled("c1", "step", "open.greet")
    assert not state.signalled("c2", "step", "open.greet")
    assert not state.signalled("c1", "step", "close.bye")
    assert not state.signalled("c1", "emotion", "open.greet")


def test_the_customers_type_is_the_last_one() -> None:
    known = CustomerTypeChanged(at=1, type="calm", probabilities={"calm": 1.0}, evidence=())
    assert state_after(known).type == "calm"
    assert state_after(known, replace(known, type=None)).type is None


def test_a_cue_shows_until_it_is_retired_and_keeps_its_answer() -> None:
    shown, answered = CueShown(at=10, cue=CUE), CueAnswered(at=20, cue_id="x#1", answer=Answer.ACCEPTED)
    assert state_after(shown).showing == (ShownCue(CUE, 10),)
    state = state_after(shown, answered, CueRetired(at=30, cue_id="x#1", reason="expired"))
    assert state.cues == (ShownCue(CUE, 10, showing=False, answer=Answer.ACCEPTED),)
    assert state.showing == ()


def test_an_answer_concerns_its_own_cue() -> None:
    second = replace(CUE, id="x#2")
    state = state_after(
        CueShown(at=10, cue=CUE), CueShown(at=11, cue=second), CueAnswered(at=20, cue_id="x#2", answer=Answer.DISMISSED)
    )
    assert [shown.answer for shown in state.cues] == [None, Answer.DISMISSED]
    assert len(state.showing) == 2


def test_a_hold_runs_from_its_beginning_to_its_end() -> None:
    began, ended = HoldBegan(at=40, start=20), HoldEnded(at=90, span=Span(20, 80))
    assert state_after(began).hold_since == 20
    state = state_after(began, ended)
    assert (state.hold_since, state.holds) == (None, (ended,))


def test_a_backlog_is_known_until_the_recogniser_has_caught_up() -> None:
    behind = Backlog(at=40, lag=16_000, jobs=3, shed=1)
    worse = replace(behind, at=50, lag=32_000)
    assert state_after(behind).backlog == behind
    assert state_after(behind, worse).backlog == worse
    caught_up = state_after(behind, worse, replace(behind, at=60, lag=0, jobs=0))
    assert (caught_up.backlog, caught_up.at) == (None, 60)


VOICE = VoiceMeasured(
    at=5, utterance="c1", channel=CUSTOMER, rate=4.5, level_db=-20.0, relative_db=None, pitch_hz=None, pitch_range_st=None,
    pauses=0, overlap=0, talk_share=0.5,
)  # fmt: skip
STAGE = StageEntered(at=5, model="M1", stage="open", done=(), missing=())
KEPT = {
    "voices": VOICE,
    "stages": STAGE,
    "objections": ObjectionRaised(at=5, utterance="c1", hit=ObjectionHit("p", "real", None), score=1.0, evidence=()),
    "forbidden": ForbiddenSaid(at=5, utterance="a1", hit=ForbiddenHit("i", "h", "m", "s", "exact"), score=1.0),
    "behaviours": BehaviourNoticed(at=5, rule="monologue", since=1, evidence=()),
    "commitments": CommitmentMade(at=5, utterance="a1", promise=Promise("回电", None, None)),
    "dead_air": DeadAir(at=5, span=Span(0, 5)),
    "gaps": AudioGap(at=5, channel=None, span=Span(0, 5), lost=5, reason="overflow"),
    "faults": Fault(at=5, component="audio", code="x", message="y", recoverable=True),
}


@pytest.mark.parametrize("field", KEPT)
def test_what_happened_is_kept_in_order(field: str) -> None:
    event = KEPT[field]
    later = replace(event, at=9)
    state = state_after(event, later)
    assert state == replace(CallState(), at=9, **{field: (event, later)})


def test_the_stage_is_the_last_one_entered() -> None:
    assert state_after(STAGE, replace(STAGE, stage="close")).stage == "close"


def test_suppressed_cues_are_counted() -> None:
    event = CueSuppressed(at=3, cue_id="x#1", reason="showing", title="t")
    assert state_after(event, event).suppressed == 2


def test_the_summary_is_the_end() -> None:
    summary = Summary(None, (), (), (), (), None)
    assert state_after(CallEnded(at=8, summary=summary)) == CallState(at=8, summary=summary)
