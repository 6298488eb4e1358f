"""The written form that every recogniser's text takes: Simplified characters, Chinese punctuation, no gaps."""

import re
from functools import cache

import opencc

_WIDE = str.maketrans(",?!;:", "，？！；：", "\ufffd")
_BETWEEN_HANZI = re.compile(r"(?<=[\u4e00-\u9fff])[ 　]+(?=[\u4e00-\u9fff])")


_NARROW = str.maketrans("，、？！；：", ",,?!;:")


def narrow(text: str) -> str:
    """The text with the punctuation that Whisper itself writes; wide marks it spells in bytes, and stumbles over."""
    return text.translate(_NARROW)


def tidy(text: str) -> str:
    """Simplified characters with Chinese punctuation; the spaces an engine writes for pauses become commas."""
    return _BETWEEN_HANZI.sub("，", str(_simplifier().convert(text.strip())).translate(_WIDE)).replace(" ", "")


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
