import pytest

from assist.core.patterns import pattern_fault, shortest

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("source", ["您好", "(您|你)好", "[请]稍等", "退…钱", "便宜#块", "a…b…c…d", "(宽带|网)[太]慢"])
def test_a_pattern_of_the_language_is_fine(source: str) -> None:
    assert pattern_fault(source) is None


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("(您好", "brackets do not match"),
        ("您好]", "brackets do not match"),
        ("((您|你)好)", "brackets do not match"),
        ("您|你", "outside round brackets"),
        ("(您|)好", "an alternative is empty"),
        ("a…b…c…d…e", "more than 3 gaps"),
        ("…好", "at the edge"),
        ("好…", "at the edge"),
        ("[好]", "nothing in it has to be said"),
        ("#", "nothing in it has to be said"),
        ("(好|#)", "nothing in it has to be said"),
        ("(好的|##)", "nothing in it has to be said"),
        ("", "nothing in it has to be said"),
    ],
)
def test_a_broken_pattern_is_explained_with_its_mend(source: str, sentence: str) -> None:
    fault = pattern_fault(source)
    assert fault is not None
    assert sentence in fault


@pytest.mark.parametrize(
    ("source", "least"),
    [("您好", 2), ("(您们|你)好", 2), ("[请您]稍等", 2), ("退…钱", 2), ("便宜#块", 3), ("a()b", 2), ("x(ab|####)", 1)],
)
def test_shortest_counts_what_a_match_has_at_the_least(source: str, least: int) -> None:
    assert shortest(source) == least
