"""An encoder that somebody brings along: the vectors it gives, and a clear sentence for each way in which a folder can be wrong."""

import shutil

import numpy as np
import pytest
from onnx import TensorProto, helper

from assist.core.errors import EngineError
from models.hf_encoder import OnnxEncoder, encoder_in
from tests.models import tiny_encoder as tiny

pytestmark = pytest.mark.unit
TEXT = "这个套餐太贵了"


@pytest.fixture
def folder(tmp_path):
    return tiny.write_encoder(tmp_path / "tiny-zh")


def _by_hand(text, *, first_only=False, most=16):
    made = tiny.tokenizer(tiny.CHINESE)
    made.enable_truncation(most)
    rows = tiny.vectors_of(made.get_vocab_size())[made.encode(text).ids]
    vector = rows[0] if first_only else rows.mean(axis=0)
    return vector / np.linalg.norm(vector)


def _refused(folder, *words):
    with pytest.raises(EngineError) as caught:
        OnnxEncoder(folder)
    for word in words:
        assert word in caught.value.message
    return caught.value.code


def test_a_vector_is_the_mean_of_its_tokens_of_length_one(folder):
    vectors = OnnxEncoder(folder).encode([TEXT, "您好"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, [_by_hand(TEXT), _by_hand("您好")], atol=1e-6)


@pytest.mark.parametrize(
    "settings", [{"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, {"pooling_mode": "cls"}]
)
def test_pooling_by_the_first_token_where_the_folder_says_so(folder, settings):
    mean = OnnxEncoder(folder)
    tiny.write_pooling(folder, word_embedding_dimension=8, **settings)
    encoder = OnnxEncoder(folder)
    np.testing.assert_allclose(encoder.encode([TEXT])[0], _by_hand(TEXT, first_only=True), atol=1e-6)
    assert encoder.name != mean.name


def test_texts_come_back_in_order_and_alone_as_in_company(folder):
    texts = ["您好", TEXT, "您好", "", "a", "再见" * 2500]
    encoder = OnnxEncoder(folder)
    together = encoder.encode(texts)
    assert together.shape == (6, tiny.DIMENSIONS)
    np.testing.assert_array_equal(together[0], together[2])
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(OnnxEncoder(folder).encode([text])[0], vector)


def test_a_long_text_is_cut_at_what_the_model_takes(folder):
    np.testing.assert_allclose(OnnxEncoder(folder).encode([TEXT * 9])[0], _by_hand(TEXT * 9, most=16), atol=1e-6)
    tiny.write_config(folder, model_type="roberta", hidden_size=8, max_position_embeddings=10, pad_token_id=1)
    np.testing.assert_allclose(OnnxEncoder(folder).encode([TEXT * 9])[0], _by_hand(TEXT * 9, most=8), atol=1e-6)


def test_nothing_gives_nothing(folder):
    assert OnnxEncoder(folder).encode([]).shape == (0, tiny.DIMENSIONS)


def test_a_sentence_is_encoded_once(folder, monkeypatch):
    encoder = OnnxEncoder(folder)
    first = encoder.encode([TEXT])
    monkeypatch.setattr(encoder, "_session", None)
    np.testing.assert_array_equal(encoder.encode([TEXT]), first)
    with pytest.raises(EngineError, match="fails on a sentence"):
        encoder.encode(["再见"])


def test_only_the_latest_vectors_are_kept(folder, monkeypatch):
    monkeypatch.setattr("models.hf_encoder._MOST_KNOWN", 2)
    encoder = OnnxEncoder(folder)
    assert encoder.encode(["您", "好", "再"]).shape == (3, tiny.DIMENSIONS)
    assert list(encoder._known) == ["好", "再"]


def test_the_name_is_the_folders_and_changes_with_the_weights(folder, tmp_path):
    name = OnnxEncoder(folder).name
    assert name.startswith("tiny-zh ")
    assert OnnxEncoder(folder).name == name
    assert OnnxEncoder(tiny.write_encoder(tmp_path / "other" / "tiny-zh")).name == name
    assert OnnxEncoder(tiny.write_encoder(tmp_path / "third" / "tiny-zh", seed=4)).name != name


def test_one_encoder_of_a_folder_in_a_process(folder):
    assert encoder_in(folder) is encoder_in(folder)


def test_other_ways_of_export_are_read_too(folder):
    expected = OnnxEncoder(folder).encode([TEXT])
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    np.testing.assert_array_equal(OnnxEncoder(folder).encode([TEXT]), expected)
    vectors = tiny.vectors_of(len(tiny.CHINESE) + len(tiny.SPECIAL))
    other = tiny.model(vectors, ("input_ids",), "token_embeddings", TensorProto.INT32)
    (folder / "model.onnx").write_bytes(other)
    np.testing.assert_allclose(OnnxEncoder(folder).encode([TEXT]), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_file_is_named_with_the_mend(folder, name):
    (folder / name).unlink()
    assert (
        _refused(folder, str(folder / name), "is missing", f"export-encoder NAME --out {folder}") == "encoder.missing"
    )


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json", "1_Pooling/config.json"])
@pytest.mark.parametrize("kept", [0, 0.6])
def test_a_file_cut_short_is_named_with_the_mend(folder, name, kept):
    tiny.write_pooling(folder, pooling_mode_mean_tokens=True)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(kept * len(content))])
    assert _refused(folder, str(folder / name), "is damaged", "export-encoder") == "encoder.damaged"


def test_a_folder_that_is_not_there(tmp_path):
    assert _refused(tmp_path / "none", str(tmp_path / "none"), "export-encoder") == "encoder.folder"


def test_a_vocabulary_without_chinese(tmp_path):
    folder = tiny.write_encoder(tmp_path / "english", tiny.ENGLISH)
    assert _refused(folder, "tokenizer.json", "no Chinese", "choose") == "encoder.language"


def test_files_of_different_encoders(folder):
    config = {"hidden_size": 8, "vocab_size": 9}
    tiny.write_config(folder, **config)
    assert _refused(folder, "tokenizer.json", "does not fit") == "encoder.mismatch"
    tiny.write_config(folder, hidden_size=12)
    assert _refused(folder, "model.onnx", "12") == "encoder.mismatch"
    tiny.write_config(folder, hidden_size=8)
    (folder / "model.onnx").write_bytes(tiny.model(tiny.vectors_of(5)))
    assert _refused(folder, "model.onnx", "fails on a sentence") == "encoder.damaged"


def test_settings_that_say_too_little(folder):
    tiny.write_config(folder, vocab_size=99)
    assert _refused(folder, "config.json", "hidden_size") == "encoder.damaged"
    (folder / "config.json").write_text("[]")
    assert _refused(folder, "config.json", "no settings") == "encoder.damaged"


def test_a_pooling_nobody_knows_here(folder):
    tiny.write_pooling(folder, pooling_mode_max_tokens=True)
    assert _refused(folder, "1_Pooling", "pooling_mode_max_tokens", "choose") == "encoder.pooling"


def test_a_model_of_something_else(folder):
    (folder / "model.onnx").write_bytes(_pictures())
    assert _refused(folder, "model.onnx", "pixels", "no encoder of text") == "encoder.kind"


def test_weights_that_are_no_numbers(folder):
    vectors = tiny.vectors_of(90)
    vectors[:] = np.nan
    (folder / "model.onnx").write_bytes(tiny.model(vectors))
    assert _refused(folder, "model.onnx", "no numbers") == "encoder.damaged"


def _pictures():
    graph = helper.make_graph(
        [helper.make_node("Identity", ["pixels"], ["out"])],
        "pictures",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


def test_a_folder_can_be_copied_elsewhere(folder, tmp_path):
    expected = OnnxEncoder(folder)
    shutil.copytree(folder, tmp_path / "copy" / "tiny-zh")
    copied = OnnxEncoder(tmp_path / "copy" / "tiny-zh")
    assert copied.name == expected.name
    np.testing.assert_array_equal(copied.encode([TEXT]), expected.encode([TEXT]))
