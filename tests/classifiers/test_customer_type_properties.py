"""The posterior over customer types, whatever was said and however."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.lexicon import Phrases, Weighted
from classifiers.customer_type import TYPES, moved, posterior
from classifiers.phrases import Hit
from classifiers.weights import Found

pytestmark = pytest.mark.property

LABELS = ("-", *TYPES)
MANNERS = st.lists(st.sampled_from(["fast", "slow", "wide", "cuts_in"]), unique=True)


def _spread(weights: list[float]) -> dict[str, float]:
    return dict(zip(LABELS, (weight / sum(weights) for weight in weights), strict=True))


ANSWERS = st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda weights: sum(weights) > 0.01).map(_spread)
SURE = st.sampled_from(TYPES).map(lambda kind: dict.fromkeys(LABELS, 0.0) | {kind: 1.0})
CALLS = st.lists(st.one_of(st.none(), ANSWERS, SURE), max_size=40)
WORDS = st.lists(
    st.builds(
        lambda label, weight: Found(Weighted(label, Phrases(("字",)), weight), Hit("字", 0, 1, "exact", 1.0), weight),
        st.sampled_from(TYPES),
        st.floats(-2, 2),
    ),
    max_size=6,
)


@given(CALLS, WORDS, MANNERS)
def test_it_sums_to_one(answers: list, words: list, manners: list[str]) -> None:
    found = posterior(answers, words, manners)
    assert list(found) == list(TYPES)
    assert all(0 <= probability <= 1 for probability in found.values())
    assert sum(found.values()) == pytest.approx(1, abs=3e-4)


@given(st.one_of(ANSWERS, SURE))
def test_no_single_sentence_decides(answer: dict[str, float]) -> None:
    assert max(posterior([answer]).values()) < 0.9


@given(MANNERS)
def test_no_voice_decides(manners: list[str]) -> None:
    assert max(posterior([], (), manners).values()) < 0.6


@given(CALLS.flatmap(lambda answers: st.tuples(st.just(answers), st.permutations(answers))))
def test_the_order_of_sentences_is_irrelevant(calls: tuple[list, list]) -> None:
    told, other = calls
    assert posterior(told) == pytest.approx(posterior(other), abs=2e-4)


@given(st.one_of(ANSWERS, SURE))
def test_a_sentence_moves_the_odds_against_each_other_only(answer: dict[str, float]) -> None:
    assert sum(moved(answer).values()) == pytest.approx(0, abs=1e-9)
    assert max(answer, key=lambda kind: answer[kind] if kind != "-" else -1) == _most_moved(answer)


@given(CALLS, st.sampled_from(TYPES))
def test_evidence_for_a_type_never_makes_it_less_likely(answers: list, kind: str) -> None:
    more = dict.fromkeys(LABELS, 0.0) | {kind: 1.0}
    assert posterior([*answers, more])[kind] >= posterior(answers)[kind]


def _most_moved(answer: dict[str, float]) -> str:
    """The type that the answer speaks for most; of types it moves alike, the one it finds likelier."""
    odds = moved(answer)
    return max(TYPES, key=lambda kind: (odds.get(kind, 0.0), answer[kind]))


def test_nothing_said_is_nothing_known() -> None:
    assert posterior([]) == dict.fromkeys(TYPES, 0.25) == posterior([None, None])
