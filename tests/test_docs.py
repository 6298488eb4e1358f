"""The documentation says what the program does: generated parts are current, links lead somewhere, commands exist."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from assist.cli import main as assist
from tools import make_docs

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parent.parent
BUILT = {".venv", "node_modules", "build", "dist", "static", "__pycache__"}
READMES = ("README.md", "README.zh-CN.md")
# Put together here so that this file does not name them itself.
HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
)
FORBIDDEN = (*HOSTS, "/".join(("", "work", "")))


@cache
def _pages() -> tuple[Path, ...]:
    pages = (path for path in ROOT.rglob("*.md") if not BUILT & set(path.relative_to(ROOT).parts))
    return tuple(sorted(path for path in pages if not any(p.startswith(".") for p in path.relative_to(ROOT).parts)))


def _prose(page: Path) -> str:
    """A page without its code, in which brackets are no links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def _links() -> Iterator[tuple[Path, str]]:
    for page in _pages():
        for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", _prose(page)):
            link = target[0] or target[1]
            if not re.match(r"[a-z]+:", link):
                yield page, link


def _commands(page: Path) -> Iterator[list[str]]:
    """The arguments of every `assist …` in a page's code."""
    text = page.read_text(encoding="utf-8")
    code = re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    code += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for line in "\n".join(code).splitlines():
        for rest in re.findall(r"(?:^|[\s|\\/])assist((?: [^|>#…]*)?)(?=$|[|>#…])", line):
            if rest.strip():
                yield shlex.split(rest)


def _parse(arguments: list[str]) -> None:
    """Parses without running. Raises `click.UsageError` at an unknown command or option."""
    command: click.Command = assist
    context: click.Context | None = None
    while True:
        context = command.make_context("assist", list(arguments), parent=context)
        if not isinstance(command, click.Group):
            return
        name, inner, arguments = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert inner is not None
        command = inner


def _committed() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs the git checkout")
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_generated_parts_are_current(capsys):
    assert make_docs.main(["--check"]) == 0, capsys.readouterr().err


def test_check_names_the_stale_file_and_writing_mends_it(tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / make_docs.WIRE, tmp_path / make_docs.WIRE)
    assert make_docs.main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert "docs/wire.schema.json is stale" in told
    assert "docs/commands.md is stale" in told
    assert "docs/wire.md" not in told
    assert make_docs.main([], tmp_path) == 0
    assert make_docs.main(["--check"], tmp_path) == 0


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_resolves(page):
    for at, link in _links():
        if at != page:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = page if not path else page.parent / path
        assert target.exists(), f"{link} leads nowhere"
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_the_readme_exists(name):
    found = list(_commands(ROOT / name))
    assert len(found) >= 5
    for arguments in found:
        try:
            _parse(arguments)
        except click.UsageError as error:
            pytest.fail(f"assist {' '.join(arguments)}: {error.format_message()}")


def test_the_readmes_are_counterparts():
    shapes = [re.findall(r"^(#+) ", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE) for name in READMES]
    assert shapes[0] == shapes[1]


def test_no_committed_text_names_a_registry_or_a_private_path():
    found = []
    for path in _committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN if word in text]
    assert not found
