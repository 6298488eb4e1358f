from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from assist.core.endpointing import EndpointRules
from assist.core.events import SpeechEnded, SpeechStarted, Transcribed, Transcript, Window, Word
from assist.core.listening import Listener, ListeningRules, Load, Outcome, PartialRules, PartRules
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW, Span
from tests.core.builders import AGENT, CUSTOMER, Says, frames, voice

pytestmark = pytest.mark.unit

ENDPOINTS = EndpointRules(
    onset=0.5,
    release=0.35,
    onset_seconds=0.096,
    pause_seconds=0.128,
    hangover_seconds=0.608,
    finished_seconds=0.416,
    open_seconds=0.896,
    pre_roll_seconds=0.224,
    long_seconds=12.0,
    long_hangover_seconds=0.256,
    max_seconds=24.0,
)
PARTS = PartRules(pause_seconds=5.0, hold_seconds=1.0, cut_seconds=9.0)
WHOLE = PartRules(pause_seconds=60, hold_seconds=60, cut_seconds=60)
QUICK = PartialRules(
    first_seconds=0.5, growth=1.25, least_seconds=0.25, strained_factor=3.0, job_seconds=0.1, job_share=0.05
)
STEADY = replace(QUICK, growth=1.0)
RARE = replace(QUICK, first_seconds=60)  # only pauses are decoded before the end


def rules(partials: PartialRules | None = QUICK, **more: object) -> ListeningRules:
    return ListeningRules(endpointing=ENDPOINTS, partials=partials, parts=PARTS, **more)  # type: ignore[arg-type]


def ear(partials: PartialRules | None = QUICK, **more: object) -> Listener:
    return Listener(CUSTOMER, rules(partials, **more))


def windows(*parts: float) -> list[Window]:
    return [window for frame in frames(CUSTOMER, voice(*parts)) for window in frame.windows()]


def hear(listener: Listener, heard: list[Window]) -> list[Outcome]:
    return [outcome for window in heard for outcome in listener.hear(window)]


def jobs(outcomes: list[Outcome]) -> list[TranscribeJob]:
    return [outcome for outcome in outcomes if isinstance(outcome, TranscribeJob)]


def test_an_utterance_is_announced_ended_and_sent_to_the_recogniser_whole() -> None:
    listener = ear(RARE)
    found = hear(listener, windows(1, 2, 1))
    began, ended, final = found[0], found[-2], found[-1]
    assert began == SpeechStarted(at=34 * WINDOW, channel=CUSTOMER, utterance="c1", start=31 * WINDOW)
    assert isinstance(ended, SpeechEnded)
    assert (ended.span.start, ended.span.end) == (31 * WINDOW, 93 * WINDOW)
    assert isinstance(final, TranscribeJob)
    assert final.final
    assert final.span.start <= ended.span.start
    assert final.span.end >= ended.span.end
    assert listener.waiting


def test_each_utterance_is_measured_over_its_own_speech() -> None:
    """Windows before an utterance belong to it from its first loud one on; what was said before does not."""
    heard = [replace(w, level_db=-20.0 - w.start / RATE, pitch_hz=200.0) for w in windows(1, 1, 1, 1, 0.4, 1, 1)]
    found = hear(ear(RARE), heard)
    ended = [o for o in found if isinstance(o, SpeechEnded)]
    assert [e.voice and (e.voice.speech // WINDOW, e.voice.pauses) for e in ended] == [(31, 0), (62, 1)]
    for one in ended:
        assert one.voice is not None
        assert one.voice.level_db == pytest.approx(-20 - (one.span.start + one.span.end) / 2 / RATE, abs=0.3)
        assert one.voice.pitch_hz == 200.0


def test_an_utterance_that_is_cut_for_its_length_is_measured_whole() -> None:
    found = hear(ear(None), windows(0.5, 30, 1))
    ended = [o for o in found if isinstance(o, SpeechEnded)]
    assert len(ended) == 2
    assert [e.voice and e.voice.speech for e in ended] == [len(e.span) for e in ended]


def test_the_sound_of_a_job_is_exactly_its_span() -> None:
    found = jobs(hear(ear(), windows(1.5, 3, 0.3, 1, 1, 1, 1)))
    assert len({job.utterance for job in found}) == 2
    for job in found:
        assert np.array_equal(job.pcm, np.arange(job.span.start, job.span.end, dtype=np.float32))


def test_revisions_grow_and_begin_again_with_each_utterance() -> None:
    found = jobs(hear(ear(), windows(0.5, 2, 1, 2, 1)))
    for name in ("c1", "c2"):
        revisions = [job.revision for job in found if job.utterance == name]
        assert revisions == list(range(1, len(revisions) + 1))
        assert len(revisions) > 2


def test_partials_come_farther_and_farther_apart() -> None:
    ends = [job.span.end for job in jobs(hear(ear(), windows(0, 10)))]
    gaps = [b - a for a, b in zip(ends, ends[1:], strict=False)]
    assert QUICK.first_seconds * RATE <= ends[0] <= QUICK.first_seconds * RATE + WINDOW
    assert gaps == sorted(gaps)
    assert gaps[0] >= QUICK.least_seconds * RATE
    assert gaps[-1] > 2 * gaps[0]


def test_without_partials_only_pauses_and_ends_are_sent() -> None:
    found = jobs(hear(ear(RARE), windows(0.5, 5, 0.3, 2, 1)))
    assert [(job.pause, job.final) for job in found] == [(True, False), (True, False), (False, True)]


def test_text_of_the_last_pause_becomes_final_without_a_second_decode() -> None:
    listener = ear()
    heard = windows(0.5, 1, 1)
    found: list[Outcome] = []
    for window in heard:
        for outcome in listener.hear(window):
            found.append(outcome)
            if isinstance(outcome, TranscribeJob):
                listener.transcribed(window.start, Says(c1="你好")(outcome))
    final = found[-1]
    assert isinstance(final, Transcribed)
    assert final.transcript.final
    assert final.transcript.text == "你好"
    assert final.transcript.revision > max(job.revision for job in jobs(found))
    assert not listener.waiting


def test_a_silence_is_decoded_once_however_long_it_lasts() -> None:
    """In the middle of a number the end is waited for longer than a partial is; its text still stands at the end."""
    found = converse(ear(STEADY), windows(0.5, 2, 2), says("我的号码是幺三八"))
    asked = jobs(found)
    assert [job.settles for job in asked] == [False] * (len(asked) - 1) + [True]
    assert asked[-1].pause
    assert [o.transcript.final for o in found if isinstance(o, Transcribed)][-1]


def test_text_of_an_earlier_pause_does_not_stand_for_the_whole_utterance() -> None:
    listener = ear(RARE)
    first, rest = windows(0.5, 1, 0.3), windows(0.5, 1, 0.3, 1, 1)[56:]
    pause = jobs(hear(listener, first))[-1]
    assert pause.pause
    assert listener.transcribed(0, Says()(pause)) is not None
    final = hear(listener, rest)[-1]
    assert isinstance(final, TranscribeJob)
    assert final.final


def test_words_after_the_last_pause_are_decoded_when_the_call_ends_in_the_middle_of_them() -> None:
    listener = ear(RARE)
    pause = jobs(hear(listener, windows(0.5, 1, 0.3)))[-1]
    assert listener.transcribed(0, Says()(pause)) is not None
    hear(listener, windows(0.5, 1, 0.3, 0.2)[56:])
    final = list(listener.close(62 * WINDOW))[-1]
    assert isinstance(final, TranscribeJob)
    assert final.span.end > pause.span.end


def test_an_empty_partial_is_no_event_but_an_empty_pause_still_settles_the_utterance() -> None:
    listener = ear(RARE)
    heard = windows(0.5, 1, 1)
    last: Outcome | None = None
    for window in heard:
        for last in listener.hear(window):
            if isinstance(last, TranscribeJob):
                assert listener.transcribed(window.start, Says(c1="")(last)) is None
    assert isinstance(last, Transcribed)
    assert last.transcript.text == ""


def test_an_empty_partial_is_passed_over_and_overtakes_nothing() -> None:
    listener = ear()
    first, second = jobs(hear(listener, windows(0, 2)))[:2]
    assert listener.transcribed(0, second.answer("")) is None
    assert listener.transcribed(0, first.answer("喂")) is not None


def test_partials_that_are_overtaken_or_of_a_closed_utterance_are_passed_over() -> None:
    listener = ear()
    early, late = jobs(hear(listener, windows(0, 2)))[:2]
    assert listener.transcribed(5, Says()(late)) == Transcribed(at=5, transcript=Says()(late))
    assert listener.transcribed(6, Says()(early)) is None
    assert listener.transcribed(6, Says()(late)) is None
    hear(listener, windows(0, 2, 1)[62:])
    assert listener.transcribed(7, replace(Says()(late), revision=99)) is None


def test_a_partial_of_the_utterance_before_is_passed_over() -> None:
    listener = ear()
    old = jobs(hear(listener, windows(0, 2, 1, 1)))[1]
    assert old.utterance == "c1"
    assert listener.transcribed(9, replace(Says()(old), revision=99)) is None


def test_a_final_text_counts_once_and_stands_as_a_whole() -> None:
    listener = ear(RARE)
    final = jobs(hear(listener, windows(0.5, 1, 1)))[-1]
    text = Says()(final)
    assert listener.transcribed(9, text) == Transcribed(at=9, transcript=replace(text, stable=len(text.text)))
    assert listener.transcribed(9, Says()(final)) is None
    assert not listener.waiting


def test_hang_up_in_the_middle_of_a_word_loses_nothing_of_it() -> None:
    listener = ear(RARE)
    hear(listener, windows(0.5, 1))
    ended, final = listener.close(48 * WINDOW)
    assert isinstance(ended, SpeechEnded)
    assert isinstance(final, TranscribeJob)
    assert ended.span.end == final.span.end == 47 * WINDOW
    assert list(listener.close(48 * WINDOW)) == []


def test_utterances_are_named_after_their_channel() -> None:
    listener = Listener(AGENT, rules(None))
    names = [o.utterance for o in hear(listener, windows(0.5, 1, 1, 1, 1)) if isinstance(o, SpeechStarted)]
    assert names == ["a1", "a2"]


def test_without_partials_nothing_is_shown_before_the_end_and_the_pause_still_saves_a_decode() -> None:
    listener = ear(None)
    pause = jobs(hear(listener, windows(0.5, 1, 0.3)))[-1]
    assert listener.transcribed(0, Says()(pause)) is None
    whole = windows(0.5, 1, 1)
    ended = hear(listener, whole[len(windows(0.5, 1, 0.3)) :])
    assert jobs(ended) == []
    (final,) = (one for one in ended if isinstance(one, Transcribed))
    assert final.transcript.final
    assert final.transcript.text


def test_a_partial_waits_until_the_work_before_it_would_be_done() -> None:
    slow = PartialRules(first_seconds=0.5, growth=1.0, least_seconds=0.1, job_seconds=1.0, job_share=0.0)
    load = Load(slow)
    one, other = (Listener(channel, rules(slow), load) for channel in (AGENT, CUSTOMER))
    asked: list[int] = []
    for left, right in zip(windows(0.5, 6), windows(0.5, 6), strict=True):
        for listener, window in ((one, left), (other, right)):
            asked += [window.start for _ in jobs(hear(listener, [window]))]
    steps = [b - a for a, b in pairwise(asked)]
    assert len(asked) >= 4
    assert min(steps) >= 1.0 * RATE


def test_finals_never_wait_for_other_work() -> None:
    slow = PartialRules(first_seconds=0.5, job_seconds=60.0)
    found = jobs(hear(ear(slow), windows(0.5, 2, 1)))
    assert [job.final for job in found][-1]


# --- what the words say about the end ---------------------------------------------------------------------------------

Answer = Callable[[TranscribeJob], Transcript | None]


def converse(listener: Listener, heard: list[Window], answer: Answer) -> list[Outcome]:
    """The outcomes while every job is answered at once; a final answer is among them."""
    found: list[Outcome] = []
    for window in heard:
        for outcome in listener.hear(window):
            found.append(outcome)
            if isinstance(outcome, TranscribeJob) and (text := answer(outcome)) is not None:
                event = listener.transcribed(window.start, text)
                found += [] if event is None else [event]
    return found


def says(text: str) -> Answer:
    return lambda job: job.answer(text)


def silence_until_the_end(text: str, **more: object) -> float:
    """Seconds from the last word to the moment its utterance ended."""
    (ended,) = (o for o in converse(ear(RARE, **more), windows(0.5, 1, 2), says(text)) if isinstance(o, SpeechEnded))
    return (ended.at - ended.span.end) / RATE


def test_an_utterance_ends_sooner_after_a_whole_sentence_and_later_in_the_middle_of_a_number() -> None:
    assert silence_until_the_end("好的，谢谢。") == pytest.approx(ENDPOINTS.finished_seconds)
    assert silence_until_the_end("我要查话费。") == pytest.approx(ENDPOINTS.hangover_seconds)
    assert silence_until_the_end("我的号码是幺三八") == pytest.approx(ENDPOINTS.open_seconds)
    assert silence_until_the_end("") == pytest.approx(ENDPOINTS.hangover_seconds)


def test_how_it_ends_is_read_from_the_whole_utterance() -> None:
    """The last part alone may be a bare digit; the number began in the part before."""
    parts = replace(rules(RARE), parts=replace(PARTS, pause_seconds=0.5))
    listener = Listener(CUSTOMER, parts)
    texts = iter(["幺三八", "八", ""])
    found = converse(listener, windows(0.5, 1, 0.3, 1, 2), lambda job: job.answer(next(texts)))
    (ended,) = (o for o in found if isinstance(o, SpeechEnded))
    assert (ended.at - ended.span.end) / RATE == pytest.approx(ENDPOINTS.open_seconds)


def test_words_of_a_pause_that_is_over_do_not_end_the_next_one() -> None:
    listener, whole = ear(RARE), windows(0.5, 1, 0.3, 1, 2)
    next_quiet = next(i for i, w in enumerate(whole) if i > 60 and w.speech == 0)
    found = hear(listener, whole[: next_quiet + 1])
    (pause,) = jobs(found)
    listener.transcribed(0, pause.answer("好的"))
    (ended,) = (o for o in hear(listener, whole[next_quiet + 1 :]) if isinstance(o, SpeechEnded))
    assert (ended.at - ended.span.end) / RATE == pytest.approx(ENDPOINTS.hangover_seconds)


@pytest.mark.parametrize("text", ["好的。", "幺三八", "我要查话费"])
def test_without_speculation_only_ended_utterances_are_decoded_and_words_change_no_end(text: str) -> None:
    found = converse(ear(QUICK, speculate=False), windows(0.5, 3, 0.3, 2, 2, 1, 1), says(text))
    assert [(job.utterance, job.final, job.revision) for job in jobs(found)] == [("c1", True, 1), ("c2", True, 1)]
    ends = [o for o in found if isinstance(o, SpeechEnded)]
    assert [(end.at - end.span.end) / RATE for end in ends] == pytest.approx([ENDPOINTS.hangover_seconds] * 2)


# --- parts ------------------------------------------------------------------------------------------------------------


def test_what_was_said_before_a_pause_stands_and_is_told_to_the_recogniser_as_settled() -> None:
    texts = iter(["我要查话费。", "我要查话费，谢谢"])
    found = converse(ear(RARE), windows(0.5, 1, 0.3, 1, 1), lambda job: job.answer(next(texts)))
    first, second = jobs(found)
    assert (first.pause, first.prefix) == (True, "")
    assert (second.pause, second.prefix, second.before) == (True, "我要查话费", "")
    assert second.span.start == first.span.start
    assert [o.transcript.text for o in found if isinstance(o, Transcribed)][-1] == "我要查话费，谢谢"


def test_long_speech_is_committed_at_a_pause_and_not_decoded_again() -> None:
    texts = iter(["我要查上个月的话费，", "还有流量"])
    found = converse(ear(RARE), windows(0.5, 5.5, 0.3, 1, 1), lambda job: job.answer(next(texts)))
    first, second = jobs(found)
    assert second.span.start == first.span.end - WINDOW
    assert (second.prefix, second.before) == ("", "我要查上个月的话费，")
    final = [o.transcript for o in found if isinstance(o, Transcribed)][-1]
    assert (final.text, final.final, final.span) == (
        "我要查上个月的话费，还有流量", True, replace(second.span, start=first.span.start),
    )  # fmt: skip


def test_after_a_word_or_two_the_text_at_a_pause_may_still_become_another() -> None:
    found = converse(ear(RARE), windows(0.5, 0.6, 0.3, 1, 1), says("我要"))
    assert [job.prefix for job in jobs(found)] == ["", ""]


def test_a_suspect_text_at_a_pause_stands_for_nothing() -> None:
    found = converse(ear(RARE), windows(0.5, 5.5, 0.3, 1, 1), lambda job: job.answer("谢谢观看", suspect=True))
    first, second = jobs(found)
    assert (second.span.start, second.prefix, second.before) == (first.span.start, "", "")


def unanswered_pause() -> tuple[Listener, TranscribeJob, TranscribeJob, list[Window]]:
    """A listener to whom nothing was answered yet, what it asked at a pause and after it, and what is still to be heard."""
    listener, whole = ear(STEADY), windows(0.5, 5.5, 0.3, 3, 1)
    pause, newer = jobs(hear(listener, whole[:210]))[-2:]
    assert (pause.pause, newer.pause) == (True, False)
    assert pause.span.start == newer.span.start
    return listener, pause, newer, whole[210:]


def test_an_answer_to_a_part_that_has_been_committed_since_is_not_said_again() -> None:
    listener, pause, newer, rest = unanswered_pause()
    assert listener.transcribed(0, pause.answer("我要查话费")) is not None
    (partial, *_) = jobs(hear(listener, rest[:20]))
    assert partial.span.start == pause.span.end - WINDOW
    assert listener.transcribed(0, newer.answer("我要查话费谢")) is None
    event = listener.transcribed(0, partial.answer("谢谢"))
    assert event is not None
    assert event.transcript.text == "我要查话费谢谢"


def test_a_text_that_says_more_than_the_pause_before_it_is_not_committed_with_the_pause() -> None:
    listener, pause, newer, rest = unanswered_pause()
    assert listener.transcribed(0, pause.answer("我要查话费")) is not None
    assert listener.transcribed(0, newer.answer("我要查话费谢")) is not None
    (partial, *_) = jobs(hear(listener, rest[:20]))
    assert (partial.span.start, partial.before) == (pause.span.start, "")


def test_an_utterance_that_was_cut_short_behind_a_pause_is_not_committed_any_more() -> None:
    short = replace(rules(RARE), endpointing=replace(ENDPOINTS, long_seconds=60.0, max_seconds=6.4))
    listener, whole = Listener(CUSTOMER, short), windows(0.5, 5.5, 0.3, 3, 1)
    (pause,) = jobs(hear(listener, whole[:208]))
    assert pause.pause
    listener.transcribed(0, pause.answer("我要查话费"))
    (final,) = jobs(hear(listener, whole[208:215]))
    assert final.final
    event = listener.transcribed(0, final.answer("我要查话费谢谢"))
    assert event is not None
    assert event.transcript.text == "我要查话费谢谢"


def test_a_pause_that_gave_no_text_overtakes_what_was_asked_before_it() -> None:
    listener = ear()
    *early, pause = jobs(hear(listener, windows(0.5, 2, 0.3)))
    assert pause.pause
    assert listener.transcribed(0, pause.answer("")) is None
    assert listener.transcribed(0, early[-1].answer("谢谢观看")) is None
    (final,) = (
        o for o in hear(listener, windows(0.5, 2, 1)[len(windows(0.5, 2, 0.3)) :]) if isinstance(o, Transcribed)
    )
    assert final.transcript.text == ""


def syllables(job: TranscribeJob) -> Transcript:
    """Speech of four syllables a second, each another, with their times where they are asked for."""
    quarter = RATE // 4
    places = range(-(-job.span.start // quarter), job.span.end // quarter)
    words = tuple(Word(chr(0x5000 + i), Span(i * quarter, (i + 1) * quarter)) for i in places)
    answer = job.answer("".join(word.text for word in words))
    return replace(answer, words=words) if job.words else answer


def test_a_minute_without_a_pause_is_decoded_in_parts_that_do_not_grow() -> None:
    whole = windows(0.5, 60, 1)
    found = converse(ear(), whole, syllables)
    longest = max(len(job.span) for job in jobs(found)) / RATE
    assert PARTS.cut_seconds <= longest <= PARTS.cut_seconds * QUICK.growth + 1
    finals = [o.transcript for o in found if isinstance(o, Transcribed) and o.transcript.final]
    spoken = "".join(text.text for text in finals)
    assert len(finals) == 3
    assert list(spoken) == sorted(set(spoken))
    assert len(spoken) >= 4 * 60 - 2 * len(finals)


def test_a_recogniser_without_times_hears_no_more_of_it_than_an_utterance_may_last() -> None:
    found = converse(ear(), windows(0.5, 60, 1), lambda job: replace(syllables(job), words=None))
    lengths = [len(job.span) / RATE for job in jobs(found)]
    assert PARTS.cut_seconds * 2 < max(lengths) <= ENDPOINTS.max_seconds


def test_times_are_asked_for_where_a_part_may_be_cut_or_where_somebody_wants_them() -> None:
    found = jobs(hear(ear(), windows(0.5, 15, 1)))
    asked = [job.words for job in found]
    assert asked == [not job.settles and len(job.span) >= PARTS.cut_seconds * RATE for job in found]
    assert True in asked
    assert all(job.words for job in jobs(hear(ear(words=True), windows(0.5, 15, 1))))


def test_a_job_says_how_much_of_it_is_likely_to_be_speech() -> None:
    pause, final = jobs(hear(ear(RARE), windows(0.5, 1, 1)))
    assert pause.voiced == pytest.approx(0.9 * 31 / 42, abs=0.001)
    assert final.voiced == pause.voiced


# --- a recogniser that falls behind -----------------------------------------------------------------------------------


def partials_a_second(listener: Listener, load: Load, seconds: list[bool]) -> list[int]:
    """How many texts are asked for in each two seconds of speech, the load strained or not."""
    whole, asked = iter(windows(0.5, 2 * len(seconds) + 1)), []
    hear(listener, [next(whole) for _ in range(16 + 16)])
    for strained in seconds:
        load.strained = strained
        asked.append(len(jobs(hear(listener, [next(whole) for _ in range(62)]))))
    return asked


def test_a_strained_recogniser_is_asked_more_rarely_and_as_often_as_ever_once_it_has_caught_up() -> None:
    steady = replace(QUICK, growth=1.0, least_seconds=0.25, job_seconds=0.01, job_share=0.0, strained_factor=4.0)
    load = Load(steady)
    listener = Listener(CUSTOMER, replace(rules(steady), parts=WHOLE), load)
    before, strained, _, after = partials_a_second(listener, load, [False, True, True, False])
    assert before >= 7
    assert strained <= before // 3
    assert after >= before - 2


def test_a_strained_recogniser_still_gets_every_pause_and_every_end() -> None:
    load = Load(QUICK)
    load.strained = True
    found = jobs(hear(Listener(CUSTOMER, rules(), load), windows(0.5, 1, 0.3, 1, 1, 1, 1)))
    assert [(job.utterance, job.final) for job in found if job.settles] == [
        ("c1", False), ("c1", False), ("c1", True), ("c2", False), ("c2", True),
    ]  # fmt: skip


def test_work_that_was_asked_for_is_done_one_after_the_other() -> None:
    load = Load(replace(QUICK, job_seconds=1.0, job_share=0.5))
    assert load.free(0)
    load.add(0, 2 * RATE)
    assert not load.free(2 * RATE - 1)
    assert load.free(2 * RATE)
    load.add(RATE, 0)
    assert not load.free(3 * RATE - 1)
    assert load.free(3 * RATE)
    load.add(9 * RATE, 0)
    assert not load.free(10 * RATE - 1)
    assert load.free(10 * RATE)


def test_rules_may_be_left_out() -> None:
    listener = Listener(CUSTOMER)
    assert isinstance(hear(listener, windows(0.5, 1))[0], SpeechStarted)
