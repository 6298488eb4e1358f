"""The real recogniser and voice activity model on real sound: bands, never exact texts."""

import difflib
import json
from pathlib import Path

import numpy as np
import pytest

from assist.core.events import Channel, SpeechEnded, Transcribed
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW, Span
from assist.settings import EngineSettings
from assist.wiring import load_engine, read_playbook
from audio.vad import SileroVad
from tests.runtime.test_replay import _timeless, replayed

pytestmark = pytest.mark.model
DATA = Path(__file__).parent.parent / "data"
CALL = DATA / "two_turns.flac"


@pytest.fixture(scope="module")
def engine():
    return load_engine(EngineSettings(), read_playbook("telecom"))


@pytest.fixture(scope="module")
def heard():
    return replayed(CALL)


def _likeness(said: str, heard: str) -> float:
    plain = ["".join(c for c in text if c.isalnum()) for text in (said, heard)]
    return difflib.SequenceMatcher(None, *plain, autojunk=False).ratio()


def test_both_sides_are_heard_where_they_speak(heard):
    turns = json.loads((DATA / "two_turns.json").read_text(encoding="utf-8"))["turns"]
    times = json.loads((DATA / "two_turns.timing.json").read_text(encoding="utf-8"))["turns"]
    for turn, time in zip(turns, times, strict=True):
        texts = [
            e.transcript
            for e in heard
            if isinstance(e, Transcribed) and e.transcript.final and e.transcript.channel == turn["channel"]
        ]
        assert _likeness(turn["text"], "".join(t.text for t in texts)) > 0.6
        spans = [e.span for e in heard if isinstance(e, SpeechEnded) and e.channel == turn["channel"]]
        assert spans[0].start / RATE == pytest.approx(time["start"], abs=0.3)
        assert spans[-1].end / RATE == pytest.approx(time["end"], abs=0.3)


def test_words_appear_while_they_are_spoken(heard):
    partials = [e for e in heard if isinstance(e, Transcribed) and not e.transcript.final]
    ends = {e.utterance: e.span.end for e in heard if isinstance(e, SpeechEnded)}
    assert any(e.at < ends[e.transcript.utterance] for e in partials)


@pytest.mark.parametrize("block_ms", [10, 250])
def test_the_size_of_blocks_changes_nothing(heard, block_ms):
    assert [_timeless(e) for e in replayed(CALL, block_ms=block_ms)] == [_timeless(e) for e in heard]


@pytest.mark.parametrize("sound", ["silence", "noise", "hum", "clicks"])
def test_without_speech_there_are_no_words(engine, sound):
    random = np.random.default_rng(7)
    time = np.arange(2 * RATE) / RATE
    pcm = {
        "silence": np.zeros(2 * RATE),
        "noise": random.normal(0, 0.02, 2 * RATE),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * time),
        "clicks": (random.random(2 * RATE) > 0.9995) * 0.8,
    }[sound].astype(np.float32)
    vad = SileroVad()
    probabilities = [vad(pcm[i : i + WINDOW]) for i in range(0, len(pcm) - WINDOW, WINDOW)]
    assert np.mean(np.array(probabilities) > 0.5) < 0.1


def test_a_text_has_no_traditional_characters_and_no_broken_ones(engine, heard):
    for event in heard:
        if isinstance(event, Transcribed):
            assert "\ufffd" not in event.transcript.text
            assert not set(event.transcript.text) & set("銷戶這們個嗎後寬帶資費")


def test_a_very_short_and_a_very_long_job_are_answered(engine):
    for seconds in (0.05, 29.9, 40.0):
        pcm = np.random.default_rng(3).normal(0, 1e-3, int(seconds * RATE)).astype(np.float32)
        job = TranscribeJob(
            utterance="a1", channel=Channel.AGENT, revision=1, span=Span(0, len(pcm)), pcm=pcm, final=True
        )
        assert engine.transcribe([job])[0].final
