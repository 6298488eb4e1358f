"""Grammar of the phrase patterns in playbooks. Pure: what a pattern sounds like is the matter of `classifiers.phrases`.

Characters stand for themselves; `(a|b)` one of; `[a]` may be missing; `…` up to a few characters of anything; `#` a number.
Brackets do not nest, gaps are few and never at an edge, so that no pattern can run away on a long text.
"""

import re

MAX_GAPS = 3
FILLERS = frozenset(
    "嗯呃啊哦噢哎唉呀诶欸嘛呢啦吧喔哟呗"
)  # come and go in speech, so they neither help nor hinder a match
_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_BRACKET = re.compile(r"[()\[\]]")


def pattern_fault(source: str) -> str | None:
    """What is wrong with a pattern, as a sentence with the mend; None when it is fine."""
    outside = _GROUP.sub("", source)
    if _BRACKET.search(outside):
        return "brackets do not match or stand inside each other; write the alternatives out"
    if "|" in outside:
        return "`|` stands outside round brackets; put the alternatives into ( )"
    if any(not alternative for group, _ in _GROUP.findall(source) for alternative in group.split("|") if group):
        return "an alternative is empty; use [ ] for what may be missing"
    if source.count("…") > MAX_GAPS:
        return f"more than {MAX_GAPS} gaps; split it into two patterns"
    if source.startswith("…") or source.endswith("…"):
        return "a gap at the edge matches anything; leave it out"
    if not shortest(source):
        return "nothing in it has to be said; add a word"
    return None


def shortest(source: str) -> int:
    """The least number of literal characters that a match has."""
    bare = _GROUP.sub(lambda m: min(m.group(1).split("|"), key=_letters) if m.group(1) else "", source)
    return _letters(bare)


def _letters(bare: str) -> int:
    return sum(1 for char in bare if char not in "…#|" and char not in FILLERS and char.isalnum())
