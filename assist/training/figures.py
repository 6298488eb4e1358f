"""What a benchmark measured, and the figures that follow from it: always ours beside the baseline, and their ratio."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Any

from assist.core.events import Channel
from assist.training.delays import Delays, spread
from assist.training.recognition import Score

Figures = dict[str, Any]


class System(StrEnum):
    """Who recognised."""

    OURS = "ours"
    BASELINE = "baseline"


class Line(StrEnum):
    """How it sounded."""

    CLEAN = "clean"
    TELEPHONE = "telephone"
    CLIPS = "clips"  # single recordings without a call around them, and without the playbook's help


@dataclass(frozen=True, slots=True)
class Used:
    """What a stretch of work took; None where this system does not tell."""

    wall_seconds: float
    cpu_seconds: float
    elsewhere_seconds: float | None  # processor time that the rest of the machine used meanwhile
    peak_mb: float | None  # memory, the most that this process has ever held


@dataclass(frozen=True, slots=True)
class Recognised:
    """The texts of one call judged."""

    system: System
    line: Line
    call: str
    seconds: float  # of the recording
    scores: Mapping[Channel, Score]
    work_seconds: float | None  # wall time when nothing was waited for; None when it was paced


@dataclass(frozen=True, slots=True)
class Waited:
    """One call in real time, live or, for the baseline, by its queue."""

    system: System
    call: str
    seconds: float
    delays: Delays
    used: Used
    changed: int = 0  # utterances of which something stable changed
    backlogs: int = 0
    worst_lag: float = 0.0
    shed: int = 0


@dataclass(frozen=True, slots=True)
class Burdened:
    """Both channels talking without a pause."""

    seconds: float
    utterances: int
    finals: int
    waits: tuple[float, ...]  # seconds from the end of each utterance to its final text
    lag: float  # when they fell silent
    caught_up: float | None  # seconds until the lag stayed below the limit; None when a final text never came
    backlogs: int
    shed: int
    used: Used


@dataclass(frozen=True, slots=True)
class Archived:
    """All recordings recognised once, as fast as it goes; the seconds of both channels of each are added up."""

    system: System
    channel_seconds: float
    wall_seconds: float
    score: Score


@dataclass(slots=True)
class Measured:
    """All that was measured so far."""

    recognised: list[Recognised] = field(default_factory=list)
    waited: list[Waited] = field(default_factory=list)
    burdened: Burdened | None = None
    archived: list[Archived] = field(default_factory=list)
    complete: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.recognised or self.waited or self.archived or self.burdened)


def figures(measured: Measured, cores: int) -> Figures:
    """Everything as plain data for JSON; parts that were not measured are left out."""
    found: Figures = {"complete": measured.complete}
    if measured.waited:
        found["live"] = _both(_latency(measured.waited, system, cores) for system in System)
    lines = {line: [r for r in measured.recognised if r.line is line] for line in Line}
    if measured.recognised:
        found["errors"] = {line: _both(_errors(all_, s) for s in System) for line, all_ in lines.items() if all_}
        found["calls"] = _calls([one for one in measured.recognised if one.line is not Line.CLIPS])
    if measured.archived:
        found["batch"] = _both(_archive(measured.archived, system) for system in System)
    if measured.burdened is not None:
        found["load"] = _burden(measured.burdened)
    return found


def _both(two: Iterable[Figures | None]) -> Figures:
    """Ours, the baseline, and how they compare; a system that was not measured is left out."""
    sides: Figures = {system: side for system, side in zip(System, two, strict=True) if side is not None}
    if len(sides) < 2:
        return sides
    ours, baseline = sides[System.OURS], sides[System.BASELINE]
    compared = {
        "final_median_times_faster": _ratio(_inner(baseline, "final", "median_s"), _inner(ours, "final", "median_s")),
        "final_p95_times_faster": _ratio(_inner(baseline, "final", "p95_s"), _inner(ours, "final", "p95_s")),
        "cpu_share_of_baseline": _ratio(ours.get("cpu_per_second"), baseline.get("cpu_per_second")),
        "fewer_errors": _less(ours.get("errors"), baseline.get("errors")),
        "points_worse": _points(ours.get("error_rate"), baseline.get("error_rate")),
        "times_throughput": _ratio(ours.get("throughput"), baseline.get("throughput")),
    }
    return {**sides, "compared": {key: value for key, value in compared.items() if value is not None}}


def _inner(side: Figures, key: str, figure: str) -> float | None:
    return (side.get(key) or {}).get(figure)


def _ratio(over: float | None, under: float | None) -> float | None:
    return None if over is None or not under else round(over / under, 3)


def _less(ours: int | None, baseline: int | None) -> float | None:
    """The share of the baseline's errors that are gone."""
    return None if ours is None or not baseline else round(1 - ours / baseline, 3)


def _points(ours: float | None, baseline: float | None) -> float | None:
    return None if ours is None or baseline is None else round(100 * (ours - baseline), 2)


def _latency(waited: Sequence[Waited], system: System, cores: int) -> Figures | None:
    own = [one for one in waited if one.system is system]
    if not own:
        return None
    seconds = sum(one.seconds for one in own)
    cpu = sum(one.used.cpu_seconds for one in own)
    final = [round(delay, 3) for one in own for delay in one.delays.final]
    found: Figures = {
        "calls": len(own),
        "seconds": round(seconds, 1),
        "final": spread(final),
        "unheard_turns": sum(one.delays.unheard for one in own),
        "cpu_per_second": round(cpu / seconds, 3),
        "final_delays_s": sorted(final),
    }
    if system is System.BASELINE:
        return found
    elsewhere = [one.used.elsewhere_seconds for one in own]
    peaks = [one.used.peak_mb for one in own if one.used.peak_mb is not None]
    return found | {
        "first_partial": spread([delay for one in own for delay in one.delays.partial]),
        "first_words": spread([delay for one in own for delay in one.delays.first]),
        "stable_text_changed": sum(one.changed for one in own),
        "cpu_share": round(cpu / sum(one.used.wall_seconds for one in own) / cores, 3),
        "cpu_elsewhere_seconds": None if None in elsewhere else round(sum(e or 0.0 for e in elsewhere), 1),
        "peak_rss_mb": round(max(peaks), 1) if peaks else None,
        "backlog_events": sum(one.backlogs for one in own),
        "worst_lag_s": round(max(one.worst_lag for one in own), 2),
        "partials_left_out": sum(one.shed for one in own),
    }


def _errors(recognised: Sequence[Recognised], system: System) -> Figures | None:
    own = [one for one in recognised if one.system is system]
    if not own:
        return None
    seconds = sum(one.seconds for one in own)
    unpaced = [one for one in own if one.work_seconds is not None]
    work = sum(one.work_seconds or 0.0 for one in unpaced)
    score = reduce(add, (score for one in own for score in one.scores.values()))
    return _judged(score, seconds) | {
        "real_time_factor": round(work / sum(one.seconds for one in unpaced), 3) if unpaced else None
    }


def _judged(score: Score, seconds: float) -> Figures:
    return {
        "characters": score.characters,
        "errors": score.errors,
        "error_rate": _rounded(score.error_rate),
        "utterances": score.utterances,
        "loops": score.loops,
        "phantom_lines": score.phantoms,
        "suspect": score.suspects,
        "terms": {
            "said": score.terms,
            "found": score.found,
            "recall": _rounded(score.recall),
            "inserted": score.inserted,
            "inserted_per_10_minutes": round(score.inserted * 600 / seconds, 2),
        },
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _calls(recognised: Sequence[Recognised]) -> Figures:
    """Error rates by call, line, channel and system."""
    found: Figures = {}
    for one in recognised:
        by_line = found.setdefault(one.call, {"seconds": round(one.seconds, 1)}).setdefault(one.line, {})
        for channel, score in one.scores.items():
            by_line.setdefault(channel, {})[one.system] = {
                "characters": score.characters,
                "errors": score.errors,
                "error_rate": _rounded(score.error_rate),
            }
    return found


def _archive(archived: Sequence[Archived], system: System) -> Figures | None:
    own = [one for one in archived if one.system is system]
    if not own:
        return None
    score = reduce(add, (one.score for one in own))
    return {
        "rounds": len(own),
        "throughput": round(sum(one.channel_seconds for one in own) / sum(one.wall_seconds for one in own), 2),
        "errors": score.errors,
        "error_rate": _rounded(score.error_rate),
    }


def _burden(burdened: Burdened) -> Figures:
    return {
        "seconds": round(burdened.seconds, 1),
        "utterances": burdened.utterances,
        "finals": burdened.finals,
        "finals_share": _rounded(burdened.finals / burdened.utterances if burdened.utterances else None),
        "final": spread(burdened.waits),
        "lag_at_end_s": round(burdened.lag, 2),
        "caught_up_s": None if burdened.caught_up is None else round(burdened.caught_up, 2),
        "backlog_events": burdened.backlogs,
        "partials_left_out": burdened.shed,
        "cpu_per_second": round(burdened.used.cpu_seconds / burdened.used.wall_seconds, 3),
        "peak_rss_mb": None if burdened.used.peak_mb is None else round(burdened.used.peak_mb, 1),
    }
