"""Dates of birth as rosters write them: read when one day is meant, else said to be uncertain.

Ground floor. A reading is a set of days that the writing can mean, or a month or year only; the ID
number decides between them. A lunar date is never read as a solar one, and no century is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from canteen.rules.grid import Cell, Typed, iso_date, serial_date
from canteen.rules.roster_text import number_text

Wrong = Literal["", "lunar", "impossible", "serial", "unreadable", "formula", "error", "short"]

_YEAR_FIRST = re.compile(
    r"(\d{4})\s*[-/.年,_\s]\s*(\d{1,2})\s*[-/.月,_\s]\s*(\d{1,2})\s*[日号]?(?:[T\s]+\d{1,2}:\d{2}.*)?"
)
_SHORT_YEAR = re.compile(r"(\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MONTH_ONLY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_YEAR_ONLY = re.compile(r"(\d{4})\s*年?(?:生|出生)?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SOLID_MONTH = re.compile(r"(\d{4})(\d{2})")
_SOLID_SHORT = re.compile(r"(\d{2})(\d{2})(\d{2})")
_LUNAR = re.compile(
    r"农历|農曆|阴历|陰曆|旧历|老历|闰|閏|正月|冬月|腊月|臘月|初[一二三四五六七八九十]|廿|卅|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
)
_SOLAR_MARK = re.compile(r"[（(]?(?:公历|阳历|新历|国历)[)）]?[:：]?")
#: what may stand around a date: a day of the week, 生 after it, a full stop
_AROUND = re.compile(r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?|(?:出生|生人|生)$|[.,。]+$")
#: dashes and other signs between its numbers
_BETWEEN = str.maketrans(dict.fromkeys("—–―‐‑−~\\、。", "-"))
#: 民国30年, 民国三十年, 民国30.5.3: years counted from 1912
_REPUBLIC = re.compile(
    r"^(?:中华)?民国\s*(?:(元)|(\d{1,2})|([一二三四五六七八九十]{1,3}))(?=\s*[年\-/.])"
)
_PLAIN_NUMBER = re.compile(r"\d+(?:\.0*)?")
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4}|[〇○零一二三四五六七八九]{2}|\d{4})年"
    r"(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})([日号]?))?)?"
)
_ENGLISH = re.compile(
    r"(?P<day>\d{1,2})[-\s]+(?P<month>[a-z]{3})[a-z]*\.?[-,\s]+(?P<year>\d{4}|\d{2})"
    r"|(?P<month_first>[a-z]{3})[a-z]*\.?\s+(?P<day_then>\d{1,2}),?\s+(?P<year_last>\d{4})",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DIGITS = {"〇": 0, "○": 0, "零": 0} | {
    sign: place for place, sign in enumerate("一二三四五六七八九", 1)
}


@dataclass(frozen=True, slots=True)
class BirthReading:
    """What a cell may mean: `days`, or a `month`/`year` only; `wrong` says why it is not simply read.

    `is_sure` is False when only an ID number that agrees makes it a date."""

    days: tuple[date, ...] = ()
    year: int | None = None
    month: int | None = None
    is_sure: bool = True
    wrong: Wrong = ""

    def agrees_with(self, born: date) -> bool:
        """May it mean that day?"""
        return born in self.days or (self.year == born.year and self.month in (None, born.month))

    @property
    def is_blank(self) -> bool:
        return not self.days and self.year is None and not self.wrong


BLANK = BirthReading()
_UNREADABLE = BirthReading(wrong="unreadable", is_sure=False)


def read_birth(cell: Cell, text: str, *, is_1904: bool, is_lunar: bool = False) -> BirthReading:
    """Read one cell, `text` being its clean text; `is_lunar` when its header or another column says so."""
    if isinstance(cell, Typed):
        if cell.kind in ("formula", "error"):
            return BirthReading(wrong=cell.kind, is_sure=False)
        if cell.kind == "date" and not is_lunar:
            day = iso_date(cell.text)
            return BirthReading((day,)) if day else _UNREADABLE
        if cell.kind == "bool":
            return _UNREADABLE
    text = _SOLAR_MARK.sub("", text).strip()
    if not text:
        return BLANK
    if is_lunar or _LUNAR.search(text):
        return BirthReading(wrong="lunar", is_sure=False)
    text = _REPUBLIC.sub(_common_year, _AROUND.sub("", text).strip()).translate(_BETWEEN)
    if isinstance(cell, Typed) or _PLAIN_NUMBER.fullmatch(text):
        return _read_number(text, is_1904)
    return _read_text(text)


def _read_number(literal: str, is_1904: bool) -> BirthReading:
    """A number that no format calls a date: 19410503, 1941.05, or the day number of a lost format."""
    text = number_text(literal)
    month = _MONTH_ONLY.fullmatch(text)
    if month is not None:  # 1941.1 may be 1941.10 that lost its zero
        found = None if month.group(2) == "1" else int(month.group(2))
        return BirthReading(year=int(month.group(1)), month=found, is_sure=False)
    if len(text) in (6, 8):
        return _read_text(text)
    day = serial_date(text, is_1904)
    if day is None:
        return _UNREADABLE
    year = int(text) if len(text) == 4 else None
    return BirthReading((day,), year, is_sure=False, wrong="" if year else "serial")


def _read_text(text: str) -> BirthReading:
    for pattern in (_YEAR_FIRST, _SOLID):
        found = pattern.fullmatch(text)
        if found:
            return _days([tuple(map(int, found.groups()[:3]))])
    found = _YEAR_LAST.fullmatch(text)
    if found:
        first, second, year = map(int, found.groups())
        return _days([(year, second, first), (year, first, second)], is_sure=False)
    for pattern in (_SHORT_YEAR, _SOLID_SHORT):
        found = pattern.fullmatch(text)
        if found and not (pattern is _SOLID_SHORT and text[:2] in ("19", "20")):
            return _days(_short_years(*map(int, found.groups())), is_sure=False, wrong="short")
    for pattern in (_MONTH_ONLY, _SOLID_MONTH):
        found = pattern.fullmatch(text)
        if found:
            year, month = int(found.group(1)), int(found.group(2))
            if not 1 <= month <= 12:
                return BirthReading(wrong="impossible", is_sure=False)
            return BirthReading(year=year, month=month, is_sure=False)
    found = _YEAR_ONLY.fullmatch(text)
    if found:
        return BirthReading(year=int(found.group(1)), is_sure=False)
    return _read_english(text) or _read_chinese(text)


def _short_years(first: int, second: int, third: int) -> list[tuple[int, ...]]:
    """All that 41-5-3 or 5/3/41 can mean: either century, the year in front or at the end."""
    orders = ((first, second, third), (third, first, second), (third, second, first))
    return [(century + year, month, day) for century in (1900, 2000) for year, month, day in orders]


def _read_english(text: str) -> BirthReading | None:
    """3-May-41, May 3, 1941: as a program of another language shows a date."""
    found = _ENGLISH.fullmatch(text)
    month = (found["month"] or found["month_first"]).lower() if found else ""
    if found is None or month not in _MONTHS:
        return None
    place, day = _MONTHS.index(month) + 1, int(found["day"] or found["day_then"])
    year = int(found["year"] or found["year_last"])
    if year > 100:
        return _days([(year, place, day)])
    return _days(
        [(century + year, place, day) for century in (1900, 2000)], is_sure=False, wrong="short"
    )


def _common_year(found: re.Match[str]) -> str:
    first, digits, written = found.groups()
    return str(1911 + (1 if first else int(digits) if digits else _ten(written)))


def _read_chinese(text: str) -> BirthReading:
    """一九四一年五月三日: solar, since a lunar date says 初三; 八月十七日 only when the ID number says
    so, and without 日 it is the lunar way to write."""
    found = _CHINESE.fullmatch(text.replace(" ", ""))
    if found is None:
        return _UNREADABLE
    year = int("".join(str(_DIGITS.get(sign, sign)) for sign in found.group(1)))
    month, day = (_ten(part) if part else None for part in found.group(2, 3))
    if day is None or month is None:
        return BirthReading(year=year, month=month, is_sure=False) if year > 100 else _UNREADABLE
    years = (year,) if year > 100 else (1900 + year, 2000 + year)
    is_sure = bool(found.group(4)) and day <= 10 and len(years) == 1
    reading = _days([(one, month, day) for one in years], wrong="" if is_sure else "lunar")
    if is_sure or not reading.days:
        return reading
    return BirthReading(reading.days, is_sure=False, wrong="lunar")


def _ten(text: str) -> int:
    """十 10, 十一 11, 二十 20, 二十一 21, 三 3."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _days(
    candidates: list[tuple[int, ...]], *, is_sure: bool = True, wrong: Wrong = ""
) -> BirthReading:
    days: list[date] = []
    for year, month, day in candidates:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found not in days:
            days.append(found)
    if not days:
        return BirthReading(wrong="impossible", is_sure=False)
    return BirthReading(tuple(days), is_sure=is_sure or (len(days) == 1 and not wrong), wrong=wrong)
