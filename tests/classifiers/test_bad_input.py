"""What is no sentence of a call, through everything as a call has it: the real encoder and the heads that are there."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assist.core.events import Channel, Judgement
from assist.core.ports import Classifier, EarlyClassifier
from assist.core.state import CallState
from assist.wiring import classifiers_of, read_playbook
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.contract

ALARMS = {"forbidden", "objection", "malicious", "difficult", "claim"}
LONG = 5_000
BAD = {
    "empty": "",
    "spaces": " \t\n\u3000 ",
    "one character": "好",
    "one letter": "x",
    "one mark": "？",
    "filler": "嗯嗯嗯嗯",
    "listening": "嗯，好的",
    "short reply": "知道了",
    "telephone number": "一三八一二三四五六七八",
    "the same character": "啊" * LONG,
    "a long greeting": ("您好，很高兴为您服务。" * LONG)[:LONG],
    "long English": ("please hold the line " * LONG)[:LONG],
    "long digits": "1234567890" * (LONG // 10),
    "emoji": "😀👍🏽👨‍👩‍👧❤️🇨🇳",
    "emoji and a word": "好的😀😀😀",
    "English": "Hello, may I ask what plan you are on and when your contract ends?",
    "English letters one by one": "A B C D E F G",
    "Traditional": "您好，請問您的寬頻帳號是多少，我幫您查一下",
    "Traditional thanks": "好的，謝謝您的來電，祝您生活愉快",
    "digits": "13812345678",
    "amount": "199.00",
    "full width": "１２３４５６７８９０ＡＢＣ",
    "markup": "<script>alert(1)</script><b>您好</b>&nbsp;<!-- -->",
    "template": "{{customer.name}} ${price} %s %(x)s {0}",
    "markdown": "# 标题\n- **您好** [链接](http://example.com)",
    "pattern": "(您|你)[好]…#",
    "Japanese": "お電話ありがとうございます。ご契約内容を確認いたします。",
    "Korean": "안녕하세요 무엇을 도와드릴까요",
    "Russian": "Здравствуйте, чем могу помочь?",
    "Arabic": "مرحبا كيف يمكنني مساعدتك",
    "Thai": "สวัสดีครับ มีอะไรให้ช่วยไหม",
    "control characters": "您好\u0000\u0007\u001b[31m\u202e\ufeff",
    "private use": "\ue000\ue001\uf8ff您好",
    "combining": "n\u0303i\u0301" * 20,
}


@pytest.fixture(scope="module")
def classifiers() -> Sequence[Classifier]:
    return classifiers_of(read_playbook("telecom"))


@pytest.fixture(scope="module")
def amid() -> CallState:
    return call(
        said("您好，请问有什么可以帮您", Channel.AGENT, utterance="a1"),
        said("我想查一下话费", utterance="c1", at=5),
        said("好的，请稍等", Channel.AGENT, utterance="a2", at=10),
    )


def judged(classifiers: Sequence[Classifier], text: str, channel: Channel, state: CallState) -> list[Judgement]:
    transcript = said(text, channel, utterance="now", at=15)
    partial = replace(transcript, final=False, stable=len(text))
    found = [one for classifier in classifiers for one in classifier.classify(transcript, state)]
    early = [c for c in classifiers if isinstance(c, EarlyClassifier)]
    return found + [one for classifier in early for one in classifier.classify_partial(partial, state)]


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("kind", BAD)
def test_no_crash_and_no_alarm(classifiers: Sequence[Classifier], amid: CallState, kind: str, channel: Channel) -> None:
    for state in (CallState(), amid):
        found = judged(classifiers, BAD[kind], channel, state)
        assert [one for one in found if one.signal.signal in ALARMS] == []
        scores = [one.signal.score for one in found if one.signal.signal != "scene"]  # its signs carry their weight
        assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("kind", ["empty", "spaces", "emoji", "English", "digits", "Japanese", "Russian", "Arabic"])
def test_nobody_feels_wants_or_is_anything(classifiers: Sequence[Classifier], amid: CallState, kind: str) -> None:
    found = judged(classifiers, BAD[kind], Channel.CUSTOMER, amid)
    assert {one.signal.signal for one in found} & {"emotion", "intent", "need"} == set()
