import pytest

from assist.core.endings import Ending, ending

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "好的", "好的。", "嗯", "不用了", "再见", "我知道了", "多少钱", "能不能便宜一点吗", "什么时候能好呢", "是不是",
        "你们几点下班？", "太过分了！", "really?", "13812345678", "我的号码是13812345678", "幺三八一二三四五六七八",
        "号码138 1234 5678。", "谢谢您",
    ],
)  # fmt: skip
def test_a_whole_sentence_or_answer_is_finished(text: str) -> None:
    assert ending(text) is Ending.FINISHED


@pytest.mark.parametrize(
    "text",
    [
        "幺三八", "我的号码是138", "138，1234", "一三八。", "尾号", "我的手机号码是", "身份证号为", "第", "三点", "二零二四",
        "因为", "我想", "然后", "还有", "我要办一个", "如果可以的话", "好的，", "我要查、", "比如：", "我打电话是关于",
    ],
)  # fmt: skip
def test_a_number_being_read_out_and_words_that_ask_for_more_are_open(text: str) -> None:
    assert ending(text) is Ending.OPEN


@pytest.mark.parametrize(
    "text", ["", " ", "。", "我要查话费", "我要查话费。", "三百块", "每月十八元。", "第一", "138元"]
)
def test_of_most_texts_nothing_is_known(text: str) -> None:
    assert ending(text) is Ending.UNKNOWN


def test_a_full_stop_proves_nothing_but_a_question_mark_does() -> None:
    assert ending("你们几点下班。") is Ending.UNKNOWN
    assert ending("你们几点下班？") is Ending.FINISHED


@pytest.mark.parametrize("text", ["那你快一点。", "便宜点", "早一点", "一点"])
def test_a_little_is_no_number(text: str) -> None:
    assert ending(text) is Ending.UNKNOWN


@pytest.mark.parametrize("text", ["十一点", "二点", "21点", "一一点"])
def test_a_number_before_the_point_is_one(text: str) -> None:
    assert ending(text) is Ending.OPEN


def test_a_phone_number_is_finished_with_its_last_digit() -> None:
    digits = "13812345678"
    for length in range(2, len(digits)):
        assert ending(digits[:length]) is Ending.OPEN
    assert ending(digits) is Ending.FINISHED


def test_a_whole_answer_counts_only_as_the_whole_text() -> None:
    assert ending("不是") is Ending.FINISHED
    assert ending("这个不是") is Ending.UNKNOWN
