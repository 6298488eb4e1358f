"""The heads behind one question: who cannot say, says nothing."""

import pytest

from classifiers.trained import Trained, best, is_chinese
from tests.classifiers.answers import RuleHead, always, trained

pytestmark = pytest.mark.unit


def head(name: str = "intent") -> RuleHead:
    return RuleHead(name, ("-", "book", "query"), always(book=0.75), least=0.6)


def test_an_answer_has_each_label() -> None:
    assert trained(head()).ask("intent", "我要办宽带") == {"-": 0.25, "book": 0.75, "query": 0.0}


def test_each_head_answers_its_own_question() -> None:
    both = trained(head(), RuleHead("emotion", ("calm", "angry"), always(angry=1.0)))
    assert both.ask("emotion", "我要办宽带") == {"calm": 0.0, "angry": 1.0}
    assert both.ask("intent", "我要办宽带") is not None


def test_a_missing_head_says_nothing() -> None:
    some = trained(head())
    assert some.ask("emotion", "我要办宽带") is None
    assert (some.knows("intent"), some.knows("emotion")) == (True, False)


def test_without_an_encoder_no_head_can_say_anything() -> None:
    blind = Trained(None, [head()])
    assert not blind.knows("intent")
    assert blind.ask("intent", "我要办宽带") is None
    assert Trained().ask("intent", "我要办宽带") is None


def test_what_is_not_chinese_is_not_asked() -> None:
    own = head()
    some = trained(own)
    assert [some.ask("intent", text) for text in ("", "好", "I want broadband", "12345", "😀😀")] == [None] * 5
    assert own.asked == []


def test_what_nobody_says_in_one_breath_is_not_asked() -> None:
    own = head()
    some = trained(own)
    assert some.ask("intent", "我要办宽带，" * 50) is not None
    assert some.ask("intent", "我要办宽带，" * 51) is None
    assert len(own.asked) == 1


def test_a_sentence_is_asked_once() -> None:
    own = head()
    some = trained(own)
    answers = [some.ask("intent", text) for text in ("我要办宽带", "帮我查话费", "我要办宽带")]
    assert own.asked == ["我要办宽带", "帮我查话费"]
    assert answers[0] == answers[2]


def test_least_is_the_heads_own() -> None:
    assert trained(head()).least("intent") == 0.6


def test_the_best_of_equals_comes_first() -> None:
    assert best({"a": 0.2, "b": 0.4, "c": 0.4}) == ("b", 0.4)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("您好", True),
        ("這個太貴", True),
        ("5G套餐一百九十九", True),
        ("！！太贵！！😀", True),
        ("VoLTE开通", False),  # mostly letters of another alphabet
        ("啊", False),
        ("嗯嗯嗯嗯", False),  # an agent who listens
        ("嗯，呃，好", False),
        ("好好好好好", False),
        ("嗯，好的", True),
        ("", False),
        ("199", False),
        ("こんにちは元気", False),
        ("Bonjour madame 您好", False),
    ],
)
def test_what_is_chinese_enough(text: str, chinese: bool) -> None:
    assert is_chinese(text) == chinese
