"""The trained heads: small ONNX models of our own, kept in the repository with a card each."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.ports import Head

FOLDER = Path(__file__).with_name("heads")
_NOTES = "call-copilot"  # the key of our own notes in an ONNX file
TRAIN = "assist train {name}"  # the command that makes the heads of the packaged encoder again


class OnnxHead:
    """One head from its file. Raises `EngineError` naming the file and the command that mends it."""

    def __init__(self, path: Path, encoder: str, features: int, train: str = TRAIN) -> None:
        self.name = path.stem
        mend = f"run: {train.format(name=self.name)}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the recogniser has the others
        options.log_severity_level = 4
        try:
            data = path.read_bytes()
        except OSError as error:
            raise EngineError("head.missing", f"{path} is missing ({error.strerror}); {mend}") from error
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            notes = json.loads(self._session.get_modelmeta().custom_metadata_map[_NOTES])
            self.labels = tuple(str(label) for label in notes["labels"])
            self.columns = tuple(str(column) for column in notes["columns"])
            self.least = float(notes["least"])
            trained_for = (str(notes["encoder"]), int(notes["features"]))
        except Exception as error:  # the runtime has its own exceptions for each way in which a file can be broken
            raise EngineError("head.damaged", f"{path} is damaged ({type(error).__name__}); {mend}") from error
        if trained_for != (encoder, features):
            message = f"{path} was trained for the encoder {trained_for[0]}, not {encoder}; {mend}"
            raise EngineError("head.other_encoder", message)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[-1].name

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(self._session.run([self._output], {self._input: features})[0], np.float32)


def load_heads(
    names: Iterable[str],
    encoder: str,
    features: int,
    say: Callable[[str], None],
    folder: Path = FOLDER,
    train: str = TRAIN,
) -> tuple[Head, ...]:
    """The heads that can be loaded; `say` gets a sentence for each that cannot, and the rules go on without it.

    `train` is the command that makes the head {name} of this folder again.
    """
    loaded: list[Head] = []
    for name in names:
        try:
            loaded.append(OnnxHead(folder / f"{name}.onnx", encoder, features, train))
        except EngineError as error:
            say(str(error))
    return tuple(loaded)


def notes_of(
    labels: Iterable[str], columns: Iterable[str], least: float, encoder: str, features: int
) -> dict[str, str]:
    """What a head's file says of itself, as metadata of the ONNX model."""
    notes = {
        "labels": list(labels),
        "columns": list(columns),
        "least": least,
        "encoder": encoder,
        "features": features,
    }
    return {_NOTES: json.dumps(notes, ensure_ascii=False, sort_keys=True)}
