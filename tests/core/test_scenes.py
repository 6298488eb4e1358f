import pytest

from assist.core.events import SceneChanged
from assist.core.scenes import SceneInference
from assist.core.spans import RATE
from assist.core.state import CallState
from tests.core.builders import Call, Words, judged, tiny

pytestmark = pytest.mark.unit

TABLE = {
    "销户": judged("scene", "inbound", 2.0),
    "推荐": judged("scene", "outbound"),
    "回访": judged("scene", "outbound", 3.0),
}


def call(scene_id: str | None = None, **limits: float) -> Call:
    return Call(tiny(**limits), [Words(TABLE)], scene_id=scene_id)


def changes(c: Call) -> list[tuple[str, str, float]]:
    return [(e.scene, e.by, e.score) for e in c.of(SceneChanged)]


def by_hand(c: Call, scene: str) -> list[object]:
    return list(c.note(SceneChanged(at=c.session.now, scene=scene, by="hand")))


def test_words_that_speak_for_a_scene_infer_it_with_a_score_and_reasons() -> None:
    c = call()
    assert c.session.state.scene is None
    c.customer("销户", 1, 2)
    assert changes(c) == [("inbound", "inferred", 0.8)]
    assert [e.why for e in c.of(SceneChanged)[0].because] == ["「销户」"]
    assert c.session.state.scene == "inbound"


def test_too_little_is_not_enough() -> None:
    c = call(scene_score=0.7)
    c.agent("推荐", 1, 2)
    assert changes(c) == []
    c.agent("推荐", 3, 4)
    assert changes(c) == [("outbound", "inferred", 0.8)]


def test_better_reasons_change_it_once() -> None:
    c = call()
    c.agent("推荐", 1, 2)
    c.customer("销户", 3, 4)
    c.agent("回访", 5, 6)
    c.agent("回访", 7, 8)
    assert [scene for scene, _, _ in changes(c)] == ["outbound", "outbound"][:1] + ["outbound"][1:]


def test_after_its_minute_nothing_is_inferred() -> None:
    c = call(scene_seconds=10)
    c.customer("销户", 11, 12)
    assert changes(c) == []


def test_a_scene_that_was_told_is_not_inferred() -> None:
    c = call("outbound")
    c.customer("销户", 1, 2)
    assert changes(c) == []


def test_by_hand_is_the_last_word_and_no_news_twice() -> None:
    c = call()
    c.customer("销户", 1, 2)
    by_hand(c, "outbound")
    assert by_hand(c, "outbound") == []
    c.customer("销户", 5, 6)
    assert changes(c) == [("inbound", "inferred", 0.8), ("outbound", "hand", 1.0)]
    assert c.session.state.scene == "outbound"


def test_nobody_outside_can_infer_one() -> None:
    c = call()
    assert c.note(SceneChanged(at=RATE, scene="outbound", by="inferred")) == []


def test_time_alone_tells_no_scene() -> None:
    inference = SceneInference(tiny())
    assert (inference.deadline(CallState()), list(inference.due(0, CallState()))) == (None, [])
