"""The real recogniser and voice activity model on real sound: bands, never exact texts."""

import difflib
import json
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import decode_audio

from assist.core.events import Channel, SpeechEnded, Transcribed
from assist.core.lexicon import Term
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW, Span
from assist.settings import EngineSettings
from assist.wiring import load_engine, read_playbook
from audio.vad import SileroVad
from models import engines
from models.engines import EngineOptions
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
    for seconds in (0.05, 40.0):
        pcm = np.random.default_rng(3).normal(0, 1e-3, int(seconds * RATE)).astype(np.float32)
        job = TranscribeJob(
            utterance="a1", channel=Channel.AGENT, revision=1, span=Span(0, len(pcm)), pcm=pcm, final=True
        )
        assert engine.transcribe([job])[0].final


@pytest.fixture(scope="module")
def voices():
    """The agent's and the customer's sentence, with 0.2 s of silence on both sides."""
    times = json.loads((DATA / "two_turns.timing.json").read_text(encoding="utf-8"))["turns"]
    sides = decode_audio(str(CALL), sampling_rate=RATE, split_stereo=True)
    return [
        side[int((t["start"] - 0.2) * RATE) : int((t["end"] + 0.2) * RATE)].copy()
        for side, t in zip(sides, times, strict=True)
    ]


def _job(pcm: np.ndarray, **rest: object) -> TranscribeJob:
    fields: dict = {"utterance": "c1", "channel": Channel.CUSTOMER, "revision": 1, "final": True, **rest}
    return TranscribeJob(span=Span(RATE, RATE + len(pcm)), pcm=pcm, **fields)


def _heard(engine, pcm: np.ndarray, **rest: object):
    [answer] = engine.transcribe([_job(pcm, **rest)])
    return answer


@pytest.mark.parametrize("prefix", ["你好", "你好，我不用这个号码了，请帮", "我想"])
def test_what_is_settled_stands_once_and_the_rest_is_heard(engine, voices, prefix):
    answer = _heard(engine, voices[1], prefix=prefix)
    assert answer.text.startswith(prefix)
    assert answer.text.count(prefix) == 1
    assert _likeness("不用这个号码了请帮我办理", answer.text) > 0.6
    assert not answer.suspect


def test_hotwords_beyond_the_limit_are_cut_at_the_least_useful(engine, voices):
    """The first word helps however many follow; the last of many does no harm."""
    many = tuple(f"{a}{b}" for a in "移话资流付租套费" for b in "动费餐量款金卡期")
    said = "你好我不用这个号码了请帮我办理销户"
    plain = _likeness(said, _heard(engine, voices[1]).text)
    useful = _heard(engine, voices[1], hotwords=("销户", *many)).text
    assert "销户" in useful
    assert _likeness(said, useful) >= plain
    assert _likeness(said, _heard(engine, voices[1], hotwords=(*many, "销户")).text) > 0.8


def test_sounds_together_are_heard_as_alone(engine, voices):
    """Other windows move a character here and there, never the sentence."""
    alone = [_heard(engine, pcm).text for pcm in voices]
    kinds = [{"final": False}, {}, {"final": False, "pause": True}, {"final": False}]
    jobs = [_job(voices[i % 2], utterance=f"u{i}", **kind) for i, kind in enumerate(kinds)]
    together = engine.transcribe(jobs)
    assert [answer.utterance for answer in together] == ["u0", "u1", "u2", "u3"]
    for i, answer in enumerate(together):
        assert _likeness(alone[i % 2], answer.text) > 0.85
        assert _likeness(alone[1 - i % 2], answer.text) < 0.5


def test_words_are_timed_up_to_the_end_of_the_voice(engine, voices):
    for pcm in voices:
        words = [word for word in _heard(engine, pcm, words=True).words if word.text.isalnum()]
        assert words[0].span.start < RATE + 0.5 * RATE
        assert (len(pcm) / RATE) - 0.7 < (words[-1].span.end - RATE) / RATE <= len(pcm) / RATE
        middle = words[len(words) // 2].span.start - RATE
        assert 0.3 * len(pcm) < middle < 0.7 * len(pcm)


def test_a_term_takes_the_place_of_its_sound_only_where_the_voice_bears_it_out(voices):
    """Of three invented terms one is as near to what was said as what is written, the others sound like other words."""
    plain = engines.load("faster-whisper", EngineOptions())
    written = _heard(plain, voices[1])
    assert written.corrections is None
    place = written.text.index("办理") + 2
    heard = written.text[place : place + 2]
    term = next(word for word in ("消户", "销互") if word != heard)
    terms = tuple(Term(text, "invented") for text in (term, "棒我", "客服"))
    answer = _heard(engines.load("faster-whisper", EngineOptions(terms=terms)), voices[1])
    [change] = answer.corrections
    assert (change.heard, change.start, change.end) == (heard, place, place + 2)
    assert answer.text == written.text[:place] + term + written.text[place + 2 :]
    assert change.gain > 0
