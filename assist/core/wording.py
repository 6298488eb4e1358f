"""Fills the slots of a line with what is known, in a form that is sensible also when it is not.

`[每月{fee}元|每月的月租]` is the part before `|` when all its slots are known, else the part after it, which may be missing.
Slots stand only inside brackets; brackets do not nest.
"""

import re
from collections.abc import Iterator, Mapping

_PART = re.compile(r"\[([^\[\]|]*)(?:\|([^\[\]|]*))?\]")
_SLOT = re.compile(r"\{([a-z_]+)\}")


def fill(line: str, known: Mapping[str, str]) -> str:
    """The line as it can be said now."""

    def part(match: re.Match[str]) -> str:
        first, instead = match[1], match[2] or ""
        if any(slot not in known for slot in _SLOT.findall(first)):
            return instead
        return _SLOT.sub(lambda slot: known[slot[1]], first)

    return _PART.sub(part, line)


def slots(line: str) -> Iterator[str]:
    """The slots that a line has, wherever they stand."""
    yield from _SLOT.findall(line)


def wording_fault(line: str) -> str | None:
    """What is wrong with the slots and brackets of a line, as a sentence; None when nothing is."""
    rest = _PART.sub("", line)
    if any(sign in rest for sign in "[]|"):
        return "a bracket has no partner, or holds another; write [with slot|without]"
    if "{" in rest or "}" in rest:
        return "a slot stands outside brackets; write [with {slot}|without], so that there is a form without it"
    if any("{" in (match[2] or "") for match in _PART.finditer(line)):
        return "the form without its slots has a slot itself"
    if any(not _SLOT.search(match[1]) for match in _PART.finditer(line)):
        return "a bracket has no slot; take the brackets away"
    return None
