"""Numbers in one written form for matching, with the way back to what was spoken. Pure; knows Chinese only.

| spoken, or written otherwise | form |
|---|---|
| 一百五十八块钱, １５８元; 三十九块九, 39.90元; 一毛五; 五分钱 | 158元; 39.9元; 0.15元; 0.05元 |
| 一千二; 三万五; 1,580; 1.5万; 两千零五十 | 1200; 35000; 1580; 15000; 2050 |
| 百分之三十; 八折, 八五折, 85折 | 30%; 8折, 8.5折, 8.5折 |
| 五月三号, 5月3日; 两年; 十二个月; 两月; 一个半月, 两年半 | 5月3日; 2年; 12个月; 2个月; 1.5个月, 2.5年 |
| 三点半, 3点30分; 下午三点, 下午3:00; 三点五 | 3:30; 下午3点; 3.5 |
| 五百兆, 500m; 千兆; 三十个G, 30GB | 500M; 1000M; 30G |
| 幺三八零零幺三八零零零, 138 0013 8000; 一零零八六; 四八小时 | 13800138000; 10086; 48小时 |

When a numeral is a number: always where two or more are said together (二十个电话 is 20个电话), and 十 alone. One numeral alone
is a number only before a unit of money, time, data or discount, or in a range that ends in one (两到三天). Before a plain
measure word it is a word and stays (三个电话, 一下, 一点, 四面八方); so do 第一, 星期三, 半年, and what says roughly how much
(三四天, 十几块, 几百兆), of which only the unit is written. 千万, 万一, 百姓 stay because nothing stands before 千, 万, 百 for
them to multiply. Words that no rule tells from a number are in the closed list `_KEPT`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assist.core.numerals import BLANK, DIGITS, MANY, ONES, read
from assist.core.quantities import CN, ONE_OF, SAY, Change, Number, at_clock, is_decimal, quantity, roughly

_ANY = re.compile(rf"[0-9０-９〇○几幾{CN}幺两兩俩{MANY}萬億壹贰貳叁叄参參肆伍陆陸柒捌玖拾{BLANK}]")

_SAME = str.maketrans(
    "０１２３４５６７８９．：％〇○兩萬億個塊錢點時號鐘週圓圆禮幾數來餘頭級",
    "0123456789.:%零零两万亿个块钱点时号钟周元元礼几数来余头级",
)
_CHEQUE_SIGNS = "壹贰貳叁叄参參肆伍陆陸柒捌玖拾佰仟"
_CHEQUE = re.compile(rf"[零万亿{_CHEQUE_SIGNS}]+")
_FROM_CHEQUE = str.maketrans(_CHEQUE_SIGNS, "一二二三三三三四五六六七八九十百千")
_LETTER_O = re.compile(rf"(?<=[0-9{CN}幺])[OoＯ]+(?=[0-9{CN}幺])")
_BOTH = re.compile(r"俩(?=个?(?:月|小时|星期|礼拜|钟头|年|天))")

_KEPT = rf"""
    一(?:一(?![{SAY}{MANY}])|五一十|天到晚|年到头|天天|年年|年半载|毛不拔|元化|点一[点滴]|分钱一分货|波三折)
  | 三(?:天两头|年五载)|两点一线|九牛一毛|七七八八|有一天|双十[一二]
  | [五六七八十]一(?=假|节|期间|劳动|国庆|长假|黄金周)
  | 十(?:分(?![钟之钱])|全十美|足|字|有八九|之八九|万火急|拿九稳)
  | (?:周|星期|礼拜)[一二三四五六日天末](?![百千万]|十[{ONES}]?[块元个兆GM%折])
  | [{SAY}{MANY}]{{1,6}}分之[{SAY}{MANY}]{{1,6}}
  | \d+(?:\.\d+){{2,}}
"""
_A_RUN = rf"\d{{1,3}}(?:,\d{{3}})+(?![\d,])|(?:[{SAY}十千万亿]|百(?!分[之百]))+"
_NEXT = re.compile(
    rf"""(?P<percent>百分(?:之|(?=百)))(?=[{SAY}十]|百(?!分[之百]))
  | (?P<kept>{_KEPT})
  | (?P<phone>[0-9{CN}幺]{{3,8}}(?:[\ ,，、—–－-][0-9{CN}幺]{{3,8}}){{1,4}}(?![0-9{CN}幺]))
  | (?<![\d:.])(?P<clock>\d{{1,2}}:(?:[1-5]\d|0[1-9]|00(?![十{SAY}])))(?![:\d])
  | (?P<run>{_A_RUN})
  | (?P<some>几[几{MANY}]*|数[十百千万]+)""",
    re.VERBOSE | re.ASCII,
)
_RUN = re.compile(rf"{_A_RUN}")
_ROUGH = re.compile(rf"几[几{MANY}]*")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|\d{16}|\d{19}", re.ASCII)  # mobile, landline, service, card
_APART = re.compile(r"[ ,，、—–－-]")
_DECIMAL = re.compile(rf"点(?P<spoken>[{CN}幺]+)|\.(?P<digits>[0-9]+)")
_MORE_DIGITS = re.compile(r"[.:]?[0-9]|,[0-9]{3}")
_HOUR = re.compile(rf"[{SAY}十]点")
_ROUNDS = 5  # one is enough for what people say; what a change brings together in a garbled text is read once more
_GLUE = re.compile(r"[.,:]")
_TIMES = {"百": 2, "千": 3, "万": 4, "亿": 8}
_DIGITS = str.maketrans(CN + "幺", "01234567891")


@dataclass(frozen=True, slots=True)
class Written:
    """A text with its numbers in one form; `places` tells for each character where in the original it was spoken."""

    text: str
    places: tuple[int, ...]

    def spoken(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original `text[start:end]` was spoken; half-open, `start` must be less than `end`."""
        return self.places[start], self.places[end - 1] + 1


def written(text: str) -> Written:
    """The text with its numbers in one form; the same again for a text in that form. Never fails."""
    done = Written(text, tuple(range(len(text))))
    for _ in range(_ROUNDS):
        again = _rewritten(done.text)
        if again.text == done.text:
            break
        done = Written(again.text, tuple(done.places[place] for place in again.places))
    return done


def _rewritten(text: str) -> Written:
    if not _ANY.search(text):
        return Written(text, ())
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for change in _changes(_one_for_one(text)):
        pieces += (text[done : change.start], change.number, change.unit)
        places += range(done, change.start)
        places += _spread(len(change.number), change.start, change.middle)
        places += _spread(len(change.unit), change.middle, change.end)
        done = change.end
    pieces.append(text[done:])
    places += range(done, len(text))
    return Written("".join(pieces), tuple(places))


def _spread(length: int, start: int, end: int) -> Iterator[int]:
    """The first character at the first place and the last at the last; a single one at the last."""
    if length == 1:
        return iter((max(start, end - 1),))
    return (start + i * (end - 1 - start) // (length - 1) for i in range(length))


def _one_for_one(text: str) -> str:
    """Variants of the same character brought together; the length stays."""
    plain = text.translate(_SAME)
    if any(sign in plain for sign in _CHEQUE_SIGNS):
        plain = _CHEQUE.sub(_from_cheque, plain)
    plain = _LETTER_O.sub(lambda match: "0" * len(match[0]), plain)
    return _BOTH.sub("两", plain)


def _from_cheque(match: "re.Match[str]") -> str:
    """伍 and 陆 are names too, so they count only beside 拾佰仟 or before money."""
    sure = set("拾佰仟") & set(match[0]) or match.string[match.end() : match.end() + 1] in ("元", "块", "角")
    return match[0].translate(_FROM_CHEQUE) if sure else match[0]


def _changes(plain: str) -> Iterator[Change]:
    at, wall = 0, -1
    while found := _NEXT.search(plain, at):
        if found.start() == wall:
            at = found.end()
            continue
        at, change = _change(plain, found)
        if change is None:
            continue
        at, text = max(at, change.end), change.number + change.unit
        if not text[-1:].isdigit():
            yield change
        elif not _MORE_DIGITS.match(plain, change.end):
            # What is directly behind would read as one number with it, so that stays as it was spoken.
            wall = change.end + bool(_GLUE.match(plain, change.end))
            yield change


def _change(plain: str, found: "re.Match[str]") -> tuple[int, Change | None]:
    """What becomes of the next place that may hold a number, and where to read on."""
    start, end = found.span()
    match found.lastgroup:
        case "kept":
            return end, None
        case "some":
            return end, None if plain[start - 1 : start] in ("这", "那", "哪") else roughly(plain, end)
        case "percent":
            return _percentage(plain, start, end)
        case "clock":
            hour, minute = found["clock"].split(":")
            number = Number(plain, start, start + len(hour), hour)
            return end, at_clock(number, minute, end) if number.upto(24) is not None else None
        case "phone":
            digits = _APART.sub("", found[0]).translate(_DIGITS)
            if _PHONE.fullmatch(digits):
                return end, Change(start, end, end, digits)
    return _quantity(plain, start)


def _percentage(plain: str, start: int, first: int) -> tuple[int, Change | None]:
    end, number = _number(plain, first, percent=True)
    if number is None:
        return end, None
    stop = number.end + plain.startswith("%", number.end)
    return stop, Change(start, stop, stop, number.value + "%")


def _quantity(plain: str, first: int) -> tuple[int, Change | None]:
    end, number = _number(plain, first)
    if number is None:
        return end, roughly(plain, end)
    if len(number.value) == 2 and _HOUR.fullmatch(plain[max(0, first - 2) : first]):
        return end, None  # what did not read as minutes in words must not do so in digits
    return end, quantity(number)


def _number(plain: str, first: int, *, percent: bool = False) -> tuple[int, Number | None]:
    """The number whose run of numerals begins at `first`, and where to read on; None when the run says none."""
    found = _RUN.match(plain, first)
    assert found is not None
    run, end = found[0], found.end()
    if rough := _ROUGH.match(plain, end):
        return rough.end(), None
    value, used = _value(plain, run, end, percent)
    if not used:
        return end, None
    number = Number(plain, first, first + used, value, alone=used == 1 and run[0] in DIGITS)
    return _with_decimals(number, run.isascii()) if used == len(run) else (end, number)


def _value(plain: str, run: str, end: int, percent: bool) -> tuple[str, int]:
    """The digits of the number that a run begins with and how long it is; length 0 when it says none."""
    if run in _TIMES and (percent or plain.startswith("兆", end)):
        return "1" + "0" * _TIMES[run], 1
    if "," in run:
        return run.replace(",", ""), len(run)
    spare = _belongs_behind(run, plain[end : end + 1])
    reading = read(run[: len(run) - spare])
    return reading or ("", 0)


def _belongs_behind(run: str, behind: str) -> bool:
    """The last numeral belongs to the word behind it: 五八|一个月, 一零零八六|一下, 三十|两天; not in 二零零一年."""
    if len(run) == 1 or run[-1] == "两":
        return len(run) > 1
    if run[-1] != "一" or not behind or behind not in ONE_OF:
        return False
    if set(run) & set(MANY):
        return run[-2] in "百千万亿"
    year, mobile = behind == "年" and len(run) in (2, 4), len(run) == 11 and run[0] in "1一幺"
    return not (year or mobile)


def _with_decimals(number: Number, arabic: bool) -> tuple[int, Number]:
    """The number with its decimals and what multiplies them, and where to read on."""
    found = _DECIMAL.match(number.text, number.end)
    if found is None or number.value == BLANK or (found["digits"] and not arabic):
        return number.end, number
    digits, stop = found["digits"], found.end()
    if not digits:
        digits = found["spoken"]
        if digits[-1] == "一" and number.text[stop : stop + 1] in tuple(ONE_OF):
            digits, stop = digits[:-1], stop - 1
        if not digits or not is_decimal(number, digits, stop):
            return number.end, number
    value, behind = f"{number.value}.{digits.translate(_DIGITS)}", number.text[stop : stop + 1]
    if behind in _TIMES and not _RUN.match(number.text, stop + 1):
        return stop + 1, Number(number.text, number.start, stop + 1, _shifted(value, _TIMES[behind]))
    return found.end(), Number(number.text, number.start, stop, value)


def _shifted(value: str, places: int) -> str:
    """Multiplied by a power of ten: 1.5万 is 15000, 1.23456万 is 12345.6."""
    whole, digits = value.split(".")
    digits = digits.ljust(places, "0")
    rest = digits[places:].rstrip("0")
    return (whole + digits[:places]).lstrip("0").rjust(1, "0") + ("." + rest if rest else "")
