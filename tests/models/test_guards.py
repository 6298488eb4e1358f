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


@pytest.mark.parametrize("unit", ["好的", "我要投诉", "这个月的话费", "请您稍等一下我帮您查询这个业务的办理情况"])
@pytest.mark.parametrize("gap", ["", "，", "。", ", "])
@pytest.mark.parametrize("times", [3, 4, 6])
def test_a_loop_is_a_loop_whatever_its_length_and_its_marks(unit, gap, times):
    looped = gap.join([unit] * times)
    slowly = len(looped) / 5
    assert guards.suspicion(looped, slowly, -0.1, capped=False) in ("repetition", "said_twice")
    assert guards.suspicion(unit, slowly, -0.1, capped=False) is None


def test_a_loop_in_the_middle_of_a_sentence_is_found():
    text = "您好，请问宽带宽带宽带怎么办理"
    assert guards.suspicion(text, 4.0, -0.1, capped=False) == "repetition"
    assert guards.collapse(text) == "您好，请问宽带怎么办理"


def test_a_loop_with_variations_is_caught_by_how_well_it_compresses():
    text = "".join(f"请您在听到提示音以后按{key}键然后继续等待人工服务" for key in "一二三四五六")
    assert guards.suspicion(text, len(text) / 5, -0.1, capped=False) == "compression"
    menu = "办理宽带请按一，查询话费请按二，申请销户请按三，人工服务请按零，返回上一级请按井号键"
    assert guards.suspicion(menu, len(menu) / 5, -0.1, capped=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "一共1000000元",
        "我的号码是13888888888",
        "幺三八八八八八八八八八",
        "8,8,8,8,8,8",
        "八八八，八八八",
        "零零零零零零",
    ],
)
def test_a_number_is_no_loop(text):
    assert guards.suspicion(text, 4.0, -0.2, capped=False) is None
    assert guards.collapse(text) == text


@pytest.mark.parametrize("digits", ["0" * 40, "一二" * 12, "8，" * 20])
def test_no_number_is_as_long_as_a_loop_of_digits(digits):
    assert guards.suspicion(digits, 10.0, -0.2, capped=False) is not None
    assert len(guards.collapse(digits)) <= 2


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("", ""),
        ("好的。", "好的。"),
        ("我要投诉，我要投诉，我要投诉。", "我要投诉。"),
        ("谢谢谢谢谢谢您", "谢谢您"),
        ("您好，请问办什么业务？您好，请问办什么业务？", "您好，请问办什么业务？"),
        ("对，对。", "对，对。"),
        ("10元10元10元", "10元"),
    ],
)
def test_what_is_left_of_a_loop(text, once):
    assert guards.collapse(text) == once
    assert guards.collapse(once) == once


@pytest.mark.parametrize(
    "line", ["请点赞订阅", "請訂閱", "字幕由Amara.org社区提供", "中文字幕", "謝謝觀看", "下期再见"]
)
def test_invented_lines_are_known_in_both_scripts_and_inside_a_text(line):
    assert guards.phantom(line)
    assert guards.phantom(f"好的，{line}。")


def test_words_to_expect_that_fill_a_text_have_leaked():
    told = ("宽带", "销户", "携号转网")
    assert guards.leaked("宽带，销户。", told)
    assert guards.leaked("办宽带", told)
    assert not guards.leaked("我想问一下宽带多少钱", told)
    assert not guards.leaked("您好", told)
    assert not guards.leaked("", told)
    assert not guards.leaked("，。", ("，",))
    assert not guards.leaked("您好", ())
    assert not guards.leaked("您好", ("",))


def test_words_that_stand_in_one_another_are_counted_once():
    """套餐费 holds 套餐: three letters of nine, not five."""
    assert not guards.leaked("我想问一下套餐费呢", ("套餐", "套餐费"))
    assert not guards.leaked("我想问一下套餐费呢", ("套餐费", "套餐", "餐费"))
    assert guards.leaked("问下套餐费呢", ("套餐", "套餐费"))
    assert guards.leaked("套餐套餐怎么", ("套餐",))


@pytest.mark.parametrize(
    ("text", "before", "echo"),
    [
        ("请问您要办理什么业务", "您好，请问您要办理什么业务？", True),
        ("请问，您要办理。", "请问您要办理什么", True),  # marks say nothing
        ("请问您要办理销户吗", "请问您要办理什么业务？", True),
        ("请问您要办", "请问您要办理什么业务？", False),  # five letters are said twice by anybody
        ("好的请问您要办理什么业务", "请问您要办理什么业务？", False),
        ("我要办理销户业务", "请问您要办理什么业务？", False),
        ("请问您要办理", "", False),
        ("", "请问您要办理什么业务？", False),
        ("，。！？，。！", "，。！？，。！", False),
    ],
)
def test_what_was_said_before_and_is_said_again_is_an_echo(text, before, echo):
    assert guards.echoed(text, before) is echo


def test_the_first_thing_that_speaks_against_a_text_is_named():
    assert guards.suspicion("好的" * 40, 1.0, -3.0, capped=True) == "token_cap"
    assert guards.suspicion("好的" * 40, 1.0, -3.0, capped=False) == "speaking_rate"
    assert guards.suspicion("好的" * 40, 30.0, -3.0, capped=False) == "repetition"
    assert guards.suspicion("好", 30.0, -3.0, capped=False) == "log_probability"


def test_no_text_leads_the_guards_astray():
    """Long ones, and such as are nothing but marks."""
    for text in ("，" * 2000, "a" * 3000, "好，" * 1000, "ab" * 999 + "c", " " * 500, "\n\t\0"):
        assert isinstance(guards.collapse(text), str)
        guards.suspicion(text, 1.0, -0.1, capped=False)
    assert guards.suspicion("您好", 0.0, -0.1, capped=False) is None


def test_the_cap_grows_with_time():
    assert guards.token_cap(0.2) < guards.token_cap(5.0) < guards.token_cap(25.0) < 448
