"""An evaluation as JSON, and as tables in the terminal with every error and what it stands on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Column, Table

from assist.commands.evaluate import Evaluation
from assist.training.judged import CONFUSABLE, METRICS, Figure, Group, Metric, Outcome, Question, errors
from assist.training.scores import NONE, Tally, by_class, confusion

VERSION = 1  # of the JSON
_WIDTH = 120  # of the tables in a file or a pipe
_NOTHING = "–"
_TITLES = {
    Question.FORBIDDEN: "禁语 forbidden speech",
    Question.CATEGORY: "禁语类别 forbidden category",
    Question.OBJECTION: "异议 objection",
    Question.TOPIC: "异议主题 objection topic",
    Question.KIND: "真假异议 real or false",
    Question.HIDDEN: "隐藏异议 hidden objection",
    Question.EMOTION: "情绪 emotion",
    Question.INTENT: "意图 intent",
    Question.COMMITMENT: "承诺 commitment",
    Question.DEADLINE: "承诺期限 deadline",
    Question.BEHAVIOUR: "行为 behaviour",
    Question.TYPE_AT_END: "客户类型（通话结束） customer type at the end",
    Question.TYPE_EARLY: "客户类型（客户说满 60 秒） customer type within 60 s",
    Question.STAGE: "通话阶段 stage",
}


def _by_group(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The sentences, the calls, and both together."""
    groups = {group.value: [one for one in outcomes if one.place.group is group] for group in Group}
    return groups | {"both": list(outcomes)}


# --- JSON ----------------------------------------------------------------------------------------------------------


def figures(found: Evaluation) -> dict[str, Any]:
    """Everything that was found, ready for JSON."""
    groups = _by_group(found.outcomes)
    return {
        "v": VERSION,
        "playbook": {"id": found.playbook.id, "version": found.playbook.version},
        "recogniser": found.recogniser,
        "sources": [*_sources(found)],
        "metrics": {
            metric.id: {name: _figure(metric, metric.of(those)) for name, those in groups.items()} for metric in METRICS
        },
        "classes": {
            question: {name: _classes(_of(question, those)) for name, those in groups.items()}
            for question in CONFUSABLE
        },
        "errors": [_error(one) for one in errors(found.outcomes)],
        "faults": [
            {"call": call, "component": fault.component, "code": fault.code, "message": fault.message}
            for call, fault in found.faults
        ],
    }


def _sources(found: Evaluation) -> Iterator[dict[str, Any]]:
    for file in found.material.utterances:
        yield {"file": str(file.path), "labelled": file.about.value, "sentences": len(file.sentences)}
    for call in found.material.calls:
        recording = str(call.recording) if call.recording else None
        yield {"file": str(call.path), "recording": recording, "turns": len(call.call.turns)}


def _figure(metric: Metric, figure: Figure) -> dict[str, Any]:
    value = None if figure.value is None else round(figure.value, 4)
    bar = {} if figure.bar is None else {"at_most" if metric.at_most else "at_least": figure.bar}
    return {"value": value, "n": figure.n, "met": figure.met(metric)} | bar


def _of(question: Question, outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    return [one.pair for one in outcomes if one.question is question]


def _classes(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    tallies = {label: _rates(tally) for label, tally in by_class(pairs).items()}
    return {"confusion": confusion(pairs), "each": tallies}


def _rates(tally: Tally) -> dict[str, Any]:
    rates = {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
    return {"n": tally.labelled} | {name: None if rate is None else round(rate, 4) for name, rate in rates.items()}


def _error(one: Outcome) -> dict[str, Any]:
    place = one.place
    return {
        "question": one.question,
        "file": place.file,
        "line" if place.group is Group.SENTENCES else "turn": place.number,
        "label": one.label,
        "predicted": one.predicted,
        "hard_negative": one.hard,
        "text": place.text,
        "recognised": place.heard,
        "evidence": list(one.evidence),
    }


# --- the terminal --------------------------------------------------------------------------------------------------


def show(found: Evaluation, out: TextIO) -> None:
    """Prints the metrics, what was taken for what, and every error. Chinese first, English second."""
    width = None if out.isatty() else _WIDTH
    console = Console(file=out, width=width, highlight=False, markup=False, soft_wrap=True)
    groups = _by_group(found.outcomes)
    console.print(_metrics(groups))
    for question in CONFUSABLE:
        pairs = _of(question, found.outcomes)
        if pairs:
            console.print(f"\n{_TITLES[question]}")
            console.print(_confusions(pairs))
    wrong = list(errors(found.outcomes))
    console.print(f"\n错误 errors: {len(wrong)}")
    for question in Question:
        own = [one for one in wrong if one.question is question]
        if own:
            console.print(f"\n{_TITLES[question]}: {len(own)}")
        for one in own:
            for line in _told(one):
                console.print(line)
    console.print()
    for line in _about(found, groups["both"]):
        console.print(line)


def _metrics(groups: dict[str, list[Outcome]]) -> Table:
    name = Column("指标 metric", overflow="fold", ratio=1)
    table = Table(name, "句子 sentences", "通话 calls", "合计 both", "要求 to reach", box=None, pad_edge=False)
    for metric in METRICS:
        own = {group: metric.of(those) for group, those in groups.items()}
        table.add_row(f"{metric.zh} {metric.en}", *(_cell(metric, one) for one in own.values()), _bar(metric, own))
    return table


def _cell(metric: Metric, figure: Figure) -> str:
    if figure.value is None:
        return _NOTHING
    met = {True: "✓", False: "✗", None: " "}[figure.met(metric)]
    return f"{figure.value:.3f} {met} n={figure.n}"


def _bar(metric: Metric, own: dict[str, Figure]) -> str:
    """What is to be reached; sentences are read while calls may be heard, so there may be two bars."""
    bars = sorted({one.bar for one in own.values() if one.bar is not None and one.value is not None}, reverse=True)
    if not bars:
        return _NOTHING
    return ("≤ " if metric.at_most else "≥ ") + " / ".join(f"{bar:.3g}" for bar in bars)


def _confusions(pairs: Sequence[tuple[str, str]]) -> Table:
    taken = Column("判成 taken for", overflow="fold", ratio=1)
    table = Table("标注 label", "n", "精确 P", "召回 R", "F1", taken, box=None, pad_edge=False)
    tallies, rows = by_class(pairs), confusion(pairs)
    for label in [*tallies, *([NONE] if NONE in rows else [])]:
        row = rows.get(label, {})
        others = ", ".join(f"{other} {n}" for other, n in row.items() if other != label)
        tally = tallies.get(label)
        rates = (_NOTHING,) * 3 if tally is None else (_rate(tally.precision), _rate(tally.recall), _rate(tally.f1))
        table.add_row(label, str(sum(row.values())), *rates, others)
    return table


def _rate(rate: float | None) -> str:
    return _NOTHING if rate is None else f"{rate:.2f}"


def _told(one: Outcome) -> Iterator[str]:
    hard = " (hard negative)" if one.hard else ""
    yield f"  {one.place}  标注 label {one.label}{hard} → 判成 predicted {one.predicted}"
    if one.place.text:
        yield f"      {one.place.text}"
    if one.place.heard is not None:
        yield f"      识别 heard: {one.place.heard or _NOTHING}"
    for why in one.evidence:
        yield f"      · {why}"


def _about(found: Evaluation, outcomes: Sequence[Outcome]) -> Iterator[str]:
    judged = [(metric, metric.of(outcomes)) for metric in METRICS]
    met = [figure.met(metric) for metric, figure in judged if figure.met(metric) is not None]
    yield f"达标 reached: {sum(map(bool, met))} / {len(met)}"
    sentences = sum(len(file.sentences) for file in found.material.utterances)
    heard = sum(call.recording is not None for call in found.material.calls)
    yield (
        f"{sentences} sentences; {len(found.material.calls)} calls, {heard} of them heard"
        + (f" by {found.recogniser}" if found.recogniser else "")
        + f"; playbook {found.playbook.id} {found.playbook.version}"
    )
