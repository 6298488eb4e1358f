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


def test_a_folder_of_ones_own_is_taken_as_it_is(home):
    folder = home / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"x")
    located = weights.locate(str(folder))
    assert (located.folder, located.origin, located.verified) == (folder, "setting", False)


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
        for file in model.files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.size > 0
