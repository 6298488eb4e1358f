import pytest

from assist.core.lexicon import Term

pytestmark = pytest.mark.unit


def test_a_term_that_sounds_like_everyday_words_is_risky() -> None:
    assert Term("资费", "tariff", sounds_like=("自费",)).risky
    assert not Term("账单", "tariff", also=("帐单",)).risky
