"""Loops, impossible speaking rates and invented lines are caught; ordinary speech is not."""

import pytest

from models import guards

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "seconds", "reason"),
    [
        ("好的好的好的好的好的", 3.0, "repetition"),
        ("我要办理我要办理我要办理我要办理", 4.0, "repetition"),
        ("这个月的话费有点高这个月的话费有点高", 4.0, "said_twice"),
        ("一二三四五六七八九十一二三四五六七八九甲乙丙丁", 1.0, "speaking_rate"),
        ("您好，请问有什么可以帮您？", 2.5, None),
        ("对，对，您说得对", 2.0, None),
        ("好的好的", 1.0, None),
        ("嗯嗯", 0.3, None),
        ("", 2.0, None),
    ],
)
def test_suspicion(text, seconds, reason):
    assert guards.suspicion(text, seconds, -0.3, capped=False) == reason


def test_a_capped_or_improbable_decode_is_suspect():
    assert guards.suspicion("您好", 1.0, -0.2, capped=True) == "token_cap"
    assert guards.suspicion("您好", 1.0, -1.5, capped=False) == "log_probability"


@pytest.mark.parametrize(
    "line",
    ["字幕由志愿者提供", "请不吝点赞 订阅 转发 打赏", "感谢您的观看", "Thank you for watching!", "以下是普通话的句子"],
)
def test_invented_lines(line):
    assert guards.phantom(line)


@pytest.mark.parametrize(
    "line", ["感谢您的来电，再见", "我订阅的那个彩铃业务帮我退了", "谢谢您的等待", "下期账单什么时候出"]
)
def test_what_people_say_on_calls_is_not_invented(line):
    assert not guards.phantom(line)


def test_collapse_keeps_what_is_said_twice():
    assert guards.collapse("好的好的") == "好的好的"
    assert guards.collapse("我要投诉我要投诉我要投诉") == "我要投诉"


def test_the_cap_grows_with_time():
    assert guards.token_cap(0.2) < guards.token_cap(5.0) < guards.token_cap(25.0) < 448
