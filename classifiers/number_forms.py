"""Numbers as phrases are matched on: the written form of `assist.core.numbers`, on the side of the text and of the pattern.

One digit by itself is a numeral again (3天 is 三天), so that it does not matter which words a pattern says of it. Longer numbers
stay in digits and are matched as a whole: 一百 is not heard in 10086.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, product
from math import prod

from assist.core.numbers import Written, written
from assist.core.numerals import BLANK

ALOUD = str.maketrans("0123456789", "零一二三四五六七八九")
APART = "‖"  # between two numbers that only a comma kept apart
WHOLE = re.compile(r"(#0+|[0-9]+(?:点[0-9]+)*)")

_LONE = re.compile(r"(?<![0-9])(?<![0-9][.:])[0-9](?![0-9]|[.:][0-9])")
_BETWEEN = re.compile(r"(?<=[0-9])(?:[^\w%.:#]|[.:](?![0-9]))(?=[^\w%]*[0-9])")
_POINT = re.compile(rf"(?<=[0-9{BLANK}])[.:](?=[0-9])")

_MOST = 256  # ways to say one number in one pattern; beyond that its parts are brought into form one by one
_CONCERNS = re.compile(rf"[0-9０-９#几%{BLANK}〇零一二三四五六七八九十百千万亿两幺]")
_ELEMENT = re.compile(r"\((?P<one>[^()]*)\)|\[(?P<maybe>[^\[\]]*)\]|(?P<gap>…)|[^()\[\]…]+")
_NUMERALS = set(f"0123456789０１２３４５６７８９〇零一二三四五六七八九十百千万亿两幺几多来半点.{BLANK}")
_INSIDE = set(f"0123456789点{BLANK}")
_OPEN = _NUMERALS | set("个块元毛角月之年天时周分")  # a number or its unit may go on behind these …
_GOES_ON = _NUMERALS | set("个块元毛角分钱折兆GgMm%号日月刻钟整年天周小星礼")  # … with these


def readable(text: str) -> Written:
    """A text with its numbers as they are matched on; `places` as in `Written`."""
    form = written(text)
    return Written(_numerals(form.text), form.places)


def _numerals(form: str) -> str:
    """Digits by themselves are numerals, the point is said; the length stays."""
    form = _BETWEEN.sub(APART, _LONE.sub(lambda match: match[0].translate(ALOUD), form))
    return _POINT.sub("点", form)


def readable_pattern(source: str) -> str:
    """A pattern with its numbers as they are matched on, in the same pattern language.

    Alternatives of which a number is made (`(二|三)十块[钱]`, `#(块|元)`) are multiplied out first, as their parts are no numbers.
    """
    if not _CONCERNS.search(source):
        return source
    return "…".join("".join(_stretch(part)) for part in _between_gaps(source.replace("#", BLANK))).replace(BLANK, "#")


def _between_gaps(source: str) -> Iterator[list[list[str]]]:
    """The parts of a pattern between its gaps; each element as its alternatives, the longest reading first."""
    part: list[list[str]] = []
    for element in _ELEMENT.finditer(source):
        if element["gap"]:
            yield part
            part = []
        elif element["one"] is not None:
            part.append(element["one"].split("|"))
        elif element["maybe"] is not None:
            part.append([*element["maybe"].split("|"), ""])
        else:
            part.append([element[0]])
    yield part


def _stretch(part: list[list[str]]) -> Iterator[str]:
    start = 0
    joined = _joined(part)
    for end in range(1, len(part) + 1):
        if end - 1 not in joined:
            yield from _group(part[start:end])
            start = end


def _joined(part: list[list[str]]) -> set[int]:
    """The elements behind which a number may go on in the next, or in one after that where the next may be missing."""
    joined: set[int] = set()
    for first, left in enumerate(part):
        if not any(alternative[-1] in _OPEN for alternative in left if alternative):
            continue
        for second in range(first + 1, len(part)):
            if any(alternative[0] in _GOES_ON for alternative in part[second] if alternative):
                joined.update(range(first, second))
            if "" not in part[second]:
                break
    return joined


def _group(elements: list[list[str]]) -> Iterator[str]:
    apart = [[_form(alternative) for alternative in alternatives] for alternatives in elements]
    if len(elements) > 1 and prod(map(len, elements)) <= _MOST:
        said = [_forms("".join(combination)) for combination in product(*elements)]
        if said != [["".join(combination)] for combination in product(*apart)]:
            yield _factored(list(dict.fromkeys(chain.from_iterable(said))))
            return
    for alternatives in elements:
        yield _bracketed(list(dict.fromkeys(chain.from_iterable(map(_forms, alternatives)))))


@lru_cache(maxsize=4096)
def _form(alternative: str) -> str:
    return _numerals(written(alternative).text)


def _forms(said: str) -> list[str]:
    """A way to say it in written form, and what else it stands for.

    `#毛` is an amount of money in digits but 几毛 is not, and `#` means 几 too; 百分之 by itself means any percentage.
    """
    form = _form(said)
    rough = _form(said.replace(BLANK, "几"))
    forms = [form] if rough == form.replace(BLANK, "几") else [form, rough]
    return [*forms, f"{form.removesuffix('百分之')}{BLANK}%"] if form.endswith("百分之") else forms


def _bracketed(forms: list[str]) -> str:
    if len(forms) == 1:
        return forms[0]
    spoken = "|".join(form for form in forms if form)
    if "" in forms:
        return f"[{spoken}]" if spoken else ""
    return f"({spoken})"


def _factored(forms: list[str]) -> str:
    """What is common to all at either end stands outside the brackets, where the search for a pattern's words finds it."""
    if len(forms) == 1:
        return forms[0]
    head = _common(forms)
    tail = _common([form[len(head) :][::-1] for form in forms])[::-1]
    return head + _bracketed([form[len(head) : len(form) - len(tail)] for form in forms]) + tail


def _common(forms: list[str]) -> str:
    """The longest beginning that all share and that cuts through no number."""
    shared = 0
    for chars in zip(*forms, strict=False):
        if len(set(chars)) > 1:
            break
        shared += 1
    while shared and any(_cuts(form, shared) for form in forms):
        shared -= 1
    return forms[0][:shared]


def _cuts(form: str, place: int) -> bool:
    beside = form[place - 1 : place + 1]
    return len(beside) == 2 and set(beside) <= _INSIDE
