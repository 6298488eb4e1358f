"""What an evaluation finds: each judgement beside its label, and the figures that follow from all of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assist.training.scores import NONE, Pair, Tally, accuracy, detection, macro_f1


class Question(StrEnum):
    """What was asked. The label `none` says that there is nothing to find."""

    FORBIDDEN = "forbidden"
    CATEGORY = "forbidden_category"  # of what was rightly found
    OBJECTION = "objection"
    TOPIC = "objection_topic"
    KIND = "objection_kind"  # real or false; a hidden one shows in the course of the call
    HIDDEN = "hidden_objection"  # once a call
    EMOTION = "emotion"
    INTENT = "intent"
    COMMITMENT = "commitment"
    DEADLINE = "deadline"  # of what was rightly found
    BEHAVIOUR = "behaviour"  # once a call and rule
    TYPE_AT_END = "customer_type"
    TYPE_EARLY = "customer_type_early"  # when the customer has spoken for a minute
    STAGE = "stage"


class Group(StrEnum):
    """Where something was said: alone, or in a call."""

    SENTENCES = "sentences"
    CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Place:
    """A labelled turn, line or whole call: what stands there, and what was recognised where it was heard."""

    file: str
    number: int | None  # turn from 0, line from 1; None for the whole call
    group: Group
    text: str
    heard: str | None  # None where the text itself was read
    by_ear: bool = False  # the file's sound was used

    def __str__(self) -> str:
        return self.file if self.number is None else f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer beside its label, with what it stands on. `hard` marks what only looks like the thing asked for."""

    question: Question
    place: Place
    label: str
    predicted: str
    evidence: tuple[str, ...] = ()
    hard: bool = False

    @property
    def right(self) -> bool:
        return self.label == self.predicted

    @property
    def pair(self) -> Pair:
        return self.label, self.predicted


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value over `n` cases and what it must reach; `bar` None is no demand."""

    value: float | None
    n: int
    bar: float | None

    def met(self, metric: "Metric") -> bool | None:
        """Whether it reaches its bar; None where there is no bar, or nothing to measure."""
        if self.value is None or self.bar is None:
            return None
        return self.value <= self.bar if metric.at_most else self.value >= self.bar


Value = tuple[float | None, int]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure to be told: its names, the question that it is about, how it is computed, and the bars for text and sound."""

    id: str
    zh: str
    en: str
    question: Question
    compute: Callable[[Sequence[Outcome]], Value]
    bars: tuple[float, float] | None = None
    at_most: bool = False

    def of(self, outcomes: Iterable[Outcome]) -> Figure:
        """The figure over outcomes of any questions. The bar for sound holds as soon as some of them were heard."""
        own = [one for one in outcomes if one.question is self.question]
        value, n = self.compute(own)
        bar = None if self.bars is None else self.bars[any(one.place.by_ear for one in own)]
        return Figure(value, n, bar)


def _pairs(outcomes: Iterable[Outcome]) -> list[Pair]:
    return [one.pair for one in outcomes]


def _tally(outcomes: Sequence[Outcome]) -> Tally:
    return detection(_pairs(outcomes))


def _precision(outcomes: Sequence[Outcome]) -> Value:
    tally = _tally(outcomes)
    return tally.precision, tally.said


def _recall(outcomes: Sequence[Outcome]) -> Value:
    tally = _tally(outcomes)
    return tally.recall, tally.labelled


def _f1(outcomes: Sequence[Outcome]) -> Value:
    tally = _tally(outcomes)
    return tally.f1, tally.labelled


def _macro(outcomes: Sequence[Outcome]) -> Value:
    pairs = _pairs(outcomes)
    return macro_f1(pairs), sum(label != NONE for label, _ in pairs)


def _right(outcomes: Sequence[Outcome]) -> Value:
    return accuracy(_pairs(outcomes)), len(outcomes)


def _fired(outcomes: Sequence[Outcome]) -> Value:
    """The share of those without the thing asked for in which it was found all the same."""
    without = [one for one in outcomes if one.label == NONE]
    fired = sum(one.predicted != NONE for one in without)
    return (fired / len(without) if without else None), len(without)


def _hard_fired(outcomes: Sequence[Outcome]) -> Value:
    return _fired([one for one in outcomes if one.hard])


_Q = Question
METRICS: tuple[Metric, ...] = (
    Metric("forbidden_precision", "禁语精确率", "forbidden, precision", _Q.FORBIDDEN, _precision, (0.95, 0.93)),
    Metric("forbidden_recall", "禁语召回率", "forbidden, recall", _Q.FORBIDDEN, _recall, (0.90, 0.85)),
    Metric(
        "hard_negatives_fired", "难例误报", "hard negatives that fire", _Q.FORBIDDEN, _hard_fired, (0.03, 0.04), True
    ),
    Metric("harmless_fired", "正常话误报", "harmless ones that fire", _Q.FORBIDDEN, _fired, None, True),
    Metric("forbidden_category", "禁语类别正确", "forbidden, category right", _Q.CATEGORY, _right, (0.85, 0.80)),
    Metric("objection_f1", "异议 F1", "objection found, F1", _Q.OBJECTION, _f1, (0.90, 0.85)),
    Metric("topic_macro_f1", "异议主题宏 F1", "objection topic, macro-F1", _Q.TOPIC, _macro, (0.80, 0.75)),
    Metric("kind_macro_f1", "真假异议宏 F1", "real or false, macro-F1", _Q.KIND, _macro, (0.80, 0.75)),
    Metric("hidden_found", "隐藏异议召回", "hidden objection, calls found", _Q.HIDDEN, _recall, (1.0, 1.0)),
    Metric("hidden_elsewhere", "隐藏异议误报", "hidden objection, other calls", _Q.HIDDEN, _fired, (0.0, 0.0), True),
    Metric("emotion_macro_f1", "情绪宏 F1", "emotion, macro-F1", _Q.EMOTION, _macro, (0.75, 0.70)),
    Metric("intent_macro_f1", "意图宏 F1", "intent, macro-F1", _Q.INTENT, _macro, (0.75, 0.70)),
    Metric("commitment_f1", "承诺 F1", "commitment, F1", _Q.COMMITMENT, _f1, (0.90, 0.85)),
    Metric("deadline_exact", "承诺期限一致", "deadline exact", _Q.DEADLINE, _right, (0.90, 0.80)),
    Metric("behaviour_f1", "行为 F1", "behaviours per call and rule, F1", _Q.BEHAVIOUR, _f1, (0.75, 0.70)),
    Metric("type_at_end", "客户类型（通话结束）", "customer type at the end", _Q.TYPE_AT_END, _right, (7 / 8, 7 / 8)),
    Metric(
        "type_early", "客户类型（客户说满 60 秒）", "customer type within 60 s", _Q.TYPE_EARLY, _right, (6 / 8, 6 / 8)
    ),
    Metric("stage_right", "通话阶段正确", "stage of agent turns", _Q.STAGE, _right),
)

# Questions with classes that can be taken for one another.
CONFUSABLE = (
    _Q.CATEGORY, _Q.TOPIC, _Q.KIND, _Q.EMOTION, _Q.INTENT, _Q.BEHAVIOUR, _Q.TYPE_AT_END, _Q.TYPE_EARLY, _Q.STAGE,
)  # fmt: skip


def errors(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Every wrong answer, question by question; what follows from another error of the same place is left out."""
    wrong = sorted((one for one in outcomes if not one.right), key=lambda one: list(Question).index(one.question))
    undetected = {one.place for one in wrong if one.question is Question.OBJECTION}
    for one in wrong:
        if one.question not in (Question.TOPIC, Question.KIND) or one.place not in undetected:
            yield one
