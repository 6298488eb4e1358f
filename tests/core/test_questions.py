import pytest

from assist.core.questions import count_questions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("好的，我记下了。", 0),
        ("是吗？真的?", 2),
        ("流量够不够用，平时在哪儿上网，家里宽带是谁办的。", 3),
        ("当时重启过没有，现在能上网吗", 2),
        ("是打电话断还是上网慢，从几号开始的", 2),
        ("您现在多少钱一个月", 1),
        ("那现在还正常吧？", 1),  # no form shows it, the mark does
    ],
)
def test_questions_are_counted_by_mark_or_by_form(text: str, count: int) -> None:
    assert count_questions(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "您什么时候来都行",
        "有什么事您随时找我",
        "不管怎么说，没什么关系",
        "我查查有没有货",
        "想了解一下您用得顺不顺",
        "谁知道，哪儿都一样",
    ],
)
def test_words_that_stand_for_anything_ask_nothing(text: str) -> None:
    assert count_questions(text) == 0
