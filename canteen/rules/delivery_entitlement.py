"""Who is brought her meals without the other fee, on which date and on which ground.

Ground floor: facts in, a ground with its days out. Unknown never qualifies; the day asked about is
the day of the meal, never today. SOURCE: domain.md §5, field case O-009.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from canteen.rules.categories import LEVELS, REGISTER_CATEGORIES
from canteen.rules.elders import age_on, attained_on
from canteen.rules.errors import Invalid
from canteen.rules.meal_facts import Held, Person

AGE = 80
AGE_GROUND, EXCEPTION_GROUND = "age", "exception"
DEFAULT_GROUNDS = "limited_mobility,disability_care:2,disabled:2,heavy_disability"
"""Categories of limited mobility; with a level where only that one and the graver ones count."""
GRAVEST_IS_ONE = frozenset({"disability"})
"""Of 残疾 level 1 is the gravest; of every other category with levels the highest is."""

GROUND_NAMES: dict[str, tuple[str, str]] = {
    AGE_GROUND: ("满 80 周岁", "80 or over"),
    EXCEPTION_GROUND: ("经批准的例外", "approved exception"),
    **REGISTER_CATEGORIES,
}
"""Ground → (Chinese, English) name."""
EXCEPTION_NAMES: dict[str, tuple[str, str]] = {
    "illness": ("临时生病", "temporary illness"),
    "other": ("其他", "other"),
}
"""Kinds of exception → (Chinese, English) name."""

Grounds = Mapping[str, int | None]
"""Category → the level from which it counts (that one and the graver ones); None: at any level."""


@dataclass(frozen=True, slots=True)
class Exempt:
    """An approved exception: illness or other, from its first to its last day."""

    kind: str
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Ground:
    """Why she may be brought her meals: `code` is age, a category or exception; and the days on which
    that holds (None: open on that side)."""

    code: str
    level: int | None = None
    from_on: date | None = None
    to_on: date | None = None
    #: of an exception: illness or other
    kind: str | None = None


def parse_grounds(text: str) -> dict[str, int | None]:
    """The table of a canteen's setting: "limited_mobility,disabled:2". Invalid names what is wrong."""
    found: dict[str, int | None] = {}
    for part in text.split(","):
        code, colon, level = part.strip().partition(":")
        low, high = LEVELS.get(code, (1, 0))
        if code not in REGISTER_CATEGORIES or (
            colon and not (level.isdecimal() and low <= int(level) <= high)
        ):
            raise Invalid(
                "delivery_grounds",
                f"送餐条件 {part.strip()!r} 不对：写类别代码，有等级的可加“:等级”",
                f"The delivery ground {part.strip()!r} is wrong: a category's code, where it has"
                ' levels with ":level"',
                field="delivery_grounds",
            )
        found[code] = int(level) if colon else None
    return found


def list_grounds(
    person: Person, exceptions: Iterable[Exempt], day: date, grounds: Grounds
) -> tuple[Ground, ...]:
    """Every ground that holds on `day`: her age first, then categories in the order of the table, then
    exceptions. The first is the one a delivery names; none: the other fee, and a reason is owed."""
    found: list[Ground] = []
    if person.born is not None and age_on(person.born, day) >= AGE:
        found.append(Ground(AGE_GROUND, from_on=attained_on(person.born, AGE)))
    for code, least in grounds.items():
        found += [
            Ground(code, held.level, held.from_on, held.to_on)
            for held in person.categories
            if held.code == code and _holds_on(held, day) and _is_grave(held, least)
        ]
    found += [
        Ground(EXCEPTION_GROUND, None, exempt.from_on, exempt.to_on, exempt.kind)
        for exempt in exceptions
        if exempt.from_on <= day <= exempt.to_on
    ]
    return tuple(found)


def _holds_on(held: Held, day: date) -> bool:
    return (held.from_on or day) <= day <= (held.to_on or day)


def _is_grave(held: Held, least: int | None) -> bool:
    if least is None:
        return True
    if held.level is None:
        return False
    return held.level <= least if held.code in GRAVEST_IS_ONE else held.level >= least
