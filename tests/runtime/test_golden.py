"""A stored log: what the call led to is reviewed like code, and logs of released wire versions keep loading.

After a change that is meant, write it again and read the diff:
`ASSIST_UPDATE_GOLDEN=1 make test ARGS=tests/runtime/test_golden.py`.
"""

import os

import pytest

from assist.core import wire
from assist.core.state import CallState, fold
from assist.runtime.log import read_log
from tests.runtime.test_replay import DATA, _lines, _timeless, replayed

pytestmark = pytest.mark.golden
GOLDEN = DATA / "golden"


def test_the_short_call_leads_to_what_is_stored():
    lines = _lines([_timeless(event) for event in replayed(DATA / "short_call.json")])
    path = GOLDEN / "short_call.v1.jsonl"
    if os.environ.get("ASSIST_UPDATE_GOLDEN"):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == path.read_text(encoding="utf-8").splitlines()


def test_stored_logs_of_every_wire_version_fold():
    stored = sorted(GOLDEN.glob("*.jsonl"))
    assert stored
    for path in stored:
        state = CallState()
        for recorded in read_log(path):
            state = fold(state, recorded.event)
        assert state.summary is not None
        assert wire.dumps(wire.plain(state))
