"""Signs of a difficult customer, of a claim not meant well, of a need: one a sentence, from the head alone."""

import pytest

from assist.core.events import Channel
from classifiers.learning.dataset import TASKS, read_examples
from classifiers.signs import MALICIOUS, NEEDS, Signs
from classifiers.trained import Trained
from tests.classifiers.answers import RuleHead, always, trained
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit

LABELS = ("none", *NEEDS, *MALICIOUS, "raging", "picky")
TEXT = "你们别跟我讲这些没有用的"


def found(text: str = TEXT, *, least: float = 0.6, channel: Channel = Channel.CUSTOMER, **answer: float) -> list:
    signs = Signs(trained(RuleHead("sign", LABELS, always(**answer), least)))
    return [judgement.signal for judgement in signs.classify(said(text, channel), call())]


@pytest.mark.parametrize(
    ("label", "signal"),
    [
        *((need, "need") for need in NEEDS),
        *((sign, "malicious") for sign in MALICIOUS),
        ("raging", "difficult"),
        ("picky", "difficult"),
    ],
)
def test_each_label_is_one_of_three_signals(label: str, signal: str) -> None:
    (one,) = found(**{label: 0.9})
    assert (one.signal, one.label, one.score) == (signal, label, 0.9)
    assert one.evidence[0].why == f"客户说“{TEXT}”"
    assert one.evidence[0].utterance == one.utterance == "u1"


def test_it_speaks_from_least_of_any_sign_and_tells_the_likeliest() -> None:
    assert found(least=0.7, raging=0.35, picky=0.3) == []
    (one,) = found(least=0.6, raging=0.3, picky=0.35)
    assert one.label == "picky"


@pytest.mark.parametrize("text", ["", "不行", "你说什么呢啊", "whatever you say, man"])
def test_short_or_foreign_sentences_show_no_manner(text: str) -> None:
    assert found(text, raging=1.0) == []


def test_the_agent_shows_none() -> None:
    assert found(channel=Channel.AGENT, raging=1.0) == []


def test_without_a_head_there_are_none() -> None:
    assert list(Signs(Trained()).classify(said(TEXT), call())) == []


def test_needs_and_malicious_signs_are_labels_that_the_head_learns() -> None:
    learnt = {example.label for example in read_examples(TASKS["sign"])}
    assert {*NEEDS, *MALICIOUS} <= learnt
