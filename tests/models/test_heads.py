"""The trained heads: loaded with what they say of themselves, refused with a clear sentence, and never missed by the rules."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from assist import wiring
from assist.core.errors import EngineError, SettingsError
from assist.core.events import Channel
from assist.settings import DEFAULT_PLAYBOOK, ENCODER_VARIABLE
from classifiers.builtin import HEADS
from classifiers.sentence import classify_sentence
from models.heads import OnnxHead, load_heads, notes_of
from tests.models import tiny_encoder

pytestmark = pytest.mark.unit
OFFENCE = "这是公司规定，我也没办法"
WIDTH = 3


def write_head(path: Path, *, encoder: str = "mine 1", features: int = 1, notes: bool = True) -> Path:
    """A head that says `yes` the surer, the larger the first feature is."""
    weights = np.zeros((WIDTH, 2), np.float32)
    weights[0] = [-1.0, 1.0]
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["features", "weights"], ["scores"]),
            helper.make_node("ArgMax", ["scores"], ["label"], axis=1),
            helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
        ],
        "head",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, WIDTH])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, None),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
        ],
        [numpy_helper.from_array(weights, "weights")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    if notes:
        helper.set_model_props(made, notes_of(("no", "yes"), ("topic.price",), 0.6, encoder, features))
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(made, path)
    return path


@pytest.fixture
def setting(tmp_path, monkeypatch):
    """An encoder that somebody brings along, named by the setting."""
    folder = tiny_encoder.write_encoder(tmp_path / "tiny-zh")
    monkeypatch.setenv(ENCODER_VARIABLE, str(folder))
    return folder


def _refused(path, *words):
    with pytest.raises(EngineError) as caught:
        OnnxHead(path, "mine 1", 1)
    for word in (str(path), *words):
        assert word in caught.value.message
    return caught.value.code


def _offences(classifiers):
    return classify_sentence(classifiers, OFFENCE, Channel.AGENT)["forbidden"]


def test_a_head_says_what_it_was_trained_for_and_gives_probabilities(tmp_path):
    head = OnnxHead(write_head(tmp_path / "forbidden.onnx"), "mine 1", 1)
    assert (head.name, head.labels, head.columns, head.least) == ("forbidden", ("no", "yes"), ("topic.price",), 0.6)
    found = head.probabilities(np.array([[2.0, 0.0, 0.0], [-2.0, 5.0, 5.0]], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)
    assert found[0, 1] > 0.9 > 0.1 > found[1, 1]


def test_a_missing_head_names_the_command(tmp_path):
    assert _refused(tmp_path / "intent.onnx", "is missing", "run: assist train intent") == "head.missing"


@pytest.mark.parametrize("kept", [0, 0.5])
def test_a_head_cut_short_names_the_command(tmp_path, kept):
    path = write_head(tmp_path / "intent.onnx")
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    assert _refused(path, "is damaged", "run: assist train intent") == "head.damaged"


def test_a_model_that_is_no_head_of_ours(tmp_path):
    path = write_head(tmp_path / "intent.onnx", notes=False)
    assert _refused(path, "is damaged", "run: assist train intent") == "head.damaged"


@pytest.mark.parametrize("trained", [{"encoder": "theirs 2"}, {"features": 2}])
def test_a_head_for_another_encoder_or_other_features(tmp_path, trained):
    path = write_head(tmp_path / "intent.onnx", **trained)
    assert _refused(path, trained.get("encoder", "mine 1"), "run: assist train intent") == "head.other_encoder"


def test_what_cannot_be_loaded_is_said_and_the_rest_is_there(tmp_path):
    write_head(tmp_path / "intent.onnx")
    said: list[str] = []
    heads = load_heads(("emotion", "intent"), "mine 1", 1, said.append, tmp_path, "assist train {name} --encoder E")
    assert [head.name for head in heads] == ["intent"]
    assert len(said) == 1
    assert said[0].endswith("run: assist train emotion --encoder E")


def test_the_rules_go_on_without_any_head_and_one_sentence_says_how_to_get_them(setting, capsys):
    classifiers = wiring.classifiers_of(wiring.read_playbook(DEFAULT_PLAYBOOK))
    assert _offences(classifiers)
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert told.rstrip().endswith(f"run: assist train all --encoder {setting}")
    wiring.classifiers_of(wiring.read_playbook(DEFAULT_PLAYBOOK))
    assert capsys.readouterr().err == ""


def test_the_rules_go_on_with_broken_heads(setting, capsys):
    heads = setting / "heads"
    write_head(heads / "forbidden.onnx").write_bytes(b"broken")
    write_head(heads / "intent.onnx", encoder="another 7")
    classifiers = wiring.classifiers_of(wiring.read_playbook(DEFAULT_PLAYBOOK))
    assert _offences(classifiers)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(HEADS)
    for name, words in {"forbidden": "is damaged", "intent": "another 7", "emotion": "is missing"}.items():
        line = next(line for line in told if f"{name}.onnx" in line)
        assert words in line
        assert line.endswith(f"run: assist train {name} --encoder {setting}")


def test_the_rules_go_on_without_the_encoder(setting, capsys):
    (setting / "model.onnx").write_bytes(b"broken")
    classifiers = wiring.classifiers_of(wiring.read_playbook(DEFAULT_PLAYBOOK))
    assert _offences(classifiers)
    told = capsys.readouterr().err
    assert str(setting / "model.onnx") in told
    assert len(told.splitlines()) == 1


def test_a_setting_that_names_no_folder(setting, monkeypatch):
    monkeypatch.setenv(ENCODER_VARIABLE, str(setting / "none"))
    with pytest.raises(SettingsError, match=f"{ENCODER_VARIABLE} names .*none, which is no folder"):
        wiring.classifiers_of(wiring.read_playbook(DEFAULT_PLAYBOOK))
