"""`assist bench asr` with the real recogniser and the real baseline on the smallest voiced call: shape and sane ranges."""

import json
from pathlib import Path

import pytest

from tests.cli.running import assist

pytestmark = pytest.mark.model
CALL = Path(__file__).parent.parent / "data" / "two_turns.json"


def test_both_sides_are_measured_in_one_run(capsys, monkeypatch, tmp_path):
    path = tmp_path / "figures.json"
    done = assist(capsys, monkeypatch, "bench", "asr", CALL, "--batch", "--calls", "--json", path)
    assert done.code == 0, done.err
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["complete"] is True
    assert len(found["machine"]["model"]["sha256"]) == 64
    for system in ("ours", "baseline"):
        live = found["live"][system]
        assert live["final"]["n"] + live["unheard_turns"] == 2
        assert live["cpu_per_second"] > 0
        for line in ("clean", "telephone"):
            errors = found["errors"][line][system]
            assert errors["characters"] > 30
            assert 0 <= errors["error_rate"] < 0.5
            assert errors["loops"] == errors["phantom_lines"] == 0
        assert found["errors"]["clean"][system]["error_rate"] < 0.2
        assert found["batch"][system]["rounds"] == 2
        assert found["batch"][system]["throughput"] > 0
        assert found["batch"][system]["error_rate"] < 0.2
    assert found["live"]["ours"]["stable_text_changed"] == 0
    assert 0 < found["live"]["ours"]["peak_rss_mb"] < 4000
    assert found["live"]["compared"]["final_median_times_faster"] > 0
    assert found["batch"]["compared"]["times_throughput"] > 0
    assert "定稿" in done.out
