"""Error rate, alignment, terms and loops on texts whose figures are known by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.events import Channel, Transcript
from assist.core.spans import Span, from_seconds
from assist.training.calls import Turn
from assist.training.recognition import Score, Terms, align, errors, loops, plain, score

pytestmark = pytest.mark.unit
TEXTS = st.text(alphabet="宽带套餐资费", max_size=12)


def final(channel: Channel, start: float, text: str, *, suspect: bool = False) -> Transcript:
    span = Span(from_seconds(start), from_seconds(start + 1))
    return Transcript(
        utterance=f"{channel.value[0]}{start}",
        channel=channel,
        revision=1,
        span=span,
        text=text,
        final=True,
        suspect=suspect,
    )


def turn(index: int, channel: Channel, start: float, text: str) -> Turn:
    return Turn(index, channel, text, start, start + 1.0)


def distance(reference: str, hypothesis: str) -> int:
    return errors(reference, hypothesis, align(reference, hypothesis))


def textbook(a: str, b: str) -> int:
    """Levenshtein by its definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(textbook(a[1:], b) + 1, textbook(a, b[1:]) + 1, textbook(a[1:], b[1:]) + (a[0] != b[0]))


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("我要销户", "我要销户", 0),
        ("我要销户", "我要消互", 2),
        ("我要销户", "我销户", 1),
        ("我要销户", "我要要销户", 1),
        ("", "销户", 2),
        ("销户", "", 2),
        ("", "", 0),
    ],
)
def test_errors_are_substitutions_deletions_and_insertions(reference, hypothesis, expected):
    assert distance(reference, hypothesis) == expected


@given(st.text(alphabet="宽带套", max_size=5), st.text(alphabet="宽带套", max_size=5))
def test_no_alignment_has_fewer_errors(reference, hypothesis):
    assert distance(reference, hypothesis) == textbook(reference, hypothesis)


@given(TEXTS, TEXTS)
def test_an_alignment_goes_through_both_texts_once_and_in_order(reference, hypothesis):
    pairs = align(reference, hypothesis)
    assert [i for i, _ in pairs if i is not None] == list(range(len(reference)))
    assert [j for _, j in pairs if j is not None] == list(range(len(hypothesis)))
    assert (None, None) not in pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("您好，我要销户！", "您好我要销户"),
        ("寬帶資費", "宽带资费"),
        ("ＡＢＣ５８", "abc58"),
        ("一百二十八元", "128元"),
        ("打了三次电话", "打了3次电话"),
    ],
)
def test_writing_alone_is_no_error(one, other):
    assert plain(one) == plain(other)


def test_what_is_said_otherwise_stays_different():
    assert plain("宽带") != plain("宽怀")
    assert plain("一百二十八元") != plain("一百二十九元")


@pytest.mark.parametrize(
    ("reference", "hypothesis", "said", "found", "inserted"),
    [
        ("我要办宽带", "我要办宽带", 1, 1, 0),
        ("我要办宽带", "我要办宽怀", 1, 0, 0),
        ("我要办宽的", "我要办宽带", 0, 0, 1),
        ("宽带宽带", "宽带", 2, 1, 0),
        ("宽带套餐", "宽带套餐", 1, 1, 0),  # the longer term, once
        ("套餐和宽带", "宽带和套餐", 2, 0, 2),  # both words, but not where they were said
        ("宽带", "宽的带", 1, 0, 0),
    ],
)
def test_a_term_is_found_only_where_it_was_said(reference, hypothesis, said, found, inserted):
    terms = Terms(["宽带", "套餐", "宽带套餐"])
    assert terms.compare(reference, hypothesis, align(reference, hypothesis)) == (said, found, inserted)


def test_without_terms_nothing_is_expected_or_inserted():
    assert Terms([]).compare("宽带", "宽带", align("宽带", "宽带")) == (0, 0, 0)


@pytest.mark.parametrize("text", ["不好意思不好意思不好意思", "退费退费退费退费", "我要办理销户我要办理销户"])
def test_a_loop_is_something_again_and_again_that_nobody_said_so(text):
    assert loops(text, "我要办理销户不好意思")
    assert not loops(text, f"喂{text}喂")


@pytest.mark.parametrize("text", ["", "好的好的", "是是是", "电话13800000000", "谢谢谢谢再见"])
def test_people_and_numbers_repeat_themselves_too(text):
    assert not loops(text, "")


def test_a_call_is_judged_channel_by_channel_in_the_order_of_time():
    turns = [
        turn(0, Channel.AGENT, 0, "您好"),
        turn(1, Channel.CUSTOMER, 2, "我要办宽带"),
        turn(2, Channel.AGENT, 4, "好的"),
    ]
    texts = [
        final(Channel.AGENT, 4, "好的"),
        final(Channel.AGENT, 0, "您号"),
        final(Channel.CUSTOMER, 2, "我要办宽带。", suspect=True),
        final(Channel.CUSTOMER, 9, "字幕由某某提供"),
    ]
    judged = score(turns, texts, Terms(["宽带"]), lambda text: "字幕" in text)
    assert judged[Channel.AGENT] == Score(characters=4, errors=1, utterances=2)
    assert judged[Channel.CUSTOMER] == Score(
        characters=5, errors=7, utterances=2, phantoms=1, suspects=1, terms=1, found=1
    )


def test_a_line_that_somebody_said_is_no_phantom():
    turns = [turn(0, Channel.AGENT, 0, "字幕由我们提供")]
    judged = score(turns, [final(Channel.AGENT, 0, "字幕由我们提供")], Terms([]), lambda text: "字幕" in text)
    assert judged[Channel.AGENT].phantoms == 0


def test_scores_add_up_and_nothing_said_has_no_rate():
    one = Score(characters=10, errors=1, terms=2, found=1)
    assert (one + one).error_rate == pytest.approx(0.1)
    assert (one + Score(terms=2, found=2)).recall == pytest.approx(0.75)
    assert Score(errors=3).error_rate is None
    assert Score(inserted=3).recall is None
