from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from assist.core.endpointing import EndpointRules
from assist.core.events import SpeechEnded, SpeechStarted, Transcribed, Window
from assist.core.listening import Listener, Load, Outcome, PartialRules
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, WINDOW
from tests.core.builders import AGENT, CUSTOMER, Says, frames, voice

pytestmark = pytest.mark.unit

QUICK = PartialRules(first_seconds=0.5, growth=1.25, least_seconds=0.25)
RARE = PartialRules(first_seconds=60)  # only pauses are decoded before the end


def ear(partials: PartialRules | None = QUICK) -> Listener:
    return Listener(CUSTOMER, EndpointRules(), partials)


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


def test_a_final_text_counts_once() -> None:
    listener = ear(RARE)
    final = jobs(hear(listener, windows(0.5, 1, 1)))[-1]
    assert listener.transcribed(9, Says()(final)) == Transcribed(at=9, transcript=Says()(final))
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
    listener = Listener(AGENT, EndpointRules(), None)
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
    one, other = (Listener(channel, EndpointRules(), slow, load) for channel in (AGENT, CUSTOMER))
    asked: list[int] = []
    for left, right in zip(windows(0.5, 6), windows(0.5, 6), strict=True):
        for listener, window in ((one, left), (other, right)):
            asked += [window.start for _ in jobs(hear(listener, [window]))]
    steps = [b - a for a, b in pairwise(asked)]
    assert len(asked) >= 4
    assert min(steps) >= 1.0 * RATE


def test_finals_never_wait_for_other_work() -> None:
    slow = PartialRules(first_seconds=0.5, job_seconds=60.0)
    listener = Listener(CUSTOMER, EndpointRules(), slow)
    found = jobs(hear(listener, windows(0.5, 2, 1)))
    assert [job.final for job in found][-1]
