"""Who usually comes and has not come for some open days: found from meals, open days and known absences.

Ground floor: values in, values out. Closed days count for nobody's absence; who is in hospital, in a
nursing home, has moved or died is left out, and that is said.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MEALS_A_WEEK_MIN = 4
"""A regular eats so often a week, on average over the weeks watched. SOURCE: ui.md §3, screen 3."""
ABSENT_OPEN_DAYS = 3
"""Missed so many open days running, a visit is owed. SOURCE: domain.md §5."""
WATCHED = timedelta(weeks=4)
"""How far back her habit is looked at, and how long ago she may last have been seen."""

AWAY_CATEGORIES = frozenset({"in_hospital", "nursing_home"})
GONE = frozenset({"moved", "deceased"})


@dataclass(frozen=True, slots=True)
class Away:
    """A time of which we know why she does not come; open ends are None."""

    code: str
    from_on: date | None
    to_on: date | None

    def holds_on(self, day: date) -> bool:
        return (self.from_on or day) <= day <= (self.to_on or day)


@dataclass(frozen=True, slots=True)
class Diner:
    """A person with her meals by service date, at whichever canteen, and her known absences."""

    elder_id: int
    meals: Mapping[date, int]
    away: tuple[Away, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """A regular who has not come: last seen when, and how many open days she has missed since.

    `left_out` is the reason why no visit is owed (in_hospital, nursing_home, moved, deceased)."""

    elder_id: int
    last_seen_on: date
    missed: int
    left_out: str | None = None


def find_absent(
    diners: Iterable[Diner], *, open_days: Collection[date], days_a_week: int, day: date
) -> list[Absence]:
    """The regulars who missed the last three open days or more up to and with `day`.

    `open_days` reach back twice `WATCHED`; `days_a_week` is how many weekdays the canteen is open."""
    found = []
    for diner in diners:
        seen = [on for on, count in diner.meals.items() if count > 0]
        last = max(seen, default=None)
        if (
            last is None
            or last <= day - WATCHED
            or not _is_regular(diner, last, open_days, days_a_week)
        ):
            continue
        if count_missed(open_days, last, day) < ABSENT_OPEN_DAYS:
            continue
        reason = next((away.code for away in diner.away if away.holds_on(day)), None)
        back = [away.to_on for away in diner.away if away.to_on and last < away.to_on <= day]
        missed = count_missed(open_days, max([last, *back]), day)
        if reason or missed >= ABSENT_OPEN_DAYS:
            found.append(Absence(diner.elder_id, last, missed, reason))
    return sorted(found, key=lambda absence: (absence.last_seen_on, absence.elder_id))


def count_missed(open_days: Collection[date], last_seen_on: date, day: date) -> int:
    """Open days after the last one she was seen, up to and with `day`."""
    return sum(last_seen_on < on <= day for on in open_days)


def _is_regular(diner: Diner, last: date, open_days: Collection[date], days_a_week: int) -> bool:
    """Four meals a week over the four weeks that end with her last day; weeks with closed days count
    for as much as they were open."""
    opened = sum(last - WATCHED < on <= last for on in open_days)
    eaten = sum(count for on, count in diner.meals.items() if last - WATCHED < on <= last)
    return eaten * days_a_week >= MEALS_A_WEEK_MIN * opened > 0
