"""The table says what the figures say, and the plot is drawn from them."""

import io

import pytest

from assist.commands.bench_report import plot, show

pytestmark = pytest.mark.unit


def figures() -> dict[str, object]:
    def side(median: float) -> dict[str, object]:
        spread = {"n": 3, "median_s": median, "p95_s": 2 * median, "worst_s": 3 * median}
        return {
            "final": spread, "final_delays_s": [median, 2 * median], "unheard_turns": 0, "cpu_per_second": 0.5, "seconds": 100.0,
        }  # fmt: skip

    def errors(rate: float) -> dict[str, object]:
        terms = {"recall": 0.96, "inserted_per_10_minutes": 0.4}
        return {"error_rate": rate, "real_time_factor": 0.4, "loops": 0, "phantom_lines": 0, "terms": terms}

    ours = side(0.61) | {
        "first_partial": None, "first_words": None, "stable_text_changed": 0, "cpu_share": 0.31, "cpu_elsewhere_seconds": 50.0,
        "peak_rss_mb": 412.0, "backlog_events": 0, "partials_left_out": 0,
    }  # fmt: skip
    return {
        "machine": {
            "cpu": "a processor", "cores": 2, "versions": {"ctranslate2": "4.8"},
            "model": {"name": "base", "compute_type": "int8", "device": "cpu", "threads": 2},
        },
        "complete": False,
        "live": {"ours": ours, "baseline": side(2.44), "compared": {"final_median_times_faster": 4.0}},
        "errors": {
            "clean": {"ours": errors(0.061), "baseline": errors(0.093), "compared": {"fewer_errors": 0.344}},
            "telephone": {"ours": errors(0.15), "baseline": errors(0.12), "compared": {"fewer_errors": -0.25}},
        },
        "calls": {"d01": {"seconds": 100.0, "clean": {"agent": {"ours": {"error_rate": 0.0567}}}}},
        "batch": {"ours": {"throughput": 16.0, "error_rate": 0.06}, "baseline": {"throughput": 8.0, "error_rate": 0.06},
                  "compared": {"times_throughput": 2.0, "fewer_errors": 0.0}},
        "load": {"seconds": 300.0, "utterances": 40, "finals": 40, "final": None, "lag_at_end_s": 1.25, "caught_up_s": None,
                 "partials_left_out": 3},
    }  # fmt: skip


def shown(of: dict[str, object], *, each_call: bool = False) -> str:
    out = io.StringIO()
    show(of, out, each_call=each_call)
    return out.getvalue()


def test_the_table_has_both_sides_and_what_they_compare_to():
    table = shown(figures())
    for text in (
        "0.61 s",
        "2.44 s",
        "× 4.0",
        "6.10%",
        "fewer by 34%",
        "more by 25%",
        "412 MB",
        "96.0% / 0.4",
        "× 2.00",
        "never",
    ):
        assert text in table
    assert "5.7%" not in table
    assert "5.7%" in shown(figures(), each_call=True)


def test_a_busy_machine_and_an_incomplete_run_are_told():
    assert "other work took 50 CPU s" in shown(figures())
    assert "not complete" in shown(figures())
    quiet = figures() | {"complete": True, "live": {}}
    assert "not complete" not in shown(quiet)
    assert "other work" not in shown(quiet)


def test_parts_that_were_not_measured_are_not_in_the_table():
    table = shown({"machine": figures()["machine"], "complete": True})
    assert "a processor" in table
    assert "batch" not in table


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_the_plot_is_drawn(tmp_path, ending):
    pytest.importorskip("matplotlib")
    plot(figures(), tmp_path / f"figures{ending}")
    assert (tmp_path / f"figures{ending}").stat().st_size > 5000


def test_an_empty_plot_is_a_plot(tmp_path):
    pytest.importorskip("matplotlib")
    plot({"machine": figures()["machine"], "complete": False}, tmp_path / "empty.svg")
    assert (tmp_path / "empty.svg").exists()
