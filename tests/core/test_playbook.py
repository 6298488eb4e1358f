import pytest

from tests.core.builders import INBOUND, tiny

pytestmark = pytest.mark.unit


def test_a_stage_is_found_by_its_id() -> None:
    stage = INBOUND.stage("propose")
    assert stage is not None
    assert stage.title.zh == "方案"
    assert INBOUND.stage("nowhere") is None


def test_stages_have_their_place_on_the_path() -> None:
    assert INBOUND.order("prepare") == 0
    assert INBOUND.order("open") < INBOUND.order("propose") < INBOUND.order("close")


@pytest.mark.parametrize(
    ("scene", "model"), [("outbound", "M2"), ("inbound", "M1"), ("unheard_of", "M1"), (None, "M1")]
)
def test_a_scene_without_a_page_takes_the_fallback_model(scene: str | None, model: str) -> None:
    assert tiny().model_for(scene).id == model


def test_the_scenes_own_hotwords_come_first_and_none_comes_twice() -> None:
    assert tiny().hotwords_for("outbound") == ("套餐", "宽带", "携号转网")
    assert tiny().hotwords_for(None) == ("携号转网", "宽带")
