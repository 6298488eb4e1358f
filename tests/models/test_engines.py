"""Recognisers are found by name, and what a machine or a file cannot do is said before anything is decoded."""

import shutil
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from assist.core.errors import EngineError, SettingsError
from assist.core.lexicon import Term
from models import devices, engines, weights
from models.engines import EngineOptions

pytestmark = pytest.mark.unit


def _install(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    points = EntryPoints(EntryPoint(name, value, engines.GROUP) for name, value in values.items())
    monkeypatch.setattr(engines, "entry_points", lambda group: points.select(group=group))


def test_ours_are_declared_like_anybody_s():
    assert {"faster-whisper", "sherpa-onnx"} <= set(engines.installed())


def test_an_engine_of_one_s_own_is_loaded_with_the_options(monkeypatch):
    _install(monkeypatch, mine=f"{__name__}:build")
    options = EngineOptions("folder", "cuda", "float16", 4)
    assert engines.load("mine", options) == ("built", options)


def build(options, progress):
    return "built", options


def test_an_unknown_name_lists_the_installed_ones(monkeypatch):
    with pytest.raises(SettingsError, match="installed: faster-whisper, sherpa-onnx") as refused:
        engines.load("kaldi", EngineOptions())
    assert refused.value.code == "engine.unknown"
    _install(monkeypatch)
    with pytest.raises(SettingsError, match="make install"):
        engines.load("faster-whisper", EngineOptions())


@pytest.mark.parametrize("value", ["no_such_package:load", f"{__name__}:no_such_name"])
def test_a_package_that_cannot_be_imported_is_named(monkeypatch, value):
    _install(monkeypatch, mine=value)
    with pytest.raises(EngineError, match=value) as refused:
        engines.load("mine", EngineOptions())
    assert refused.value.code == "engine.broken"


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many graphics cards."""

    def with_cards(cards: int) -> None:
        able = {"cpu": {"int8", "int8_float32", "float32"}, "cuda": {"int8", "int8_float16", "float16", "float32"}}
        monkeypatch.setattr(devices.ctranslate2, "get_cuda_device_count", lambda: cards)
        monkeypatch.setattr(devices.ctranslate2, "get_supported_compute_types", lambda device: able[device])

    return with_cards


def test_the_device_is_chosen_by_what_is_there(machine):
    machine(0)
    assert devices.resolve("auto", "int8") == ("cpu", "int8")
    machine(1)
    assert devices.resolve("auto", "float16") == ("cuda", "float16")
    assert devices.resolve("cuda", "auto") == ("cuda", "auto")
    assert devices.resolve("cpu", "int8") == ("cpu", "int8")


def test_what_the_machine_cannot_do_names_the_setting(machine):
    machine(0)
    for device in ("cpu", "auto"):
        with pytest.raises(SettingsError, match="--compute-type auto, float32, int8") as refused:
            devices.resolve(device, "float16")
        assert refused.value.code == "engine.compute_type"
    with pytest.raises(SettingsError, match="--device cpu") as refused:
        devices.resolve("cuda", "float16")
    assert refused.value.code == "engine.device"


def test_an_impossible_setting_is_refused_before_weights_are_fetched(machine, monkeypatch):
    machine(0)
    monkeypatch.setattr(engines, "locate", lambda *_: pytest.fail("weights were looked for"))
    with pytest.raises(SettingsError, match="--device cpu"):
        engines.load("faster-whisper", EngineOptions("large-v3-turbo", "cuda", "float16"))


def test_a_graphics_card_without_its_libraries_is_noticed_at_the_start(machine, monkeypatch, tmp_path):
    class Broken:
        name, capabilities = "broken", None

        def __init__(self, *_, **__) -> None: ...

        def transcribe(self, jobs):
            assert [len(job.pcm) for job in jobs] == [16_000]
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    machine(1)
    monkeypatch.setattr(engines, "locate", lambda *_: weights.Located(tmp_path, "cache", verified=True))
    monkeypatch.setattr("models.whisper.FasterWhisper", Broken)
    with pytest.raises(EngineError, match=r"libcublas.*--device cpu"):
        engines.load("faster-whisper", EngineOptions("base", "cuda", "float16"))


def test_the_words_of_the_playbook_reach_the_recogniser(monkeypatch, tmp_path):
    class Told:
        def __init__(self, *_, corrector, compact_home) -> None:
            self.corrector = corrector

    monkeypatch.setattr(engines, "locate", lambda *_: weights.Located(tmp_path, "cache", verified=True))
    monkeypatch.setattr("models.whisper.FasterWhisper", Told)
    options = EngineOptions("base", terms=(Term("销户", "service"),), words=("流程",))
    corrector = engines.load("faster-whisper", options).corrector
    text, _ = corrector.correct("消户的留成", lambda texts: [-20.0] * len(texts))
    assert text == "销户的流程"


def test_weights_that_were_cut_short_are_named_with_the_mend(tmp_path, monkeypatch):
    base = weights.locate("base").folder
    monkeypatch.setenv(weights.CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(base / name, folder)
    with (base / "model.bin").open("rb") as whole:
        for length in (10, 100_000):
            whole.seek(0)
            (folder / "model.bin").write_bytes(whole.read(length))
            with pytest.raises(EngineError, match="copy the whole CTranslate2 folder again") as refused:
                engines.load("faster-whisper", EngineOptions(str(folder)))
            assert str(folder / "model.bin") in refused.value.message
