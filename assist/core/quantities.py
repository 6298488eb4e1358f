"""What a number counts: money, time, data, a discount; and how the two are written together. The forms: `numbers`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from assist.core.numerals import BLANK, MANY, ONES

CN = f"零{ONES}"  # digits as they are read out
SAY = rf"0-9{CN}幺两{BLANK}"  # everything that a number is made of beside `MANY`
_D = rf"[0-9{CN}{BLANK}]"

ONE_OF = "下直定样起些点会个次年天月周块种位条张份台部家遍趟回分秒小星礼共般旦概半毛"  # 一 before these begins a word
_COUNTS = "个年月天日周小星礼季分秒点号折块元毛角兆%次人台张条户家倍项份斤岁种期笔档GgMmTtKk"
_THEN = rf"(?![{_COUNTS}])(?:(?=一[{ONE_OF}]|两)|(?![{SAY}{MANY}几多来余.:]))"  # behind a last digit that counts nothing itself
_DAYPARTS = tuple(["上午", "下午", "早上", "晚上", "中午", "凌晨", "傍晚", "今早", "明早", "今晚", "明晚", "当晚"])
_PAID = tuple(
    f"{verb}{done}" for verb in ["扣", "收", "花", "退", "返", "差", "便宜", "涨", "降", "减"] for done in ("", "了")
)

_DIGITS = str.maketrans(CN, "0123456789")
_ONE_BEHIND = tuple("上下每这那某同头前后统唯单万逐专任")  # 上一年, 每一天, 统一: here 一 is no number

_YUAN = r"(?:块(?!电池|屏|主板|地|表|硬盘|玻璃)|元(?![旦素宵件]))"
_CHANGE = re.compile(
    rf"""{_YUAN}钱*(?:
        (?P<tens>{_D})[毛角](?:(?P<ones>{_D})(?:分(?![钟之])|{_THEN}))?
      | 零(?P<cents>{_D})(?:分(?![钟之])|{_THEN})
      | (?P<bare>[{ONES}][{CN}]?|[1-9]){_THEN}
      | (?P<half>半)(?![年个天月小分])
    )钱*""",
    re.VERBOSE,
)
_MONEY = re.compile(rf"(?P<about>[多来余])?{_YUAN}钱*")
_DIME = re.compile(rf"(?:毛(?![利病巾衣线])|角(?={_D}分(?![钟之])|钱))(?:(?P<ones>{_D})(?:分(?![钟之])|{_THEN}))?钱*")
_CENT = re.compile(r"分钱+")
_DISCOUNT = re.compile(r"折(?![叠腾磨射线旧损合算])")
_DATA = re.compile(r"个?(?P<unit>[Gg]|[Mm]|兆(?!赫))[Bb]?(?![A-Za-z])")
_ROUGH_DATA = re.compile(r"[多来余]?个?(?:G|兆(?!赫))(?![A-Za-z])")
_DATE = re.compile(r"[号日](?![线楼码])")
_CLOCK = re.compile(
    rf"""点(?:
        (?:(?P<half>半)|(?P<quarter>[一三13])刻)(?![{_COUNTS}{MANY}])
      | (?P<exact>[零0]?[{CN}]|[二三四五2-5]?十[{ONES}1-9]?|[0-5]?[0-9])分(?![钟钱之{_COUNTS}{MANY}])
      | (?P<read>[二三四五2-5]?十[{ONES}1-9]?|[0-5][0-9]){_THEN}
      | (?P<digits>[零一二三四五][{CN}]){_THEN}
      | (?P<full>[钟整]+)(?![{SAY}十])
    )""",
    re.VERBOSE,
)
_NO_DECIMAL = re.compile(r"[0-9十百刻号月]|分(?!钱)")  # behind the last digit: 八点五十, 三点五分, 一点五号
_SURELY = re.compile(r"点(?:左右|之?前|以前|之?后|以后|[到至]|开始|上班|下班)")
_HALF = re.compile(
    r"个半(?=月|小时|钟头|星期|礼拜|季度)|(?P<unit>[年天周]|小时|分钟|个(?:月|小时|星期|礼拜|钟头))半(?![年天月个夜价载路小])"
)
_TIME = r"个?(?:工作日|自然日|小时|钟头|星期|礼拜|季度|月(?![租费供结]))|年(?!级)|天|周(?![到边转])|分钟|秒|岁"
_UNIT = re.compile(rf"(?:{_TIME})|号(?![线楼码门机院桌键通])")
_RANGE = re.compile(rf"(?:[到至~、—–-]|或者?)(?:百分之|[{SAY}{MANY}]+(?:{_TIME}|[块元毛点折号%兆]|个?G))")


@dataclass(frozen=True, slots=True)
class Change:
    """`number` replaces what stands from `start` to `middle`, `unit` what stands from there to `end`."""

    start: int
    middle: int
    end: int
    number: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its value in digits, its place, and whether it is one numeral alone, which may be a word."""

    text: str
    start: int
    end: int
    value: str
    alone: bool = False

    def change(self, value: str, end: int, unit: str) -> Change:
        """This number and what it counts, up to `end`, written so."""
        return Change(self.start, self.end, end, value, unit)

    def upto(self, most: int) -> int | None:
        """The value if it is a whole number of at most `most`."""
        if not self.value.isdecimal() or len(self.value) > len(str(most)) or int(self.value) > most:
            return None
        return int(self.value)

    def follows(self, words: tuple[str, ...]) -> bool:
        """One of the words stands directly before."""
        return self.text.endswith(words, 0, self.start)


def quantity(number: Number) -> Change | None:
    """The number with what it counts in written form; None where a numeral alone counts nothing and stays a word."""
    if number.alone and number.follows(("第",)):
        return None
    for rule in _RULES.get(number.text[number.end : number.end + 1], ()):
        change = rule(number)
        if change is not None:
            return change
    if number.alone and not _counts(number):
        return None
    return number.change(number.value, number.end, "")


def roughly(text: str, end: int) -> Change | None:
    """The unit behind words that say roughly how much (十几块钱, 几百个G); None when it is none or is written already."""
    if match := _MONEY.match(text, end):
        return Change(end, end, match.end(), "", (match["about"] or "") + "元")
    if match := _ROUGH_DATA.match(text, end):
        about = match[0][0] if match[0][0] in "多来余" else ""
        return Change(end, end, match.end(), "", about + ("G" if match[0].endswith("G") else "M"))
    return None


def _counts(number: Number) -> bool:
    if number.value == "1" and number.follows(_ONE_BEHIND):
        return False
    return bool(_UNIT.match(number.text, number.end) or _RANGE.match(number.text, number.end))


def _amount(value: str) -> str:
    return value.rstrip("0").rstrip(".") if "." in value else value


def _cents(cents: int) -> str:
    return _amount(f"{cents // 100}.{cents % 100:02d}")


def _money(number: Number) -> Change | None:
    amount = _amount(number.value)
    match = None if "." in amount else _CHANGE.match(number.text, number.end)
    if match is not None:
        small = match["bare"] or "5" if match["bare"] or match["half"] else _tens_and_ones(match)
        value = BLANK if BLANK in number.value + small else _amount(f"{amount}.{small.translate(_DIGITS)}")
        return number.change(value, match.end(), "元")
    match = _MONEY.match(number.text, number.end)
    if match is None or (number.alone and number.value == "1" and _together(number, match)):
        return None
    return number.change(amount, match.end(), (match["about"] or "") + "元")


def _tens_and_ones(match: "re.Match[str]") -> str:
    return "0" + match["cents"] if match["cents"] else match["tens"] + (match["ones"] or "")


def _together(number: Number, match: "re.Match[str]") -> bool:
    """一块 means together, unless money is what it is about."""
    behind = number.text[match.end() : match.end() + 1]
    return match[0] == "块" and not (number.follows(_PAID) or re.match(rf"[{SAY}十百]", behind))


def _dimes(number: Number) -> Change | None:
    match = _DIME.match(number.text, number.end)
    if match is None or (number.upto(9) in (None, 0) and number.value != BLANK):
        return None
    ones = (match["ones"] or "0").translate(_DIGITS)
    value = BLANK if BLANK in number.value + ones else _cents(int(number.value) * 10 + int(ones))
    return number.change(value, match.end(), "元")


def _pennies(number: Number) -> Change | None:
    match = _CENT.match(number.text, number.end)
    if match is None or (number.upto(99) in (None, 0) and number.value != BLANK):
        return None
    value = number.value if number.value == BLANK else _cents(int(number.value))
    return number.change(value, match.end(), "元")


def _percent(number: Number) -> Change:
    return number.change(number.value, number.end + 1, "%")


def _discount(number: Number) -> Change | None:
    if not _DISCOUNT.match(number.text, number.end):
        return None
    two = len(number.value) == 2 and number.value.isdecimal()
    return number.change(_amount(f"{number.value[0]}.{number.value[1]}") if two else number.value, number.end, "")


def _data(number: Number) -> Change | None:
    match = _DATA.match(number.text, number.end)
    unit = match["unit"].upper().replace("兆", "M") if match else ""
    return number.change(number.value, match.end(), unit) if match else None


def is_decimal(number: Number, digits: str, end: int) -> bool:
    """Whether digits read out behind 点, up to `end`, are decimals rather than minutes or another number."""
    if _NO_DECIMAL.match(number.text, end) or (len(digits) == 2 and number.follows(_DAYPARTS)):
        return False
    one = number.alone and number.value == "1"  # 一点 is a little, too
    return not one or number.text[end : end + 1] in tuple(_COUNTS + MANY)


def _clock(number: Number) -> Change | None:
    if number.value != BLANK and number.upto(24) is None:
        return None
    part = number.follows(_DAYPARTS)
    match = _CLOCK.match(number.text, number.end)
    if match is None or (match["digits"] and not part):
        sure = part or (
            number.value != "1" and (number.follows(("到", "至")) or _SURELY.match(number.text, number.end))
        )
        return number.change(number.value, number.end, "") if sure else None
    if match["full"]:
        return number.change(number.value, match.end(), "点")
    minute = _minute(match)
    joins = minute == "00" and re.match(rf"[{SAY}十]", number.text[match.end() :])
    return None if joins else at_clock(number, minute, match.end())


def _minute(match: "re.Match[str]") -> str:
    if match["half"]:
        return "30"
    if match["quarter"]:
        return "15" if match["quarter"] in "一1" else "45"
    said = (match["exact"] or match["read"] or match["digits"]).translate(_DIGITS)
    if "十" in said:
        tens, ones = said.split("十")
        said = (tens or "1") + (ones or "0")
    return said.zfill(2)


def at_clock(number: Number, minute: str, end: int) -> Change:
    """Hour and two digits of the minute, up to `end`; a full hour has no minutes."""
    hour = number.value.lstrip("0") or "0"
    return number.change(hour, end, "点" if minute == "00" else f":{minute}")


def _halves(number: Number) -> Change | None:
    match = _HALF.match(number.text, number.end)
    if match is None or not number.value.isdecimal():
        return None
    return number.change(number.value + ".5", match.end(), match["unit"] or "个")


def _month(number: Number) -> Change | None:
    """两月 is a length of time, 二月 is February."""
    if number.text[number.start : number.end] != "两":
        return None
    half = number.text.startswith("月半", number.end)
    return number.change("2.5" if half else "2", number.end + 1 + half, "个月")


def _date(number: Number) -> Change | None:
    """The day of a month; a number by itself keeps its 号."""
    before = number.text[max(0, number.start - 2) : number.start]
    in_month = re.fullmatch(rf"[{SAY}十]月", before) and _DATE.match(number.text, number.end)
    return number.change(number.value, number.end + 1, "日") if in_month else None


_RULES: dict[str, tuple[Callable[[Number], Change | None], ...]] = {
    **dict.fromkeys("多来余块元", (_money,)),
    **dict.fromkeys("毛角", (_dimes,)),
    **dict.fromkeys("GgMm兆", (_data,)),
    **dict.fromkeys("年天周小", (_halves,)),
    **dict.fromkeys("号日", (_date,)),
    "个": (_data, _halves),
    "分": (_pennies, _halves),
    "折": (_discount,),
    "点": (_clock,),
    "%": (_percent,),
    "月": (_month,),
}
