"""Finds by when something is promised, and the moment those words mean.

"回头", "尽快" and "马上" name no time and are no deadlines. A day without an hour means the day's end, a part of
the day its end; working days leave out Saturday and Sunday, public holidays are not known here.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assist.core.numerals import whole_number

_N = r"(?:\d{1,8}|[零〇一二两三四五六七八九十百]{1,8})"  # bounded, or a long row of digits is looked at again and again
_MOST = 999_999
# The first of two that say roughly how many: 三四天; 四八小时 are 48.
_OR = "一(?=[二两])|[二两](?=三)|三(?=[四五])|四(?=五)|五(?=六)|六(?=七)|七(?=八)|八(?=九)"
_LAST = time(23, 59, 59)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
_WEEKDAYS |= {str(number): number - 1 for number in range(1, 7)}
_DAYS_AHEAD = {"今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_PARTS = {"凌晨": 6, "早上": 12, "上午": 12, "早": 12, "中午": 13, "下午": 18, "傍晚": 19, "晚上": 24, "晚": 24}
_DAY_ENDS = {"下班": time(18, 0), "上班": time(9, 0)}

_SIMPLE = str.maketrans("點週後號個內時鐘禮兩這裡賬聯繫復", "点周后号个内时钟礼两这里账联系复")  # keeps every place

_DATE = rf"""
    (?P<soon>今|明|大后|后|当)(?:天|日|儿|(?=[早晚]))
  | (?P<week>(?:下下|下|这|本)?个?(?:周|星期|礼拜))(?P<weekday>[一二三四五六日天末1-6])(?!个)
  | (?P<thisweek>(?:这|本|这个|下|下个)(?:周|星期|礼拜))(?![一二三四五六日天末1-6])
  | (?P<nextmonth>(?:下个?|这个?|本)月)?(?:(?P<month>{_N})月(?:份)?)?(?P<date>{_N})[号日](?![线楼码])
  | (?P<monthpart>(?:下个?|这个?|本)?月(?:底|末)|(?:下个?|本|这个?)月(?=之?[内前]|以[内前])|年底|年前)
"""
_CLOCK = rf"""
    (?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|早|晚)?
    (?:{_N}(?:[点时](?![候间内]))?半?(?:到|至|-|~|、))?
    (?P<part2>上午|中午|下午|晚上)?
    (?P<hour>{_N})(?:(?:点(?!儿)|时(?![候间内]))(?:(?P<half>半)|(?P<minute>{_N})分?|[整钟])?|[:：](?P<digits>[0-5]\d))
  | (?P<partonly>凌晨|早上|上午|中午|下午|傍晚|晚上|早|晚)
  | (?P<dayend>下班|上班)(?=之?前|以前)
"""
_SUFFIX = r"(?:之前|以前|之内|以内|前|内|左右)*"
_MOMENT = re.compile(rf"(?:最晚|最迟|最慢)?(?:{_DATE})(?:的?(?:{_CLOCK}))?{_SUFFIX}", re.VERBOSE)
_CLOCK_ONLY = re.compile(rf"(?:最晚|最迟|最慢)?(?:{_CLOCK}){_SUFFIX}", re.VERBOSE)
_LENGTH = re.compile(
    rf"""(?<![每满第前这近上\d])(?:{_N}(?:到|至|-|~|、)|{_OR})?
    (?P<count>{_N}|半)个?(?P<half>半)?
    (?P<unit>工作日|小时|钟头|分钟|刻钟|天|日|周|星期|礼拜|月)(?![底末份租费])
    (?P<bound>之内|以内|内|左右|之后|以后|后)?""",
    re.VERBOSE,
)
_AT_MOST = re.compile(r"(?:最多|最迟|最晚|最慢|不超过|至多|大概|再过|给我|需要|等|锁定|保留|预留)(?:再|用|要|你|您)?$")
_ACTS = re.compile(r"^[，,]?(?:就|一定|肯定|我|会|给|回|跟|联系|到账|到|处理|答复|解决|上门)")
_NEAR = 8  # characters before a length of time that say that it is a limit
_PAST = re.compile(r"^(?:之?前|以前|来|了|多|没|都|里)")


# Something that will happen and before or after which it is promised: 积分清零之前, 修好以后的第三天.
_EVENT = re.compile(
    rf"(?:^|(?<=[，。？！,.?!;；]))(?P<event>[^，。？！,.?!;；]{{2,10}}(?:之前|以前|之后|以后)(?:的?第{_N}天)?)"
    r"(?=[，,]?(?:我|会|就|再|给|跟|由))(?![，,]?我(?:已经|都|刚|说过))"
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Deadline words as they stand in a text, and their place."""

    text: str
    start: int
    end: int
    match: "re.Match[str]"

    @property
    def is_length(self) -> bool:
        """A length of time from now on, rather than a moment."""
        return "unit" in self.match.groupdict()


def find_deadlines(text: str) -> list[Deadline]:
    """All deadlines of a text from left to right; of two that overlap, the longer."""
    simple = text.translate(_SIMPLE)
    moments = [*_MOMENT.finditer(simple), *(m for m in _CLOCK_ONLY.finditer(simple) if m["hour"] or m["dayend"])]
    lengths = [match for match in _LENGTH.finditer(simple) if _bounded(simple, match)]
    found = [_deadline(text, match) for match in lengths]
    found += [_deadline(text, match) for match in moments if not _begins_span(simple, match)]
    kept: list[Deadline] = []
    for one in sorted(found, key=lambda deadline: (deadline.start - deadline.end, deadline.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda deadline: deadline.start)


def find_event(text: str) -> str | None:
    """Words that tie a promise to an event rather than to a time; nobody can say which moment that will be."""
    match = _EVENT.search(text.translate(_SIMPLE))
    return text[match.start("event") : match.end("event")] if match else None


def _deadline(text: str, match: "re.Match[str]") -> Deadline:
    return Deadline(text[match.start() : match.end()], match.start(), match.end(), match)


def _bounded(text: str, match: "re.Match[str]") -> bool:
    """A length of time is a deadline when something says that it ends there; "三天没人来" tells of the past."""
    if _PAST.match(text[match.end() :]):
        return False
    before = text[max(0, match.start() - _NEAR) : match.start()]
    return bool(match["bound"] or _AT_MOST.search(before) or _ACTS.match(text[match.end() :]))


def _begins_span(text: str, match: "re.Match[str]") -> bool:
    return text[match.end() :].startswith(("开始", "起", "以后", "之后的", "的账", "的话费", "出账"))


def due(deadline: Deadline, now: datetime) -> datetime | None:
    """The moment that deadline words mean when they are said at `now`; None for a date that does not exist."""
    match = deadline.match
    try:
        if deadline.is_length:
            return _after(match, now)
        groups = match.groupdict()
        day = _day(groups, now.date()) if "soon" in groups else None
        return _at(groups, day, now)
    except (ValueError, OverflowError):
        return None


def _after(match: "re.Match[str]", now: datetime) -> datetime:
    unit = match["unit"]
    count = 0.5 if match["count"] == "半" else float(_number(match["count"]))
    if match["half"]:
        count += 0.5
    if unit in ("小时", "钟头"):
        return now + timedelta(hours=count)
    if unit in ("分钟", "刻钟"):
        return now + timedelta(minutes=count * (15 if unit.startswith("刻") else 1))
    if unit == "工作日":
        return _end(_working_day(now.date(), round(count)), now)
    if unit in ("天", "日") and count == 0.5:
        return now + timedelta(hours=12)
    days = {"天": 1, "日": 1, "月": 30}.get(unit, 7) * count
    if unit == "月" and count == int(count):
        return _end(_months_on(now.date(), int(count)), now)
    return _end(now.date() + timedelta(days=round(days)), now)


def _day(groups: dict[str, str | None], today: date) -> date:
    if soon := groups["soon"]:
        return today + timedelta(days=_DAYS_AHEAD[soon])
    if weekday := groups["weekday"]:
        return _weekday(groups["week"] or "", _WEEKDAYS[weekday], today)
    if week := groups["thisweek"]:
        sunday = today + timedelta(days=6 - today.weekday())
        return sunday + timedelta(days=7 if week.startswith("下") else 0)
    if part := groups["monthpart"]:
        if part.startswith("年"):
            return today.replace(month=12, day=31)
        return _last_of_month(_months_on(today.replace(day=1), 1 if part.startswith("下") else 0))
    return _dated(groups, today)


def _weekday(week: str, weekday: int, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    if week.startswith("下"):
        return monday + timedelta(days=7 * week.count("下") + weekday)
    day = monday + timedelta(days=weekday)
    return day if day >= today or week[0] in "这這本" else day + timedelta(days=7)


def _dated(groups: dict[str, str | None], today: date) -> date:
    number = _number(groups["date"] or "")
    if groups["month"]:
        day = today.replace(month=_number(groups["month"]), day=number)
        return day if day >= today else day.replace(year=day.year + 1)
    first = today.replace(day=1)
    if (groups["nextmonth"] or "").startswith("下") or (not groups["nextmonth"] and number < today.day):
        first = _months_on(first, 1)
    return first.replace(day=number)


def _at(groups: dict[str, str | None], day: date | None, now: datetime) -> datetime:
    base = day or now.date()
    if dayend := groups["dayend"]:
        return datetime.combine(base, _DAY_ENDS[dayend], now.tzinfo)
    if groups["hour"] is None:
        part = _PARTS.get(groups["partonly"] or "", 24)
        return _end(base, now) if part == 24 else datetime.combine(base, time(part), now.tzinfo)
    minute = 30 if groups["half"] else _number(groups["minute"] or groups["digits"] or "0")
    hour = _hour(_number(groups["hour"]), groups["part2"] or groups["part"])
    if hour == 24:
        return _end(base, now)
    moment = datetime.combine(base, time(hour, minute), now.tzinfo)
    if day is None and moment < now and groups["part"] is None and hour < 12:
        return moment + timedelta(hours=12)
    return moment


def _hour(hour: int, part: str | None) -> int:
    """Hours are said on a twelve-hour clock; without a part of the day, one to six are in the afternoon."""
    if hour <= 12 and part in ("下午", "傍晚", "晚上", "晚"):
        return 24 if hour == 12 and part.startswith("晚") else hour % 12 + 12
    if part == "中午" and hour <= 2:
        return hour + 12
    return hour + 12 if part is None and 1 <= hour <= 6 else hour


def _working_day(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _end(day: date, now: datetime) -> datetime:
    return datetime.combine(day, _LAST, now.tzinfo)


def _number(text: str) -> int:
    """Twenty-four for 二十四, 二四 and 24 alike; raises `ValueError` for what is no number or beyond every calendar."""
    number = whole_number(text)
    if number > _MOST:
        raise ValueError("no deadline is that far away")
    return number
