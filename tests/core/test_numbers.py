"""Numbers in one written form, and the way back to the spoken one."""

import pytest

from assist.core import numbers
from assist.core.numbers import written

pytestmark = pytest.mark.unit

SAME = {
    "158元": ["一百五十八元", "一百五十八块钱", "一百五十八块", "158块", "１５８元", "一百五十八塊錢", "壹佰伍拾捌圆"],
    "39.9元": ["三十九块九", "三十九块九毛", "三十九块九毛钱", "39.9元", "39.90元", "三十九点九元", "39块9"],
    "0.15元": ["一毛五", "一毛五分", "0.15元", "1毛5"],
    "0.05元": ["五分钱", "5分钱"],
    "1200": ["一千二", "一千二百", "1千2", "1,200"],
    "12000": ["一万二", "1.2万", "1万2", "12,000"],
    "15000元": ["1.5万元", "一点五万块", "一万五千元"],
    "12345.6": ["1.23456万"],
    "5000": ["0.5万"],
    "30%": ["百分之三十", "30%", "30％", "百分之30%"],
    "100%": ["百分之百", "百分百", "百分之一百"],
    "8.5折": ["八五折", "85折", "八点五折"],
    "5月3日": ["五月三号", "5月3日", "五月三日", "5月3号"],
    "12月31日": ["十二月三十一号"],
    "2个月": ["两月", "俩月", "两个月"],
    "2個月": ["兩個月"],
    "3:30": ["三点半", "3点30分", "三点三十", "3:30", "三點半", "03:30"],
    "下午3点": ["下午三点", "下午三点钟", "下午3:00", "下午3点"],
    "500M": ["五百兆", "500M", "500m", "500兆", "500MB"],
    "1000M": ["千兆", "一千兆", "1千兆", "1000兆"],
    "30G": ["三十个G", "三十G", "30个G", "30gb"],
    "13800138000": [
        "幺三八零零幺三八零零零",
        "一三八零零一三八零零零",
        "138 0013 8000",
        "138-0013-8000",
        "一三八，零零一三，八零零零",
    ],
    "4008001234": ["400 800 1234", "四零零，八零零，一二三四"],
    "10086": ["一零零八六", "幺零零八六", "1OO86", "10086"],
    "48小时": ["四八小时", "四十八小时"],
    "2025年": ["二零二五年", "二〇二五年"],
}
KEPT = [
    *(
        "一下",
        "一样",
        "一直",
        "一定",
        "一起",
        "一点",
        "一点儿",
        "一些",
        "一会儿",
        "一块办",
        "这几块",
        "一个人",
        "三个电话",
    ),
    *("万一", "统一", "唯一", "第一", "第三天", "上一年", "同一天", "十分满意", "千万别", "百姓", "十有八九", "两口子"),
    *("三番五次", "四面八方", "一五一十", "五花八门", "乱七八糟", "不三不四", "七七八八", "三天两头", "九牛一毛"),
    *("周三", "星期五", "三分之一", "五一假期", "双十一", "半年", "半个小时", "三四天", "三五天", "几点"),
    *(
        "伍先生",
        "陆女士",
        "俩人",
        "三号线",
        "192.168.1.1",
        "99:30",
        "300Mbps",
        "139 500 1580",
        "百分之",
        "百分之三四十",
    ),
]
SENTENCES = {
    "一千兆宽带每月一百五十八一个月": "1000M宽带每月158一个月",
    "月租三十九块九一个月，送十个G": "月租39.9元1个月，送10G",
    "打一零零八六一下": "打10086一下",
    "一毛一分钟": "0.1元1分钟",
    "两到三个工作日": "2到3个工作日",
    "周五十点": "周五10点",
    "每周五十块": "每周50元",
    "大陆十年": "大陆10年",
    "好几十块钱，十几块、三四百块": "好几十元，十几元、三四百元",
    "二十几个G": "二十几G",
    "二零零一年": "2001年",
    "一百一个月": "100一个月",
    "一百零一个": "101个",
    "三点一四": "3.14",
    "三点五一个月": "3.5一个月",
    "两点一个": "两点一个",
    "三.五": "三.五",
    "八点五十": "8:50",
    "三点一十": "三点一十",
    "百分之五一个月": "5%1个月",
    "百分之三百分之五": "3%5%",
    "两点三百分": "两点300分",
    "十2点十五": "12:15",
    "1.5万2": "1.5万2",
    "1,580一个月": "1580一个月",
    "十,一百五十八": "10,一百五十八",
    "三点半58": "三点半58",
    "三零零零一天": "3000一天",
    "一三八零零一三八零零一个": "13800138001个",
}


@pytest.mark.parametrize(("form", "said"), [(form, said) for form, ways in SAME.items() for said in ways])
def test_all_ways_to_say_a_number_have_one_form(form: str, said: str) -> None:
    assert written(said).text == form
    assert written(f"是{said}。").text == f"是{form}。"


@pytest.mark.parametrize("text", KEPT)
def test_words_that_hold_numerals_stay(text: str) -> None:
    assert written(text).text == text


@pytest.mark.parametrize(("text", "form"), SENTENCES.items())
def test_numbers_beside_words_and_each_other(text: str, form: str) -> None:
    assert written(text).text == form
    assert written(form).text == form


@pytest.mark.parametrize(
    ("text", "words", "spoken"),
    [
        ("每月一百五十八块钱吧", "158元", "一百五十八块钱"),
        ("每月一百五十八块钱吧", "158", "一百五十八"),
        ("要三十九块九呢", "39.9元", "三十九块九"),
        ("是百分之三十对吗", "30%", "百分之三十"),
        ("打138 0013 8000吧", "13800138000", "138 0013 8000"),
        ("好几十块钱吧", "几十元", "几十块钱"),
        ("下午三点半来", "3:30", "三点半"),
        ("办两个月", "2个月", "两个月"),
        ("不用了谢谢", "谢谢", "谢谢"),
    ],
)
def test_what_was_spoken_is_found_again(text: str, words: str, spoken: str) -> None:
    form = written(text)
    start, end = form.spoken(form.text.index(words), form.text.index(words) + len(words))
    assert text[start:end] == spoken


@pytest.mark.parametrize(
    "part", ["一", "1", "一块", "三到", "百分之", "1,", "1 111 ", "壹", "1O", "几", "1.", "两点半"]
)
def test_long_texts_are_written_too(part: str) -> None:
    assert len(written(part * 3000).text) > 0


def test_reading_again_what_a_change_brings_together_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "三13800138000一个G"
    monkeypatch.setattr(numbers, "_ROUNDS", 1)
    once = written(text).text
    monkeypatch.undo()
    assert written(text).text == written(once).text != once
