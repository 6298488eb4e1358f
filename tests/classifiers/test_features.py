"""What the heads see of a sentence: the same for the same words, half of it unmoved by a homophone."""

import numpy as np
import pytest

from assist.core.lexicon import ForbiddenPhrase, Lexicon, Phrases, Weighted
from classifiers.features import BUCKETS, Features, wording
from classifiers.phrases import normal_text
from tests.classifiers.answers import Letters

pytestmark = pytest.mark.unit

MEANING, MARKS = 16, 4
TEXT = "这个套餐太贵了，能不能便宜点？"
LEXICON = Lexicon(
    forbidden=(
        ForbiddenPhrase("evade", "high", Phrases(("不归我们管",)), "我帮您问"),
        ForbiddenPhrase("command", "high", Phrases(("你必须",)), "麻烦您"),
    ),
    objection_topics=(Weighted("price", Phrases(("太贵",)), 1.5), Weighted("network", Phrases(("没信号",)), 9.0)),
    objection_kinds=(Weighted("real", Phrases(("太贵",)), -3.0),),
)


@pytest.fixture(scope="module")
def features() -> Features:
    return Features(LEXICON, Letters())


def halves(text: str) -> tuple[np.ndarray, np.ndarray]:
    both = wording(normal_text(text))
    assert both.shape == (2 * BUCKETS,)
    return both[:BUCKETS], both[BUCKETS:]


def test_shape(features: Features) -> None:
    columns = features.columns(["topic", "kind"])
    row = features.of(TEXT, columns)
    assert row.dtype == np.float32
    assert row.shape == (MEANING + 2 * BUCKETS + MARKS + len(columns),)
    np.testing.assert_array_equal(row, np.concatenate([features.view(TEXT), features.words(TEXT, columns)]))


def test_the_same_text_gives_the_same_vector(features: Features) -> None:
    other = Features(LEXICON, Letters())
    np.testing.assert_array_equal(features.of(TEXT, ()), other.of(TEXT, ()))


@pytest.mark.parametrize(
    ("said", "heard"),
    [("我要办宽带业务", "我要办宽戴业务"), ("你们的信号不稳定", "你们的性号不稳定"), ("师傅明天上门", "师父明天上门")],
)
def test_a_homophone_moves_the_wording_and_not_the_sound(said: str, heard: str) -> None:
    (written, sounded), (written_too, sounded_too) = halves(said), halves(heard)
    np.testing.assert_array_equal(sounded, sounded_too)
    assert float(written @ written_too) < 0.9


def test_what_speakers_do_not_tell_apart_moves_the_sound_less() -> None:
    (written, sounded), (written_too, sounded_too) = halves("四是四十是十"), halves("事是四十四十")
    assert float(sounded @ sounded_too) > float(written @ written_too)


def test_each_half_of_the_wording_has_length_one() -> None:
    assert [float(np.linalg.norm(half)) for half in halves(TEXT)] == pytest.approx([1.0, 1.0], abs=1e-5)


def test_traditional_characters_are_the_same(features: Features) -> None:
    columns = features.columns(["topic", "kind", "forbidden"])
    traditional, plain = "這個套餐太貴了，還沒信號", "这个套餐太贵了，还没信号"
    np.testing.assert_array_equal(features.of(traditional, columns), features.of(plain, columns))


def test_columns_are_named_list_by_list_in_the_order_of_labels(features: Features) -> None:
    assert features.columns(["topic", "kind"]) == ("topic.network", "topic.price", "kind.real")
    assert features.columns(["kind", "topic"]) == ("kind.real", "topic.network", "topic.price")
    assert features.columns(["forbidden"]) == ("forbidden.command", "forbidden.evade")
    assert features.columns([]) == ()


def test_words_stand_in_the_order_of_the_columns_asked_for(features: Features) -> None:
    columns = ("kind.real", "topic.price", "topic.network", "topic.unheard_of")
    found = features.words(TEXT, columns)
    assert found[0] < 0 < found[1]
    assert found[2] == found[3] == 0
    np.testing.assert_array_equal(features.words(TEXT, columns[::-1]), found[::-1])


def test_a_heavy_word_list_is_bounded(features: Features) -> None:
    price, network = features.words("太贵，也没信号", ("topic.price", "topic.network"))
    assert price < network == pytest.approx(features.words("没信号", ("topic.network",))[0])
    assert network / price == pytest.approx(2.0 / 1.5)


def test_offences_are_a_list_like_the_others(features: Features) -> None:
    assert features.words("这个不归我们管", ("forbidden.command", "forbidden.evade")).tolist() == pytest.approx(
        [0, 0.6]
    )
    beside = features.words("这个不归我们管，太贵", ("forbidden.evade", "topic.price"))
    assert np.count_nonzero(beside) == 2


def test_marks_and_length_are_seen(features: Features) -> None:
    asks, exclaims = (features.view(text)[-MARKS:] for text in ("行吗？", "行啊！"))
    assert asks[0] > 0 == asks[1]
    assert exclaims[1] > 0 == exclaims[0]
    short, long = (features.view(text)[-MARKS:] for text in ("行，", "行，" * 20))
    assert (long[2:] > short[2:]).all()


@pytest.mark.parametrize("picture", ["😀", "👍🏽", "\u0007", "\ufeff", "\ue000", "🇨🇳"])
def test_what_nobody_can_say_is_not_seen(features: Features, picture: str) -> None:
    np.testing.assert_array_equal(features.view(f"好的{picture}，您说"), features.view("好的，您说"))


def test_a_long_text_is_looked_at_as_far_as_somebody_speaks(features: Features) -> None:
    beginning = "太贵了，" * 100
    row = features.of(beginning + "没信号" * 1000, ("topic.price", "topic.network"))
    np.testing.assert_array_equal(row, features.of(beginning, ("topic.price", "topic.network")))
    assert np.abs(row).max() <= 2.0
