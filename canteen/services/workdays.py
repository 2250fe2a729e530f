"""Whether the national list of workdays is known far enough ahead (field case O-095)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.tariffs import WorkdayOverride
from canteen.rules.workdays import PUBLISHED, missing_year_warning


def find_missing_year(session: Session, *, today: date) -> int | None:
    """The year whose list is missing (from November on also the next one); None when all is known."""
    rows = session.execute(select(WorkdayOverride.day, WorkdayOverride.is_workday))
    days = {row.day: row.is_workday for row in rows}
    entered = PUBLISHED.with_days(days, frozenset(day.year for day in days))
    return missing_year_warning(today, entered)
