"""What is known of one meal when it is split: the person on that date, the meal, those before it.

Ground floor: plain frozen values that the till fills from its tables and `quote` from a case file.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A category held from `from_on` to `to_on`, both inclusive (None: open on that side)."""

    code: str
    level: int | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The facts of one elder that schemes ask about; None is unknown, and unknown never qualifies.

    `hukou` and `residence` are area codes of the day (2, 4, 6, 9 or 12 digits).
    """

    born: date | None
    hukou: str | None = None
    residence: str | None = None
    categories: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class MealFacts:
    """The meal to be split.

    `price_fen`: list price without a delivery fee; `at`: aware instant of the swipe; `served_on`:
    its service date; `area_code`: the canteen's; `portion`: 2 and up are second portions.
    """

    price_fen: int
    at: datetime
    served_on: date
    mealtime: str
    channel: str
    area_code: str | None
    portion: int = 1


@dataclass(frozen=True, slots=True)
class EarlierShare:
    """What a group of a quota scope gave to an earlier meal, net of corrections, in fen."""

    scope: str
    group: str
    fen: int


@dataclass(frozen=True, slots=True)
class EarlierMeal:
    """A standing meal of the same person, booked before; of any canteen, scheme and payment."""

    served_on: date
    mealtime: str
    portion: int = 1
    shares: tuple[EarlierShare, ...] = ()
