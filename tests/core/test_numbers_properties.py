"""What holds of the written form of any text."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assist.core.numbers import written

pytestmark = pytest.mark.property

PARTS = st.sampled_from(
    [
        *"零一二三四五六七八九十百千万亿两俩幺半几多来第0123456789０.点:,，%％ -到块元毛角分钱折个年月日号天周时刻钟兆GMm壹拾佰的",
        *("百分之", "块钱", "个月", "小时", "星期", "下午", "点半", "一百五十八", "13800138000", "39.9", "一下"),
    ]
)
texts = st.lists(PARTS, max_size=14).map("".join) | st.text(max_size=30)


@settings(max_examples=600)
@given(texts)
@example("六陆三点幺二")
@example("三13800138000一个G")
def test_what_is_in_written_form_stays_as_it_is(text: str) -> None:
    form = written(text).text
    assert written(form).text == form


@settings(max_examples=600)
@given(texts)
def test_every_character_has_its_place_in_what_was_spoken(text: str) -> None:
    form = written(text)
    assert len(form.places) == len(form.text)
    assert list(form.places) == sorted(form.places)
    assert all(0 <= place < len(text) for place in form.places)


@given(st.integers(0, 99_999_999))
def test_digits_stay(number: int) -> None:
    assert written(f"{number}").text == f"{number}"


def below(number: int) -> str:
    """Four digits as they are read: 305 is 三百零五."""
    said = "".join(
        "零一二三四五六七八九"[int(digit)] + (unit if digit != "0" else "")
        for digit, unit in zip(f"{number:04d}", ("千", "百", "十", ""), strict=True)
    )
    return re.sub("零+", "零", said).strip("零")


def spoken(number: int) -> str:
    high, low = divmod(number, 10000)
    return (f"{below(high)}万" + ("零" if 0 < low < 1000 else "") if high else "") + below(low)


@settings(max_examples=400)
@given(st.integers(10, 99_999_999))
def test_a_number_read_in_full_is_written_in_digits(number: int) -> None:
    assert written(f"共{spoken(number)}元").text == f"共{number}元"


@given(st.text(alphabet="0123456789", min_size=3, max_size=18))
def test_a_number_read_out_is_written_in_digits(digits: str) -> None:
    assert written(digits.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))).text == digits


@given(st.integers(1, 9999), st.integers(1, 99))
def test_money_is_the_same_however_it_is_said(yuan: int, cents: int) -> None:
    form = written(f"{yuan}.{cents:02d}元").text
    assert float(form.removesuffix("元")) == yuan + cents / 100
    tens, ones = divmod(cents, 10)
    change = f"{tens}毛{ones}分" if tens else f"零{ones}分"
    assert written(f"{yuan}块{change}").text == form
