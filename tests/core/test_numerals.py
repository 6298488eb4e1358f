"""What a run of numerals says."""

import pytest

from assist.core.numerals import BLANK, read, whole_number

pytestmark = pytest.mark.unit

COUNTED = {
    "一百五十八": "158",
    "一百零五": "105",
    "一百十五": "115",
    "十": "10",
    "二十四": "24",
    "两百五": "250",
    "一千二": "1200",
    "一千零二": "1002",
    "两千零五十": "2050",
    "一万二": "12000",
    "一万零八百": "10800",
    "两万": "20000",
    "一百二十万": "1200000",
    "两亿三千万零五": "230000005",
    "3万5": "35000",
    "1百58": "158",
    "12万": "120000",
}
READ_OUT = {
    "一零零八六": "10086",
    "幺三八零零幺三八零零零": "13800138000",
    "幺38零零138000": "13800138000",
    "四八": "48",
    "007": "007",
    "两": "2",
    "五": "5",
}
NONE = [
    *("千", "千万", "万一", "百", "亿万", "零五十", "两十"),  # nothing to multiply, or not said so
    *("三四", "三五", "三四百", "二三十", "十一二", "一百二三"),  # roughly so many
    *("五十六十", "一百五十八一百", "一五一十"),  # two numbers
    *("五两三", "三5", "一" * 30 + "百", "一" * 60 + "百"),
    *(f"一{BLANK}", f"{BLANK}五"),
]


@pytest.mark.parametrize(("run", "value"), (COUNTED | READ_OUT).items())
def test_a_number_takes_the_whole_run(run: str, value: str) -> None:
    assert read(run) == (value, len(run))


@pytest.mark.parametrize("run", NONE)
def test_other_runs_say_no_number(run: str) -> None:
    assert read(run) is None


@pytest.mark.parametrize(
    ("run", "number"),
    [
        ("一百五十八一", ("158", 5)),
        ("五十八五", ("58", 3)),
        ("158三", ("158", 3)),
        ("一百两", ("100", 2)),
        ("一百零", ("100", 2)),
    ],
)
def test_one_digit_more_belongs_to_what_follows(run: str, number: tuple[str, int]) -> None:
    assert read(run) == number


def test_a_blank_is_any_number_and_tells_how_many_digits_it_has_at_least() -> None:
    assert read(BLANK) == (BLANK, 1)
    assert read(f"{BLANK}百") == (f"{BLANK}00", 2)
    assert read(f"{BLANK}百万") == (f"{BLANK}000000", 3)


@pytest.mark.parametrize(
    ("text", "number"), [("二十四", 24), ("二四", 24), ("24", 24), ("〇", 0), ("兩", 2), ("六萬", 60000)]
)
def test_whole_numbers(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "三四", "一百五十八一", "几", "1.5", "x", "9" * 5000])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a whole number|invalid literal|Exceeds the limit"):
        whole_number(text)
