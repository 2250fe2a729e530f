"""A canteen's day: whether it was open, when its mealtimes end, whether it is signed; and its lock.

Beside the till, because sheets, sign-off, counts and jobs ask the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay
from canteen.models.meals import Meal
from canteen.models.sites import Canteen, ClosedDay, MealtimeWindow
from canteen.rules.days import SHANGHAI, Window, local_date
from canteen.rules.errors import Conflict, NotFound
from canteen.till.hours import list_windows
from canteen.till.places import CanteenPlace, get_canteen


@dataclass(frozen=True, slots=True)
class DayState:
    """One day of a canteen as it stands; `ends_at` is when its last mealtime's queue is served, None
    on a day without any."""

    canteen: CanteenPlace
    day: date
    windows: tuple[Window, ...]
    is_open: bool
    ends_at: datetime | None
    has_line: bool
    signed_at: datetime | None
    signed_by: str | None
    reopened_at: datetime | None


def get_canteen_by_code(session: Session, code: str) -> CanteenPlace:
    """The canteen of a code; NotFound when there is none."""
    canteen_id = session.execute(
        select(Canteen.id).where(Canteen.code == code)
    ).scalar_one_or_none()
    if canteen_id is None:
        raise NotFound("canteen_unknown", "没有这个食堂", "No such canteen")
    return get_canteen(session, canteen_id)


def hold_canteen(session: Session, code: str) -> CanteenPlace:
    """The canteen, held to the commit: its days are signed and its claims drawn, submitted, decided and
    paid one after another. Not so hard that a swipe, whose rows only name the canteen, would wait."""
    place = get_canteen_by_code(session, code)
    session.execute(
        select(Canteen.id).where(Canteen.id == place.id).with_for_update(key_share=True)
    )
    return place


def load_state(session: Session, canteen: CanteenPlace, day: date) -> DayState:
    """The day as it stands now."""
    row = session.execute(
        select(CanteenDay).where(CanteenDay.canteen_id == canteen.id, CanteenDay.day == day)
    ).scalar_one_or_none()
    closed = _list_closed(session, canteen.id, day, day)
    windows = tuple(
        window
        for window in list_windows(session, canteen.id, day)
        if not {(day, None), (day, window.mealtime)} & closed
    )
    is_open = bool(windows) and str(day.isoweekday()) in canteen.open_weekdays
    return DayState(
        canteen,
        day,
        windows if is_open else (),
        is_open,
        _end(canteen, day, windows) if is_open else None,
        row is not None and row.receipt_serial > 0,
        row.signed_at if row else None,
        row.signed_by if row else None,
        row.reopened_at if row else None,
    )


def _end(canteen: CanteenPlace, day: date, windows: Iterable[Window]) -> datetime:
    last = max(window.closes for window in windows)
    return datetime.combine(day, last, SHANGHAI) + timedelta(minutes=canteen.grace_min)


def last_day_over(session: Session, canteen: CanteenPlace, at: datetime) -> date:
    """The last local day whose mealtimes are over at `at`: today, or yesterday while it still serves."""
    today = local_date(at)
    ends_at = load_state(session, canteen, today).ends_at
    return today if ends_at is None or at >= ends_at else today - timedelta(days=1)


def lock_day(session: Session, canteen_id: int, day: date) -> CanteenDay:
    """Hold the canteen-day's row to the commit, made if there is none: nothing is booked on the day
    and nobody signs it meanwhile. Comes last in the lock order."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(CanteenDay)
        .values(canteen_id=canteen_id, day=day, receipt_serial=0)
        .on_conflict_do_nothing(index_elements=["canteen_id", "day"])
    )
    return session.execute(
        select(CanteenDay)
        .where(CanteenDay.canteen_id == canteen_id, CanteenDay.day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def lock_unsigned_day(session: Session, canteen_id: int, day: date) -> CanteenDay:
    """Hold the day's row; Conflict `day_signed` when it is signed off."""
    row = lock_day(session, canteen_id, day)
    if row.signed_at is not None:
        raise Conflict(
            "day_signed",
            "这一天已签结，不能再改",
            "The day is signed off and cannot be changed any more",
            signed_by=row.signed_by,
        )
    return row


def list_open_days(
    session: Session, canteen: CanteenPlace, first: date, last: date, mealtime: str | None = None
) -> set[date]:
    """The days from `first` to `last` on which the canteen serves `mealtime`, or at least one."""
    windows = session.execute(
        select(MealtimeWindow.mealtime, MealtimeWindow.from_on, MealtimeWindow.to_on).where(
            MealtimeWindow.canteen_id == canteen.id,
            MealtimeWindow.from_on <= last,
            or_(MealtimeWindow.to_on.is_(None), MealtimeWindow.to_on >= first),
            true() if mealtime is None else MealtimeWindow.mealtime == mealtime,
        )
    ).all()
    closed = _list_closed(session, canteen.id, first, last)
    found = set()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        served = any(
            row.from_on <= day <= (row.to_on or day) and (day, row.mealtime) not in closed
            for row in windows
        )
        if served and (day, None) not in closed and str(day.isoweekday()) in canteen.open_weekdays:
            found.add(day)
    return found


def _list_closed(
    session: Session, canteen_id: int, first: date, last: date
) -> set[tuple[date, str | None]]:
    rows = session.execute(
        select(ClosedDay.closed_on, ClosedDay.mealtime).where(
            ClosedDay.canteen_id == canteen_id,
            ClosedDay.closed_on.between(first, last),
            ClosedDay.withdrawn_at.is_(None),
        )
    )
    return {(row.closed_on, row.mealtime) for row in rows}


def list_unsigned(session: Session, canteen: CanteenPlace, before: date) -> list[date]:
    """The days before `before` that somebody owes a signature, oldest first: those with a line, those
    opened again, and those the canteen was open on since its last signed day (its first meal)."""
    of_canteen = CanteenDay.canteen_id == canteen.id
    rows = session.execute(
        select(CanteenDay.day).where(
            of_canteen,
            CanteenDay.day < before,
            CanteenDay.signed_at.is_(None),
            or_(CanteenDay.receipt_serial > 0, CanteenDay.reopened_at.is_not(None)),
        )
    )
    owed = {row.day for row in rows}
    signed: date | None = session.execute(
        select(func.max(CanteenDay.day)).where(of_canteen, CanteenDay.signed_at.is_not(None))
    ).scalar_one()
    first = _first_served(session, canteen)
    if first is not None:
        begins = max(first, signed + timedelta(days=1)) if signed else first
        owed |= list_open_days(session, canteen, begins, before - timedelta(days=1))
    return sorted(owed)


def _first_served(session: Session, canteen: CanteenPlace) -> date | None:
    """The first day with a meal: what was open before it, before the service began, is nobody's debt."""
    first: date | None = session.execute(
        select(func.min(Meal.booked_on)).where(Meal.canteen_id == canteen.id)
    ).scalar_one()
    return first


def find_previous(session: Session, canteen: CanteenPlace, day: date) -> date | None:
    """The canteen's day before `day` that was open or has a line, signed or not; None for its first."""
    last: date | None = session.execute(
        select(func.max(CanteenDay.day)).where(
            CanteenDay.canteen_id == canteen.id,
            CanteenDay.day < day,
            or_(CanteenDay.receipt_serial > 0, CanteenDay.signed_at.is_not(None)),
        )
    ).scalar_one()
    first = _first_served(session, canteen)
    if first is None or first >= day:
        return last
    begins = max(first, last or first)
    opened = list_open_days(session, canteen, begins, day - timedelta(days=1))
    return max(opened | ({last} if last else set()), default=None)
