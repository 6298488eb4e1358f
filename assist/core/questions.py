"""How many questions a text asks, with or without question marks: recognisers write many of them with a comma.

A clause is a question when its form says so: a verb turned (够不够, 有没有), a particle at its end (吗), a question word, or a
choice (是…还是…). Question words that stand for anything at all (什么都行, 不管怎么), and what somebody is going to see or
to hear (我看看有没有), ask nothing.
"""

import re

_CLAUSES = re.compile(r"[，。！？；、,.!?;\s]+")
_TURNED = r"([\u4e00-\u9fff])[不没]\1|没有$|[过了]没$"
_PARTICLE = r"吗$"
_WORDS = r"什么|为啥|啥|哪|谁|多少|多久|多大|多长|多远|怎么|怎样|如何|几[点号]"
_CHOICE = r"是.+还是"
_ASKS = re.compile("|".join((_TURNED, _PARTICLE, _WORDS, _CHOICE)))
_ANYTHING = re.compile(
    r"(什么|啥|哪.?|谁|多少|怎么|怎样|多久).{0,4}[都也]|(不管|无论|随便|不论|甭管|没|没有|不)(什么|啥|怎么|哪)|谁知道|那么|这么|"
    r"有(什么|啥)[^吗]*(随时|尽管|就|再|您找|您打|联系我)|(看看|看一下|查查|查一下|问问|问一下|聊聊|关心|了解|知道|听听|说说).*"
)


def count_questions(text: str) -> int:
    """Questions in a text: its question marks, or its clauses that ask by their form, whichever are more."""
    marks = text.count("？") + text.count("?")
    return max(marks, sum(_is_question(clause) for clause in _CLAUSES.split(text)))


def _is_question(clause: str) -> bool:
    return _ASKS.search(_ANYTHING.sub("", clause)) is not None
