"""Amounts that are demanded, spoken or in digits; a price, a bill or a refusal is no claim."""

import pytest

from assist.core.events import Channel, Signal, Signalled
from assist.core.state import CallState, fold
from classifiers.claims import Claims, claimed
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("你们得赔我五百块", 500),
        ("你们得赔我500块", 500),
        ("賠償我五百塊", 500),
        ("至少给我补偿两千元", 2000),
        ("精神损失费一万块一分不能少", 10_000),
        ("你们要赔我两万块", 20_000),
        ("必须退我三十块钱", 30),
        ("误工费加车费，赔我一千二百块", 1200),
        ("你赔我三百", 300),
        ("我就要一千块", 1000),
        ("我要两万块，少一分都不行", 20_000),
        ("我要求你们公司给我五百块", 500),
        ("我要你们给三百块", 300),
        ("赔我五百，不，你们得赔我八百块", 800),
    ],
)
def test_what_is_demanded(text: str, yuan: int) -> None:
    assert claimed(text) == yuan


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你们的套餐一个月一百九十九块",
        "上个月扣了我三十块钱",
        "你们得赔我",  # no amount
        "我要赔你们三百块违约金吗",
        "不要你们赔，那三百块我不缺",
        "我要一百块的套餐",
        "我要办一个一百二十九块的套餐",
        "我要交五十块话费",
        "我要一百块钱的那个流量包",
        "赔我12个月的会员",
        "必须三天之内给我答复，我的号码是13812345678",
        "你们得给我退订，我每个月话费本来才花那么三五十块左右",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert claimed(text) is None


def judged(text: str, state: CallState | None = None, channel: Channel = Channel.CUSTOMER) -> list[Signal]:
    return [found.signal for found in Claims().classify(said(text, channel), state or call())]


def earlier(*amounts: int) -> CallState:
    state = call()
    for amount in amounts:
        claim = Signal(signal="claim", label=str(amount), score=0.8, utterance="u0")
        state = fold(state, Signalled(at=0, signal=claim))
    return state


def test_a_claim_has_its_amount() -> None:
    (claim,) = judged("你们得赔我五百块")
    assert (claim.signal, claim.label) == ("claim", "500")
    assert claim.evidence[0].why == "客户要求500元"


@pytest.mark.parametrize(
    ("before", "rises"),
    [((), False), ((300,), True), ((500,), False), ((450,), False), ((800,), False), ((100, 480), False)],
)
def test_a_rising_claim_is_a_sign(before: tuple[int, ...], rises: bool) -> None:
    labels = [(found.signal, found.label) for found in judged("你们得赔我五百块", earlier(*before))]
    assert labels == [("claim", "500"), *([("malicious", "rising_claim")] if rises else [])]


def test_what_it_rose_from_is_told() -> None:
    _, risen = judged("你们得赔我一千块", earlier(200, 500))
    assert risen.evidence[0].why == "要求从500元加到1000元"


def test_agents_claim_nothing() -> None:
    assert judged("我们赔您五百块", channel=Channel.AGENT) == []
