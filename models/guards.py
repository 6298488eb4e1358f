"""What keeps a Whisper decode honest: loops, impossible speaking rates, and lines it is known to invent.

Confidence does not catch any of these; a loop is usually very confident.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable

MAX_CHARACTERS_PER_SECOND = 9.5  # nobody speaks Mandarin faster; a loop does
MAX_COMPRESSION = 2.4  # Whisper's own limit for repetitive text
MIN_LOG_PROBABILITY = -1.0
_ECHO = 6  # letters; people say less than that twice
_TOKENS_PER_SECOND = 14.0
_LEAST_TOKENS = 12
_REPEATED = re.compile(r"(.{2,12}?)(?:[，。、,\s]*\1){2,}")
_DIGITS = frozenset("0123456789〇零一二两三四五六七八九幺")
_GAPS = frozenset("，。、, ")
_MOST_DIGITS = 12

# Lines learnt from subtitles; they come out of silence and noise.
_PHANTOMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"字幕(由|制作|提供|组|by|志愿者)",
        r"amara\.?org",
        r"(请|請).{0,4}(点赞|點贊|订阅|訂閱|转发|打赏)",
        r"(明镜|明鏡).{0,4}(点点|點點|栏目|欄目)",
        r"(感谢|谢谢|謝謝)(您的)?(收看|观看|觀看|收听)",
        r"(下期|下次|我们下期).{0,4}(再见|再會|节目)",
        r"^(以下是)?普通话的?句子",
        r"^(作词|作曲|词曲|编曲|演唱|副作词|词字幕)",
        r"(优优独播剧场|中文字幕|字幕组)",
        r"(thanks|thank you) for watching",
    )
)


def token_cap(seconds: float) -> int:
    """Most tokens a stretch of speech can need."""
    return _LEAST_TOKENS + int(seconds * _TOKENS_PER_SECOND)


def collapse(text: str) -> str:
    """A text in which anything said three or more times in a row stands once; twice is how people talk.

    A whole sentence with its punctuation twice is the usual loop on a short clip, and stands once too. Numbers stay: a million
    has six noughts, a phone number may have nine eights.
    """
    once = _REPEATED.sub(lambda found: found[0] if _number(found) else found[1], text)
    return re.sub(r"^(.{4,}?[，。！？,])\1$", r"\1", once)


def unlooped(text: str) -> str:
    """A text that ends in a loop, cut where the loop begins to repeat; any other as it is.

    What comes before the loop and its first round are often right: the decoder reached the end of the sound and went round.
    """
    for size in range(2, len(text) // 2 + 1):
        same = 0
        while same + size < len(text) and text[-1 - same] == text[-1 - same - size]:
            same += 1
        if same >= (size if size >= 4 else 2 * size):
            return text[: len(text) - same]
    return text


def phantom(text: str) -> bool:
    """Whether a text is, or holds, a line that Whisper is known to invent."""
    return any(pattern.search(text) for pattern in _PHANTOMS)


def leaked(text: str, hotwords: Iterable[str]) -> bool:
    """Whether most of a text is words that the recogniser had been told to expect; on short clips they come unasked."""
    letters = len(_letters(text))
    rest = text
    for word in sorted(hotwords, key=len, reverse=True):
        rest = rest.replace(word, "")
    return letters > 0 and len(text) - len(rest) >= letters / 2


def echoed(text: str, before: str) -> bool:
    """Whether a text begins by saying again what was said before it."""
    said = _letters(text)
    return len(said) >= _ECHO and said[:_ECHO] in _letters(before)


def suspicion(text: str, speech_seconds: float, log_probability: float, capped: bool) -> str | None:
    """Why a decode should not be believed; None when nothing speaks against it."""
    letters = _letters(text)
    if capped:
        return "token_cap"
    if len(letters) > 6 and len(letters) / max(speech_seconds, 0.1) > MAX_CHARACTERS_PER_SECOND:
        return "speaking_rate"
    if any(not _number(found) for found in _REPEATED.finditer(text)):
        return "repetition"
    if _said_twice(letters):
        return "said_twice"
    encoded = text.encode()
    if len(encoded) > 60 and len(encoded) / len(zlib.compress(encoded)) > MAX_COMPRESSION:
        return "compression"
    return "log_probability" if log_probability < MIN_LOG_PROBABILITY else None


def _letters(text: str) -> str:
    """The text without marks and spaces."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


def _said_twice(letters: str) -> bool:
    """The whole sentence again, and perhaps again: the usual form of a loop on a short clip."""
    half = len(letters) // 2
    again = half >= 5 and letters[:half] == letters[half : 2 * half]
    return again or any(letters[unit:] == letters[:-unit] for unit in range(5, half + 1))


def _number(found: re.Match[str]) -> bool:
    """Whether what is repeated is digits, no more than a number has."""
    digits = sum(char in _DIGITS for char in found[0])
    return set(found[1]) <= _DIGITS | _GAPS and digits <= _MOST_DIGITS
