import pytest

from assist.core.endings import Ending
from assist.core.endpointing import Endpoint, Endpointing, EndpointRules, Onset, Pause, windows
from assist.core.spans import WINDOW, Span
from tests.core.builders import voice

pytestmark = pytest.mark.unit

RULES = EndpointRules(
    onset=0.5,
    release=0.35,
    onset_seconds=3 * 0.032,
    pause_seconds=2 * 0.032,
    hangover_seconds=5 * 0.032,
    finished_seconds=4 * 0.032,
    open_seconds=9 * 0.032,
    pre_roll_seconds=4 * 0.032,
    long_seconds=20 * 0.032,
    long_hangover_seconds=3 * 0.032,
    max_seconds=30 * 0.032,
)
LOUD, SOFT, QUIET = 0.9, 0.4, 0.0
Decision = Onset | Pause | Endpoint


def decide(ear: Endpointing, probabilities: list[float], first: int = 0) -> list[tuple[int, Decision]]:
    """Every decision with the number of windows heard by then."""
    found = []
    for i, probability in enumerate(probabilities, first):
        decision = ear.hear(i * WINDOW, probability)
        if decision is not None:
            found.append((i + 1, decision))
    return found


def span(first: int, last: int) -> Span:
    return Span(first * WINDOW, last * WINDOW)


@pytest.mark.parametrize(("seconds", "count"), [(0.032, 1), (0.608, 19), (0.0, 1), (0.05, 2)])
def test_times_are_whole_windows_and_never_none(seconds: float, count: int) -> None:
    assert windows(seconds) == count


def test_one_utterance_from_onset_to_endpoint() -> None:
    ear = Endpointing(RULES)
    found = decide(ear, [QUIET] * 10 + [LOUD] * 6 + [QUIET] * 6)
    assert found == [
        (13, Onset(6 * WINDOW, 10 * WINDOW)),
        (18, Pause(span(6, 18))),
        (21, Endpoint(span(6, 18), span(10, 16))),
    ]


def test_a_click_is_no_speech() -> None:
    ear = Endpointing(RULES)
    assert decide(ear, [LOUD, LOUD, QUIET] * 10) == []
    assert not ear.open


def test_a_soft_voice_goes_on_with_an_utterance_but_does_not_begin_one() -> None:
    assert decide(Endpointing(RULES), [SOFT] * 10) == []
    ear = Endpointing(RULES)
    assert [at for at, _ in decide(ear, [LOUD] * 3 + [SOFT] * 10)] == [3]
    assert ear.open


def test_a_pause_is_told_once_and_again_after_more_speech() -> None:
    ear = Endpointing(RULES)
    found = decide(ear, [LOUD] * 3 + [QUIET] * 4 + [LOUD] + [QUIET] * 2)
    assert found == [(3, Onset(0, 0)), (5, Pause(span(0, 5))), (10, Pause(span(0, 10)))]


def test_the_pre_roll_does_not_reach_into_the_utterance_before() -> None:
    ear = Endpointing(RULES)
    found = decide(ear, [LOUD] * 4 + [QUIET] * 5 + [LOUD] * 3)
    assert found[-2:] == [(9, Endpoint(span(0, 6), span(0, 4))), (12, Onset(6 * WINDOW, 9 * WINDOW))]


def test_a_long_utterance_needs_only_a_short_silence() -> None:
    ear = Endpointing(RULES)
    found = decide(ear, [LOUD] * 18 + [QUIET] * 3)
    assert found[-1] == (21, Endpoint(span(0, 20), span(0, 18)))


def test_an_endless_utterance_is_cut_where_the_recogniser_could_not_hear_more() -> None:
    ear = Endpointing(RULES)
    found = decide(ear, [LOUD] * 40)
    assert found == [
        (3, Onset(0, 0)),
        (30, Endpoint(span(0, 30), span(0, 30))),
        (33, Onset(30 * WINDOW, 30 * WINDOW)),
    ]


def test_hang_up_ends_an_open_utterance_soon_after_its_last_word() -> None:
    ear = Endpointing(RULES)
    decide(ear, [QUIET] * 2 + [LOUD] * 4 + [QUIET])
    assert ear.start == 0
    assert ear.close(7 * WINDOW) == Endpoint(span(0, 7), span(2, 6))
    assert not ear.open
    assert ear.start is None
    assert ear.close(7 * WINDOW) is None


def test_hang_up_keeps_no_more_than_a_pause_of_silence() -> None:
    ear = Endpointing(RULES)
    decide(ear, [LOUD] * 4 + [QUIET] * 4)
    assert ear.close(8 * WINDOW) == Endpoint(span(0, 6), span(0, 4))


def test_an_utterance_never_takes_in_audio_that_was_not_heard() -> None:
    ear = Endpointing(EndpointRules(onset_seconds=0.096, pause_seconds=0.32, hangover_seconds=0.064))
    found = decide(ear, [LOUD] * 5 + [QUIET] * 2)
    assert found[-1] == (7, Endpoint(span(0, 7), span(0, 5)))


# --- what the words say about the silence -----------------------------------------------------------------------------


def ends_after(ending: Ending, until: int = 6, silence: int = 20) -> int:
    """Windows of silence until the endpoint when the words before the silence end so; the speech is 4 windows long."""
    ear = Endpointing(RULES)
    found = decide(ear, [LOUD] * 4 + [QUIET] * 2)
    assert isinstance(found[-1][1], Pause)
    ear.expect(ending, until * WINDOW)
    ((at, endpoint),) = decide(ear, [QUIET] * silence, 6)
    assert endpoint == Endpoint(span(0, 6), span(0, 4))
    return at - 4


def test_the_end_comes_sooner_after_a_finished_sentence_and_later_in_the_middle_of_a_number() -> None:
    assert ends_after(Ending.FINISHED) == 4
    assert ends_after(Ending.UNKNOWN) == 5
    assert ends_after(Ending.OPEN) == 9


def test_words_that_come_late_end_a_silence_that_is_long_enough_at_once() -> None:
    ear = Endpointing(RULES)
    assert [at for at, _ in decide(ear, [LOUD] * 4 + [QUIET] * 2)] == [3, 6]
    ear.expect(Ending.OPEN, 6 * WINDOW)
    assert decide(ear, [QUIET] * 4, 6) == []
    ear.expect(Ending.FINISHED, 6 * WINDOW)
    assert decide(ear, [QUIET], 10) == [(11, Endpoint(span(0, 6), span(0, 4)))]
    assert decide(ear, [QUIET] * 20, 11) == []


def test_what_was_expected_is_forgotten_when_speech_goes_on() -> None:
    ear = Endpointing(RULES)
    decide(ear, [LOUD] * 4 + [QUIET] * 2)
    ear.expect(Ending.OPEN, 6 * WINDOW)
    found = decide(ear, [LOUD] + [QUIET] * 8, 6)
    assert found == [(9, Pause(span(0, 9))), (12, Endpoint(span(0, 9), span(0, 7)))]


def test_words_of_an_earlier_silence_say_nothing_about_this_one() -> None:
    ear = Endpointing(RULES)
    decide(ear, [LOUD] * 4 + [QUIET] * 2 + [LOUD] * 2 + [QUIET])
    ear.expect(Ending.FINISHED, 6 * WINDOW)
    found = decide(ear, [QUIET] * 8, 9)
    assert [at for at, _ in found] == [10, 13]


def test_the_next_utterance_expects_nothing() -> None:
    ear = Endpointing(RULES)
    decide(ear, [LOUD] * 4 + [QUIET] * 2)
    ear.expect(Ending.OPEN, 6 * WINDOW)
    decide(ear, [QUIET] * 9, 6)
    assert not ear.open
    assert [at for at, _ in decide(ear, [LOUD] * 3 + [QUIET] * 5, 20)] == [23, 25, 28]


def test_a_long_utterance_ends_soon_whatever_its_words() -> None:
    ear = Endpointing(RULES)
    decide(ear, [LOUD] * 20 + [QUIET] * 2)
    ear.expect(Ending.OPEN, 22 * WINDOW)
    assert decide(ear, [QUIET], 22) == [(23, Endpoint(span(0, 22), span(0, 20)))]


def test_silence_is_known_while_an_utterance_is_open() -> None:
    ear = Endpointing(RULES)
    silent = []
    for at, probability in enumerate([LOUD] * 4 + [QUIET] * 2 + [SOFT]):
        ear.hear(at * WINDOW, probability)
        silent.append(ear.silent)
    assert silent == [False] * 4 + [True] * 2 + [False]


def test_the_default_rules_hear_two_sentences_half_a_breath_apart_as_one() -> None:
    ear = Endpointing(EndpointRules())
    kinds = [type(d) for _, d in decide(ear, voice(1, 1, 0.4, 1, 1))]
    assert kinds == [Onset, Pause, Pause, Endpoint]
