"""Weights are found in order, joined from packages, and believed only with the right digest."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from assist.core.errors import EngineError
from models import weights
from models.weights import ModelEntry, WeightFile

pytestmark = pytest.mark.unit
CONTENT = b"pretend weights " * 1000


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(weights.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def model(home, monkeypatch) -> ModelEntry:
    """A model in two parts that two installed packages carry."""
    for number, part in enumerate((CONTENT[:7000], CONTENT[7000:]), 1):
        package = home / "site" / f"pretend_part{number}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("raise AssertionError('must not be imported')\n")
        (package / f"model.bin.part{number}").write_bytes(part)
    monkeypatch.syspath_prepend(str(home / "site"))
    weights._package_folder.cache_clear()
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = WeightFile("model.bin", digest, len(CONTENT), ("model.bin.part1", "model.bin.part2"))
    entry = ModelEntry(
        "pretend", "Pretend", "asr", "MIT", "nobody/nothing", "", ("pretend_part1", "pretend_part2"), (file,)
    )
    monkeypatch.setattr(weights, "manifest", lambda: {"pretend": entry})
    return entry


def test_parts_of_packages_are_joined_with_progress_and_cached(model, home):
    steps: list[tuple[str, int, int]] = []
    located = weights.locate("pretend", lambda *step: steps.append(step))
    assert (located.origin, (located.folder / "model.bin").read_bytes()) == ("packages", CONTENT)
    assert steps[-1] == ("model.bin", len(CONTENT), len(CONTENT))
    assert "pretend_part1" not in sys.modules
    assert weights.locate("pretend").origin == "cache"


def test_a_part_that_was_changed_is_refused_and_leaves_nothing(model, home):
    (home / "site" / "pretend_part2" / "model.bin.part2").write_bytes(b"other")
    with pytest.raises(EngineError, match="wrong digest"):
        weights.locate("pretend")
    assert [p.name for p in (home / "cache" / "pretend").iterdir()] == []


def test_a_cached_file_that_changes_later_is_refused_with_the_mend(model):
    path = weights.locate("pretend").folder / "model.bin"
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(EngineError, match="assist models fetch pretend") as refused:
        weights.locate("pretend")
    assert refused.value.code == "model.digest"


def test_a_note_of_an_earlier_check_is_not_believed_for_other_bytes(model):
    path = weights.locate("pretend").folder / "model.bin"
    note = path.with_name("model.bin.verified")
    path.write_bytes(b"x" * len(CONTENT))
    note.write_text(json.dumps({"sha256": model.files[0].sha256, "size": 1, "mtime_ns": 1}))
    with pytest.raises(EngineError, match="digest"):
        weights.locate("pretend")


def test_verify_reads_every_byte(model):
    located = weights.locate("pretend")
    assert [fault for _, fault in weights.check(model, located.folder)] == [None]
    state = (located.folder / "model.bin").stat()
    (located.folder / "model.bin").write_bytes(b"y" * len(CONTENT))
    import os

    os.utime(located.folder / "model.bin", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "digest is" in next(iter(weights.check(model, located.folder)))[1]
    (located.folder / "model.bin").unlink()
    assert [fault for _, fault in weights.check(model, located.folder)] == ["missing"]


@pytest.fixture
def own(home) -> Path:
    """A complete folder of somebody's own weights."""
    folder = home / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"x")
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text('{"model": {}}')
    (folder / "vocabulary.json").write_text("[]")
    return folder


def test_a_folder_of_ones_own_is_taken_as_it_is(own):
    located = weights.locate(str(own))
    assert (located.folder, located.origin, located.verified) == (own, "setting", False)


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_what_a_folder_of_ones_own_lacks_is_named_with_the_mend(own, name):
    (own / name).unlink()
    with pytest.raises(EngineError, match="copy the whole CTranslate2 folder again") as refused:
        weights.locate(str(own))
    assert refused.value.code == "model.incomplete"
    assert name in refused.value.message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("config.json", '{"a"', "config.json is not whole"),
        ("tokenizer.json", "", "tokenizer.json is not whole"),
        ("tokenizer.json", "{}", "tokenizer.json is not a tokenizer"),
        ("vocabulary.json", '["', "vocabulary.json is not whole"),
        ("model.bin", "", "model.bin is empty"),
    ],
)
def test_what_is_damaged_in_a_folder_of_ones_own_is_named(own, name, content, words):
    (own / name).write_text(content)
    with pytest.raises(EngineError, match=words) as refused:
        weights.locate(str(own))
    assert refused.value.code == "model.damaged"


def test_a_path_that_is_no_folder_of_weights_says_what_it_is(own, model):
    for path, words in [
        (own / "model.bin", "is a file; give the folder"),
        (own / "none", "is not there"),
        (own.parent, "has no model.bin"),
    ]:
        with pytest.raises(EngineError, match=words):
            weights.locate(str(path))
    (own / "model.bin").rename(own / "model.onnx")
    with pytest.raises(EngineError, match="add --engine sherpa-onnx"):
        weights.locate(str(own))
    with pytest.raises(EngineError, match="one of: pretend"):
        weights.locate("gigantic")


@pytest.fixture
def larger(home, monkeypatch) -> ModelEntry:
    """A model whose digests no release knows, on a hub."""
    files = (WeightFile("model.bin", "", 0, ()), WeightFile("config.json", "", 0, ()))
    entry = ModelEntry("larger", "Larger", "asr", "MIT", "nobody/larger", "", (), files, about_mb=2)
    monkeypatch.setattr(weights, "manifest", lambda: {"larger": entry})
    hub = home / "hub"
    hub.mkdir()
    for file in files:
        (hub / file.name).write_bytes(CONTENT)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda source, name: str(hub / name))
    return entry


def test_digests_that_no_release_knows_are_noted_at_first_use_and_required_from_then_on(larger, home):
    assert (larger.pinned, larger.size) == (False, 2_000_000)
    located = weights.locate("larger")
    assert (located.origin, located.verified) == ("hub", False)
    assert weights.locate("larger").origin == "cache"
    assert [fault for _, fault in weights.check(larger, located.folder)] == [None, None]
    (located.folder / "model.bin").write_bytes(CONTENT[:-1] + b"!")
    assert "digest is" in next(iter(weights.check(larger, located.folder)))[1]
    with pytest.raises(EngineError, match="wrong digest"):
        weights.locate("larger")


def test_a_hub_that_has_changed_its_mind_is_not_believed(larger, home):
    folder = weights.locate("larger").folder
    (folder / "model.bin").unlink()
    (home / "hub" / "model.bin").write_bytes(b"something else")
    with pytest.raises(EngineError, match="wrong digest in what was fetched"):
        weights.locate("larger")
    (home / "hub" / "model.bin").write_bytes(CONTENT)
    assert weights.locate("larger").folder == folder


def test_files_copied_into_the_cache_are_held_to_their_first_use_too(larger, home):
    folder = home / "cache" / "larger"
    folder.mkdir(parents=True)
    for file in larger.files:
        (folder / file.name).write_bytes(CONTENT)
    assert "no digest is known" in next(iter(weights.check(larger, folder)))[1]
    assert weights.locate("larger", may_download=False).origin == "cache"
    (folder / "config.json").write_bytes(b"other")
    with pytest.raises(EngineError, match=r"config\.json"):
        weights.locate("larger")


def test_what_is_nowhere_names_the_command(model, home):
    import shutil

    shutil.rmtree(home / "site")
    weights._package_folder.cache_clear()
    import importlib

    importlib.invalidate_caches()
    with pytest.raises(EngineError, match="assist models fetch pretend"):
        weights.locate("pretend", may_download=False)


def test_the_manifest_names_source_licence_and_digest_of_everything():
    for model in weights.manifest().values():
        assert model.licence
        assert model.source
        assert model.card
        assert model.size
        assert model.files
        assert model.pinned or (model.name != weights.DEFAULT_MODEL and model.kind == "asr")
        for file in model.files if model.pinned else ():
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.size > 0
