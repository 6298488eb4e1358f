"""No text whatever breaks the features or an answer of a head."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assist.core.lexicon import Lexicon
from classifiers.features import Features
from classifiers.trained import is_chinese
from tests.classifiers.answers import Letters, RuleHead, always, trained

pytestmark = pytest.mark.property

MARKUP = "<script>alert('x')</script> **粗体** [链接](http://x) {{名}} <b>您好</b>"
ODD = st.one_of(
    st.text(max_size=60),
    st.text("我您不是一十百半点号月周天内前，。？0159:‖〇%", max_size=60),
    st.text("😀👍🏽\u200d\ufeff\u0000\u0007\u001b\r\n\t\u202e", max_size=20),
)
FEATURES = Features(Lexicon(), Letters())
WIDTH = FEATURES.view("您好").shape
HEAD = RuleHead("question", ("none", "open"), always(open=0.4))
ANY_HEAD = trained(HEAD)


@given(ODD)
@example("")
@example("嗯")
@example("x")
@example("好" * 5000)
@example("Hello, how are you? " * 250)
@example("😀👨‍👩‍👧")
@example(MARKUP)
@example("\ue000\ue001\uf8ff")  # private use, as the codes of syllables are
@example("ﷺ㎏½Ⅷ①")  # one character that becomes several
@example("Привет こんにちは 안녕 สวัสดี")
def test_every_text_has_features(text: str) -> None:
    row = FEATURES.view(text)
    assert row.shape == WIDTH
    assert row.dtype == np.float32
    assert np.isfinite(row).all()


@given(ODD)
@example("")
@example("您好" * 2500)
@example("您好，😀\u0000")
def test_every_text_is_answered_or_left_alone(text: str) -> None:
    answer = ANY_HEAD.ask("question", text)
    assert (answer is not None) == (is_chinese(text) and len(text) <= 300)
    assert answer is None or sum(answer.values()) == pytest.approx(1, abs=1e-5)
