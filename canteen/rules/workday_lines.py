"""The national list of workdays as an administrator pastes it: a day and what it is, one a line.

Ground floor: text in, days or every fault out. `2027-01-01 rest`, `2027/1/1,休息`, `2027年1月2日 上班`.
"""

import re
from dataclasses import dataclass
from datetime import date

from canteen.rules.errors import Invalid

WORK = frozenset({"workday", "work", "工作日", "上班", "调休上班", "补班", "1"})
REST = frozenset({"rest", "holiday", "休息", "休", "放假", "节假日", "法定节假日", "0"})
LINES_MAX = 800
YEARS = range(2000, 2101)

_LINE = re.compile(
    r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?[\s,;，；、\t]+(\S+)\s*,*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that cannot be read, by its number, and why."""

    line: int
    zh: str
    en: str


def read_workdays(text: str) -> dict[date, bool]:
    """Day → is it a workday. Empty lines, `#` remarks and a header line are passed over.

    Raises `Invalid` `workdays_wrong` with every fault, `workdays_empty` when nothing is left."""
    days: dict[date, bool] = {}
    faults: list[LineFault] = []
    lines = text.lstrip("\ufeff").splitlines()[: LINES_MAX + 1]
    if len(lines) > LINES_MAX:
        faults.append(LineFault(LINES_MAX + 1, "太长了", "too many lines"))
        lines = lines[:LINES_MAX]
    for number, line in enumerate(lines, start=1):
        plain = line.strip().strip('"')
        if not plain or plain.startswith("#") or (number == 1 and not plain[0].isdigit()):
            continue
        found = _read_line(plain)
        if isinstance(found, tuple):
            day, is_workday = found
            if days.get(day, is_workday) != is_workday:
                faults.append(LineFault(number, f"{day} 写了两次，不一样", f"{day} stands twice"))
            days[day] = is_workday
        else:
            faults.append(LineFault(number, *found.split("|")))
    if faults:
        first = faults[0]
        raise Invalid(
            "workdays_wrong",
            f"第 {first.line} 行：{first.zh}" + (f"，共 {len(faults)} 处" if faults[1:] else ""),
            f"line {first.line}: {first.en}" + (f"; {len(faults)} in all" if faults[1:] else ""),
            errors=tuple(faults),
            field="days",
        )
    if not days:
        raise Invalid("workdays_empty", "里面没有日期", "There is no day in it", field="days")
    return days


def _read_line(plain: str) -> tuple[date, bool] | str:
    found = _LINE.fullmatch(plain)
    if found is None:
        return "要写成 2027-01-01 休息|write it like 2027-01-01 rest"
    year, month, day, word = found.groups()
    try:
        when = date(int(year), int(month), int(day))
    except ValueError:
        return f"没有 {year}-{month}-{day} 这一天|there is no day {year}-{month}-{day}"
    if when.year not in YEARS:
        return f"年份不对：{year}|a wrong year: {year}"
    if word.lower() not in WORK | REST:
        return f"「{word[:20]}」既不是上班也不是休息|{word[:20]!r} is neither workday nor rest"
    return when, word.lower() in WORK
