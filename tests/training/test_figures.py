"""From what was measured to the figures: sums, ratios and what is left out."""

import json

import pytest

from assist.core.events import Channel
from assist.training.delays import Delays
from assist.training.figures import Archived, Burdened, Line, Measured, Recognised, System, Used, Waited, figures
from assist.training.recognition import Score

pytestmark = pytest.mark.unit
OURS, BASELINE = System.OURS, System.BASELINE


def waited(system: System, *finals: float, cpu: float = 10.0) -> Waited:
    delays = Delays(final=finals, partial=(0.8,), first=(0.8, 1.2), unheard=1)
    return Waited(system, "c1", 100.0, delays, Used(100.0, cpu, 3.0, 300.0), 0, 1, 1.5, 2)


def recognised(system: System, errors: int, *, work: float | None = 20.0, call: str = "c1", line: Line = Line.CLEAN):
    agent = Score(characters=100, errors=errors, utterances=5, terms=4, found=3, inserted=1)
    customer = Score(characters=100, errors=0, utterances=5, loops=1)
    return Recognised(system, line, call, 300.0, {Channel.AGENT: agent, Channel.CUSTOMER: customer}, work)


def test_ours_and_the_baseline_stand_side_by_side_with_their_ratio():
    measured = Measured(waited=[waited(OURS, 0.5, 0.7, 0.9), waited(BASELINE, 2.1, 2.8, 3.5, cpu=40.0)])
    live = figures(measured, cores=2)["live"]
    assert live["ours"]["final"]["median_s"] == 0.7
    assert live["compared"]["final_median_times_faster"] == pytest.approx(4.0)
    assert live["compared"]["cpu_share_of_baseline"] == pytest.approx(0.25)
    assert live["ours"]["cpu_share"] == pytest.approx(0.05)
    assert live["ours"]["final_delays_s"] == [0.5, 0.7, 0.9]
    assert live["ours"]["cpu_elsewhere_seconds"] == 3.0
    assert (live["ours"]["backlog_events"], live["ours"]["worst_lag_s"], live["ours"]["partials_left_out"]) == (
        1,
        1.5,
        2,
    )
    assert "peak_rss_mb" not in live["baseline"]


def test_errors_add_up_over_calls_by_line():
    measured = Measured(
        recognised=[
            recognised(OURS, 3),
            recognised(OURS, 6, call="c2", work=None),
            recognised(BASELINE, 12),
            recognised(BASELINE, 6, call="c2"),
            recognised(OURS, 20, line=Line.TELEPHONE),
        ]
    )
    found = figures(measured, cores=2)
    clean = found["errors"]["clean"]
    assert clean["ours"]["error_rate"] == pytest.approx(9 / 400, abs=1e-4)
    assert clean["compared"]["fewer_errors"] == pytest.approx(0.5)
    assert clean["compared"]["points_worse"] == pytest.approx(-2.25)
    assert clean["ours"]["real_time_factor"] == pytest.approx(20 / 300, abs=1e-3)  # the paced call tells none
    assert clean["ours"]["loops"] == 2
    assert clean["ours"]["terms"] == {
        "said": 8, "found": 6, "recall": 0.75, "inserted": 2, "inserted_per_10_minutes": 2.0,
    }  # fmt: skip
    assert found["errors"]["telephone"].keys() == {"ours"}
    assert found["calls"]["c1"]["clean"]["agent"]["baseline"]["errors"] == 12


def test_throughput_is_all_audio_over_all_time_whatever_the_order_of_the_rounds():
    fast, slow = Score(characters=100, errors=4), Score(characters=100, errors=5)
    rounds = [Archived(OURS, 600, 30, fast), Archived(BASELINE, 600, 50, slow), Archived(OURS, 600, 20, fast)]
    batch = figures(Measured(archived=rounds), cores=2)["batch"]
    assert batch["ours"]["throughput"] == 24.0
    assert batch["baseline"]["throughput"] == 12.0
    assert batch["compared"]["times_throughput"] == 2.0


def test_load_tells_finals_lag_and_recovery():
    used = Used(315.0, 600.0, None, None)
    load = figures(Measured(burdened=Burdened(300.0, 40, 40, (0.5, 4.0), 3.214, 5.0, 2, 17, used)), cores=2)["load"]
    assert load["finals_share"] == 1.0
    assert load["final"]["worst_s"] == 4.0
    assert (load["lag_at_end_s"], load["caught_up_s"], load["partials_left_out"]) == (3.21, 5.0, 17)


def test_what_was_not_measured_is_left_out_and_all_of_it_is_json():
    assert figures(Measured(), cores=2) == {"complete": False}
    whole = Measured([recognised(OURS, 1)], [waited(OURS, 0.5)], None, [], complete=True)
    assert json.loads(json.dumps(figures(whole, cores=2)))["complete"] is True


def test_nothing_said_has_no_rate():
    silent = {channel: Score() for channel in Channel}
    measured = Measured(recognised=[Recognised(OURS, Line.CLEAN, "c1", 60.0, silent, 5.0)])
    found = figures(measured, cores=2)["errors"]["clean"]["ours"]
    assert found["error_rate"] is None
    assert found["terms"]["recall"] is None
