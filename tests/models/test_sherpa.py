"""sherpa-onnx: what a folder holds is told, what is missing is named, and real small models run natively."""

import sys
from pathlib import Path

import numpy as np
import pytest

from assist.core.errors import EngineError, SettingsError
from assist.core.events import Channel
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import RATE, Span
from models import engines
from models.engines import EngineOptions
from models.onnx_header import onnx_notes
from models.sherpa import Heard, SherpaOnnx, SherpaOptions, load_sherpa
from models.sherpa_folder import Kind, look_at
from tests.models import tiny_onnx

pytestmark = pytest.mark.unit

WRITERS = {
    Kind.SENSE_VOICE: tiny_onnx.write_sense_voice,
    Kind.PARAFORMER: tiny_onnx.write_paraformer,
    Kind.TRANSDUCER: tiny_onnx.write_transducer,
    Kind.STREAMING: tiny_onnx.write_streaming_transducer,
}


@pytest.fixture(params=WRITERS)
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def folder(kind, tmp_path) -> Path:
    return WRITERS[kind](tmp_path / "model")


def _noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(5).normal(0, 0.1, int(seconds * RATE)).astype(np.float32)


def _job(pcm: np.ndarray, **rest) -> TranscribeJob:
    return TranscribeJob(
        utterance="a1", channel=Channel.AGENT, revision=1, span=Span(RATE, RATE + len(pcm)), pcm=pcm, final=True, **rest
    )


def test_each_kind_is_recognised_by_what_its_files_say(kind, folder):
    model = look_at(folder)
    assert model.kind is kind
    assert model.chinese
    assert bool(model.spellable) is (kind in (Kind.TRANSDUCER, Kind.STREAMING))


def test_capabilities_are_those_of_the_kind(kind, folder):
    able = load_sherpa(folder, SherpaOptions(batch=5)).capabilities
    assert able.partials
    assert not able.prefix
    assert able.batch == 5
    assert able.hotwords is (kind in (Kind.TRANSDUCER, Kind.STREAMING))
    assert able.word_times is (kind is not Kind.PARAFORMER)


def test_sound_is_heard_natively_alone_and_beside_others(folder):
    engine = load_sherpa(folder)
    alone = engine.transcribe([_job(_noise(1.0))])[0].text
    assert set(alone) == {"销"}  # the model writes 銷
    beside = engine.transcribe([_job(np.zeros(RATE, np.float32)), _job(_noise(1.0)), _job(_noise(0.05))])
    assert [beside[0].text, beside[1].text] == ["", alone]


@pytest.mark.parametrize("kind", [Kind.TRANSDUCER, Kind.STREAMING], indirect=True)
def test_hotwords_weigh_in_job_by_job(folder):
    engine = load_sherpa(folder)
    told, untold = engine.transcribe([_job(_noise(1.0), hotwords=("戶",)), _job(_noise(1.0))])
    assert set(told.text) == {"户"}
    assert set(untold.text) == {"销"}
    assert set(engine.transcribe([_job(_noise(1.0), hotwords=("銷戶",))])[0].text) == {"销", "户"}


@pytest.mark.parametrize("missing", ["tokens.txt", "*.onnx"])
def test_what_is_missing_is_named(folder, missing):
    path = min(folder.glob(missing))
    path.unlink()
    with pytest.raises(EngineError, match="copy the whole folder") as refused:
        look_at(folder)
    assert refused.value.code == "model.incomplete"
    assert path.name.split("-")[0].split(".")[0] in refused.value.message


@pytest.mark.parametrize("share", [0, 0.5, 0.97])
def test_a_file_that_was_cut_short_is_named(kind, folder, share):
    for path in sorted(folder.glob("*.onnx")):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(EngineError) as refused:
            look_at(folder)
        assert str(path) in refused.value.message
        path.write_bytes(whole)
    look_at(folder)


@pytest.mark.parametrize("note", ["model_type", "vocab_size"])
def test_a_file_without_a_note_that_the_runtime_needs_is_refused_before_it_ends_the_process(folder, note):
    for path in folder.glob("*.onnx"):
        path.write_bytes(path.read_bytes().replace(note.encode(), note.upper().encode()))
    with pytest.raises(EngineError, match=note):
        load_sherpa(folder)


def test_other_networks_are_refused_by_name(tmp_path):
    folder = tiny_onnx.write_sense_voice(tmp_path / "model")
    path = folder / "model.int8.onnx"
    path.write_bytes(path.read_bytes().replace(b"sense_voice_ctc", b"telespeech__ctc"))
    with pytest.raises(EngineError, match="telespeech__ctc"):
        look_at(folder)


def test_tables_that_are_no_tables_are_named(tmp_path):
    folder = tiny_onnx.write_sense_voice(tmp_path / "model")
    for content in (b"", b"not a table\n", b"\xff\xfe 1\n", "<blk> 0\n销 1\n".encode()):
        (folder / "tokens.txt").write_bytes(content)
        with pytest.raises(EngineError, match=r"tokens\.txt") as refused:
            look_at(folder)
        assert refused.value.code == "model.tokens"


def test_a_file_that_is_no_onnx_is_refused(tmp_path):
    path = tmp_path / "a.onnx"
    for content in (b"hello world, this is no model", b"\xff" * 40, b"\x08\x08"):
        path.write_bytes(content)
        with pytest.raises(EngineError, match=r"a\.onnx"):
            onnx_notes(path)


def test_a_missing_folder_and_a_file_in_its_place(tmp_path):
    with pytest.raises(EngineError, match="is not there"):
        load_sherpa(tmp_path / "none")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(EngineError, match="is a file"):
        load_sherpa(tmp_path / "file")


def test_the_precision_chooses_between_files(tmp_path):
    folder = tiny_onnx.write_sense_voice(tmp_path / "model")
    (folder / "model.onnx").write_bytes((folder / "model.int8.onnx").read_bytes())
    names = {precision: look_at(folder, precision).files["model"].name for precision in ("int8", "auto", "float32")}
    assert names == {"int8": "model.int8.onnx", "auto": "model.int8.onnx", "float32": "model.onnx"}
    (folder / "model.onnx").unlink()
    assert look_at(folder, "float32").files["model"].name == "model.int8.onnx"


def test_a_model_that_cannot_write_chinese_declares_no_language(tmp_path):
    folder = tiny_onnx.write_sense_voice(tmp_path / "model")
    table = (folder / "tokens.txt").read_text(encoding="utf-8")
    (folder / "tokens.txt").write_text(table.replace("銷", "a").replace("戶", "b"), encoding="utf-8")
    assert load_sherpa(folder).capabilities.languages == ()


def test_settings_that_cannot_be_are_refused(tmp_path):
    folder = str(tiny_onnx.write_sense_voice(tmp_path / "model"))
    with pytest.raises(SettingsError, match="--device cpu"):
        engines.load("sherpa-onnx", EngineOptions(folder, device="cuda"))
    with pytest.raises(SettingsError, match="--compute-type"):
        engines.load("sherpa-onnx", EngineOptions(folder, compute_type="float16"))
    with pytest.raises(SettingsError, match="--model FOLDER"):
        engines.load("sherpa-onnx", EngineOptions())
    assert engines.load("sherpa-onnx", EngineOptions(folder, "auto", "auto")).name == "sherpa-onnx model"


def test_without_the_extra_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(EngineError, match=r"pip install 'call-copilot\[sherpa\]'"):
        load_sherpa(tiny_onnx.write_sense_voice(tmp_path / "model"))


class _Says:
    """Answers everything alike, or fails."""

    def __init__(self, heard: Heard | Exception) -> None:
        self._heard = heard

    def decode(self, sounds, hotwords):
        if isinstance(self._heard, Exception):
            raise self._heard
        return [self._heard for _ in sounds]


def _engine(heard: Heard | Exception) -> SherpaOnnx:
    return SherpaOnnx(_Says(heard), "scripted", EngineCapabilities(True, True, True, ("zh",), batch=8))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<|zh|><|ANGRY|><|Speech|>我要銷戶", "我要销户"),
        ("我 要 退 訂", "我要退订"),
        ("<|nospeech|><|EMO_UNKNOWN|>。", ""),
        ("<unk>好的,再見", "好的，再见"),
        ("  ", ""),
    ],
)
def test_the_model_s_own_signs_are_taken_out(raw, text):
    assert _engine(Heard(raw)).transcribe([_job(_noise(1.0))])[0].text == text


def test_words_are_the_whole_text_with_its_punctuation():
    tokens = ("<|zh|>", "我", "要", "銷", "戶", "，", "VI", "P", "。")
    seconds = (0.0, 0.06, 0.24, 0.4, 0.5, 0.7, 1.8, 1.9, 2.1)
    heard = Heard("<|zh|>我要銷戶，VIP。", tokens, seconds)
    words = _engine(heard).transcribe([_job(_noise(2.0), words=True)])[0].words
    assert [word.text for word in words] == ["我", "要", "销", "户，", "VI", "P。"]
    assert words[0].span == Span(RATE + 960, RATE + 3840)
    assert words[3].span == Span(RATE + 8000, RATE + 8000 + 9600)  # a pause is not part of the word before it
    assert words[-1].span.end == 3 * RATE


def test_bytes_of_characters_have_no_times_of_their_own():
    heard = Heard("销", ("<0xE9>", "<0x94>", "<0x80>"), (0.1, 0.2, 0.3))
    assert _engine(heard).transcribe([_job(_noise(1.0), words=True)])[0].words is None


def test_what_the_runtime_cannot_do_names_the_mend():
    with pytest.raises(EngineError, match=r"tokens\.txt"):
        _engine(IndexError("_Map_base::at")).transcribe([_job(_noise(1.0))])
    with pytest.raises(EngineError, match="cannot decode"):
        _engine(RuntimeError("no memory")).transcribe([_job(_noise(1.0))])
