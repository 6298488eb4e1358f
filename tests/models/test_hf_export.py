"""A tiny random BERT with a Chinese vocabulary, exported and fine-tuned for real. Needs the extra `encoder`."""

import importlib.util
import json
import sys

import numpy as np
import pytest

from models.hf_folder import FINE_TUNED
from tests.cli.running import assist
from tests.models import tiny_encoder

NEEDED = ("torch", "transformers", "onnxscript")
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in NEEDED), reason="needs the extra encoder"
    ),
    pytest.mark.filterwarnings("default"),  # theirs
]
TEXTS = ["这个套餐太贵了", "您好", "网断三天了到底管不管"]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """As transformers saves one."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("bert")
    torch.manual_seed(1)
    (folder / "vocab.txt").write_text("\n".join([*tiny_encoder.SPECIAL, "[MASK]", *tiny_encoder.CHINESE, ""]), "utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    size = len(tiny_encoder.SPECIAL) + 1 + len(tiny_encoder.CHINESE)
    config = transformers.BertConfig(
        vocab_size=size,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def export(capsys, monkeypatch, bert):
    return lambda *rest, name=bert: assist(capsys, monkeypatch, "models", "export-encoder", name, *rest)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_exported_encoder_gives_the_vectors_of_the_model(export, bert, tmp_path, pooling):
    from models.hf_encoder import OnnxEncoder
    from models.hf_export import open_source

    source = tmp_path / "source"
    source.mkdir()
    for path in bert.glob("*.*"):
        (source / path.name).write_bytes(path.read_bytes())
    tiny_encoder.write_pooling(
        source, pooling_mode_cls_token=pooling == "cls", pooling_mode_mean_tokens=pooling == "mean"
    )
    outcome = export("--out", tmp_path / "out", name=source)
    assert outcome.code == 0, outcome
    assert f"assist train all --encoder {tmp_path / 'out'}" in outcome.out
    made = OnnxEncoder(tmp_path / "out").encode(TEXTS)
    np.testing.assert_allclose(made, open_source(str(source)).vectors(tuple(TEXTS)), atol=1e-5)
    again = export("--out", tmp_path / "out", name=source)
    assert again.code == 1
    assert "choose a new folder" in again.err


def test_fine_tuning_learns_what_is_in_the_sentences(export, tmp_path):
    data = tmp_path / "data" / "questions"
    data.mkdir(parents=True)
    forms = {
        "open": ("{}怎么用呢？", "请问{}是什么？", "您的{}为什么不行？"),
        "none": ("{}给您退了。", "好，{}断了。", "您的{}太贵了。"),
    }
    lines = [
        f"g{n}{what}\t{label}\t{form.format(what)}"
        for n, what in enumerate(tiny_encoder.CHINESE[2:])
        for label, found in forms.items()
        for form in found
    ]
    (data / "made.tsv").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "out"
    outcome = export("--out", out, "--fine-tune", "--epochs", 30, "--data", tmp_path / "data")
    assert outcome.code == 0, outcome
    assert "question: " in outcome.out
    found = json.loads((out / FINE_TUNED).read_text("utf-8"))["held_out"]["question"]
    assert found["sentences"] >= 12
    assert found["right"] > found["commonest"] + 0.2


def test_sources_that_cannot_be_read(export, bert, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(sys.modules["huggingface_hub.constants"], "HF_HUB_OFFLINE", True)
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in bert.glob("*.*"):
        (broken / path.name).write_bytes(path.read_bytes()[:200] if "safetensors" in path.name else path.read_bytes())
    for name, words in {
        "nobody/no-encoder-zh": ("nobody/no-encoder-zh", "network", "HF_ENDPOINT"),
        str(tmp_path / "none"): ("none", "config.json", "is missing"),
        str(broken): (str(broken), "copy the folder again"),
    }.items():
        outcome = export("--out", tmp_path / "out", name=name)
        assert outcome.code == 1
        assert len(outcome.err.strip().splitlines()) == 1, outcome.err
        for word in words:
            assert word in outcome.err
        assert not (tmp_path / "out").exists()
