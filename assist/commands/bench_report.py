"""A benchmark's figures as a table in the terminal and as a plot."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Column, Table

from assist.training.figures import Figures

_OURS, _BASELINE = "#1f6f8b", "#b5651d"
_NONE = "–"
Row = tuple[str, str, str, str]  # measure, ours, baseline, compared


def show(figures: Figures, out: TextIO, *, each_call: bool = False) -> None:
    """Prints the table, and a second one by call when asked for. Chinese first, English second."""
    console = Console(file=out, highlight=False, markup=False, soft_wrap=True)
    measure = Column("指标 measure", overflow="fold", ratio=1)
    table = Table(measure, "本产品 ours", "基线 baseline", "对比 compared", box=None, pad_edge=False)
    for rows in (_live(figures), _errors(figures), _batch(figures), _load(figures)):
        found = list(rows)
        for row in found:
            table.add_row(*row)
        if found:
            table.add_section()
    console.print(table)
    if each_call and "calls" in figures:
        console.print()
        console.print(_by_call(figures["calls"]))
    console.print()
    for line in _about(figures):
        console.print(line)


def _live(figures: Figures) -> Iterator[Row]:
    live = figures.get("live")
    if live is None:
        return
    ours, baseline = live.get("ours") or {}, live.get("baseline") or {}
    compared = live.get("compared", {})
    for key, name in (("median_s", "中位 median"), ("p95_s", "p95")):
        faster = compared.get("final_median_times_faster" if key == "median_s" else "final_p95_times_faster")
        yield (
            f"说完到定稿 speech end to final text, {name}",
            _seconds(_in(ours, "final", key)),
            _seconds(_in(baseline, "final", key)),
            _NONE if faster is None else f"快 faster × {faster:.1f}",
        )
    for part, name in (
        ("first_partial", "开口到临时文本 onset to first partial"),
        ("first_words", "开口到首个文本 onset to first words"),
    ):
        yield (
            f"{name}, 中位 median / p95",
            f"{_seconds(_in(ours, part, 'median_s'))} / {_seconds(_in(ours, part, 'p95_s'))}",
            _NONE,
            _NONE,
        )
    yield (
        "未识别的话轮 turns not heard",
        _plain(ours.get("unheard_turns")),
        _plain(baseline.get("unheard_turns")),
        _NONE,
    )
    yield "稳定文本又变了 stable text that changed", _plain(ours.get("stable_text_changed")), _NONE, _NONE
    share = compared.get("cpu_share_of_baseline")
    yield (
        "每秒通话的 CPU 秒 CPU s per s of call",
        _number(ours.get("cpu_per_second")),
        _number(baseline.get("cpu_per_second")),
        _NONE if share is None else f"× {share:.2f}",
    )
    if ours:
        yield "全部核心的占用 share of all cores", _percent(ours["cpu_share"]), _NONE, _NONE
        yield (
            "内存峰值 peak memory",
            "–" if ours["peak_rss_mb"] is None else f"{ours['peak_rss_mb']:.0f} MB",
            _NONE,
            _NONE,
        )
        left_out = f"{ours['backlog_events']} / {ours['partials_left_out']}"
        yield "积压 times behind / 略去 partials left out", left_out, _NONE, _NONE


def _errors(figures: Figures) -> Iterator[Row]:
    names = {"clean": "原声 clean", "telephone": "电话 telephone", "clips": "单句 clips"}
    for line, both in figures.get("errors", {}).items():
        ours, baseline = both.get("ours") or {}, both.get("baseline") or {}
        fewer = both.get("compared", {}).get("fewer_errors")
        name = names[line]
        yield (
            f"字错误率 character errors, {name}",
            _percent(ours.get("error_rate"), 2),
            _percent(baseline.get("error_rate"), 2),
            _fewer(fewer),
        )
        yield (
            f"实时率 real-time factor, {name}",
            _number(ours.get("real_time_factor")),
            _number(baseline.get("real_time_factor")),
            _NONE,
        )
        yield f"循环 loops / 幻觉句 phantom lines, {name}", _loops(ours), _loops(baseline), _NONE
        yield f"术语召回 term recall / 误插 inserted in 10 min, {name}", _terms(ours), _terms(baseline), _NONE


def _batch(figures: Figures) -> Iterator[Row]:
    batch = figures.get("batch")
    if batch is None:
        return
    ours, baseline = batch.get("ours") or {}, batch.get("baseline") or {}
    compared = batch.get("compared", {})
    yield (
        "批量速度 batch, s of audio per s",
        _number(ours.get("throughput")),
        _number(baseline.get("throughput")),
        f"× {compared['times_throughput']:.2f}" if "times_throughput" in compared else _NONE,
    )
    yield (
        "批量字错误率 batch, character errors",
        _percent(ours.get("error_rate"), 2),
        _percent(baseline.get("error_rate"), 2),
        _fewer(compared.get("fewer_errors")),
    )


def _load(figures: Figures) -> Iterator[Row]:
    load = figures.get("load")
    if load is None:
        return
    what = f"双方不停说话 {load['seconds']:.0f} s both talk without a pause"
    yield f"{what}: 定稿 finals", f"{load['finals']} / {load['utterances']}", _NONE, _NONE
    wait = f"{_seconds(_in(load, 'final', 'median_s'))} / {_seconds(_in(load, 'final', 'worst_s'))}"
    yield "  说完到定稿 to final text, 中位 median / 最差 worst", wait, _NONE, _NONE
    yield "  停下时的延迟 lag when they stop", _seconds(load["lag_at_end_s"]), _NONE, _NONE
    caught = load["caught_up_s"]
    yield "  追上所需 caught up after", "未追上 never" if caught is None else _seconds(caught), _NONE, _NONE
    yield "  略去的临时文本 partials left out", _plain(load["partials_left_out"]), _NONE, _NONE


def _by_call(calls: Mapping[str, Any]) -> Table:
    table = Table("通话 call", "线路 line", "声道 channel", "本产品 ours", "基线 baseline", box=None, pad_edge=False)
    for call, lines in calls.items():
        for line, channels in lines.items():
            if line == "seconds":
                continue
            for channel, systems in channels.items():
                rates = (_percent((systems.get(s) or {}).get("error_rate"), 1) for s in ("ours", "baseline"))
                table.add_row(call, line, channel, *rates)
    return table


def _about(figures: Figures) -> Iterator[str]:
    machine = figures["machine"]
    model = machine["model"]
    yield (
        f"{machine['cpu']}, {machine['cores']} cores; {model['name']} {model['compute_type']} on {model['device']}, "
        f"{model['threads']} threads; ctranslate2 {machine['versions']['ctranslate2']}"
    )
    elsewhere = _in(figures, "live", "ours", "cpu_elsewhere_seconds")
    seconds = _in(figures, "live", "ours", "seconds")
    if elsewhere is not None and seconds is not None and elsewhere > 0.05 * seconds * machine["cores"]:
        yield (
            f"注意：测量时机器上其他程序用了 {elsewhere:.0f} CPU 秒，延迟偏大。 "
            f"Note: other work took {elsewhere:.0f} CPU s of this machine meanwhile, so latencies are too high."
        )
    if not figures["complete"]:
        yield "测量未完成，以上为部分结果。 The run is not complete: these are the figures of a part of it."


def _in(figures: Any, *keys: str) -> Any:
    for key in keys:
        figures = (figures or {}).get(key)
    return figures


def _seconds(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f} s"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _plain(value: int | None) -> str:
    return _NONE if value is None else str(value)


def _percent(value: float | None, digits: int = 0) -> str:
    return _NONE if value is None else f"{value:.{digits}%}"


def _fewer(share: float | None) -> str:
    if share is None:
        return _NONE
    return f"错误少 fewer by {share:.0%}" if share >= 0 else f"错误多 more by {-share:.0%}"


def _loops(side: Figures) -> str:
    return f"{side['loops']} / {side['phantom_lines']}" if side else _NONE


def _terms(side: Figures) -> str:
    terms = side.get("terms")
    return _NONE if not terms else f"{_percent(terms['recall'], 1)} / {terms['inserted_per_10_minutes']:.1f}"


def plot(figures: Figures, path: Path) -> None:
    """Waiting times of both systems as curves, error rates as bars. Needs matplotlib. Raises `OSError`."""
    from matplotlib.figure import Figure  # only a plot needs it

    drawing = Figure(figsize=(11, 4.5), layout="constrained")  # labels in English: a font for Chinese may be missing
    waits, errors = drawing.subplots(1, 2)
    for system, colour in (("ours", _OURS), ("baseline", _BASELINE)):
        delays = _in(figures, "live", system, "final_delays_s")
        if delays:
            waits.ecdf(delays, label=system, color=colour)
    waits.set(xlabel="seconds from the true end of speech to the final text", ylabel="share of turns", title="Latency")
    waits.set_xlim(left=0)
    waits.grid(alpha=0.3)
    lines = list(figures.get("errors", {}))
    for shift, system, colour in ((-0.2, "ours", _OURS), (0.2, "baseline", _BASELINE)):
        rates = [_in(figures, "errors", line, system, "error_rate") for line in lines]
        places = [place + shift for place, rate in enumerate(rates) if rate is not None]
        errors.bar(places, [100 * rate for rate in rates if rate is not None], 0.38, label=system, color=colour)
    errors.set(xticks=range(len(lines)), xticklabels=lines, ylabel="character errors, %", title="Error rate")
    for axes in (waits, errors):
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    machine = figures["machine"]
    drawing.suptitle(f"{machine['cpu']}, {machine['cores']} cores, {machine['model']['name']}", fontsize=10)
    drawing.savefig(path)
