"""Rules of the house that no linter knows: one layer a test file, sizes, names, and imports without any effect."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LAYERS

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parent.parent
PACKAGES = ("assist", "audio", "classifiers", "models", "prompts")
LONGEST = 400
TABLES = {"assist/core/events.py"}  # the closed list of events: declarations and nothing else
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}

SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts
)
TESTS = sorted(path for path in (ROOT / "tests").rglob("test_*.py"))

# Imports every module with the network refused and every file opened for writing reported.
IMPORT_ALL = """
import importlib, json, os, sys

effects = []

def watch(event, args):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        effects.append(f"{event} {args[1:]}")
        raise OSError("no network in here")
    if event == "open":
        path, mode, flags = args
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        writes = writes or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes and path != os.devnull:
            effects.append(f"open {path}")
    if event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "subprocess.Popen"):
        effects.append(f"{event} {args}")

names = json.load(sys.stdin)
sys.addaudithook(watch)
for name in names:
    before = len(effects)
    importlib.import_module(name)
    effects[before:] = [f"{name}: {effect}" for effect in effects[before:]]
print(json.dumps(effects))
"""


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    return relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def declared_layers(tree: ast.Module) -> list[str]:
    """The layers in the file's `pytestmark`, and any named elsewhere in it."""
    names = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "mark"
    ]
    return [name for name in names if name in LAYERS]


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_a_test_file_declares_exactly_one_layer(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marks = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]
    ]
    assert len(marks) == 1
    assert len(declared_layers(tree)) == 1


def test_no_source_file_is_too_long_to_read() -> None:
    long = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > LONGEST and name not in TABLES} == {}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_holds_declarations_only(name: str) -> None:
    """A file that may be long has no function longer than a few lines."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if f.end_lineno is not None and f.end_lineno - f.lineno > 10] == []


def test_files_are_named_after_what_they_are_about() -> None:
    assert [relative(path) for path in [*SOURCES, *TESTS] if set(path.stem.split("_")) & VAGUE] == []


def test_every_module_of_the_core_has_a_test_file_of_its_own() -> None:
    modules = {path.stem for path in (ROOT / "assist/core").glob("*.py")} - {"__init__"}
    assert {name for name in modules if not (ROOT / f"tests/core/test_{name}.py").exists()} == set()


def test_importing_any_module_touches_neither_network_nor_files() -> None:
    names = [module(path) for path in SOURCES if path.stem != "__main__"]
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_ALL],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
