"""Reading the case of `canteen scheme quote`: one person and their meals, or all that is wrong.

Ground floor: the JSON is already decoded; nothing here opens a file. SOURCE: scheme.md §4.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from canteen.rules.days import CHANNELS, MEALTIMES, local_date
from canteen.rules.errors import Invalid
from canteen.rules.meal_facts import Held, MealFacts, Person
from canteen.rules.scheme import AREA_DIGITS
from canteen.rules.scheme_text import FEN_MAX, SchemeError

PORTION_MAX = 99
#: years a meal may lie in; further off is a slip of the pen, and ages could leave the calendar
YEARS = range(1900, 2200)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_CASE_KEYS = ("person", "meals", "note", "mark", "expect")
_PERSON_KEYS = ("born", "hukou", "residence", "categories", "note")
_HELD_KEYS = ("code", "level", "from", "to", "note")
_MEAL_KEYS = ("price_fen", "at", "mealtime", "channel", "site", "portion", "note")


class CaseInvalid(Invalid):
    """A case that cannot be quoted; `errors` holds every fault of it."""

    errors: tuple[SchemeError, ...]

    def __init__(self, errors: Collection[SchemeError]) -> None:
        super().__init__(
            "case_invalid",
            f"案例有 {len(errors)} 处错误",
            f"The case has {len(errors)} faults",
            errors=tuple(errors),
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One person and their meals in booking order."""

    person: Person
    meals: tuple[MealFacts, ...]


def parse_case(case: object, file: str = "") -> Case:
    """The person and meals of a decoded CASE.json; raises `CaseInvalid` with all faults at once.

    `born`, `hukou`, `residence` and `site` may be missing or null: unknown. `channel` is dine_in
    and `portion` 1 unless stated. `at` is an RFC 3339 instant; its date in Asia/Shanghai is the
    service date. `note`, `mark` and `expect` (of collections of cases) are passed over.
    """
    reading = _Reading(file)
    found = reading.case(case)
    if reading.faults or found is None:
        raise CaseInvalid(reading.faults)
    return found


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[SchemeError] = []

    def fault(self, key: str, zh: str, en: str) -> None:
        self.faults.append(SchemeError(self.file, key, zh, en))

    def case(self, case: object) -> Case | None:
        data = self.table(case, "", _CASE_KEYS)
        if data is None:
            return None
        person_data = self.table(data.get("person"), "person", _PERSON_KEYS)
        person = self.person(person_data) if person_data is not None else None
        meals_data = data.get("meals")
        if not isinstance(meals_data, list) or not meals_data:
            self.fault("meals", "应为至少一餐的列表", "must be a list of at least one meal")
            return None
        meals = [
            self.meal(entry, f"meals[{number}]") for number, entry in enumerate(meals_data, start=1)
        ]
        whole = tuple(meal for meal in meals if meal is not None)
        if person is None or len(whole) != len(meals):
            return None
        if person.born is not None and any(meal.served_on < person.born for meal in whole):
            self.fault("person.born", "出生日期晚于用餐", "the birth date is after a meal")
        return Case(person, whole)

    def table(self, value: object, key: str, known: Collection[str]) -> Mapping[str, object] | None:
        if not isinstance(value, dict):
            self.fault(key, "应为一个对象 { }", "must be an object { }")
            return None
        for name in value:
            if name not in known:
                self.fault(
                    f"{key}.{name}" if key else str(name),
                    f"不认识的项；可用：{', '.join(known)}",
                    f"unknown key; known are: {', '.join(known)}",
                )
        return value

    def person(self, data: Mapping[str, object]) -> Person:
        entries = data.get("categories")
        if entries is None:
            entries = []
        if not isinstance(entries, list):
            self.fault("person.categories", "应为列表 [ ]", "must be a list")
            entries = []
        held = []
        for number, entry in enumerate(entries, start=1):
            key = f"person.categories[{number}]"
            inner = self.table(entry, key, _HELD_KEYS)
            if inner is not None:
                held.append(self.held(inner, key))
        return Person(
            born=self.day(data.get("born"), "person.born"),
            hukou=self.area(data.get("hukou"), "person.hukou"),
            residence=self.area(data.get("residence"), "person.residence"),
            categories=tuple(held),
        )

    def held(self, data: Mapping[str, object], key: str) -> Held:
        code, level = data.get("code"), data.get("level")
        if not isinstance(code, str) or not code.strip():
            self.fault(f"{key}.code", "应为类别代码", "must be the code of a category")
            code = ""
        if level is not None and not (type(level) is int and 1 <= level <= 99):
            self.fault(f"{key}.level", "应为整数或 null", "must be a whole number or null")
            level = None
        start, end = (
            self.day(data.get("from"), f"{key}.from"),
            self.day(data.get("to"), f"{key}.to"),
        )
        if start is not None and end is not None and end < start:
            self.fault(f"{key}.to", "早于 from", "is before from")
        return Held(code, level if isinstance(level, int) else None, start, end)

    def meal(self, value: object, key: str) -> MealFacts | None:
        data = self.table(value, key, _MEAL_KEYS)
        if data is None:
            return None
        price = self.whole(data.get("price_fen"), f"{key}.price_fen", 0, FEN_MAX)
        portion = self.whole(data.get("portion", 1), f"{key}.portion", 1, PORTION_MAX)
        at = self.instant(data.get("at"), f"{key}.at")
        mealtime = self.word(data.get("mealtime"), f"{key}.mealtime", MEALTIMES)
        channel = self.word(data.get("channel", "dine_in"), f"{key}.channel", CHANNELS)
        area = self.area(data.get("site"), f"{key}.site")
        if price is None or portion is None or at is None or mealtime is None or channel is None:
            return None
        return MealFacts(price, at, local_date(at), mealtime, channel, area, portion)

    def whole(self, value: object, key: str, low: int, high: int) -> int | None:
        if type(value) is int and low <= value <= high:
            return value
        self.fault(key, f"应为 {low} 到 {high} 的整数", f"must be a whole number {low} to {high}")
        return None

    def word(self, value: object, key: str, options: Collection[str]) -> str | None:
        if isinstance(value, str) and value in options:
            return value
        listed = ", ".join(options)
        self.fault(key, f"只能是：{listed}", f"must be one of: {listed}")
        return None

    def area(self, value: object, key: str) -> str | None:
        if value is None:
            return None
        if (
            isinstance(value, str)
            and value.isascii()
            and value.isdigit()
            and len(value) in AREA_DIGITS.values()
        ):
            return value
        self.fault(
            key,
            "应为 2、4、6、9 或 12 位区划代码（加引号），或 null",
            "must be an area code of 2, 4, 6, 9 or 12 digits in quotes, or null",
        )
        return None

    def day(self, value: object, key: str) -> date | None:
        if value is None:
            return None
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.fault(key, "应为日期 2024-01-01 或 null", "must be a date 2024-01-01, or null")
        return None

    def instant(self, value: object, key: str) -> datetime | None:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                found = None
            if found is not None and found.year in YEARS:
                return found
        self.fault(
            key,
            "应为带时区的时刻 2026-03-02T12:01:00+08:00",
            "must be an instant with its zone, 2026-03-02T12:01:00+08:00",
        )
        return None
