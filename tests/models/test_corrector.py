"""Terms are put right by their sound, where the audio bears it out, and nothing else is touched."""

from collections.abc import Mapping, Sequence

import pytest

from assist.core.events import Correction
from assist.core.lexicon import Term
from models.corrector import MOST_ASKED, Corrector, Score

pytestmark = pytest.mark.unit


def term(text: str, *, also: tuple[str, ...] = (), sounds_like: tuple[str, ...] = ()) -> Term:
    return Term(text, "telecom", also, sounds_like)


def likely(words: Mapping[str, float]) -> Score:
    """The audio: each of these words in a text makes it likelier or, below zero, less likely."""
    return lambda texts: [-20.0 + sum(worth * text.count(word) for word, worth in words.items()) for text in texts]


def indifferent(texts: Sequence[str]) -> list[float]:
    """An audio that speaks for nothing."""
    return [-20.0] * len(texts)


class Indifferent:
    """An audio that speaks for nothing, and remembers what it was asked, call by call."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[float]:
        self.asked.append(list(texts))
        return indifferent(texts)


def written(text: str, corrections: tuple[Correction, ...]) -> str:
    """What had been recognised, from the corrected text and what was changed."""
    for one in corrections:
        assert len(one.heard) == one.end - one.start
        text = text[: one.start] + one.heard + text[one.end :]
    return text


def needed(corrector: Corrector, text: str, right: str) -> float:
    """By how much the audio may speak against a term before it is no longer corrected; below zero: it must speak for it."""

    def corrected(against: float) -> bool:
        return corrector.correct(text, likely({right: -against}))[0] != text

    low, high = -50.0, 50.0
    assert corrected(low)
    assert not corrected(high)
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if corrected(middle) else (low, middle)
    return low


@pytest.mark.parametrize(
    ("heard", "right", "known"),
    [
        ("我要办理消户。", "我要办理销户。", "销户"),
        ("请帮我办理消护", "请帮我办理销户", "销户"),
        ("家里的宽代断了", "家里的宽带断了", "宽带"),
        ("六亮用完了", "流量用完了", "流量"),
        ("这个讨餐太贵", "这个套餐太贵", "套餐"),
        ("寄费周期是多久", "计费周期是多久", "计费周期"),
    ],
)
def test_what_sounds_like_a_term_becomes_the_term(heard, right, known):
    text, (change,) = Corrector([term(known), term("携号转网")]).correct(heard, indifferent)
    assert text == right
    assert written(text, (change,)) == heard
    assert text[change.start : change.end] == known
    assert change.gain > 0


def test_what_the_audio_speaks_against_stays():
    corrector = Corrector([term("销户")])
    assert corrector.correct("我要消户", likely({"销户": -30})) == ("我要消户", ())
    assert corrector.correct("我要消户", likely({"消户": 30})) == ("我要消户", ())


def test_the_gain_grows_with_what_the_audio_says():
    corrector = Corrector([term("销户")])
    gains = [corrector.correct("我要消户", likely({"销户": worth}))[1][0].gain for worth in (-1.0, 0.0, 4.0)]
    assert gains[1] - gains[0] == pytest.approx(1.0)
    assert gains[2] - gains[1] == pytest.approx(4.0)


def test_the_farther_the_sound_the_more_the_audio_must_say():
    """The same syllables, syllables that many do not tell apart, and initials that a poor line makes one."""
    corrector = Corrector([term("主卡"), term("套餐费")])
    same, folded = needed(corrector, "煮卡", "主卡"), needed(corrector, "祖卡", "主卡")
    exact, near = needed(corrector, "套参费", "套餐费"), needed(corrector, "套三费", "套餐费")
    assert same > folded > near
    assert exact == pytest.approx(same, abs=0.01)


def test_an_everyday_word_needs_better_evidence():
    plain, wary = Corrector([term("资费")]), Corrector([term("资费", sounds_like=("自费",))])
    assert needed(wary, "自费", "资费") < needed(plain, "自费", "资费") - 1
    assert needed(wary, "子费", "资费") == pytest.approx(needed(plain, "子费", "资费"), abs=0.01)
    against = likely({"资费": -3.0})
    assert plain.correct("这是自费的", against)[0] == "这是资费的"
    assert wary.correct("这是自费的", against)[0] == "这是自费的"
    assert wary.correct("这是自费的", likely({"资费": 3.0}))[0] == "这是资费的"


def test_sounds_too_far_from_the_term_are_not_even_asked_about():
    audio = Indifferent()
    corrector = Corrector([term("宽带"), term("销户"), term("套餐")])
    for text in ("今天天气很好", "宽大的房子", "消，户", "消 户", "x销y户", "", "，。！"):
        assert corrector.correct(text, audio) == (text, ())
    assert audio.asked == []  # asking the audio costs a pass of the decoder


@pytest.mark.parametrize("right", ["销户", "销号", "帐单", "账单"])
def test_what_is_written_right_stays(right):
    """A term, and another way to write one, however well a neighbour of the same sound would fit."""
    corrector = Corrector([term("销户"), term("销号"), term("账单", also=("帐单",)), term("涨单"), term("消互")])
    text = f"我要{right}了"
    assert corrector.correct(text, likely({"消互": 99, "涨单": 99, "账单": 50 if right == "帐单" else 0})) == (text, ())


def test_no_correction_reaches_into_a_term_that_is_written_right():
    corrector = Corrector([term("套餐"), term("餐费"), term("参费")])
    assert corrector.correct("套餐费", likely({"参费": 99})) == ("套餐费", ())


def test_what_is_settled_stays():
    corrector = Corrector([term("销户"), term("宽带")])
    heard = "我要消户和宽代"
    assert corrector.correct(heard, indifferent, settled=0)[0] == "我要销户和宽带"
    for settled in (3, 4, 5):
        text, (change,) = corrector.correct(heard, indifferent, settled=settled)
        assert (text, change.start) == ("我要消户和宽带", 5)
    assert corrector.correct(heard, indifferent, settled=2)[0] == "我要销户和宽带"
    assert corrector.correct(heard, indifferent, settled=len(heard)) == (heard, ())


def test_each_of_several_corrections_says_what_and_where():
    corrector = Corrector([term("销户"), term("宽带"), term("剩余流量"), term("资费")])
    heard = "您好，我要消户，宽代还有圣鱼六亮，另外ABC宽代，子费高"
    text, changes = corrector.correct(heard, likely({"资费": -40}))
    assert text == "您好，我要销户，宽带还有剩余流量，另外ABC宽带，子费高"
    assert [(c.heard, text[c.start : c.end]) for c in changes] == [
        ("消户", "销户"),
        ("宽代", "宽带"),
        ("圣鱼六亮", "剩余流量"),
        ("宽代", "宽带"),
    ]
    assert [c.start for c in changes] == sorted(c.start for c in changes)
    assert written(text, changes) == heard


@pytest.mark.parametrize(
    ("worth", "right"),
    [
        ({"套餐": 5.0, "餐费": 1.0}, "办套餐废"),
        ({"套餐": 1.0, "餐费": 5.0}, "办桃餐费"),
        ({"套餐费": 9.0}, "办套餐费"),
    ],
)
def test_of_those_that_overlap_the_best_wins(worth, right):
    corrector = Corrector([term("套餐"), term("餐费"), term("套餐费")])
    text, (change,) = corrector.correct("办桃参废", likely({"套餐费": -99.0} | worth))
    assert text == right
    assert written(text, (change,)) == "办桃参废"


def test_of_two_terms_with_one_sound_the_likelier_is_taken():
    corrector = Corrector([term("缴费"), term("交费")])
    for right in ("缴费", "交费"):
        assert corrector.correct("我来脚费", likely({right: 3.0}))[0] == f"我来{right}"


def test_terms_that_are_not_chinese_are_left_to_others():
    corrector = Corrector([term("WiFi"), term("4G套餐"), term("SIM卡"), term("A"), term("卡"), term("")])
    for text in ("外fai断了", "四鸡讨餐", "西母卡", "咖", "VIP卡"):
        assert list(corrector.candidates(text)) == []
        assert corrector.correct(text, indifferent) == (text, ())


def test_without_terms_nothing_is_asked():
    assert Corrector([]).correct("我要消户", lambda _: pytest.fail("asked")) == ("我要消户", ())


def test_the_same_term_in_two_groups_counts_once():
    corrector = Corrector([term("销户"), Term("销户", "again")])
    text, changes = corrector.correct("我要消户", indifferent)
    assert (text, len(changes)) == ("我要销户", 1)


@pytest.mark.parametrize("terms", [[term("资费")], [term("资费"), term("消耗")]])
def test_an_everyday_word_is_put_right_on_better_evidence_than_a_term(terms):
    as_term, as_word = Corrector([*terms, term("流程")]), Corrector(terms, ["流程"])
    for heard in ("留成", "刘澄", "流层"):
        assert as_word.correct(f"按{heard}走", likely({"流程": 9.0}))[0] == "按流程走"
        assert needed(as_word, heard, "流程") < needed(as_term, heard, "流程") - 1


def test_an_everyday_word_wants_the_same_syllables():
    """Syllables that many do not tell apart are the same; initials that only a poor line makes one are not, nor are rhymes."""
    asked = Indifferent()
    corrector = Corrector([], ["流程"])
    for heard in ("刘彭", "留行", "流灯"):
        assert corrector.correct(heard, asked) == (heard, ())
    assert asked.asked == []
    assert corrector.correct("牛成", likely({"流程": 9.0}))[0] == "流程"


def test_an_everyday_word_that_is_written_right_stays():
    eager = likely({"资费": 99.0})
    assert Corrector([term("资费")]).correct("这是自费的", eager)[0] == "这是资费的"
    assert Corrector([term("资费")], ["自费"]).correct("这是自费的", eager) == ("这是自费的", ())
    assert Corrector([term("资费")], ["是自"]).correct("这是自费的", eager) == (
        "这是自费的",
        (),
    )  # nor is it cut through


@pytest.mark.parametrize(
    ("heard", "known", "right"),
    [
        ("家里的宽怀断了", "宽带", "家里的宽带断了"),
        ("换个包餐", "套餐", "换个套餐"),
        ("计费周一是多久", "计费周期", "计费周期是多久"),
    ],
)
def test_a_term_of_which_one_character_is_off_and_rhymes(heard, known, right):
    corrector = Corrector([term(known)])
    text, (change,) = corrector.correct(heard, likely({known: 0.5}))
    assert text == right
    assert written(text, (change,)) == heard
    assert corrector.correct(heard, likely({known: -3.0})) == (heard, ())


@pytest.mark.parametrize("heard", ["宽容", "换怀", "款怀", "怀宽", "宽怀怀带"])
def test_a_rhyme_alone_is_not_enough(heard):
    """The rest must be the same characters, each in its place."""
    found = {(one.start, one.end) for one in Corrector([term("宽带")]).candidates(heard)}
    assert found == ({(0, 2)} if heard == "宽怀怀带" else set())


def test_a_rhyme_that_is_an_everyday_word_needs_better_evidence():
    plain, wary = Corrector([term("宽带")]), Corrector([term("宽带", sounds_like=("宽怀",))])
    assert needed(wary, "宽怀", "宽带") < needed(plain, "宽怀", "宽带") - 1


def test_the_audio_is_asked_once_for_the_text_and_all_its_changes():
    audio = Indifferent()
    Corrector([term("销户"), term("宽带")], ["流程"]).correct("消户和宽代的留成", audio)
    [[first, *changed]] = audio.asked
    assert first == "消户和宽代的留成"
    assert sorted(changed) == sorted(["销户和宽代的留成", "消户和宽带的留成", "消户和宽代的流程"])


@pytest.mark.parametrize(("most", "asked"), [(1, 1), (2, 2), (None, MOST_ASKED), (9, 9)])
def test_of_many_candidates_the_audio_is_asked_about_the_likeliest(most, asked):
    audio = Indifferent()
    corrector = Corrector([term("销户"), term("宽带")])
    heard = "宽怀，" * 5 + "消户，" * 5
    text, changes = corrector.correct(heard, audio, **({} if most is None else {"most": most}))
    assert len(audio.asked[0]) == 1 + asked
    assert len(changes) == asked
    assert text.count("销户") == min(asked, 5)  # the same syllables speak louder than a rhyme
    assert text.count("宽带") == max(asked - 5, 0)


def test_a_sound_that_also_rhymes_is_asked_about_once():
    """宽代 is 宽带 by its syllables and by its rhyme; the second reading must not take the place of another candidate."""
    audio = Indifferent()
    corrector = Corrector([term("宽带"), term("套餐")])
    assert corrector.correct("宽代包餐", audio, most=2)[0] == "宽带套餐"
    assert sorted(audio.asked[0]) == sorted(["宽代包餐", "宽带包餐", "宽代套餐"])


def test_terms_and_words_may_come_one_by_one():
    corrector = Corrector(iter([term("资费"), term("账单", also=("帐单",)), term("涨单")]), iter(["自费", "流程"]))
    eager = likely({"资费": 99.0, "涨单": 99.0, "流程": 9.0})
    assert corrector.correct("自费的帐单和留成", eager)[0] == "自费的帐单和流程"
