import dataclasses
from typing import get_args

import numpy as np
import pytest

from assist.core.events import AudioFrame, Backlog, CallEvent, Channel, Noted, Transcribed, Transcript
from assist.core.spans import WINDOW, Span
from tests.core.builders import AGENT, CUSTOMER

pytestmark = pytest.mark.unit


def test_each_channel_knows_the_other() -> None:
    assert AGENT.other is CUSTOMER
    assert CUSTOMER.other is AGENT
    assert Channel("agent") is AGENT


def test_a_frame_is_cut_into_its_windows() -> None:
    pcm = np.arange(2 * WINDOW, dtype=np.float32)
    frame = AudioFrame(AGENT, 1024, pcm, np.array([0.25, 0.75], np.float32))
    first, second = frame.windows()
    assert (first.start, first.speech, second.start, second.speech) == (1024, 0.25, 1536, 0.75)
    assert np.array_equal(np.concatenate([first.pcm, second.pcm]), pcm)
    assert frame.end == 2048


def test_a_window_has_the_measures_that_were_taken_of_it() -> None:
    pcm, speech = np.zeros(2 * WINDOW, np.float32), np.ones(2, np.float32)
    level, pitch = np.array([-20.5, -120.0], np.float32), np.array([220.0, np.nan], np.float32)
    measured = list(AudioFrame(AGENT, 0, pcm, speech, level, pitch).windows())
    assert [(w.level_db, w.pitch_hz) for w in measured] == [(-20.5, 220.0), (-120.0, None)]
    assert [(w.level_db, w.pitch_hz) for w in AudioFrame(AGENT, 0, pcm, speech).windows()] == [(None, None)] * 2


@pytest.mark.parametrize("samples", [WINDOW - 1, WINDOW + 1, 2 * WINDOW])
def test_a_frame_that_does_not_hold_whole_windows_is_refused(samples: int) -> None:
    frame = AudioFrame(AGENT, 0, np.zeros(samples, np.float32), np.zeros(1, np.float32))
    with pytest.raises(ValueError, match="1 windows of 512"):
        list(frame.windows())


def test_a_new_text_has_nothing_stable_changed_or_timed() -> None:
    text = Transcript(utterance="c1", channel=CUSTOMER, revision=1, span=Span(0, 16), text="好", final=False)
    assert (text.stable, text.corrections, text.words, text.suspect) == (0, None, None, False)


def test_what_is_told_to_a_session_is_among_the_events() -> None:
    assert set(get_args(Noted)) < set(get_args(CallEvent))
    assert Backlog in get_args(Noted)
    assert Transcribed not in get_args(Noted)


@pytest.mark.parametrize("kind", get_args(CallEvent))
def test_every_event_is_frozen_and_says_when_it_became_known(kind: type) -> None:
    at, *_ = dataclasses.fields(kind)
    assert at.name == "at"
    assert at.kw_only
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
