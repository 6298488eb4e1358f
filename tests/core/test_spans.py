import pytest

from assist.core.spans import RATE, Span, from_ms, from_seconds, to_ms

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4), (-3, -1)])
def test_a_span_runs_forward_from_zero(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_the_length_of_a_span_leaves_its_end_out() -> None:
    assert len(Span(10, 25)) == 15
    assert len(Span(7, 7)) == 0


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (Span(0, 10), Span(5, 20), 5),
        (Span(0, 10), Span(10, 20), 0),
        (Span(0, 10), Span(50, 60), 0),
        (Span(0, 100), Span(20, 30), 10),
    ],
)
def test_overlap_counts_common_samples_from_either_side(one: Span, other: Span, common: int) -> None:
    assert one.overlap(other) == other.overlap(one) == common


def test_seconds_and_milliseconds_meet_in_samples() -> None:
    assert from_seconds(1.5) == from_ms(1500) == 24_000
    assert to_ms(RATE) == 1000


def test_samples_from_times_lie_on_whole_milliseconds() -> None:
    assert from_ms(1.9) == 16
    assert from_seconds(0.0006) == 16
    assert from_seconds(0.0004) == 0
    assert to_ms(31) == 1
