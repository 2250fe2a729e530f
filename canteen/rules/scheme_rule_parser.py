"""The parts of one rule of a scheme file: who, when, price, amount, quota. SOURCE: scheme.md §2.

Ground floor, between `scheme_text` (types, lines) and `scheme_parser` (the whole file).
"""

import re
from collections.abc import Collection
from typing import Any

from canteen.rules.days import CHANNELS, MEALTIMES
from canteen.rules.scheme import (
    AREA_DIGITS,
    ELDER_PAYS,
    FIXED,
    FREE,
    PERCENT,
    Amount,
    AreaTest,
    CategoryTerm,
    Floor,
    Quota,
    When,
    Who,
)
from canteen.rules.scheme_text import Table

AGE_MAX = 150
AMOUNT_FORMS = ("fixed_fen", "percent", "elder_pays_fen", "elder_pays_percent", "free")
DAYS = ("any", "workday", "rest_day")
FEN_PERIODS = ("day", "week", "month", "year")
MEAL_PERIODS = ("mealtime", "day", "week", "month")

_CATEGORY = re.compile(r"([^\s:]+)(?::([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_DECIMAL = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,9}))?")


def parse_who(table: Table, categories: Collection[str]) -> Who:
    """The conditions on the person, `any` with whole tables of the same kind."""
    low = table.whole("age_min", 0, AGE_MAX)
    below = table.whole("age_below", 1, AGE_MAX)
    if low is not None and below is not None and below <= low:
        table.fault(
            "age_below",
            f"年龄段是空的：从 {low} 岁到不满 {below} 岁",
            f"the age band is empty: from {low} and below {below}",
        )
    areas: list[AreaTest] = []
    for fact in ("hukou", "residence"):
        prefixes = _area_prefixes(table, f"{fact}_in")
        if prefixes:
            areas.append(AreaTest(fact, prefixes=prefixes))
        if table.has(f"{fact}_same"):
            level = table.choice(f"{fact}_same", tuple(AREA_DIGITS))
            if level is not None:
                areas.append(AreaTest(fact, same_digits=AREA_DIGITS[level]))
    wanted = _categories(table, "category", categories)
    unwanted = _categories(table, "not_category", categories)
    any_of = []
    for inner in table.tables("any"):
        if not inner.keys:
            inner.fault("", "空的条件总是成立", "an empty condition always holds")
        any_of.append(parse_who(inner, categories))
    table.close()
    return Who(low, below, wanted, unwanted, tuple(areas), tuple(any_of))


def _area_prefixes(table: Table, key: str) -> tuple[str, ...]:
    found = []
    for code in table.items(key):
        if not isinstance(code, str):
            table.wrong_type(key, code, "加引号的区划代码", "area codes in quotes")
        elif not (code.isascii() and code.isdigit() and len(code) in AREA_DIGITS.values()):
            table.fault(
                key,
                f"区划代码 {code!r} 应是 2、4、6、9 或 12 位数字",
                f"area code {code!r} must have 2, 4, 6, 9 or 12 digits",
            )
        else:
            found.append(code)
    return tuple(found)


def _categories(table: Table, key: str, known: Collection[str]) -> tuple[CategoryTerm, ...]:
    found = []
    for entry in table.items(key):
        if not isinstance(entry, str):
            table.wrong_type(key, entry, "加引号的类别", "categories in quotes")
            continue
        parts = _CATEGORY.fullmatch(entry)
        if parts is None:
            table.fault(
                key,
                f"{entry!r} 应写成 代码 或 代码:1-2",
                f"{entry!r} must be written as code or code:1-2",
            )
            continue
        code = parts.group(1)
        low = int(parts.group(2)) if parts.group(2) else None
        high = int(parts.group(3)) if parts.group(3) else low
        if low is not None and high is not None and high < low:
            table.fault(key, f"{entry!r} 的等级是空的", f"the levels of {entry!r} are empty")
        if code not in known:
            table.fault(
                key,
                f"类别 {code!r} 没有声明；请加 [category.{code}]",
                f"category {code!r} is not declared; add [category.{code}]",
            )
            continue
        found.append(CategoryTerm(code, low, high))
    return tuple(found)


def parse_when(table: Table) -> When | None:
    """The conditions on the moment; None when the table states none."""
    when = When(
        mealtimes=frozenset(_words(table, "mealtimes", MEALTIMES)),
        windows=_windows(table),
        weekdays=frozenset(_weekdays(table)),
        days=table.choice("days", DAYS, default="any"),
        channels=frozenset(_words(table, "channels", CHANNELS)),
    )
    table.close()
    return when if when != When() else None


def _words(table: Table, key: str, options: Collection[str]) -> list[str]:
    found = []
    for word in table.items(key):
        if isinstance(word, str) and word in options:
            found.append(word)
        else:
            listed = ", ".join(options)
            table.fault(key, f"{word!r} 不行，只能是：{listed}", f"{word!r} is none of: {listed}")
    return found


def _weekdays(table: Table) -> list[int]:
    found = []
    for number in table.items("weekdays"):
        if type(number) is int and 1 <= number <= 7:
            found.append(number)
        else:
            table.fault(
                "weekdays",
                f"{number!r} 不行，星期写 1(周一) 到 7(周日)",
                f"{number!r} is no weekday; write 1 (Monday) to 7 (Sunday)",
            )
    return found


def _windows(table: Table) -> tuple[tuple[int, int], ...]:
    found = []
    for pair in table.items("window"):
        if not (isinstance(pair, list) and len(pair) == 2):
            table.fault(
                "window",
                '时段写成 ["11:30", "12:30"]',
                'a window is written as ["11:30", "12:30"]',
            )
            continue
        start, end = (_minutes(text) for text in pair)
        if start is None or end is None:
            table.fault(
                "window",
                f"{pair!r} 里的时刻应是 00:00 到 24:00, 加引号，两位小时两位分钟",
                f"the times of {pair!r} must be 00:00 to 24:00 in quotes, two digits each",
            )
        elif end <= start:
            table.fault(
                "window",
                f"{pair!r} 的结束应晚于开始",
                f"the end of {pair!r} must be later than its start",
            )
        else:
            found.append((start, end))
    return tuple(found)


def _minutes(text: Any) -> int | None:
    if not isinstance(text, str) or _CLOCK.fullmatch(text) is None:
        return None
    return int(text[:2]) * 60 + int(text[3:])


def parse_floor(table: Table) -> Floor | None:
    """The condition on the price; None when the table states none."""
    low, above = table.whole("min_fen"), table.whole("above_fen")
    basis = table.choice("basis", ("list", "net"), default="list")
    table.close()
    return None if low is None and above is None else Floor(low, above, basis == "net")


def parse_amount(table: Table) -> Amount:
    """Exactly one form of amount; a cap only with `percent` and `free`."""
    stated = [form for form in AMOUNT_FORMS if table.has(form)]
    if len(stated) != 1:
        listed = ", ".join(AMOUNT_FORMS)
        written = ", ".join(stated) or "-"
        table.fault(
            "",
            f"必须正好写一种金额：{listed} (写了：{written})",
            f"state exactly one form of amount: {listed} (stated: {written})",
        )
    fixed = table.whole("fixed_fen")
    elder_pays = table.whole("elder_pays_fen")
    percent = _percent(table, "percent")
    elder_percent = _percent(table, "elder_pays_percent")
    free = table.take("free")
    if free is not None and free is not True:
        table.fault("free", "只能写 free = true", "can only be free = true")
    cap = table.whole("cap_fen", 1)
    if table.has("cap_fen") and not (table.has("percent") or table.has("free")):
        table.fault(
            "cap_fen",
            "封顶只能与 percent 或 free 同写",
            "a cap goes only with percent or free",
        )
    table.close()
    if fixed is not None:
        return Amount(FIXED, fen=fixed)
    if elder_pays is not None:
        return Amount(ELDER_PAYS, fen=elder_pays)
    if percent is not None:
        return Amount(PERCENT, numerator=percent[0], denominator=percent[1], cap_fen=cap)
    if elder_percent is not None:
        rest, whole = elder_percent[1] - elder_percent[0], elder_percent[1]
        return Amount(PERCENT, numerator=rest, denominator=whole)
    return Amount(FREE, cap_fen=cap)


def _percent(table: Table, key: str) -> tuple[int, int] | None:
    value = table.take(key)
    if value is None:
        return None
    if not isinstance(value, str):
        table.wrong_type(key, value, '加引号的百分数，如 "33.3"', 'a percentage in quotes, "33.3"')
        return None
    found = _DECIMAL.fullmatch(value)
    if found is None:
        table.fault(
            key,
            f'{value!r} 不是百分数；写成 "25" 或 "33.3"',
            f'{value!r} is not a percentage; write "25" or "33.3"',
        )
        return None
    decimals = found.group(2) or ""
    numerator = int(found.group(1) + decimals)
    denominator = 100 * 10 ** len(decimals)
    if numerator > denominator:
        table.fault(key, f"{value} 超过 100%", f"{value} is over 100 %")
        return None
    return numerator, denominator


def parse_quota(table: Table) -> Quota | None:
    """The limits of a rule; None when the table states none."""
    meals = _limits(table, MEAL_PERIODS, "", 1000)
    fen = _limits(table, FEN_PERIODS, "_fen", 1_000_000_000)
    ordinal = table.whole("ordinal", 1, 10)
    table.close()
    if not meals and not fen and ordinal is None:
        return None
    return Quota(meals, fen, ordinal)


def _limits(
    table: Table, periods: Collection[str], suffix: str, high: int
) -> tuple[tuple[str, int], ...]:
    stated = [(period, table.whole(period + suffix, 1, high)) for period in periods]
    return tuple((period, limit) for period, limit in stated if limit is not None)
