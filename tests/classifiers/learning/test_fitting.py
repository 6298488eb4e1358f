"""Fitting a head: judged on groups it has not seen, careful where it must be, the same as ONNX."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assist.core.errors import SettingsError
from assist.core.events import Channel
from assist.core.lexicon import Lexicon, Phrases, Weighted
from classifiers.features import VERSION, Features
from classifiers.learning.dataset import NONE, Example, Task
from classifiers.learning.fitting import Fitted, Judged, Rows, fit, least, to_onnx, with_garbled
from models.heads import OnnxHead, notes_of
from tests.classifiers.answers import Letters

pytestmark = pytest.mark.unit

LEXICON = Lexicon(objection_topics=(Weighted("price", Phrases(("太贵",))),))
TASK = Task("toy", "toy", Channel.CUSTOMER, lambda columns: iter(()), ("topic",), none=NONE, precision=0.9)
MATTERS = ("宽带", "套餐", "话费", "流量", "机顶盒", "光猫", "账单", "短信", "副卡", "会员")
SAYINGS = {
    "price": ("{}太贵了我负担不起", "这个{}太贵我不要"),
    "network": ("{}信号断断续续", "我家{}一直没有信号"),
    NONE: ("请问{}在哪里办理", "帮我看一下{}好吗"),
}
EXAMPLES = [
    Example(saying.format(matter), label, f"writer/{matter}")
    for matter in MATTERS
    for label, sayings in SAYINGS.items()
    for saying in sayings
]


def rows() -> Rows:
    return Rows(Features(LEXICON, Letters()))


def fitted_to(examples: list[Example], task: Task = TASK) -> Fitted:
    return fit(task, examples, rows(), lambda: None)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fitted_to(EXAMPLES)


def right(judged: Judged) -> float:
    return float(np.mean([a == b for a, b in zip(judged.truth, judged.said(), strict=True)]))


def test_what_can_be_told_apart_is_learnt(fitted: Fitted) -> None:
    assert len(EXAMPLES) == 60
    assert right(fitted.judged) == 1.0
    assert fitted.judged.labels == (NONE, "network", "price")
    assert fitted.judged.texts == tuple(example.text for example in EXAMPLES)
    assert fitted.judged.probabilities.shape == (60, 3)
    np.testing.assert_allclose(fitted.judged.probabilities.sum(axis=1), 1, atol=1e-5)
    assert (fitted.examples, fitted.groups, fitted.columns) == (60, 10, ("topic.price",))
    assert 0.2 <= fitted.least <= 0.95


def test_each_text_is_told_as_it_is_done() -> None:
    done = []
    fit(TASK, EXAMPLES, rows(), lambda: done.append(1))
    assert len(done) == 2 * len(EXAMPLES)


def test_twice_is_the_same(fitted: Fitted) -> None:
    again = fitted_to(EXAMPLES)
    np.testing.assert_array_equal(again.judged.probabilities, fitted.judged.probabilities)
    np.testing.assert_array_equal(again.model.coef_, fitted.model.coef_)
    assert again.least == fitted.least


def test_groups_never_straddle_the_folds() -> None:
    """Each group repeats words of its own, and its label is a toss: only a head that has seen the group can know it."""
    chance = np.random.default_rng(5)
    words = [
        "鸳鸯蝴蝶",
        "琵琶葡萄",
        "蜘蛛蜻蜓",
        "玻璃珊瑚",
        "柠檬橄榄",
        "麒麟凤凰",
        "枇杷荔枝",
        "蝙蝠鹦鹉",
        "橘猫黄狗",
        "江河湖海",
    ]
    known = chance.permutation(["price", NONE] * (len(words) // 2))
    examples = [
        Example(f"{word}{end}", str(label), f"writer/{word}")
        for word, label in zip(words, known, strict=True)
        for end in ("", "啊", "呢", "哦", "吧", "嘛")
    ]
    found = fitted_to(examples)
    assert right(found.judged) < 0.8
    seen = found.model.predict(np.vstack([rows().of(e.text, found.columns).toarray() for e in examples]))
    assert np.mean(seen == [example.label for example in examples]) == 1.0  # seen, they are no riddle


def test_a_rare_label_may_be_missing_from_a_fold() -> None:
    rare = [Example(f"我要找{who}来", "media", "writer/宽带") for who in ("记者", "电视台", "报社")]
    judged = fitted_to([*rare, *EXAMPLES]).judged
    place = judged.labels.index("media")
    assert (judged.probabilities[:3, place] == 0.0).all()  # nobody else says so
    assert right(judged) > 0.9


@pytest.mark.parametrize(
    "examples", [[], EXAMPLES[:12], [e for e in EXAMPLES if e.label == NONE]], ids=["none", "two groups", "one label"]
)
def test_too_few_are_refused(examples: list[Example]) -> None:
    with pytest.raises(SettingsError) as raised:
        fitted_to(examples)
    assert raised.value.code == "data.few"
    assert "toy" in str(raised.value)


def test_garbled_sentences_stay_in_their_group_with_their_label() -> None:
    both = with_garbled(EXAMPLES)
    assert both[: len(EXAMPLES)] == EXAMPLES
    assert [(e.label, e.group) for e in both[len(EXAMPLES) :]] == [(e.label, e.group) for e in EXAMPLES]


def test_rows_are_the_features_of_a_call() -> None:
    features = Features(LEXICON, Letters())
    columns = Rows(features).columns(TASK)
    found = Rows(features).of("太贵了", columns).toarray()[0]
    np.testing.assert_array_equal(found, features.of("太贵了", columns))


# --- from where a head speaks --------------------------------------------------------------------------------------


def said(*told: tuple[float, bool]) -> Judged:
    """How likely something is, and whether there was."""
    likely = np.array([[1 - p, p] for p, _ in told], np.float32)
    truth = tuple("price" if true else NONE for _, true in told)
    return Judged((NONE, "price"), truth, ("",) * len(told), ("",) * len(told), likely)


MIXED = said(
    (0.95, True), (0.9, True), (0.8, True), (0.75, False), (0.7, True), (0.6, True), (0.3, False), (0.25, False)
)


@pytest.mark.parametrize(
    ("precision", "low", "high"), [(0.0, 0.3, 0.6), (0.8, 0.3, 0.6), (0.9, 0.75, 0.8), (1.0, 0.75, 0.8)]
)
def test_least_is_the_best_that_is_precise_enough(precision: float, low: float, high: float) -> None:
    found = least(replace(TASK, precision=precision), MIXED)
    assert low < found <= high
    speaks = [true for p, true in zip(MIXED.probabilities[:, 1], MIXED.truth, strict=True) if p >= found]
    assert speaks.count("price") / len(speaks) >= precision


def test_a_head_that_is_never_precise_enough_hardly_speaks() -> None:
    assert least(TASK, said((0.99, False), (0.9, True), (0.2, False))) == 0.95


def test_a_head_without_a_none_always_speaks() -> None:
    assert least(replace(TASK, none=None), MIXED) == 0.0


# --- as ONNX -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [3, 2])
def test_the_file_says_what_the_model_says(tmp_path: Path, fitted: Fitted, labels: int) -> None:
    if labels == 2:
        fitted = fitted_to([example for example in EXAMPLES if example.label != "network"])
    notes = notes_of(fitted.judged.labels, fitted.columns, fitted.least, "letters", VERSION)
    path = tmp_path / "toy.onnx"
    path.write_bytes(to_onnx(fitted, notes))
    head = OnnxHead(path, "letters", VERSION)
    assert (head.name, head.labels, head.columns, head.least) == (
        "toy",
        fitted.judged.labels,
        fitted.columns,
        fitted.least,
    )
    assert len(head.labels) == labels
    x = np.vstack([rows().of(text, fitted.columns).toarray() for text in fitted.judged.texts[:20]])
    found = head.probabilities(x)
    np.testing.assert_allclose(found, fitted.model.predict_proba(x), atol=1e-4)
    np.testing.assert_allclose(head.probabilities(x[:1]), found[:1], atol=1e-6)


def test_the_file_comes_out_the_same(fitted: Fitted) -> None:
    notes = notes_of(fitted.judged.labels, fitted.columns, fitted.least, "letters", VERSION)
    assert to_onnx(fitted, notes) == to_onnx(fitted, notes)
