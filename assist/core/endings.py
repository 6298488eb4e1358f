"""How a sentence ends, as far as its words tell: whether somebody who falls silent here has finished."""

import re
import unicodedata
from enum import StrEnum


class Ending(StrEnum):
    """What the last words of a text say about what follows."""

    FINISHED = "finished"  # a whole sentence or a whole answer
    OPEN = "open"  # a number being read out, or words that ask for more
    UNKNOWN = "unknown"


_NUMERALS = "零〇一二三四五六七八九十百千万亿两幺点0123456789."
# Somebody who reads a number aloud pauses between its groups; what has a unit behind it is complete.
_READING = re.compile(f"[{_NUMERALS}]{{2,}}$|第$|(号码|电话|手机|账号|卡号|尾号|证号)(是|就是|为)?$")
_A_LITTLE = re.compile(f"(?<![{_NUMERALS}])一点$")  # faster, cheaper: no number
_WHOLE_PHONE = re.compile("(?:1|一|幺)[0-9零〇一二三四五六七八九幺]{10}$")
# Words that a sentence does not end with.
_ASKS_FOR_MORE = re.compile(
    "(因为|所以|但是|可是|不过|然后|而且|或者|如果|要是|虽然|比如|另外|还有|就是|就是说|也就是|那么|那个|这个|"
    "我想|我要|我就|您的|我的|你们的|我们的|关于|由于|为了|以及|和|跟|把|被|给|对于|包括|根据|一个|这种|那种|的话)$"
)
_WHOLE_ANSWERS = re.compile(
    "(好|好的|好吧|行|行吧|可以|对|对的|是|是的|不是|没有|没了|没问题|不用|不用了|不要|不需要|谢谢|谢谢您|再见|拜拜|知道了|明白|明白了|嗯|喂|您好|你好)"
)
_LAST_WORDS = re.compile(
    "(吗|吧|呢|啊|呀|嘛|了|谢谢|再见|拜拜|对不对|是不是|好不好|行不行|可以|为什么|怎么办|多少钱|不用)$"
)


def ending(text: str) -> Ending:
    """How a text ends. Punctuation of the recogniser counts only where it asks or exclaims: it sets full stops anywhere."""
    stripped = text.rstrip()
    letters = "".join(char for char in stripped if unicodedata.category(char)[0] in "LN")
    if not letters:
        return Ending.UNKNOWN
    if _WHOLE_PHONE.search(letters):
        return Ending.FINISHED
    reading = _READING.search(letters) and not _A_LITTLE.search(letters)
    if reading or _ASKS_FOR_MORE.search(letters) or stripped[-1] in "，、：":
        return Ending.OPEN
    if _WHOLE_ANSWERS.fullmatch(letters) or stripped[-1] in "？！?!" or _LAST_WORDS.search(letters):
        return Ending.FINISHED
    return Ending.UNKNOWN
