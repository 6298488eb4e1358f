"""What every recogniser promises, asked of each in turn: Whisper, sherpa-onnx with real and with scripted models, a script.

An engine of one's own is added to `ENGINES`; nothing else in here knows one from another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import decode_audio
from numpy.typing import NDArray

from assist.core.events import Channel, Transcript, Word
from assist.core.ports import AsrEngine, EngineCapabilities, TranscribeJob
from assist.core.spans import RATE, Span
from models import engines
from models.engines import EngineOptions
from models.sherpa import Heard, SherpaOnnx
from tests.models import tiny_onnx

pytestmark = pytest.mark.contract
CALL = Path(__file__).parent.parent / "data" / "two_turns.flac"
TRADITIONAL = set("銷戶這們個嗎後寬帶資費電話號碼")
START = 3 * RATE


@dataclass
class ScriptedRecogniser:
    """Says one character for every quarter of a second, as a native model would write it."""

    line: str = "<|zh|><|NEUTRAL|>您好 我 要 銷戶，謝謝"

    def decode(self, sounds: Sequence[NDArray[np.float32]], hotwords: Sequence[Sequence[str]]) -> Sequence[Heard]:
        return [self._heard(len(sound) / RATE) for sound in sounds]

    def _heard(self, seconds: float) -> Heard:
        units = [character for character in self.line.split(">")[-1] if character != " "][: int(seconds * 4)]
        said = "".join(units)
        return Heard("<|zh|>" + said, ("<|zh|>", *units), (0.0, *(i / 4 for i in range(len(units)))))


class Scripted:
    """Says the same as long as there is sound; what was settled is not said again."""

    name = "scripted"
    capabilities = EngineCapabilities(True, True, True, ("zh",), prefix=True, batch=3)
    line = "您好我想把宽带销户"

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        return [self._answer(job) for job in jobs]

    def _answer(self, job: TranscribeJob) -> Transcript:
        loud = len(job.pcm) and np.nanmax(np.abs(job.pcm)) > 0.01
        text = job.prefix + self.line.removeprefix(job.prefix) if loud else ""
        step = len(job.span) // max(1, len(text))
        words = tuple(
            Word(letter, Span(job.span.start + i * step, job.span.start + (i + 1) * step))
            for i, letter in enumerate(text)
        )
        return replace(job.answer(text), words=words if job.words else None)


def _whisper(folder: Path) -> AsrEngine:
    return engines.load("faster-whisper", EngineOptions())


def _scripted(folder: Path) -> AsrEngine:
    return Scripted()


def _scripted_sherpa(folder: Path) -> AsrEngine:
    capabilities = EngineCapabilities(partials=True, word_times=True, hotwords=True, languages=("zh",), batch=4)
    return SherpaOnnx(ScriptedRecogniser(), "scripted", capabilities)


def _native(write: Callable[[Path], Path]) -> Callable[[Path], AsrEngine]:
    def load(folder: Path) -> AsrEngine:
        return engines.load("sherpa-onnx", EngineOptions(model=str(write(folder / "model"))))

    return load


ENGINES: dict[str, Callable[[Path], AsrEngine]] = {
    "faster-whisper": _whisper,
    "scripted": _scripted,
    "sherpa-onnx scripted": _scripted_sherpa,
    "sherpa-onnx SenseVoice": _native(tiny_onnx.write_sense_voice),
    "sherpa-onnx Paraformer": _native(tiny_onnx.write_paraformer),
    "sherpa-onnx transducer": _native(tiny_onnx.write_transducer),
    "sherpa-onnx streaming": _native(tiny_onnx.write_streaming_transducer),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsrEngine:
    return ENGINES[request.param](tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    """Three seconds of the agent's voice."""
    left, _ = decode_audio(str(CALL), sampling_rate=RATE, split_stereo=True)
    loud = int(np.argmax(np.abs(left) > 0.05))
    return left[loud : loud + 3 * RATE].copy()


def _job(pcm: NDArray[np.float32], utterance: str = "a1", **rest: object) -> TranscribeJob:
    fields = {"channel": Channel.AGENT, "revision": 1, "final": True, **rest}
    return TranscribeJob(utterance=utterance, span=Span(START, START + len(pcm)), pcm=pcm, **fields)


def _one(engine: AsrEngine, pcm: NDArray[np.float32], **rest: object) -> Transcript:
    (answer,) = engine.transcribe([_job(pcm, **rest)])
    return answer


def test_it_says_what_it_is(engine):
    able = engine.capabilities
    assert engine.name.strip()
    assert "zh" in able.languages
    assert all(len(language) in (2, 3) and language.islower() for language in able.languages)
    assert able.batch >= 1


def test_speech_gives_text_that_can_be_written_down(engine, speech):
    text = _one(engine, speech).text
    assert text
    assert not set(text) & TRADITIONAL
    assert "\ufffd" not in text
    assert "<|" not in text
    assert text.isprintable()


def test_the_same_sound_gives_the_same_text_and_is_left_as_it_was(engine, speech):
    before = speech.copy()
    assert _one(engine, speech).text == _one(engine, speech).text
    assert np.array_equal(speech, before)


@pytest.mark.parametrize("final", [True, False])
def test_an_answer_is_the_answer_to_its_job(engine, speech, final):
    answer = _one(engine, speech, utterance="c7", channel=Channel.CUSTOMER, revision=5, final=final)
    assert (answer.utterance, answer.channel, answer.revision) == ("c7", Channel.CUSTOMER, 5)
    assert (answer.span, answer.final) == (Span(START, START + len(speech)), final)


def test_as_many_jobs_as_it_takes_are_answered_in_their_order(engine, speech):
    sounds = [(speech, np.zeros(RATE, np.float32), speech[:RATE])[i % 3] for i in range(engine.capabilities.batch)]
    jobs = [_job(sound, f"a{i}", revision=i + 1) for i, sound in enumerate(sounds)]
    answers = engine.transcribe(jobs)
    assert [(a.utterance, a.revision, a.span) for a in answers] == [(j.utterance, j.revision, j.span) for j in jobs]
    assert [bool(a.text) for a in answers[:2]] == [True, False][: len(jobs)]


@pytest.mark.parametrize("seconds", [0.1, 1.0, 12.0])
def test_where_nothing_was_said_there_is_no_text(engine, seconds):
    answer = _one(engine, np.zeros(int(seconds * RATE), np.float32), words=True)
    assert answer.text == ""
    assert not answer.words


BAD = {
    "nothing": lambda pcm: pcm[:0],
    "one sample": lambda pcm: pcm[:1],
    "ten milliseconds": lambda pcm: pcm[:160],
    "not a number": lambda pcm: np.where(np.arange(len(pcm)) % 1000 == 0, np.nan, pcm),
    "only not a number": lambda pcm: np.full_like(pcm, np.nan),
    "infinite": lambda pcm: np.where(np.arange(len(pcm)) % 1000 == 0, np.inf, pcm),
    "clipped": lambda pcm: np.clip(pcm * 50, -1, 1),
    "beyond full scale": lambda pcm: pcm * 1e6,
    "direct current": lambda pcm: pcm * 0.1 + 0.9,
    "only direct current": lambda pcm: np.ones_like(pcm),
    "read-only": lambda pcm: np.frombuffer(pcm.tobytes(), np.float32),
}


@pytest.mark.filterwarnings("ignore:.*(All-NaN|invalid value):RuntimeWarning")
@pytest.mark.parametrize("case", BAD)
def test_a_bad_sound_is_answered_like_any_other(engine, speech, case):
    pcm = BAD[case](speech).astype(np.float32, copy=False)
    answer = _one(engine, pcm)
    assert (answer.utterance, answer.span, answer.final) == ("a1", Span(START, START + len(pcm)), True)
    assert "\ufffd" not in answer.text
    assert len(answer.text) < 60  # three seconds do not hold more: anything longer is a loop


def test_times_of_words_are_given_when_asked_for_and_lie_in_the_job(engine, speech):
    assert _one(engine, speech).words is None
    answer = _one(engine, speech, words=True)
    if not engine.capabilities.word_times:
        assert answer.words is None
        return
    assert answer.words
    assert "".join(word.text for word in answer.words) == answer.text
    edges = [START, *(edge for word in answer.words for edge in (word.span.start, word.span.end)), START + len(speech)]
    assert edges == sorted(edges)


def test_what_is_settled_stands_at_the_beginning(engine, speech):
    if not engine.capabilities.prefix:
        pytest.skip("declares that it cannot go on from a prefix")
    whole = _one(engine, speech, final=False).text
    for prefix in (whole[:2], whole[:5], whole, "我们来看一下"):
        text = _one(engine, speech, prefix=prefix).text
        assert text == "" or text.startswith(prefix)


HOTWORDS = {
    "many": tuple(f"{a}{b}{c}" for a in "宽移话套资流" for b in "带动费餐费量" for c in "销改办退查续"),
    "odd": ("", " ", "/", "a/b", ":1", "#0.5", "@x", "VIP", "\x00", "😀", "销 户", "<|zh|>", "ё" * 40),
    "long": ("宽带" * 300,),
}


@pytest.mark.parametrize("kind", HOTWORDS)
def test_any_hotwords_are_taken_as_far_as_there_is_room(engine, speech, kind):
    assert _one(engine, speech, hotwords=HOTWORDS[kind], before="您好，请问有什么可以帮您？" * 200).text


def test_every_installed_engine_stands_here():
    assert set(engines.installed()) == {name.split(" ")[0] for name in ENGINES} - {"scripted"}
