"""The national list of workdays: what was published or entered, and whether a year is missing (O-095)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.tariffs import WorkdayOverride
from canteen.rules.workday_lines import read_workdays
from canteen.rules.workdays import PUBLISHED, WorkdayCalendar, missing_year_warning
from canteen.trail.audit import append_audit


@dataclass(frozen=True, slots=True)
class YearList:
    """The days of a year that differ from "Monday to Friday is a workday"."""

    year: int
    #: make-up workdays on Saturdays and Sundays (调休上班)
    work: tuple[date, ...]
    #: rest days from Monday to Friday
    rest: tuple[date, ...]
    #: False: nothing is known of that year, Monday to Friday applies
    is_known: bool
    #: days an administrator entered or changed
    entered: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkdaysRead:
    """What an import brought: days that are new, changed, and as they were."""

    added: int
    changed: int
    same: int
    years: tuple[int, ...]


def find_missing_year(session: Session, *, today: date) -> int | None:
    """The year whose list is missing (from November on also the next one); None when all is known."""
    return missing_year_warning(today, _calendar(session))


def list_years(session: Session, *, today: date) -> list[YearList]:
    """The lists of last year, this year and the next one, and any later one that was entered."""
    calendar = _calendar(session)
    entered = frozenset(session.scalars(select(WorkdayOverride.day)))
    years = {today.year - 1, today.year, today.year + 1} | {
        year for year in calendar.years if year > today.year
    }
    found = []
    for year in sorted(years):
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
        work = tuple(day for day in days if day.weekday() > 4 and calendar.is_workday(day))
        rest = tuple(day for day in days if day.weekday() < 5 and not calendar.is_workday(day))
        own = frozenset(day for day in entered if day.year == year)
        found.append(YearList(year, work, rest, year in calendar.years, own))
    return found


def import_workdays(
    session: Session, *, text: str, source: str, by: str, origin: str | None, now: datetime
) -> WorkdaysRead:
    """Take the days of a pasted list or CSV over what is known; the same list twice changes nothing.

    Raises `Invalid` with every faulty line; then nothing is taken. Meals already booked stay."""
    days = read_workdays(text)
    held = {
        row.day: row.is_workday
        for row in session.scalars(
            select(WorkdayOverride).where(WorkdayOverride.day.in_(list(days)))
        )
    }
    added = {day: work for day, work in days.items() if day not in held}
    changed = {day: work for day, work in days.items() if held.get(day, work) != work}
    stamp = {"source": source, "recorded_at": now, "recorded_by": by}
    if added:
        rows = [{"day": day, "is_workday": work, **stamp} for day, work in added.items()]
        session.execute(insert(WorkdayOverride), rows)
    for day, work in changed.items():
        session.execute(
            update(WorkdayOverride)
            .where(WorkdayOverride.day == day)
            .values(is_workday=work, **stamp)
        )
    years = tuple(sorted({day.year for day in days}))
    if added or changed:
        append_audit(
            session,
            actor=by,
            origin=origin,
            action="workdays_entered",
            object_kind="workdays",
            object_id=",".join(map(str, years)),
            before={str(day): held[day] for day in changed},
            after={
                "source": source,
                **{str(day): work for day, work in {**added, **changed}.items()},
            },
            now=now,
        )
    return WorkdaysRead(len(added), len(changed), len(days) - len(added) - len(changed), years)


def _calendar(session: Session) -> WorkdayCalendar:
    rows = session.execute(select(WorkdayOverride.day, WorkdayOverride.is_workday))
    days = {row.day: row.is_workday for row in rows}
    return PUBLISHED.with_days(days, frozenset(day.year for day in days))
