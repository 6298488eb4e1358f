"""What a run of numerals says: 一百五十八, 一千二, 3万5, 二零二五. Whether a numeral is a number: `numbers`.

Two ways to say a number are told apart by whether the run holds 十百千万亿: with them it is counted, without them its
digits are read one by one. A run that is neither (三四百, 五十六十: about so much) says no number.
"""

import re

MANY = "十百千万亿"
ONES = "一二三四五六七八九"
BLANK = "\ufdd0"  # stands for any number where a pattern is brought to the form of a text; never part of a text
DIGITS = {char: str(value) for value, char in enumerate("零" + ONES)} | {"幺": "1", "两": "2"}

_FORMS = str.maketrans("〇○兩萬億", "零零两万亿")
_TO_ARABIC = str.maketrans(DIGITS)
_ABOUT = {f"{ONES[i]}{ONES[i + 1]}" for i in range(8)} | {"三五"}  # 三四天, 三五天: roughly so many
_MIXED = 7  # 幺38零零138000: fewer digits in both scripts are two numbers side by side
_LONGEST = 48  # no count that is said takes more characters; longer runs are not searched for one

_LEAD, _UNIT = rf"(?:[两{ONES}]|\d{{1,12}})", rf"(?:[{ONES}]|\d{{1,12}})"
_BELOW = rf"(?:{_LEAD}千)?(?:零?{_LEAD}百)?(?:零?{_UNIT}?十)?(?:零*{_UNIT})?"  # a number below 万
_COUNT = re.compile(rf"(?:(?!亿)(?:{_BELOW}|两)亿)?(?:零?(?!万)(?:{_BELOW}|两)万)?(?:零*{_BELOW})?")
_PIECE = re.compile(r"\d+|\D")
_WORTH = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


def whole_number(text: str) -> int:
    """Twenty-four for 二十四, 二四 and 24 alike; raises `ValueError` for what is no whole number."""
    reading = read(text.translate(_FORMS)) if text else None
    if reading is None or reading[1] < len(text):
        raise ValueError("not a whole number")
    return int(reading[0])


def read(run: str) -> tuple[str, int] | None:
    """The number that a run of numerals begins with, in digits, and how many of its characters that takes.

    The rest is at most one digit, which then belongs to what follows (一百五十八|一个月). None when no number is said.
    `run` holds Arabic digits, the simplified numerals and `BLANK`, nothing else.
    """
    if BLANK in run:
        return _unknown(run)
    if any(char in MANY for char in run):
        return _counted(run) if len(run) <= _LONGEST else None
    return _one_by_one(run)


def _unknown(run: str) -> tuple[str, int] | None:
    """Any number, or with 百 behind it any that has at least two digits more."""
    many = run[1:]
    if run[0] != BLANK or many.strip(MANY):
        return None
    return BLANK + "0" * sum(len(str(_WORTH[char])) - 1 for char in many), len(run)


def _one_by_one(run: str) -> tuple[str, int] | None:
    if run.isascii() or len(run) == 1:
        return run.translate(_TO_ARABIC), len(run)
    spoken = len(re.sub(r"\d", "", run))
    if spoken < len(run) and (len(run) < _MIXED or spoken < 2):
        first = re.match(r"\d+", run)
        return (first[0], first.end()) if first else None
    if run in _ABOUT or "两" in run:
        return None
    return run.translate(_TO_ARABIC), len(run)


def _counted(run: str) -> tuple[str, int] | None:
    match = _COUNT.match(run)
    if match is None or not match.end() or run[0] == "零":
        return None
    used, rest = match.end(), run[match.end() :]
    if rest and (rest not in DIGITS or run[used - 1 : used + 1] in _ABOUT):
        return None
    return str(_sum(run[:used])), used


def _sum(count: str) -> int:
    """A bare last digit is worth a tenth of what stands before it: 一千二 is 1200, 一千零二 is 1002."""
    done = below = 0
    digit, tenth = "", 1
    for piece in _PIECE.findall(count):
        worth = _WORTH.get(piece)
        if worth is None:
            digit, tenth = piece.translate(_TO_ARABIC), 1 if piece == "零" else tenth
        elif worth < _WORTH["万"]:
            below, digit, tenth = below + int(digit or 1) * worth, "", worth // 10
        else:
            done, below, digit, tenth = done + (below + int(digit or 0)) * worth, 0, "", worth // 10
    return done + below + int(digit or 0) * (tenth if len(digit) == 1 else 1)
