"""Ages and names of elders: completed years by a scheme's count, and names as others may see them.

Ground floor: birthdays are plain dates, the day of the question is always an argument.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from canteen.rules.surnames import surname_of

AGE_COUNTS = ("birthday", "day_after", "next_month", "year_start")


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated fact about an elder with its two clocks: true from–to, known recorded–withdrawn.

    `kind` is `category`, `hukou`, `residence`, `born` …; `code` and `level` tell which category;
    `from_on`/`to_on` are inclusive local dates, None is open. SOURCE: domain.md §4.
    """

    kind: str
    code: str | None = None
    level: int | None = None
    area_code: str | None = None
    born: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    recorded_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is true on that day (first and last day included)."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day <= self.to_on
        )

    def is_known_at(self, instant: datetime) -> bool:
        """Whether it had been recorded, and not yet withdrawn, at that instant."""
        return (self.recorded_at is None or self.recorded_at <= instant) and (
            self.withdrawn_at is None or instant < self.withdrawn_at
        )


def birthday_in(born: date, year: int) -> date:
    """The birthday in that year; 29 February becomes the last day of February in a common year.

    SOURCE: Civil Code art. 202 (no corresponding day: the last day of the month); scheme.md §3.
    """
    last = monthrange(year, born.month)[1]
    return date(year, born.month, min(born.day, last))


def attained_on(born: date, age: int, counts_from: str = "birthday") -> date:
    """First day on which a person born on `born` counts as `age` completed years (周岁).

    `birthday`: the birthday itself; `day_after`: the day after it; `next_month`: the 1st of the
    month after; `year_start`: 1 January of that year. SOURCE: scheme.md §3.
    """
    if counts_from == "year_start":
        return date(born.year + age, 1, 1)
    birthday = birthday_in(born, born.year + age)
    if counts_from == "birthday":
        return birthday
    if counts_from == "day_after":
        return birthday + timedelta(days=1)
    if counts_from == "next_month":
        return (birthday.replace(day=1) + timedelta(days=31)).replace(day=1)
    raise ValueError(f"age_counts_from {counts_from!r}")


def age_on(born: date, day: date, counts_from: str = "birthday") -> int:
    """Completed years on `day`, never "today"; negative only before the person was born."""
    age = day.year - born.year
    return age if attained_on(born, age, counts_from) <= day else age - 1


def age_band(age: int) -> str:
    """The band of the day sheet: under-60, 60-69, 70-79, 80-89 or 90+ (by the birthday itself)."""
    if age < 60:
        return "under-60"
    if age >= 90:
        return "90+"
    tens = age - age % 10
    return f"{tens}-{tens + 9}"


def mask_name(name: str) -> str:
    """The surname and one star a further character: 黄** for 黄桂兰, 欧阳* for 欧阳修.

    A name without a Chinese surname (阿依古丽·买买提) keeps its first character: 阿***.
    """
    plain = name.strip()
    surname = surname_of(plain)
    if not surname:
        return f"{plain[:1]}***"
    return surname + "*" * max(1, len(plain) - len(surname))


def public_name(name: str, sex: str | None) -> str:
    """What a public display may show: 黄女士, 欧阳先生; sex unknown: 黄长者.

    A name without a Chinese surname is masked instead: the first part of it is the given name.
    """
    surname = surname_of(name.strip())
    if not surname:
        return mask_name(name)
    return surname + {"F": "女士", "M": "先生"}.get(sex or "", "长者")


def mask_id_number(number: str) -> str:
    """4507********1234: the first and the last four of a resident ID number, eight stars between."""
    return f"{number[:4]}********{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****2217: the first three and the last four of a phone number, the rest stars."""
    if len(phone) < 10:  # too short to hide anything between its two ends: all of it is hidden
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
