"""What a set-up file says, as frozen values, and the questions that read one table of it.

Ground floor, below `setup_file`: types and single values here, the tables and their order there.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from canteen.rules.days import MEALTIMES, SHANGHAI
from canteen.rules.errors import Invalid
from canteen.rules.scheme import AREA_DIGITS
from canteen.rules.scheme_text import Lines, Table

MEALTIME_WORDS = {"早餐": "breakfast", "午餐": "lunch", "晚餐": "dinner"}
SEX_WORDS = {"女": "F", "男": "M"}
#: From when the first price, window and holding of a new world hold: before any swipe that can come.
LONG_AGO = date(2000, 1, 1)
#: the years a day of the file may lie in; another is a slip of the pen
YEARS = range(1900, 2200)

_CODE = re.compile(r"[^\s/\\:\x00-\x1f]{1,32}")
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?")
T = TypeVar("T")
D = TypeVar("D", date, datetime)


@dataclass(frozen=True, slots=True)
class SetupRow:
    """What becomes of one row of the file: `action` is add, change or same; `key` names the row;
    `note` says what changes (both languages in one, codes and figures)."""

    action: str
    table: str
    key: str
    note: str = ""


class SetupLines(Lines):
    """Where the tables of a set-up file stand; nested ones (`[[canteen.counter]]`) counted by parent."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._blocks: dict[str, tuple[int, int]] = {}
        counts: dict[str, int] = {}
        open_name, open_at = "", 1
        for number, line in enumerate([*self._lines, "[end]"], start=1):
            found = _HEADER.fullmatch(line)
            if found is None:
                continue
            self._blocks[open_name] = (open_at, number)
            parent, _, last = found.group(2).rpartition(".")
            path = f"{parent}[{counts.get(parent, 0)}].{last}" if parent else last
            if found.group(1) == "[[":
                counts[path] = counts.get(path, 0) + 1
                counts[found.group(2)] = counts[path]
                path = f"{path}[{counts[path]}]"
            open_name, open_at = path, number


def ask_code(table: Table, key: str, required: bool = True) -> str:
    """A short code without blanks, slashes and colons; "" when missing or wrong."""
    value = table.text(key, required=required)
    if value is None:
        return ""
    if _CODE.fullmatch(value) is None:
        table.fault(
            key,
            f"代码 {value!r} 最多 32 个字符，不含空格、斜线、冒号",
            f"the code {value!r} may have at most 32 characters, no blank, slash or colon",
        )
    return value


def ask_area(table: Table, key: str, required: bool = True) -> str:
    """An area code of 2, 4, 6, 9 or 12 digits; "" when missing or wrong."""
    value = table.text(key, required=required)
    if value is None:
        return ""
    if not (value.isascii() and value.isdigit() and len(value) in AREA_DIGITS.values()):
        table.fault(
            key,
            f"区划代码 {value!r} 应为 2、4、6、9 或 12 位数字（省、市、区县、镇街、社区）",
            f"the area code {value!r} must have 2, 4, 6, 9 or 12 digits"
            " (province, city, district, town, community)",
        )
        return ""
    return value


def ask_flag(table: Table, key: str) -> bool | None:
    """true or false; None when not written."""
    value = table.take(key)
    if value is not None and type(value) is not bool:
        table.wrong_type(key, value, "true 或 false", "true or false")
        return None
    return value


def ask_day(table: Table, key: str, required: bool = False) -> date | None:
    """A local date, bare or in quotes: 2026-01-01."""
    value = table.take(key, required)
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            table.fault(
                key,
                f"日期 {value!r} 不对，应写成 2026-01-31",
                f"{value!r} is no date like 2026-01-31",
            )
            return None
    if value is not None and type(value) is not date:
        table.wrong_type(key, value, "日期 2026-01-31", "a date like 2026-01-31")
        return None
    return _within_years(table, key, value)


def ask_clock(table: Table, key: str) -> time | None:
    """A local time of day to the minute, bare (10:30:00) or in quotes ("10:30")."""
    value = table.take(key, required=True)
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            table.fault(key, f"时间 {value!r} 应写成 10:30", f'{value!r} is no time like "10:30"')
            return None
    if value is None:
        return None
    if not isinstance(value, time):
        table.wrong_type(key, value, '时间 "10:30"', 'a time like "10:30"')
        return None
    if value.second or value.microsecond or value.tzinfo:
        table.fault(key, "时间只到分钟，不带时区", "the time goes to whole minutes, without a zone")
        return None
    return value


def ask_instant(table: Table, key: str) -> datetime | None:
    """An instant: a date (its midnight in Shanghai), or a date-time with or without a zone."""
    value = table.take(key)
    if isinstance(value, str):
        with suppress(ValueError):  # what stays a text is said below
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if type(value) is date:
        value = midnight(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        return _within_years(table, key, aware)
    if value is not None:
        table.wrong_type(
            key,
            value,
            "日期 2026-01-31 或时刻 2026-01-31T09:00:00+08:00",
            "a date like 2026-01-31 or an instant like 2026-01-31T09:00:00+08:00",
        )
    return None


def _within_years(table: Table, key: str, value: D | None) -> D | None:
    if value is not None and value.year not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        table.fault(
            key,
            f"年份应在 {first} 到 {last} 之间，写成了 {value.year:04d}",
            f"the year must be {first} to {last}, is {value.year:04d}",
        )
        return None
    return value


def ask_mealtime(table: Table, key: str) -> str:
    """breakfast, lunch, dinner, or 早餐, 午餐, 晚餐; "" when missing or wrong."""
    value = table.text(key, required=True)
    word = MEALTIME_WORDS.get(value or "", value or "")
    if word and word not in MEALTIMES:
        table.fault(
            key,
            f"餐次 {word!r} 只能是 早餐 breakfast、午餐 lunch、晚餐 dinner",
            f"the mealtime {word!r} must be breakfast, lunch or dinner",
        )
        return ""
    return word


def ask_checked(
    table: Table, key: str, check: Callable[[str], T], required: bool = False
) -> T | None:
    """A text that `check` reads; what it raises as `Invalid` becomes the fault."""
    value = table.text(key, required=required)
    if value is None:
        return None
    try:
        return check(value)
    except Invalid as wrong:
        table.fault(key, wrong.zh, wrong.en)
        return None


def ask_map(table: Table, key: str) -> dict[str, str]:
    """A table of texts: `payers = { city = "office" }`."""
    inner = table.table(key)
    if inner is None:
        return {}
    found: dict[str, str] = {}
    for name in inner.keys:
        value = inner.text(name)
        if value is not None:
            found[name] = value
    inner.close()
    return found


def midnight(day: date) -> datetime:
    """The first instant of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
