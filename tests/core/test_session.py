from dataclasses import replace

import numpy as np
import pytest

from assist.core.events import (
    Answer,
    AudioFrame,
    AudioGap,
    Backlog,
    CallEnded,
    CallStarted,
    CueAnswered,
    CueShown,
    CustomerTypeChanged,
    DeadAir,
    Fault,
    HoldBegan,
    HoldEnded,
    Judgement,
    Noted,
    SceneChanged,
    SpeechEnded,
    SpeechStarted,
    StageEntered,
    Transcribed,
    Transcript,
    TypeProbabilities,
)
from assist.core.listening import ListeningRules, PartialRules, PartRules
from assist.core.session import CallSession, SessionRules
from assist.core.spans import RATE, WINDOW, Span, from_seconds
from assist.core.state import CallState
from assist.core.triggers import OnBehaviour, OnSignal, OnType
from tests.core.builders import AGENT, CUSTOMER, Call, Says, Words, entry, frames, judged, started, tiny, voice

pytestmark = pytest.mark.unit


def names(events: object) -> list[str]:
    return [type(event).__name__ for event in events]  # type: ignore[attr-defined]


def test_a_call_begins_with_its_start_and_its_first_stage() -> None:
    session = CallSession(tiny(), [])
    step = session.start(started())
    assert names(step.events) == ["CallStarted", "StageEntered"]
    assert step.work == ()
    assert session.state.started == step.events[0]
    assert not session.ended


def test_speech_on_both_channels_becomes_speech_events_and_texts() -> None:
    c = Call(says=Says(a1="您好", c1="我要查账"))
    c.hear(voice(0.5, 1, 4), voice(2, 1.5, 2))
    c.end()
    assert [e.utterance for e in c.of(SpeechStarted)] == ["a1", "c1"]
    assert [e.utterance for e in c.of(SpeechEnded)] == ["a1", "c1"]
    assert [t.text for t in c.session.state.finals] == ["您好", "我要查账"]
    assert names(c.events)[-1] == "CallEnded"


def test_who_judges_the_words_knows_how_they_were_spoken() -> None:
    seen: list[int] = []

    class Curious:
        name = "curious"

        def classify(self, transcript: Transcript, state: CallState) -> tuple[Judgement, ...]:
            voice = state.voice(transcript.utterance)
            assert voice is not None
            seen.append(voice.pauses)
            return ()

    c = Call(says=Says(a1="您好"), classifiers=[Curious()])
    c.hear(voice(0.5, 1, 0.4, 1, 2), voice(4.9))
    c.end()
    assert seen == [1]
    assert c.of(Fault) == []


def test_a_channel_that_is_ahead_waits_for_the_other() -> None:
    session = CallSession(tiny(), [])
    session.start(started())
    (frame,) = frames(AGENT, voice(0, 1), [100])
    assert session.hear(frame).events == ()
    assert session.now == 0
    step = session.hear(frames(CUSTOMER, voice(1), [100])[0])
    assert names(step.events) == ["SpeechStarted"]
    assert session.now == 31 * WINDOW


def test_a_recording_of_one_side_need_not_wait() -> None:
    c = Call(rules=SessionRules(channels=(CUSTOMER,)))
    for frame in frames(CUSTOMER, voice(0, 1, 1)):
        c.take(c.session.hear(frame))
    assert [e.channel for e in c.of(SpeechStarted)] == [CUSTOMER]


def test_the_end_takes_in_audio_that_still_waits_and_closes_what_is_open() -> None:
    c = Call()
    for frame in frames(AGENT, voice(0.5, 1)):
        c.take(c.session.hear(frame))
    assert c.of(SpeechStarted) == []
    c.end()
    assert names(c.events)[2:5] == ["SpeechStarted", "SpeechEnded", "Transcribed"]
    assert names(c.events)[-1] == "CallEnded"


def test_a_frame_of_broken_windows_changes_nothing() -> None:
    session = CallSession(tiny(), [])
    session.start(started())
    with pytest.raises(ValueError, match="windows"):
        session.hear(AudioFrame(AGENT, 0, np.zeros(5, np.float32), np.zeros(1, np.float32)))
    assert session.hear(frames(CUSTOMER, voice(1), [50])[0]).events == ()


def test_without_partials_a_text_is_asked_for_only_where_a_sentence_may_end() -> None:
    c = Call(rules=SessionRules(ListeningRules(partials=None)))
    c.hear(voice(0, 6, 1), voice(7))
    assert all(job.final or job.pause for job in c.jobs)
    assert len(c.jobs) == 1


def test_hang_up_waits_for_the_last_text() -> None:
    session = CallSession(tiny(), [])
    session.start(started())
    session.hear(frames(CUSTOMER, voice(2), [100])[0])
    session.hear(frames(AGENT, voice(0.5, 1), [100])[0])
    step = session.end()
    assert names(step.events) == ["SpeechEnded"]
    (job,) = [job for job in step.work if job.final]
    assert not session.ended
    assert names(session.end().events) == []
    step = session.transcribed(Says(a1="您好")(job))
    assert names(step.events)[0] == "Transcribed"
    assert names(step.events)[-1] == "CallEnded"
    assert session.ended


def test_after_the_hang_up_nothing_more_is_heard() -> None:
    session = CallSession(tiny(), [], SessionRules(channels=(AGENT,)))
    session.start(started())
    session.hear(frames(AGENT, voice(0.5, 1), [47])[0])
    (job,) = [job for job in session.end().work if job.final]
    late = frames(AGENT, voice(0.5, 3), [100])[0]
    assert session.hear(late).events == session.hear(late).work == ()
    session.transcribed(Says()(job))
    assert session.ended
    assert session.hear(late).events == ()
    assert session.state.speaking == ()


def test_results_that_come_too_late_are_passed_over() -> None:
    c = Call()
    c.hear(voice(0, 3, 1), voice(4))
    before = len(c.events)
    assert c.take(c.session.transcribed(Says()(c.jobs[0]))) == []
    assert len(c.events) == before


def test_the_clock_stops_at_every_deadline_and_never_goes_back() -> None:
    c = Call(tiny(entry("a", OnBehaviour(("dead_air",)), expires_seconds=3), dead_air_seconds=5))
    c.customer("喂", 1, 2)
    assert c.session.deadline() == 7 * RATE
    found = c.advance(20)
    assert [(type(e).__name__, e.at // RATE) for e in found] == [
        ("BehaviourNoticed", 7),
        ("CueShown", 7),
        ("CueAnswered", 10),
        ("CueRetired", 10),
    ]
    assert c.session.now == 20 * RATE
    assert c.advance(10) == []
    assert c.session.now == 20 * RATE
    assert c.session.deadline() is None


def test_what_is_noted_happens_at_its_own_time_or_now() -> None:
    c = Call()
    fault = Fault(at=3 * RATE, component="audio", code="audio.lost", message="耳机掉线", recoverable=True)
    assert c.note(fault) == [fault]
    assert c.session.now == 3 * RATE
    assert c.note(replace(fault, at=RATE)) == [fault]


def test_a_gap_in_the_sound_is_kept() -> None:
    c = Call()
    gap = AudioGap(at=RATE, channel=AGENT, span=Span(0, RATE), lost=RATE, reason="overflow")
    assert c.note(gap) == [gap]
    assert c.session.state.gaps == (gap,)


def test_holds_told_twice_are_told_once() -> None:
    c = Call()
    began = HoldBegan(at=RATE, start=RATE)
    ended = HoldEnded(at=3 * RATE, span=Span(RATE, 3 * RATE))
    assert c.note(replace(ended, at=0)) == []
    assert c.note(began) == [began]
    assert c.note(replace(began, at=2 * RATE)) == []
    assert c.note(ended) == [ended]
    assert c.note(ended) == []


def test_an_answer_to_a_cue_counts_while_the_cue_shows() -> None:
    c = Call(tiny(entry("a", OnSignal("emotion", ("angry",)))), [Words({"气": judged("emotion", "angry")})])
    c.customer("气", 1, 2)
    (shown,) = c.of(CueShown)
    assert c.answer("none#1", Answer.DISMISSED) == []
    answered, *_ = c.answer(shown.cue.id, Answer.DISMISSED)
    assert isinstance(answered, CueAnswered)
    assert c.answer(shown.cue.id, Answer.DISMISSED) == []


def test_the_scene_set_by_hand_is_news_once() -> None:
    c = Call()
    chosen = SceneChanged(at=0, scene="outbound", by="hand")
    assert c.note(replace(chosen, by="inferred")) == []
    assert names(c.note(chosen))[0] == "SceneChanged"
    assert c.note(chosen) == []
    assert c.session.state.scene == "outbound"


# --- the customer's type set by hand ----------------------------------------------------------------------------------


def by_hand(kind: str | None) -> CustomerTypeChanged:
    return CustomerTypeChanged(at=0, type=kind, probabilities={}, evidence=(), by="hand")


def typed() -> Call:
    book = tiny(entry("slow", OnType(("calm",))), entry("fast", OnType(("hasty",))))
    hurried = judged("customer_type", "hasty", 0.9, TypeProbabilities({"hasty": 0.9, "calm": 0.1}))
    return Call(book, [Words({"快": hurried})])


def test_the_type_set_by_hand_holds_from_that_moment_and_brings_its_cue() -> None:
    c = typed()
    c.advance(3)
    told, shown = c.note(by_hand("calm"))
    assert told == replace(by_hand("calm"), at=3 * RATE)
    assert isinstance(shown, CueShown)
    assert shown.cue.entry == "slow"
    assert c.session.state.type == "calm"


def test_the_type_set_by_hand_is_news_once_and_confirming_what_was_inferred_is_news() -> None:
    c = typed()
    c.customer("快", 1, 2)
    assert c.note(replace(c.of(CustomerTypeChanged)[0], at=c.session.now)) == []
    assert names(c.note(by_hand("hasty")))[0] == "CustomerTypeChanged"
    assert c.note(by_hand("hasty")) == []


def test_no_type_set_by_hand_stays_none_whatever_is_said() -> None:
    c = typed()
    assert names(c.note(by_hand(None))) == ["CustomerTypeChanged"]
    assert c.note(by_hand(None)) == []
    c.customer("快", 1, 2)
    assert c.session.state.type is None
    assert c.showing == []


def test_a_call_in_which_the_type_was_set_by_hand_is_told_again_the_same() -> None:
    first = typed()
    first.customer("快", 1, 2)
    first.advance(4)
    first.note(by_hand("calm"))
    first.customer("快", 5, 6)
    first.note(by_hand(None))
    first.customer("快", 8, 9)
    first.end()
    again = typed()
    for event in first.events:
        if isinstance(event, Noted | Transcribed):
            again.note(event)
    again.end()
    kinds = [(e.type, e.by) for e in again.of(CustomerTypeChanged)]
    assert kinds == [("hasty", "inferred"), ("calm", "hand"), (None, "hand")]
    assert again.events == first.events


def test_after_the_end_nothing_is_news() -> None:
    c = Call(tiny(entry("a", OnSignal("emotion", ("angry",)))), [Words({"气": judged("emotion", "angry")})])
    c.customer("气", 1, 2)
    c.end()
    assert c.session.ended
    span = Span(0, RATE)
    for late in (
        CueAnswered(at=9 * RATE, cue_id="a#1", answer=Answer.DISMISSED),
        HoldBegan(at=9 * RATE, start=RATE),
        HoldEnded(at=9 * RATE, span=span),
        Fault(at=9 * RATE, component="audio", code="x", message="y", recoverable=True),
        SpeechStarted(at=9 * RATE, channel=AGENT, utterance="a9", start=0),
        by_hand("calm"),
    ):
        assert c.note(late) == []
    assert c.end() == []
    assert c.advance(100) == []
    assert len(c.of(CallEnded)) == 1


def test_one_event_is_reacted_to_before_the_next_is_published() -> None:
    book = tiny(entry("a", OnSignal("emotion", ("angry",))), entry("b", OnSignal("step", ("close.bye",))))
    c = Call(book, [Words({"气": judged("emotion", "angry"), "再见": judged("step", "close.bye")})])
    found = c.agent("气，再见", 1, 2)
    assert names(found)[2:9] == [
        "Transcribed",
        "Signalled",
        "CueShown",
        "Signalled",
        "CueShown",
        "StageEntered",
        "BehaviourNoticed",
    ]


def test_what_is_overdue_comes_before_what_happens_next() -> None:
    """A text that comes late makes a deadline that has passed; it is met before the next event of the same moment."""
    c = Call(tiny(hold_after_seconds=2), [Words({"稍等": judged("hold", "announced")})])
    c.ends(AGENT, c.starts(AGENT, 1), 1, 2)
    c.advance(5)
    late = Transcribed(at=5 * RATE, transcript=_final("a1", "请稍等"))
    c.note(late)
    found = c.note(Fault(at=5 * RATE, component="x", code="y", message="z", recoverable=True))
    assert names(found) == ["HoldBegan", "Fault"]
    assert found[0].at == 5 * RATE


def test_what_is_overdue_comes_before_the_next_text_of_the_same_moment() -> None:
    session = CallSession(tiny(hold_after_seconds=1), [Words({"稍等": judged("hold", "announced")})])
    session.start(started())
    session.hear(frames(CUSTOMER, voice(0.5, 1, 3), [200])[0])
    work = session.hear(frames(AGENT, voice(0.5, 1, 3), [200])[0]).work
    agent, customer = sorted((job for job in work if job.final), key=lambda job: job.channel)
    assert names(session.transcribed(Says(a1="请稍等")(agent)).events) == ["Transcribed", "VoiceMeasured", "Signalled"]
    assert names(session.transcribed(Says(c1="好")(customer)).events)[:2] == ["HoldBegan", "Transcribed"]


def test_sound_that_lags_behind_the_clock_is_known_only_now() -> None:
    session = CallSession(tiny(), [])
    session.start(started())
    session.advance(9 * RATE)
    session.hear(frames(CUSTOMER, voice(2), [100])[0])
    (began,) = session.hear(frames(AGENT, voice(0.5, 1), [100])[0]).events
    assert (began.at, began.start) == (9 * RATE, 16 * WINDOW)  # type: ignore[union-attr]


def test_what_is_overdue_comes_before_the_end() -> None:
    c = Call(tiny(hold_after_seconds=2), [Words({"稍等": judged("hold", "announced")})])
    c.ends(AGENT, c.starts(AGENT, 1), 1, 2)
    c.advance(5)
    c.note(Transcribed(at=5 * RATE, transcript=_final("a1", "请稍等")))
    assert "HoldBegan" in names(c.end())


def test_steps_that_were_never_said_are_noted_at_the_end_without_a_cue() -> None:
    c = Call(tiny(entry("a", OnBehaviour(("no_farewell",)))))
    c.agent("嗯", 1, 2)
    c.advance(9)
    found = c.end()
    assert names(found) == ["BehaviourNoticed"] * 3 + ["CallEnded"]
    assert {e.at for e in found} == {9 * RATE}
    assert c.of(CueShown) == []


# --- what the recogniser is told --------------------------------------------------------------------------------------


def test_the_recogniser_is_told_what_to_expect_in_this_call() -> None:
    c = Call(says=Says(a1="王先生您好"), known=("黄女士",))
    c.hear(voice(0.5, 1, 4), voice(2, 1.5, 2))
    first, last = c.jobs[0], c.jobs[-1]
    assert first.hotwords == ("黄女士", "宽带", "携号转网")
    assert last.channel is CUSTOMER
    assert last.hotwords == ("黄女士", "王先生", "宽带", "携号转网")


def test_a_suspect_text_names_nobody() -> None:
    c = Call(says=lambda job: job.answer("王先生您好", suspect=job.channel is AGENT))
    c.hear(voice(0.5, 1, 4), voice(2, 1.5, 2))
    assert c.session.state.finals[0].suspect
    assert c.jobs[-1].hotwords == ("宽带", "携号转网")


def test_a_part_that_stands_is_context_instead_of_the_scene() -> None:
    parts = PartRules(pause_seconds=1.0, hold_seconds=0.5, cut_seconds=9.0)
    listening = ListeningRules(partials=None, parts=parts)
    playbook = replace(tiny(), context="您好，这里是客服。")
    c = Call(playbook, rules=SessionRules(listening), says=lambda job: job.answer("我要查话费"))
    c.hear(voice(0.5, 2, 0.3, 1, 2), voice(5.8))
    assert [job.before for job in c.jobs] == ["您好，这里是客服。", "我要查话费"]
    assert [text.text for text in c.session.state.finals] == ["我要查话费我要查话费"]


# --- a recogniser that falls behind -----------------------------------------------------------------------------------


def test_a_backlog_makes_the_session_ask_more_rarely_until_it_is_gone() -> None:
    partials = PartialRules(
        first_seconds=0.5, growth=1.0, least_seconds=0.25, strained_factor=4.0, job_seconds=0.01, job_share=0.0
    )
    parts = PartRules(pause_seconds=60, hold_seconds=60, cut_seconds=60)
    rules = SessionRules(ListeningRules(partials=partials, parts=parts), channels=(CUSTOMER,))
    c, heard = Call(rules=rules), iter(frames(CUSTOMER, voice(0.5, 9)))

    def asked_in(seconds: float) -> int:
        before = len(c.jobs)
        for _ in range(round(seconds * RATE / WINDOW)):
            c.take(c.session.hear(next(heard)))
        return len(c.jobs) - before

    asked_in(1.5)
    usual = asked_in(2)
    behind = Backlog(at=c.session.now, lag=4 * RATE, jobs=5, shed=2)
    assert c.note(behind) == [behind]
    assert c.session.state.backlog == behind
    asked_in(0.3)
    strained = asked_in(2)
    c.note(replace(behind, at=c.session.now, lag=0, jobs=0))
    assert c.session.state.backlog is None
    asked_in(1)
    assert strained <= usual // 3
    assert asked_in(2) >= usual - 1


def test_a_call_of_one_channel_ends_without_the_other() -> None:
    c = Call(rules=SessionRules(channels=(AGENT,)))
    for frame in frames(AGENT, voice(0.5, 1, 1)):
        c.take(c.session.hear(frame))
    c.end()
    assert names(c.events)[-1] == "CallEnded"


def test_all_state_comes_from_the_events() -> None:
    c = Call(tiny(dead_air_seconds=1))
    c.hear(voice(0.5, 1, 4), voice(4, 1, 0.5))
    c.end()
    assert len(c.of(CallStarted)) == len(c.of(DeadAir)) == 1
    assert c.session.state.stages == tuple(c.of(StageEntered))
    assert c.session.state.at == c.session.now


def _final(utterance: str, text: str) -> Transcript:
    span = Span(from_seconds(1), from_seconds(2))
    return Transcript(utterance=utterance, channel=AGENT, revision=1, span=span, text=text, final=True)
