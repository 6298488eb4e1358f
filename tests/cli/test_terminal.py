"""What the terminal prints of a call."""

import io

import pytest

from assist.core.events import Backlog
from assist.core.spans import from_seconds
from assist.terminal import Terminal
from tests.core.builders import tiny

pytestmark = pytest.mark.shell


def test_a_recogniser_that_falls_behind_and_catches_up_is_told():
    out = io.StringIO()
    terminal = Terminal(tiny(), out)
    terminal.publish(1, Backlog(at=from_seconds(61), lag=from_seconds(2.4), jobs=2, shed=0))
    terminal.publish(2, Backlog(at=from_seconds(75), lag=0, jobs=0, shed=7))
    behind, caught_up = out.getvalue().splitlines()
    assert behind.startswith("01:01.0")
    assert "落后 2.4 秒" in behind
    assert "跟上（略去 7 次" in caught_up
