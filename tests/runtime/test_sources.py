"""An annotated call as a source: what its labels say of a voice stands in for what would have been heard."""

import json
from pathlib import Path

import numpy as np
import pytest

from assist.core.errors import SourceError
from assist.core.events import AudioFrame, Channel
from assist.core.spans import RATE
from assist.runtime.sources import AnnotatedSource
from assist.training.calls import read_call

pytestmark = pytest.mark.unit
TURNS = [
    {"channel": "agent", "text": "您好，请问有什么可以帮您？", "loudness": "low"},
    {"channel": "customer", "text": "我要查一下我的账单。", "loudness": "high", "gap": 1.0},
    {"channel": "customer", "text": "上个月的。", "gap": 1.0},
]


def call(path: Path, turns: list[dict[str, object]]) -> AnnotatedSource:
    path.write_text(json.dumps({"turns": turns}, ensure_ascii=False), encoding="utf-8")
    return AnnotatedSource(read_call(path))


def frames(source: AnnotatedSource, channel: Channel) -> list[AudioFrame]:
    return [h for h in source.heard() if isinstance(h, AudioFrame) and h.channel is channel]


def test_a_turn_is_as_loud_as_its_label_and_the_rest_is_silent(tmp_path):
    source = call(tmp_path / "a.json", TURNS)
    for channel, levels in ((Channel.AGENT, [-35.0]), (Channel.CUSTOMER, [-20.0, -26.0])):
        heard = frames(source, channel)
        level = np.concatenate([frame.level_db for frame in heard])
        speech = np.concatenate([frame.speech for frame in heard])
        assert set(level[speech == 1]) == set(levels)
        assert set(level[speech == 0]) == {-120.0}
        assert list(dict.fromkeys(level[speech == 1])) == levels
        assert all(frame.pitch_hz is None for frame in heard)


def test_a_voice_that_starts_before_another_of_the_same_side_has_ended_is_as_loud_as_the_louder(tmp_path):
    turns = [TURNS[0] | {"loudness": "low"}, TURNS[0] | {"loudness": "high", "gap": -1.0}]
    source = call(tmp_path / "a.json", turns)
    level = np.concatenate([frame.level_db for frame in frames(source, Channel.AGENT)])
    assert (level == -20.0).sum() * 512 / RATE == pytest.approx(13 / 4.4, abs=0.05)


@pytest.mark.parametrize("loudness", ["loud", None, 3, ["low"]])
def test_a_loudness_that_is_none_is_refused(tmp_path, loudness):
    with pytest.raises(SourceError, match="turn 1: loudness must be low, normal or high"):
        call(tmp_path / "a.json", [TURNS[0], TURNS[1] | {"loudness": loudness}])
