from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from assist.core.events import Channel, SpeechEnded, Transcribed, Transcript, VoiceMeasure, VoiceMeasured, Window
from assist.core.spans import RATE, WINDOW, Span, from_seconds
from assist.core.state import CallState
from assist.core.voices import VoiceMeter, Voices, characters
from tests.core.builders import AGENT, CUSTOMER, Call, voice

pytestmark = pytest.mark.unit

LINE = "这个月多扣了五十八块钱"  # 11 characters


def windows(speech: Sequence[float], **measures: Sequence[float | None]) -> list[Window]:
    at = range(len(speech))
    return [
        Window(i * WINDOW, None, speech[i], **{name: values[i] for name, values in measures.items()})  # type: ignore[arg-type]
        for i in at
    ]


def measured(speech: Sequence[float], span: Span | None = None, **measures: Sequence[float | None]) -> VoiceMeasure:
    meter = VoiceMeter(0.25, 4)
    for window in windows(speech, **measures):
        meter.hear(window, speaking=True)
    return meter.measure(span or Span(0, len(speech) * WINDOW))


# --- one utterance -------------------------------------------------------------------------------------------------


def test_speech_is_what_the_windows_with_speech_hold() -> None:
    assert measured([0.9, 0.25, 0.24, 0.0, 0.3]).speech == 3 * WINDOW


def test_only_the_windows_of_the_utterance_count() -> None:
    found = measured([0.9] * 10, Span(2 * WINDOW, 5 * WINDOW), level_db=[-60.0] * 2 + [-20.0] * 3 + [-60.0] * 5)
    assert (found.speech, found.level_db) == (3 * WINDOW, -20.0)


def test_the_level_is_the_middle_one_of_the_windows_with_speech() -> None:
    found = measured([0.9, 0.9, 0.0, 0.9], level_db=[-30.04, -20.0, -90.0, -10.0])
    assert found.level_db == -20.0


def test_what_nobody_measured_is_not_known() -> None:
    found = measured([0.9] * 40)
    assert (found.level_db, found.pitch_hz, found.pitch_range_st) == (None, None, None)


def test_before_an_utterance_only_so_many_windows_are_kept() -> None:
    meter = VoiceMeter(0.25, 4)
    for window in windows([0.9] * 10):
        meter.hear(window, speaking=False)
    assert meter.measure(Span(0, 10 * WINDOW)).speech == 4 * WINDOW
    meter.hear(Window(10 * WINDOW, None, 0.9), speaking=True)  # type: ignore[arg-type]
    assert meter.measure(Span(0, 11 * WINDOW)).speech == 5 * WINDOW


@pytest.mark.parametrize(("silent", "pauses"), [(1, 0), (9, 0), (10, 1), (40, 1)])
def test_a_pause_is_a_silence_of_at_least_300_ms(silent: int, pauses: int) -> None:
    assert measured([0.9] * 3 + [0.0] * silent + [0.9] * 3).pauses == pauses


def test_silence_around_an_utterance_is_no_pause() -> None:
    assert measured([0.0] * 20 + [0.9] * 3 + [0.0] * 12 + [0.9] + [0.0] * 12 + [0.9] + [0.0] * 20).pauses == 2


def test_the_pitch_is_the_middle_one_and_its_range_leaves_the_ends_out() -> None:
    pitches = [150.0 * 2 ** (i / 12 / 4) for i in range(21)]  # five semitones in steps of a quarter
    found = measured([0.9] * 21, pitch_hz=pitches)
    assert found.pitch_hz == round(pitches[10], 1)
    assert found.pitch_range_st == 4.0


def test_unvoiced_windows_have_no_say_in_the_pitch() -> None:
    found = measured([0.9] * 40, pitch_hz=[None, 200.0] * 20)
    assert (found.pitch_hz, found.pitch_range_st) == (200.0, 0.0)


@pytest.mark.parametrize(
    ("voiced", "pitch", "spread"), [(4, None, None), (5, 180.0, None), (14, 180.0, None), (15, 180.0, 0.0)]
)
def test_too_few_voiced_windows_tell_nothing(voiced: int, pitch: float | None, spread: float | None) -> None:
    found = measured([0.9] * 20, pitch_hz=[180.0] * voiced + [None] * (20 - voiced))
    assert (found.pitch_hz, found.pitch_range_st) == (pitch, spread)


def test_a_period_that_was_taken_for_another_does_not_widen_the_range() -> None:
    """On a telephone line every fourth window of a low voice is told an octave or more too high."""
    found = measured([0.9] * 40, pitch_hz=[110.0, 120.0, 116.0, 330.0] * 10)
    assert found.pitch_hz == 116.0
    assert found.pitch_range_st is not None
    assert found.pitch_range_st < 2


# --- in the call ---------------------------------------------------------------------------------------------------


class Spoken:
    """A call told utterance by utterance, with how each sounded."""

    def __init__(self) -> None:
        self.call = Call()

    def says(
        self, channel: Channel, text: str, start: float, end: float, speech: float | None = None, **more: Any
    ) -> VoiceMeasured | None:
        """What is told of an utterance; by default all of it is speech."""
        name = self.call.starts(channel, start)
        told = {"level_db": -20.0, "pitch_hz": None, "pitch_range_st": None, "pauses": 0} | more
        length = from_seconds(end - start if speech is None else speech)
        span = Span(from_seconds(start), from_seconds(end))
        sound = VoiceMeasure(speech=length, **told)
        self.call.note(SpeechEnded(at=span.end + RATE, channel=channel, utterance=name, span=span, voice=sound))
        found = [e for e in self.call.text(channel, name, text, start, end) if isinstance(e, VoiceMeasured)]
        assert len(found) < 2
        return found[0] if found else None


def said(told: VoiceMeasured | None) -> VoiceMeasured:
    assert told is not None
    return told


def test_what_is_told_says_whose_it_is_and_what_was_measured() -> None:
    told = said(Spoken().says(CUSTOMER, LINE, 1, 3, level_db=-31.5, pitch_hz=120.0, pitch_range_st=7.5, pauses=2))
    assert (told.utterance, told.channel, told.at) == ("c1", CUSTOMER, 4 * RATE)
    assert (told.level_db, told.pitch_hz, told.pitch_range_st, told.pauses) == (-31.5, 120.0, 7.5, 2)


def test_it_is_kept_in_the_state() -> None:
    spoken = Spoken()
    told = [said(spoken.says(AGENT, LINE, 1, 3)), said(spoken.says(CUSTOMER, LINE, 4, 6))]
    assert list(spoken.call.session.state.voices) == told


@pytest.mark.parametrize("text", ["", "喂"])
def test_a_text_of_nothing_tells_nothing_and_a_short_one_has_no_rate(text: str) -> None:
    told = Spoken().says(AGENT, text, 1, 3)
    assert told is None if not text else told is not None and told.rate is None


@pytest.mark.parametrize(
    ("text", "speech", "rate"),
    [
        ("我要查一下账单", 2.0, 3.5),
        ("我要查，一下！账单。", 2.0, 3.5),
        ("我要查5G账", 2.0, 3.0),
        ("我要查一下", 2.0, None),
        ("我要查一下账单", 0.8, 3.5),
        ("我要查一下账单", 0.799, None),
    ],
)
def test_the_rate_is_letters_and_digits_a_second(text: str, speech: float, rate: float | None) -> None:
    assert said(Spoken().says(AGENT, text, 1, 3, speech)).rate == rate


def test_characters_are_what_is_spoken() -> None:
    assert characters("您好，5G套餐 58 元！") == 9
    assert characters("，。？ …") == 0


def test_loudness_is_told_against_what_the_channel_was_before() -> None:
    spoken = Spoken()
    told = [
        said(spoken.says(CUSTOMER, LINE, at, at + 2, level_db=level)).relative_db
        for at, level in [(1, -20.0), (5, -24.0), (9, -16.0), (13, -23.0), (17, -19.5)]
    ]
    assert told == [None, None, 6.0, -3.0, 2.0]
    assert said(spoken.says(AGENT, LINE, 21, 23, level_db=-10.0)).relative_db is None


def test_a_channel_whose_loudness_is_not_known_has_none_to_compare() -> None:
    spoken = Spoken()
    levels: list[float | None] = [None, -20.0, None, -22.0, None, -18.0]
    told = [
        said(spoken.says(AGENT, LINE, 1 + 3 * i, 3 + 3 * i, level_db=level)).relative_db
        for i, level in enumerate(levels)
    ]
    assert told == [None, None, None, None, None, 3.0]


def test_overlap_is_what_of_the_utterance_the_other_side_spoke_in_too() -> None:
    spoken = Spoken()
    spoken.says(CUSTOMER, LINE, 1, 4)
    spoken.says(CUSTOMER, LINE, 5, 7)
    spoken.says(AGENT, LINE, 0, 2)
    assert said(spoken.says(AGENT, LINE, 3.5, 6)).overlap == from_seconds(1.5)
    assert said(spoken.says(AGENT, LINE, 8, 9)).overlap == 0


def test_somebody_who_has_not_ended_yet_overlaps_too() -> None:
    spoken = Spoken()
    spoken.call.starts(CUSTOMER, 2)
    assert said(spoken.says(AGENT, LINE, 1, 3)).overlap == RATE
    spoken.call.starts(AGENT, 3.5)
    assert said(spoken.says(AGENT, LINE, 5, 6)).overlap == RATE  # one's own speech is no overlap


def test_the_agents_share_is_of_all_speech_so_far() -> None:
    spoken = Spoken()
    assert said(spoken.says(AGENT, LINE, 1, 4)).talk_share == 1.0
    assert said(spoken.says(CUSTOMER, LINE, 5, 6)).talk_share == 0.75
    assert said(spoken.says(CUSTOMER, LINE, 7, 9)).talk_share == 0.5


@pytest.mark.parametrize("speech", [0.0, 2.0])
def test_an_utterance_of_no_length_has_neither_rate_nor_share(speech: float) -> None:
    told = said(Spoken().says(AGENT, LINE, 1, 1, speech))
    assert (told.rate, told.talk_share, told.overlap) == (None, None, 0)


def test_a_log_from_before_the_measures_tells_nothing() -> None:
    call = Call()
    call.agent(LINE, 1, 3)
    assert call.of(VoiceMeasured) == []


def test_texts_that_may_still_change_and_texts_of_nobody_tell_nothing() -> None:
    text = Transcript(utterance="a9", channel=AGENT, revision=1, span=Span(0, RATE), text=LINE, final=False)
    rule = Voices()
    for one in (text, replace(text, final=True)):
        assert list(rule.react(Transcribed(at=0, transcript=one), CallState())) == []
    assert rule.deadline(CallState()) is None
    assert list(rule.due(0, CallState())) == []


def test_what_is_heard_is_measured_and_told_once_for_each_utterance() -> None:
    call = Call()
    call.hear(voice(0.5, 1.5, 2, 1, 2), voice(3, 2.3, 2))
    call.end()
    ended = {e.utterance: e for e in call.of(SpeechEnded)}
    told = {e.utterance: e for e in call.of(VoiceMeasured)}
    assert sorted(ended) == sorted(told) == ["a1", "a2", "c1"]
    assert len(call.of(VoiceMeasured)) == 3
    assert all(end.voice and end.voice.speech == len(end.span) for end in ended.values())
    assert told["c1"].overlap == len(ended["a2"].span) == told["a2"].overlap
    assert told["a1"].overlap == 0
