"""Intents and emotions of the customer."""

import pytest

from assist.core.events import Signalled
from assist.core.lexicon import Lexicon
from assist.core.state import CallState, fold
from classifiers.emotions import Emotions
from tests.classifiers.conftest import Ask, call, said

pytestmark = pytest.mark.unit

INTENTS = [
    ("churn", "我要把这个号销户"),
    ("churn", "不想用了，准备携号转网"),
    ("complain", "我要投诉，服务态度太差"),
    ("consult", "请问有什么合适的套餐"),
    ("query", "帮我查一下这个月的话费"),
    ("book", "帮我办个一百兆的宽带"),
    ("fault", "我家宽带断了，上不了网"),
    ("renew", "我的套餐快到期了，想续约"),
    ("compensate", "耽误我做生意，你们得赔偿"),
    ("escalate", "叫你们经理来接电话"),
    ("escalate", "再不解决我就去工信部投诉"),
    ("unrelated", "不好意思打错了"),
    (None, "嗯好的"),
    (None, "对，尾号是零三的那个"),
]

EMOTIONS = [
    ("calm", "帮我查一下这个月的话费"),
    ("calm", "好的谢谢你"),
    ("upset", "等了三天都没人来，真是麻烦"),
    ("upset", "你们怎么又断网了，太差了"),
    ("angry", "你们简直太欺负人了，我要去曝光"),
    ("angry", "什么态度啊，叫你们领导出来"),
]


@pytest.mark.parametrize(("intent", "text"), INTENTS)
def test_intents(customer: Ask, intent: str | None, text: str) -> None:
    assert customer(text)["intent"] == intent


@pytest.mark.parametrize(("emotion", "text"), EMOTIONS)
def test_emotions(customer: Ask, emotion: str, text: str) -> None:
    assert customer(text)["emotion"] == emotion


def feeling(lexicon: Lexicon, text: str, state: CallState) -> str | None:
    judgements = list(Emotions(lexicon).classify(said(text, utterance="now"), state))
    return judgements[0].signal.label if judgements else None


def roused(lexicon: Lexicon, *texts: str) -> CallState:
    (anger,) = Emotions(lexicon).classify(said("你们太欺负人了，我要曝光", utterance="a"), call())
    texts_heard = [said(text, utterance=f"b{i}") for i, text in enumerate(texts)]
    return fold(call(*texts_heard), Signalled(at=0, signal=anger.signal))


def test_calm_is_not_news_at_the_beginning(lexicon: Lexicon) -> None:
    assert feeling(lexicon, "好的谢谢你", call()) is None


def test_calm_words_end_anger(lexicon: Lexicon) -> None:
    assert feeling(lexicon, "那还差不多，谢谢你", roused(lexicon)) == "calm"


def test_one_neutral_sentence_does_not_end_anger_two_do(lexicon: Lexicon) -> None:
    neutral = "我家在人民路二十号三单元"
    assert feeling(lexicon, neutral, roused(lexicon)) is None
    assert feeling(lexicon, neutral, roused(lexicon, "我的号码尾号是零三八七")) == "calm"
