from collections.abc import Mapping
from dataclasses import replace

import pytest

from assist.core.playbook import Expected, Guidance, Playbook, Stage
from tests.core.builders import INBOUND, OUTBOUND, tiny

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


LISTENING = "我在听。"


def worded(guidance: Mapping[str, Guidance] | None = None, context: str = "") -> Playbook:
    """The tiny playbook with words for the stage `propose` of the outbound model, and for an interlude of the inbound one."""
    playbook = tiny()

    def stages(stage: Stage) -> Stage:
        words = {"propose": ("资费", "套餐"), "handle_emotion": ("投诉",)}
        return replace(stage, hotwords=words.get(stage.id, ()))

    return replace(
        playbook,
        context=LISTENING,
        models={model.id: replace(model, stages=tuple(map(stages, model.stages))) for model in (INBOUND, OUTBOUND)},
        scenes={"outbound": replace(playbook.scenes["outbound"], guidance=guidance or {}, context=context)},
    )


def test_what_is_known_comes_first_then_stage_scene_and_trade() -> None:
    guidance = {"propose": Guidance((), (), ("档位", "资费"))}
    expected = worded(guidance).expected("outbound", "propose", ("王先生", " 畅听 ", "", " ", "王先生"))
    assert expected.hotwords == ("王先生", "畅听", "档位", "资费", "套餐", "宽带", "携号转网")


@pytest.mark.parametrize(
    ("scene", "stage", "first"),
    [
        ("outbound", "hello", "套餐"),
        ("outbound", "propose", "资费"),
        ("outbound", "handle_emotion", "投诉"),
        ("outbound", "nowhere", "套餐"),
        ("outbound", None, "套餐"),
        ("unheard_of", "propose", "资费"),
        (None, "handle_emotion", "投诉"),
        (None, None, "携号转网"),
    ],
    ids=[
        "no words",
        "own stage",
        "interlude of another model",
        "unknown",
        "none yet",
        "no scene",
        "neither",
        "nothing",
    ],
)
def test_a_stage_adds_its_words_wherever_it_comes_from(scene: str | None, stage: str | None, first: str) -> None:
    assert worded().expected(scene, stage).hotwords[0] == first


def test_a_stage_is_that_of_the_model_that_was_asked_for() -> None:
    own = replace(INBOUND, stages=tuple(replace(stage, hotwords=("拆机",)) for stage in INBOUND.stages))
    playbook = replace(worded(), models={"M1": own, "M2": worded().models["M2"]})
    assert playbook.expected("outbound", "propose").hotwords[0] == "资费"
    assert playbook.expected("outbound", "propose", asked_for="M1").hotwords[0] == "拆机"


def test_the_sentence_before_a_call_is_the_scenes_or_else_the_playbooks() -> None:
    assert worded(context="客户来电。").expected("outbound", None).before == "客户来电。"
    assert worded().expected("outbound", None).before == LISTENING
    assert worded(context="客户来电。").expected("unheard_of", None).before == LISTENING
    assert tiny().expected(None, None) == Expected(("携号转网", "宽带"), "")
