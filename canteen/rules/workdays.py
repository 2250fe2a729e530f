"""Workdays and rest days by the national calendar with its make-up workdays (调休).

Ground floor: the shipped table is a constant; what an administrator adds comes in as a value, so a
year without a published list never stops a meal (Monday to Friday applies and the day is marked).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from canteen.rules.workday_table import REST, WORK, YEARS

WARN_FROM_MONTH = 11
"""From 1 November the State Council's list for the next year is expected (it comes in November)."""


@dataclass(frozen=True, slots=True)
class WorkdayCalendar:
    """`overrides` holds only the days that differ from "Monday to Friday is a workday"; `years` the
    years whose list is published (a year without any difference is still a known one)."""

    overrides: Mapping[date, bool]
    years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day; Monday to Friday in a year without a list."""
        return self.overrides.get(day, day.weekday() < 5)

    def is_known(self, day: date) -> bool:
        """Whether the list of that day's year is published here."""
        return day.year in self.years

    def with_days(self, days: Mapping[date, bool], years: frozenset[int]) -> "WorkdayCalendar":
        """A calendar in which the administrator's days win over this one's."""
        return WorkdayCalendar({**self.overrides, **days}, self.years | years)


def _published() -> WorkdayCalendar:
    overrides = {date.fromisoformat(day): True for day in WORK.split()}
    overrides |= {date.fromisoformat(day): False for day in REST.split()}
    return WorkdayCalendar(overrides, frozenset(YEARS))


PUBLISHED = _published()
"""The State Council's lists that this release ships."""


def missing_year_warning(today: date, calendar: WorkdayCalendar) -> int | None:
    """The year whose holiday list an administrator must add, or None.

    The current year if it is missing, else from 1 November the next one. SOURCE: field case O-095.
    """
    if today.year not in calendar.years:
        return today.year
    if today.month >= WARN_FROM_MONTH and today.year + 1 not in calendar.years:
        return today.year + 1
    return None
