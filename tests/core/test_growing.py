from dataclasses import replace

import pytest

from assist.core.agreement import AgreementRules
from assist.core.events import Correction, Transcript, Word
from assist.core.growing import GrowingText
from assist.core.spans import Span
from tests.core.builders import CUSTOMER

pytestmark = pytest.mark.unit

RULES = AgreementRules(passes=2, hold_back=1)


def text(start: int = 100) -> GrowingText:
    return GrowingText(start, RULES)


def answer(said: str, start: int = 100, end: int = 900, **more: object) -> Transcript:
    given = {"utterance": "c1", "channel": CUSTOMER, "revision": 1, "final": False} | more
    return Transcript(text=said, span=Span(start, end), **given)  # type: ignore[arg-type]


def timed(said: str, start: int, *pieces: str) -> Transcript:
    """An answer whose pieces were spoken one after the other, 100 samples each."""
    words = tuple(Word(piece, Span(start + 100 * i, start + 100 * (i + 1))) for i, piece in enumerate(pieces or said))
    return answer(said, start, start + 100 * len(words), words=words)


def changed(said: str, *changes: tuple[int, int, str], **more: object) -> Transcript:
    return answer(said, corrections=tuple(Correction(*change, gain=1.0) for change in changes), **more)


def corrected(version: Transcript) -> list[tuple[str, str]]:
    """What was heard, and what stands in the text instead."""
    return [(c.heard, version.text[c.start : c.end]) for c in version.corrections or ()]


def test_a_version_says_how_much_of_it_stands_and_where_it_was_spoken() -> None:
    growing = text()
    first = growing.hear(answer("我要查"))
    assert (first.text, first.stable, first.span, first.corrections, first.words) == (
        "我要查",
        0,
        Span(100, 900),
        None,
        None,
    )
    second = growing.hear(answer("我要查话费", end=1500))
    assert (second.text, second.stable, second.span) == ("我要查话费", 3, Span(100, 1500))
    assert (growing.prefix, growing.before, growing.start) == ("我要查", "", 100)


def test_a_suspect_answer_is_shown_behind_what_stands_and_makes_nothing_stable() -> None:
    growing = text()
    growing.hear(answer("我要查"))
    growing.hear(answer("我要查"))
    doubtful = growing.hear(answer("我摇查谢谢观看", suspect=True))
    assert (doubtful.text, doubtful.stable, doubtful.suspect) == ("我要查谢谢观看", 2, True)
    growing.hear(answer("我要查谢谢观看", suspect=True))
    assert growing.prefix == "我要"


def test_a_settled_answer_keeps_what_stood() -> None:
    growing = text()
    for _ in range(2):
        growing.hear(answer("我要查话费"))
    final = growing.settle(answer("我邀查话单", final=True))
    assert (final.text, final.stable, final.final) == ("我要查话单", 5, True)


# --- parts ------------------------------------------------------------------------------------------------------------


def test_a_committed_part_stands_and_only_what_follows_is_decoded() -> None:
    growing = text()
    growing.hear(answer("我要查话费，"))
    growing.commit(800)
    assert (growing.start, growing.prefix, growing.before) == (800, "", "我要查话费，")
    next_one = growing.hear(answer("上个月的", start=800, end=1500))
    assert (next_one.text, next_one.stable, next_one.span) == ("我要查话费，上个月的", 6, Span(100, 1500))
    assert growing.settle(answer("上个月的账单", 800, 2000)).text == "我要查话费，上个月的账单"


def test_nothing_is_committed_before_anything_is_heard() -> None:
    growing = text()
    growing.commit(800)
    growing.hold()
    growing.cut()
    assert (growing.start, growing.prefix, growing.before) == (100, "", "")


@pytest.mark.parametrize("said", ["", "我要"])
def test_sound_that_added_nothing_is_decoded_again(said: str) -> None:
    growing = text()
    for _ in range(2):
        growing.hear(answer("我要查"))
    assert growing.prefix == "我要"
    growing.hear(answer(said))
    growing.commit(800)
    assert (growing.start, growing.prefix) == (100, "我要")


def test_only_the_end_of_what_was_committed_is_told() -> None:
    growing = text()
    growing.hear(answer("甲" * 50 + "乙" * 10))
    growing.commit(800)
    assert growing.before == "甲" * 30 + "乙" * 10


def test_what_is_held_stands_but_for_a_mark_at_its_end() -> None:
    growing = text()
    growing.hear(answer("我要查，话费。"))
    growing.hold()
    assert (growing.start, growing.prefix) == (100, "我要查，话费")
    assert growing.hear(answer("我要查话单吧")).text == "我要查，话费吧"


def test_what_is_held_in_a_later_part_is_that_part() -> None:
    growing = text()
    growing.hear(answer("好的，"))
    growing.commit(800)
    growing.hear(answer("我要查话费。", start=800))
    growing.hold()
    assert growing.prefix == "我要查话费"
    assert growing.settle(answer("我要查话费明细", 800)).text == "好的，我要查话费明细"


# --- long speech ------------------------------------------------------------------------------------------------------


def test_speech_without_a_pause_is_cut_behind_the_last_stable_word() -> None:
    growing = text()
    for _ in range(2):
        version = growing.hear(timed("我要查话费", 100))
    growing.cut()
    assert (growing.before, growing.prefix, growing.start) == ("我要查话", "", 500)
    after = growing.hear(timed("费多少", 500))
    assert (after.text, after.stable) == ("我要查话费多少", version.stable)
    assert [word.span.start for word in after.words or ()] == [100, 200, 300, 400, 500, 600, 700]


def test_what_is_stable_in_the_middle_of_a_word_goes_on_to_stand() -> None:
    growing = text()
    for _ in range(2):
        growing.hear(timed("我要five", 100, "我", "要", "five"))
    assert growing.prefix == "我要fiv"
    growing.cut()
    assert (growing.before, growing.prefix, growing.start) == ("我要", "fiv", 300)
    assert growing.hear(timed("fife块", 300, "fife", "块")).text == "我要five块"


@pytest.mark.parametrize("last", [answer("我要查话费"), replace(answer("我要查话费"), words=())])
def test_without_times_nothing_is_cut(last: Transcript) -> None:
    growing = text()
    for _ in range(2):
        growing.hear(last)
    growing.cut()
    assert (growing.before, growing.prefix, growing.start) == ("", "我要查话", 100)


def test_nothing_is_cut_while_not_one_word_is_stable() -> None:
    growing = text()
    for _ in range(2):
        growing.hear(timed("five", 100, "five"))
    growing.cut()
    assert (growing.before, growing.prefix, growing.start) == ("", "fiv", 100)


def test_a_recogniser_that_sets_other_marks_is_cut_at_the_same_word() -> None:
    growing = text()
    growing.hear(answer("您好我要查"))
    growing.hear(answer("您好我要查话"))
    growing.hear(timed("您好，我要查话费", 100, "您", "好，", "我", "要", "查", "话", "费"))
    assert growing.prefix == "您好我要查话"
    growing.cut()
    assert (growing.before, growing.start) == ("您好我要查话", 700)
    more = text()
    more.hear(answer("您，好，我要"))
    more.hear(answer("您，好，我要查"))
    more.hear(timed("您好我要查话", 100))
    assert more.prefix == "您，好，我要查"
    more.cut()
    assert (more.before, more.start) == ("您，好，我要查", 600)


def test_what_was_put_before_the_stable_words_moves_no_cut() -> None:
    growing = text()
    growing.hear(answer("你好"))
    growing.hold()
    growing.hear(timed("嗯你好我要", 100))
    growing.cut()
    assert (growing.before, growing.start) == ("你好", 400)
    coarse = text()
    coarse.hear(answer("你好"))
    coarse.hold()
    coarse.hear(timed("嗯你好我要", 100, "嗯", "你好我要"))
    coarse.cut()
    assert (coarse.before, coarse.prefix, coarse.start) == ("", "你好", 100)


def test_where_every_word_is_stable_the_audio_is_cut_behind_the_last() -> None:
    growing = GrowingText(100, AgreementRules(passes=2, hold_back=0))
    for _ in range(2):
        growing.hear(timed("我要查话费", 100))
    growing.cut()
    assert (growing.before, growing.prefix, growing.start) == ("我要查话费", "", 600)


# --- corrections and times --------------------------------------------------------------------------------------------


def test_a_correction_moves_with_the_text_before_it() -> None:
    growing = text()
    growing.hear(answer("好的，"))
    growing.commit(500)
    version = growing.hear(changed("办宽带", (1, 3, "宽怀"), start=500))
    assert corrected(version) == [("宽怀", "宽带")]
    assert [(c.start, c.end) for c in version.corrections or ()] == [(4, 6)]


def test_a_correction_of_what_stands_is_kept_although_the_recogniser_trusts_it() -> None:
    growing = text()
    growing.hear(changed("办宽带吧", (1, 3, "宽怀")))
    assert corrected(growing.hear(changed("办宽带吧", (1, 3, "宽怀")))) == [("宽怀", "宽带")]
    assert growing.prefix == "办宽带"
    assert corrected(growing.hear(answer("办宽带吧好吗"))) == [("宽怀", "宽带")]
    assert corrected(growing.hear(changed("办宽带吧好吗", (1, 3, "宽坏")))) == [("宽怀", "宽带")]


def test_a_correction_is_dropped_with_the_words_it_was_of() -> None:
    growing = text()
    growing.hear(changed("办宽带", (1, 3, "宽怀")))
    assert growing.hear(answer("办款待")).corrections is None


@pytest.mark.parametrize("end", ["commit", "hold"])
def test_the_corrections_of_a_part_that_stands_stand_with_it(end: str) -> None:
    growing = text()
    growing.hear(changed("我要办宽带", (3, 5, "宽怀")))
    if end == "commit":
        growing.commit(500)
        final = growing.settle(changed("和携号转网", (1, 5, "邪号转网"), start=500))
    else:
        growing.hold()
        final = growing.settle(changed("我要办宽带和携号转网", (6, 10, "邪号转网")))
    assert corrected(final) == [("宽怀", "宽带"), ("邪号转网", "携号转网")]


def test_the_times_of_a_part_are_kept_when_the_next_has_none() -> None:
    growing = text()
    for _ in range(2):
        growing.hear(timed("我要查话", 100))
    growing.cut()
    growing.hear(answer("话费，", 400))
    growing.commit(900)
    assert growing.hear(answer("谢", 900)).words is None
    words = growing.hear(timed("谢谢", 900)).words or ()
    assert [(word.text, word.span.start) for word in words] == [
        ("我", 100), ("要", 200), ("查", 300), ("谢", 900), ("谢", 1000),
    ]  # fmt: skip
