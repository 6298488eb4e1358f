"""A Hugging Face encoder that somebody brings along as ONNX, behind `assist.core.ports.Encoder`.

Sentences are encoded one by one: what they come with must not change a vector that a head was trained on.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.ports import Encoder
from models.hf_folder import MEND, read_encoder_folder

_MOST_KNOWN = 4096  # vectors kept
_INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
ASKED = ("input_ids", "attention_mask", "token_type_ids")
_VECTORS = ("last_hidden_state", "token_embeddings")  # names under which tools export the vectors of the tokens
_PROBE = "您好"
_TINY = 1e-12  # as length of nothing


class OnnxEncoder:
    """Sentences as vectors of length 1, by `model.onnx`, `tokenizer.json` and `config.json` of a folder.

    Raises `EngineError` naming the file that is missing, damaged or does not fit the others.
    """

    def __init__(self, folder: Path) -> None:
        read = read_encoder_folder(folder)
        self.name = read.name
        self._path, self._mend = read.model, MEND.format(folder=folder)
        self._tokenizer, self._dimensions, self._pooling = read.tokenizer, read.dimensions, read.pooling
        self._session = self._opened()
        self._inputs = {port.name: _INTEGERS.get(port.type) for port in self._session.get_inputs()}
        strange = [name for name, kind in self._inputs.items() if name not in ASKED or kind is None]
        if strange or "input_ids" not in self._inputs:
            message = (
                f"{self._path} asks for {', '.join(strange) or 'no tokens'}; it is no encoder of text; {self._mend}"
            )
            raise EngineError("encoder.kind", message)
        self._output = self._chosen_output()
        self._known: dict[str, NDArray[np.float32]] = {}  # the latest last; every call asks for the same examples
        self._vector(_PROBE)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = {
            text: self._known[text] if text in self._known else self._vector(text) for text in dict.fromkeys(texts)
        }
        self._known |= found
        for text in list(self._known)[: max(0, len(self._known) - _MOST_KNOWN)]:
            del self._known[text]
        return np.stack([found[text] for text in texts]) if found else np.zeros((0, self._dimensions), np.float32)

    def _opened(self) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the recogniser has the others
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime has its own exceptions for each way in which a file can be broken
            message = f"{self._path} is damaged ({type(error).__name__}); {self._mend}"
            raise EngineError("encoder.damaged", message) from error

    def _chosen_output(self) -> str:
        """The output with a vector for each token."""
        outputs = {str(port.name): len(port.shape) for port in self._session.get_outputs()}
        for name in (*_VECTORS, *(name for name, rank in outputs.items() if rank == 3)):
            if name in outputs:
                return name
        message = f"{self._path} gives {', '.join(outputs)}, and no vectors of tokens; {self._mend}"
        raise EngineError("encoder.kind", message)

    def _vector(self, text: str) -> NDArray[np.float32]:
        """The vector of one text, shape (d,), of length 1; zero for a text without a token."""
        tokens = np.array([self._tokenizer.encode(text).ids])
        if not tokens.size:
            return np.zeros(self._dimensions, np.float32)
        given = dict(zip(ASKED, (tokens, np.ones_like(tokens), np.zeros_like(tokens)), strict=True))
        fed = {name: given[name].astype(kind) for name, kind in self._inputs.items()}
        try:
            vectors = np.asarray(self._session.run([self._output], fed)[0], np.float32)
        except Exception as error:  # a token that the model does not hold, for one
            message = f"{self._path} fails on a sentence ({type(error).__name__}); {self._mend}"
            raise EngineError("encoder.damaged", message) from error
        if vectors.shape != (1, tokens.size, self._dimensions):
            message = f"{self._path} gives vectors of shape {vectors.shape}, config.json says {self._dimensions}"
            raise EngineError("encoder.mismatch", f"{message}; copy both from one place")
        vector: NDArray[np.float32] = vectors[0, 0] if self._pooling == "cls" else vectors[0].mean(axis=0)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length):
            raise EngineError("encoder.damaged", f"{self._path} gives no numbers; {self._mend}")
        return np.divide(vector, max(length, _TINY), dtype=np.float32)


@cache
def encoder_in(folder: Path) -> Encoder:
    """The encoder of a folder, once in this process. Raises `EngineError` where it cannot be used."""
    return OnnxEncoder(folder)
