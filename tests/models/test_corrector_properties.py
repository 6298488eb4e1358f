"""Whatever was recognised: a correction keeps the length, says what it changed, and never happens against the audio."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.lexicon import Term
from models.corrector import Corrector

pytestmark = pytest.mark.property

TERMS = (
    "销户",
    "销号",
    "宽带",
    "套餐",
    "餐费",
    "套餐费",
    "话费",
    "资费",
    "自费",
    "流量",
    "剩余流量",
    "携号转网",
    "5G套餐",
)
ALIKE = (
    "消销小户护号好宽款带代呆套桃讨餐参费废飞花话资自子流六亮量剩圣余鱼鞋携号转赚网往的了我"  # what they are made of
)
KNOWN = [Term(text, "telecom", sounds_like=("自费",) if text == "资费" else ()) for text in TERMS]
WORDS = ("往往", "带好", "好话", "大家", "花费")
CORRECTOR = Corrector(KNOWN, WORDS)

WRONG = (
    "消户",
    "小号",
    "宽代",
    "桃参",
    "参废",
    "讨餐费",
    "花费",
    "子费",
    "六亮",
    "圣鱼六亮",
    "鞋好赚网",
    "宽怀",
    "网网",
    "戴号",
    "打加",
    "包餐",
)
HEARD = st.lists(st.sampled_from([*WRONG, *TERMS, *WORDS, *ALIKE, "，", "。", " ", "a"]), max_size=9).map("".join)
ANY = st.text(max_size=24) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0xA000), max_size=24)


class Whim:
    """An audio that likes some texts and dislikes others, always the same ones."""

    def __init__(self, seed: int, width: float) -> None:
        self._seed, self._width = seed, width
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[float]:
        self.asked.append(list(texts))
        return [self._likely(text) for text in texts]

    def _likely(self, text: str) -> float:
        return -self._width * (1 + math.sin(self._seed + sum(i * ord(char) for i, char in enumerate(text, 1))))


@given(text=HEARD | ANY, seed=st.integers(0, 99), width=st.sampled_from([0.0, 2.0, 20.0]), settled=st.integers(0, 24))
def test_a_correction_puts_a_term_of_the_same_length_in_its_place(text, seed, width, settled):
    whim = Whim(seed, width)
    corrected, changes = CORRECTOR.correct(text, whim, settled=settled)
    assert len(corrected) == len(text)
    assert corrected[:settled] == text[:settled]
    end = settled
    back = corrected
    for change in changes:
        assert end <= change.start < change.end  # in order, none in another
        end = change.end
        assert corrected[change.start : change.end] in (*TERMS, *WORDS)
        assert change.heard == text[change.start : change.end] != corrected[change.start : change.end]
        assert change.heard not in (*TERMS, *WORDS)
        assert change.gain >= 0
        back = back[: change.start] + change.heard + back[change.end :]
    assert back == text


@given(text=HEARD | ANY)
def test_an_audio_that_forbids_every_change_is_obeyed(text):
    assert CORRECTOR.correct(text, lambda asked: [0.0 if one == text else -1e6 for one in asked]) == (text, ())


@given(text=HEARD, settled=st.integers(0, 24))
def test_where_the_audio_does_not_mind_a_second_look_takes_nothing_back(text, settled):
    """Corrections make terms that are written right, and those stay."""
    once, _ = CORRECTOR.correct(text, lambda asked: [0.0] * len(asked), settled=settled)
    again, _ = CORRECTOR.correct(once, lambda asked: [0.0] * len(asked), settled=settled)
    changed = [place for place in range(len(text)) if once[place] != text[place]]
    assert [again[place] for place in changed] == [once[place] for place in changed]


@given(text=HEARD | ANY, settled=st.integers(0, 24), most=st.integers(1, 10))
def test_the_audio_is_asked_at_most_once_and_about_no_text_twice(text, settled, most):
    whim = Whim(7, 2.0)
    _, changes = CORRECTOR.correct(text, whim, settled=settled, most=most)
    assert len(whim.asked) <= 1
    for first, *changed in whim.asked:
        assert first == text
        assert 1 <= len(changed) == len(set(changed)) <= most
        assert all(len(one) == len(text) and one[:settled] == text[:settled] and one != text for one in changed)
    assert len(changes) <= sum(len(asked) - 1 for asked in whim.asked)


@given(text=HEARD, terms=st.permutations(KNOWN), words=st.permutations(WORDS))
def test_the_order_of_the_terms_and_the_words_does_not_matter(text, terms, words):
    def places(corrector: Corrector) -> set[tuple[int, int, str, float]]:
        return {(c.start, c.end, c.term, c.prior) for c in corrector.candidates(text)}

    assert places(Corrector(terms, words)) == places(CORRECTOR)
