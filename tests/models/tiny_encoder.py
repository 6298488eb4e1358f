"""A folder with an encoder of a few hundred weights: a vector for each character, as a BERT would give one for each token."""

import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

DIMENSIONS = 8
CHINESE = sorted(
    set("您好，我想问一下这个套餐多少钱，不行就给我退掉太贵了吗请什么可以帮谢再见网断三天管到底家里呢怎要")
)
ENGLISH = sorted("abcdefghijklmnopqrstuvwxyz,")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def vectors_of(size: int, dimensions: int = DIMENSIONS, seed: int = 3) -> NDArray[np.float32]:
    """The weights: a vector for each token."""
    return np.random.default_rng(seed).normal(size=(size, dimensions)).astype(np.float32)


def model(
    vectors: NDArray[np.float32],
    inputs: tuple[str, ...] = ("input_ids", "attention_mask", "token_type_ids"),
    output: str = "last_hidden_state",
    kind: int = TensorProto.INT64,
) -> bytes:
    """Looks up the vector of each token, times its place in the mask, plus the vectors of its segment, which are zero."""
    nodes = [helper.make_node("Gather", ["vectors", "input_ids"], ["looked_up"])]
    last = "looked_up"
    if "attention_mask" in inputs:
        nodes += [
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
            helper.make_node("Mul", [last, "wide"], ["masked"]),
        ]
        last = "masked"
    if "token_type_ids" in inputs:
        nodes += [
            helper.make_node("Gather", ["segments", "token_type_ids"], ["segment"]),
            helper.make_node("Add", [last, "segment"], ["added"]),
        ]
        last = "added"
    nodes.append(helper.make_node("Identity", [last], [output]))
    dimensions = vectors.shape[1]
    held = {
        "vectors": vectors,
        "segments": np.zeros((2, dimensions), np.float32),
        "last": np.array([-1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, kind, ["batch", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", "tokens", dimensions])],
        [numpy_helper.from_array(value, name) for name, value in held.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def tokenizer(characters: list[str]) -> Tokenizer:
    """One token a character, between [CLS] and [SEP]."""
    vocabulary = {token: number for number, token in enumerate((*SPECIAL, *characters))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    return made


def write_encoder(folder: Path, characters: list[str] = CHINESE, seed: int = 3) -> Path:
    """A folder as `assist models export-encoder` makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = tokenizer(characters)
    made.save(str(folder / "tokenizer.json"))
    size = made.get_vocab_size()
    (folder / "model.onnx").write_bytes(model(vectors_of(size, seed=seed)))
    write_config(folder, model_type="bert", hidden_size=DIMENSIONS, max_position_embeddings=16, vocab_size=size)
    return folder


def write_config(folder: Path, **settings: object) -> None:
    """Its `config.json`."""
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def write_pooling(folder: Path, **settings: object) -> None:
    """Its `1_Pooling/config.json`."""
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings), encoding="utf-8")
