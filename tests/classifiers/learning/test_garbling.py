"""What a recogniser may make of a sentence: the same every time, and it still sounds the same."""

import pytest

from assist.core.patterns import FILLERS
from classifiers.learning.dataset import TASKS, read_examples
from classifiers.learning.garbling import Garbler
from classifiers.phrases import normal_text, sounds

pytestmark = pytest.mark.unit

TEXTS = [example.text for example in read_examples(TASKS["question"])]
MARKS = "，。？！"


@pytest.fixture(scope="module")
def garble() -> Garbler:
    return Garbler(TEXTS)


def test_twice_is_the_same(garble: Garbler) -> None:
    once = [garble(text) for text in TEXTS]
    other = Garbler(TEXTS)
    assert once == [other(text) for text in TEXTS]
    assert once[::-1] == [garble(text) for text in TEXTS[::-1]]


def test_it_garbles_some_and_not_all(garble: Garbler) -> None:
    pairs = [(bare(text), bare(garble(text))) for text in TEXTS]
    misheard = sum(a != b for said, heard in pairs if len(said) == len(heard) for a, b in zip(said, heard, strict=True))
    assert 0.01 < misheard / sum(len(said) for said, _ in pairs) < 0.12
    assert any(said == heard for said, heard in pairs)


def test_what_is_misheard_sounds_the_same() -> None:
    texts = ["师傅带着宽带师父戴着", "事实是市场试用", "在座再做作坐"] * 20
    garble = Garbler(texts)
    heard = {text: garble(text) for text in texts}
    assert any(text != other for text, other in heard.items())
    for text, other in heard.items():
        assert len(other) == len(text)
        assert sounds(normal_text(other)) == sounds(normal_text(text))


def test_only_characters_that_occur_are_heard(garble: Garbler) -> None:
    known = {char for text in TEXTS for char in text} | set("0123456789")
    assert {char for text in TEXTS for char in garble(text)} <= known


def test_a_character_without_a_homophone_stays() -> None:
    assert Garbler(["您"])("您" * 40) == "您" * 40


def test_fillers_and_marks_are_lost_in_some() -> None:
    texts = [f"嗯{text}啊，好的。" for text in TEXTS]
    heard = [Garbler([])(text) for text in texts]
    assert 0 < sum(any(char in MARKS for char in text) for text in heard) < len(heard)
    left = sum(char in FILLERS for text in heard for char in text)
    assert 0.3 < left / sum(char in FILLERS for text in texts for char in text) < 0.7


def test_numerals_become_digits_beside_others_only() -> None:
    texts = [f"一百二十九块套餐{text}" for text in TEXTS[:60]]
    heard = [Garbler([])(text) for text in texts]
    assert any("2十9" in text for text in heard)
    assert any("二十九" in text for text in heard)
    assert all(
        "1" not in Garbler([])(f"一直这样{text}")
        for text in TEXTS[:60]
        if not set(text) & set("一二三四五六七八九十百千")
    )


@pytest.mark.parametrize("text", ["", "😀", "ABC abc 123", "\u0000"])
def test_what_is_no_chinese_stays(garble: Garbler, text: str) -> None:
    assert garble(text) == text


def bare(text: str) -> str:
    return "".join(char for char in text if char not in MARKS)
