"""A number with what it counts."""

import pytest

from assist.core.numerals import BLANK, DIGITS, read
from assist.core.quantities import Change, Number, at_clock, is_decimal, quantity, roughly

pytestmark = pytest.mark.unit


def counted(text: str, run: str) -> str | None:
    """The text with the quantity that begins with `run` written; None where that stays."""
    start = text.index(run)
    reading = read(run)
    value = reading[0] if reading else run  # decimals come ready
    change = quantity(Number(text, start, start + len(run), value, run in DIGITS))
    return None if change is None else text[:start] + change.number + change.unit + text[change.end :]


@pytest.mark.parametrize(
    ("text", "run", "form"),
    [
        ("一百五十八块钱", "一百五十八", "158元"),
        ("三十九块九", "三十九", "39.9元"),
        ("三十九块九毛", "三十九", "39.9元"),
        ("三十九块九毛五分", "三十九", "39.95元"),
        ("三十九块九五", "三十九", "39.95元"),
        ("三块零五", "三", "3.05元"),
        ("两块半", "两", "2.5元"),
        ("39.90元", "39.90", "39.9元"),
        ("39.0块", "39.0", "39元"),
        ("三十九块九一个月", "三十九", "39.9元一个月"),
        ("三十九块八折", "三十九", "39元八折"),
        ("十块五十块", "十", "10元五十块"),
        ("三十多块钱", "三十", "30多元"),
        ("三十多个", "三十", "30多个"),
        ("扣了一块", "一", "扣了1元"),
        ("一块五", "一", "1.5元"),
        ("五毛", "五", "0.5元"),
        ("一毛五", "一", "0.15元"),
        ("三角五分", "三", "0.35元"),
        ("五分钱", "五", "0.05元"),
        ("十五毛", "十五", "15毛"),
        ("三百分钱", "三百", "300分钱"),
        ("八折", "八", "8折"),
        ("八五折", "八五", "8.5折"),
        ("90折", "90", "9折"),
        ("8.5折", "8.5", "8.5折"),
        ("五百兆", "五百", "500M"),
        ("三十个G", "三十", "30G"),
        ("30gb", "30", "30G"),
        ("30Mbps", "30", "30Mbps"),
        ("三点半", "三", "3:30"),
        ("三点一刻", "三", "3:15"),
        ("三点三刻", "三", "3:45"),
        ("三点十分", "三", "3:10"),
        ("三点零五分", "三", "3:05"),
        ("三点二十五", "三", "3:25"),
        ("三点钟", "三", "3点"),
        ("三点零分", "三", "3点"),
        ("下午三点四五", "三", "下午3:45"),
        ("下午三点", "三", "下午3点"),
        ("到三点", "三", "到3点"),
        ("三点之前", "三", "3点之前"),
        ("十二点", "十二", "12点"),
        ("30点", "30", "30点"),
        ("一年半", "一", "1.5年"),
        ("一个半月", "一", "1.5个月"),
        ("两个半小时", "两", "2.5个小时"),
        ("1.5年半", "1.5", "1.5年半"),
        ("两月", "两", "2个月"),
        ("两月半", "两", "2.5个月"),
        ("二月", "二", "2月"),
        ("三号", "三", "3号"),
        ("5月三号", "三", "5月3日"),
        ("5月三号线", "三", None),
        ("百分之五%", "五", "百分之5%"),
        ("三天", "三", "3天"),
        ("两到三天", "两", "2到三天"),
        ("五到百分之八", "五", "5到百分之八"),
        ("二十个电话", "二十", "20个电话"),
    ],
)
def test_quantities(text: str, run: str, form: str | None) -> None:
    assert counted(text, run) == form


@pytest.mark.parametrize(
    ("text", "run"),
    [
        *(("一块办", "一"), ("一块儿", "一"), ("三块电池", "三"), ("三毛巾", "三"), ("三角形", "三"), ("零毛", "零")),
        *(("三个人", "三"), ("两折叠", "两"), ("一点", "一"), ("两点", "两"), ("一点多", "一"), ("三分", "三")),
        *(("第三天", "三"), ("上一年", "一"), ("统一年费", "一"), ("三号楼", "三"), ("三年级", "三"), ("三月租", "三")),
        *(("三点零分九", "三"), ("三点四五", "三"), ("三点七十", "三"), ("零分钱", "零"), ("三", "三")),
    ],
)
def test_one_numeral_that_counts_nothing_stays_a_word(text: str, run: str) -> None:
    assert counted(text, run) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"{BLANK}块", f"{BLANK}元"),
        (f"{BLANK}块{BLANK}毛", f"{BLANK}元"),
        (f"{BLANK}毛", f"{BLANK}元"),
        (f"{BLANK}分钱", f"{BLANK}元"),
        (f"{BLANK}点半", f"{BLANK}:30"),
        (f"{BLANK}折", f"{BLANK}折"),
    ],
)
def test_any_number_takes_the_same_units(text: str, form: str) -> None:
    assert counted(text, BLANK) == form


@pytest.mark.parametrize(
    ("text", "digits", "decimal"),
    [
        ("三点五", "五", True),
        ("三点五十", "五", False),
        ("三点五分", "五", False),
        ("三点五分钱", "五", True),
        ("下午三点四五", "四五", False),
        ("一点五G", "五", True),
        ("一点五", "五", False),
    ],
)
def test_digits_behind_a_point_are_decimals_minutes_or_apart(text: str, digits: str, decimal: bool) -> None:
    hour = text.index("点") - 1
    number = Number(text, hour, hour + 1, DIGITS[text[hour]], alone=True)
    assert is_decimal(number, digits, hour + 2 + len(digits)) is decimal


def test_a_full_hour_has_no_minutes() -> None:
    assert at_clock(Number("03:00", 0, 2, "03"), "00", 5) == Change(0, 2, 5, "3", "点")
    assert at_clock(Number("0:05", 0, 1, "0"), "05", 4) == Change(0, 1, 4, "0", ":05")


@pytest.mark.parametrize(
    ("behind", "unit"), [("块钱", "元"), ("多块", "多元"), ("个G", "G"), ("兆", "M"), ("多兆", "多M"), ("天", None)]
)
def test_the_unit_of_roughly_so_much(behind: str, unit: str | None) -> None:
    assert roughly(f"十几{behind}", 2) == (unit and Change(2, 2, 2 + len(behind), "", unit))
