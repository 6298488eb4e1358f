"""Promises and their deadlines."""

from datetime import datetime

import pytest

from assist.core.events import Channel, Promise
from assist.core.lexicon import Lexicon
from assist.core.state import CallState
from classifiers.commitments import Commitments
from classifiers.deadlines import due, find_deadlines
from tests.classifiers.conftest import Ask, call, said

pytestmark = pytest.mark.unit

NOW = datetime.fromisoformat("2025-06-11T10:20:00+08:00")  # a Wednesday

PROMISES = [
    ("我今天傍晚六点前给您回电话", "今天傍晚六点前"),
    ("我帮您申请退费，三个工作日内到账", "三个工作日内"),
    ("师傅明天上午上门检修", "明天上午"),
    ("这件事我来跟进，有结果马上通知您", None),
    ("我尽快给您一个答复", None),
    ("回头我把合同发给您", None),
]

NOT_PROMISES = [
    "您的业务已经办理好了",
    "我们的营业时间是早上九点到晚上六点",
    "麻烦您带身份证到营业厅来一趟",
    "每个月五号系统自动扣费",
    "这个费用我们没办法退给您",
    "上次师傅说会给您回电话对吗",
    "您可以自己在手机上查询",
    "您好，请问有什么可以帮您",
    "那我跟您核对一遍，明天下午师傅上门，后天我给您回电话",
]


@pytest.mark.parametrize(("text", "deadline"), PROMISES)
def test_promises(agent: Ask, text: str, deadline: str | None) -> None:
    commitment = agent(text)["commitment"]
    assert commitment is not None
    assert commitment["what"] in text
    assert commitment["deadline"] == deadline


@pytest.mark.parametrize("text", NOT_PROMISES)
def test_not_promises(agent: Ask, text: str) -> None:
    assert agent(text)["commitment"] is None


def test_customers_promise_nothing(customer: Ask) -> None:
    assert customer("我明天给你回电话")["commitment"] is None


@pytest.mark.parametrize(
    ("text", "words", "moment"),
    [
        ("今天下午五点前答复", "今天下午五点前", "2025-06-11T17:00:00"),
        ("明天上午十点半之前", "明天上午十点半之前", "2025-06-12T10:30:00"),
        ("明天下午2:30", "明天下午2:30", "2025-06-12T14:30:00"),
        ("后天给您", "后天", "2025-06-13T23:59:59"),
        ("大后天中午", "大后天中午", "2025-06-14T13:00:00"),
        ("下周二上午", "下周二上午", "2025-06-17T12:00:00"),
        ("周五下班前", "周五下班前", "2025-06-13T18:00:00"),
        ("星期一", "星期一", "2025-06-16T23:59:59"),
        ("本周内", "本周内", "2025-06-15T23:59:59"),
        ("三个工作日内", "三个工作日内", "2025-06-16T23:59:59"),
        ("两到三个工作日内", "两到三个工作日内", "2025-06-16T23:59:59"),
        ("24小时内", "24小时内", "2025-06-12T10:20:00"),
        ("二四小时内", "二四小时内", "2025-06-12T10:20:00"),
        ("24到48小时内", "24到48小时内", "2025-06-13T10:20:00"),
        ("半小时内", "半小时内", "2025-06-11T10:50:00"),
        ("半个小时之后", "半个小时之后", "2025-06-11T10:50:00"),
        ("十分钟后", "十分钟后", "2025-06-11T10:30:00"),
        ("一个星期之内", "一个星期之内", "2025-06-18T23:59:59"),
        ("月底之前", "月底之前", "2025-06-30T23:59:59"),
        ("15号之前", "15号之前", "2025-06-15T23:59:59"),
        ("五号之前", "五号之前", "2025-07-05T23:59:59"),
        ("下个月5号", "下个月5号", "2025-07-05T23:59:59"),
        ("六月二十号", "六月二十号", "2025-06-20T23:59:59"),
        ("今晚八点", "今晚八点", "2025-06-11T20:00:00"),
        ("五点前", "五点前", "2025-06-11T17:00:00"),
        ("晚上十二点前", "晚上十二点前", "2025-06-11T23:59:59"),
        ("九点到十一点之间", "九点到十一点", "2025-06-11T11:00:00"),
        ("明天下午兩點半", "明天下午兩點半", "2025-06-12T14:30:00"),
        ("最晚后天中午", "最晚后天中午", "2025-06-13T13:00:00"),
    ],
)
def test_deadlines(text: str, words: str, moment: str) -> None:
    (deadline,) = find_deadlines(text)
    assert deadline.text == words
    meant = due(deadline, NOW)
    assert meant is not None
    assert meant.isoformat() == f"{moment}+08:00"


@pytest.mark.parametrize("text", ["我尽快", "马上给您办", "回头联系您", "昨天等了三天", "每月五号出账", "两个月前办的"])
def test_no_deadline(text: str) -> None:
    assert find_deadlines(text) == []


@pytest.mark.parametrize("text", ["三月三十五号", "三四点前", "99999999天内"])
def test_a_date_that_does_not_exist_has_no_moment(text: str) -> None:
    (deadline,) = find_deadlines(text)
    assert due(deadline, NOW) is None


def test_due_counts_from_the_moment_of_the_call(lexicon: Lexicon) -> None:
    text = said("我半小时内给您回电话", Channel.AGENT, at=596, seconds=4)
    (judgement,) = Commitments(lexicon).classify(text, call(started_at="2025-12-31T23:40:00+08:00"))
    assert judgement.hit == Promise("我半小时内给您回电话", "半小时内", "2026-01-01T00:20:00+08:00")


def test_due_is_unknown_without_the_beginning_of_the_call(lexicon: Lexicon) -> None:
    (judgement,) = Commitments(lexicon).classify(said("我明天给您回电话", Channel.AGENT), CallState())
    assert judgement.hit == Promise("我明天给您回电话", "明天", None)


@pytest.mark.parametrize("row", ["1234567890" * 500, "三" * 5000, "3点" * 2500, "三天内" * 1600])
def test_a_long_row_of_numbers_is_no_deadline_to_wait_for(row: str) -> None:
    """Looked at a bounded number of times: what grows with the square of its length would take minutes here."""
    found = find_deadlines(row)
    assert all(len(deadline.text) <= 20 for deadline in found)
