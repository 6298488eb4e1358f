import pytest

from assist.core.syllables import coarse, fold, rime

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zhi", "zi"),
        ("chuan", "cuan"),
        ("sheng", "sen"),
        ("nan", "lang"),
        ("ling", "nin"),
        ("hu", "fu"),
        ("bang", "ban"),
    ],
)
def test_what_many_speakers_do_not_tell_apart_is_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("hua", "fa"), ("zi", "ci"), ("ba", "pa"), ("an", "en"), ("lu", "ru")])
def test_what_is_told_apart_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("syllable", ["zh", "n", "a", "er", "m"])
def test_a_sound_without_a_vowel_and_a_vowel_alone_stay_as_they_are(syllable: str) -> None:
    assert fold(syllable) == syllable


def test_folding_twice_changes_nothing_more() -> None:
    for syllable in ("zhang", "niang", "shuang", "ning", "hu", "cheng"):
        assert fold(fold(syllable)) == fold(syllable)


@pytest.mark.parametrize(
    "alike",
    [("bing", "pin"), ("gao", "kao"), ("qian", "jian", "xian"), ("san", "shan", "zan", "can"), ("re", "le", "ne"),
     ("hua", "fa"), ("dai", "tai")],
)  # fmt: skip
def test_over_a_poor_line_initials_made_at_one_place_are_one(alike: tuple[str, ...]) -> None:
    sounds = {coarse(syllable)[0] for syllable in alike}
    assert len(sounds) == 1


def test_vowels_are_kept_even_then() -> None:
    assert coarse("ba") != coarse("bo")
    assert coarse("dai") == "j" + "ai"
    assert coarse("e") == "e"
    assert coarse("") == ""


@pytest.mark.parametrize(
    ("syllable", "rest"),
    [
        ("huai", "ai"),
        ("dai", "ai"),
        ("shuang", "an"),
        ("lve", "e"),
        ("jiu", "iu"),
        ("ying", "in"),
        ("er", "er"),
        ("n", "n"),
    ],
)
def test_a_rime_is_what_is_left_without_initial_and_glide(syllable: str, rest: str) -> None:
    assert rime(syllable) == rest
