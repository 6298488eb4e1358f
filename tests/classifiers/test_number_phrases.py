"""Phrases with numbers: every way to say a number meets every way to write it, and the spoken words are reported."""

import pytest

from assist.core.lexicon import Phrases
from classifiers.number_forms import readable, readable_pattern
from classifiers.phrases import Hit, PhraseSet, normal_text

pytestmark = pytest.mark.unit


def find(pattern: str, text: str) -> Hit | None:
    return PhraseSet(Phrases(heard=(pattern,))).find(text)


HEARD = [
    ("一百五十八", "我要办158的套餐", "158"),
    ("158", "我要办一百五十八的套餐", "一百五十八"),
    ("158元", "每月一百五十八块钱对吧", "一百五十八块钱"),
    ("每月一百五十八块", "每月 158 元", "每月 158 元"),
    ("三十九块九", "是39.9元吗", "39.9元"),
    ("#块", "是三十九块九吗", "三十九块九"),
    ("#(块|元)钱", "扣了一毛五", "一毛五"),
    ("#块", "好几十块钱呢", "几十块钱"),
    ("#多块", "三十多块钱", "三十多块钱"),
    ("#毛", "就几毛的事", "几毛"),
    ("百分之#", "涨了30%", "30%"),
    ("百分之", "涨了30%", "30%"),
    ("百分之(二十|三十)", "涨了30%", "30%"),
    ("打#折", "打八五折", "打八五折"),
    ("二十四小时", "四八小时或24小时", "24小时"),
    ("(二|三)十个G", "送30G流量", "30G"),
    ("(两|三)百[多]块[钱]", "交了两百块钱", "两百块钱"),
    ("(两|三)百[多]块[钱]", "交了300多元", "300多元"),
    ("要#百", "还是要三百", "要三百"),
    ("要#百", "还是要好几百呢，要几百", "要几百"),
    ("千兆宽带", "1000M宽带", "1000M宽带"),
    ("五月三号", "5月3日到期", "5月3日"),
    ("#点半", "下午三点半来", "三点半"),
    ("拨打一零零八六", "请拨打10086", "拨打10086"),
    ("一二三四五", "我打12345去", "12345"),
    ("一二三四五", "我打一二三四五去", "一二三四五"),
    ("5G套餐", "五g套餐", "五g套餐"),
    ("一百五十八", "一百五十八，五百兆", "一百五十八"),
    ("(一|两)年合约", "2年合约", "2年合约"),
    ("三十九[元|块](套餐|那档)", "39那档", "39那档"),
    ("兩百塊", "200元", "200元"),
]
NOT_HEARD = [
    ("一百", "打10086"),
    ("十块", "一百一十块"),
    ("三十九", "三百九"),
    ("三十九", "39.9元"),
    ("三点九", "53.9"),
    ("一百五十八", "15，8"),
    ("要#百", "还是要一直等"),
    ("#块", "我们一块办"),
    ("百分之三十", "三十"),
    ("一二三四五", "我的号码是13812345678"),
    ("一二三四五", "我的号码是一三八一二三四五六七八"),
    ("一二三零零", "账号尾号一二三零零四"),
]


@pytest.mark.parametrize(("pattern", "text", "words"), HEARD)
def test_numbers_are_heard_in_any_form(pattern: str, text: str, words: str) -> None:
    hit = find(pattern, text)
    assert hit is not None
    assert (hit.matched, hit.via) == (words, "exact")
    assert text[hit.start : hit.end] == words


@pytest.mark.parametrize(("pattern", "text"), NOT_HEARD)
def test_other_numbers_are_not(pattern: str, text: str) -> None:
    assert find(pattern, text) is None


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("办理一百五十八元", "半里158块钱", "半里158块钱"),
        ("办理一百五十八元", "办理一百五十八快", "办理一百五十八快"),
        ("五百兆宽带", "500照宽怀", None),
        ("五百兆宽带", "五百照宽带", "五百照宽带"),
        ("拨打一零零八六", "波打10086", "波打10086"),
    ],
)
def test_numbers_are_heard_by_their_sound(pattern: str, text: str, words: str | None) -> None:
    hit = find(pattern, text)
    assert (hit and (hit.matched, hit.via)) == (words and (words, "pinyin"))


def test_two_numbers_that_a_comma_keeps_apart_do_not_run_together() -> None:
    assert normal_text("每月158，5000分钟").characters == "每月158‖5000分钟"
    assert normal_text("每月8，5000分钟").characters == "每月八5000分钟"


def test_one_digit_is_a_numeral_and_the_point_is_said() -> None:
    assert readable("3天39.9元3:30").text == "三天39点9元3点30"


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("(等|拖)[了](几|#)(天|个月)", "(等|拖)[了](几|#)(天|个月)"),
        ("(十|二十)块[钱]吧", "(10|20)元吧"),
        ("[好](几|#)…块钱", "[好](几|#)…块钱"),
        ("好的", "好的"),
        ("六九一", "691"),
        ("一百五十八[块]的", "158[元]的"),
        ("#(百|千)", "(#00|几百|#000|几千)"),
        ("(十二|十三)点(半|三刻)", "(12点30|12点45|13点30|13点45)"),
        ("百分之", "(百分之|#%)"),
    ],
)
def test_patterns_keep_their_language(pattern: str, form: str) -> None:
    assert readable_pattern(pattern) == form


def test_a_number_with_too_many_ways_to_say_it_is_written_part_by_part() -> None:
    source = f"({'|'.join('一二三四五六七八九')})[百|千|万]({'|'.join('十百千万亿半几块元')})"
    assert readable_pattern(source) == source.replace("十", "10")
