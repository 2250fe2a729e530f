"""A canteen's calendar: its open weekdays and its mealtime windows, shown with its closed days.

Windows are dated: one ends and another begins; nothing reaches back behind a meal that was served.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen, ClosedDay, MealtimeWindow
from canteen.rules.days import MEALTIMES, Window, check_windows, local_date
from canteen.rules.errors import Conflict, Invalid
from canteen.till.delivery_days import sync_canteen
from canteen.till.served import count_served
from canteen.trail.audit import append_audit

ONE_DAY = timedelta(days=1)
#: closed days further back are not shown
PAST_DAYS_SHOWN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A mealtime window and the service dates it holds on; `state` is now, coming or past."""

    id: int
    mealtime: str
    opens: str
    closes: str
    from_on: date
    to_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """A closed day, or one closed mealtime of it."""

    id: int
    closed_on: date
    mealtime: str | None
    reason: str
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class CalendarView:
    """What the page of a canteen's calendar shows."""

    open_weekdays: str
    grace_min: int
    windows: tuple[WindowLine, ...]
    closed: tuple[ClosedLine, ...]


def show_calendar(session: Session, *, canteen_id: int, now: datetime) -> CalendarView:
    """The calendar as it is, with what comes and what is recently past."""
    today = local_date(now)
    canteen = _get_canteen(session, canteen_id)
    windows = _list_windows(session, canteen_id)
    closed = session.scalars(
        select(ClosedDay)
        .where(ClosedDay.canteen_id == canteen_id, ClosedDay.closed_on >= today - PAST_DAYS_SHOWN)
        .order_by(ClosedDay.closed_on, ClosedDay.id)
    )
    return CalendarView(
        canteen.open_weekdays,
        canteen.grace_min,
        tuple(
            WindowLine(
                row.id, row.mealtime, row.opens, row.closes, row.from_on, row.to_on,
                "coming" if row.from_on > today
                else "now" if row.to_on is None or row.to_on >= today else "past",
            )
            for row in sorted(windows, key=lambda row: (MEALTIMES.index(row.mealtime), row.from_on))
        ),
        tuple(
            ClosedLine(
                row.id, row.closed_on, row.mealtime, row.reason, row.withdrawn_at is not None
            )
            for row in closed
        ),
    )  # fmt: skip


def set_open_weekdays(
    session: Session,
    *,
    canteen_id: int,
    weekdays: Sequence[int],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Serve on these ISO weekdays from now on. A day on which somebody ate today stays open today."""
    canteen = _get_canteen(session, canteen_id)
    digits = "".join(str(day) for day in sorted(set(weekdays)))
    if not digits or not set(digits) <= set("1234567"):
        raise Invalid("weekdays", "至少留一天开门", "Leave one day open", field="weekdays")
    today = local_date(now)
    is_shut_today = str(today.isoweekday()) not in digits
    if is_shut_today and count_served(session, canteen_id, first=today, last=today, mealtime=None):
        raise Conflict(
            "closed_day_served",
            "今天已经打过饭，请明天再改，或者只停以后的某一天",
            "Meals were served today: change it tomorrow, or close single days",
            field="weekdays",
        )
    if digits == canteen.open_weekdays:
        return
    session.execute(update(Canteen).where(Canteen.id == canteen_id).values(open_weekdays=digits))
    sync_canteen(session, canteen_id, by=by, now=now)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="open_weekdays_set",
        object_kind="canteen",
        object_id=str(canteen_id),
        before={"open_weekdays": canteen.open_weekdays},
        after={"open_weekdays": digits},
        now=now,
    )


def set_window(
    session: Session,
    *,
    canteen_id: int,
    mealtime: str,
    hours: tuple[time, time] | None,
    from_on: date,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Serve a mealtime in these hours from a day on; `hours` None: no longer at all.

    Raises `Invalid` `windows_wrong` when they overlap another mealtime's on any day from then on,
    Conflict `window_used` when meals of that mealtime were served since that day."""
    if mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    _refuse_past(from_on, now)
    if count_served(session, canteen_id, first=from_on, last=None, mealtime=mealtime):
        raise Conflict(
            "window_used",
            f"{from_on} 起已经打过这一餐，时间请从以后的一天改起",
            f"Meals of this mealtime were served since {from_on}: begin on a later day",
            field="from_on",
        )
    rows = _list_windows(session, canteen_id)
    wanted = None if hours is None else Window(mealtime, *hours)
    _check_days(rows, wanted, mealtime, from_on)
    own = [row for row in rows if row.mealtime == mealtime]
    for row in own:
        if row.from_on < from_on and (row.to_on is None or row.to_on >= from_on):
            _end_window(session, row.id, from_on - ONE_DAY)
        elif row.from_on >= from_on:
            # Never served by: it would have begun on or after the new one's first day.
            _end_window(session, row.id, row.from_on - ONE_DAY)
    if hours is not None:
        opens, closes = (f"{clock:%H:%M}" for clock in hours)
        values = {"opens": opens, "closes": closes, "to_on": None}
        same_day = session.execute(
            select(MealtimeWindow.id).where(
                MealtimeWindow.canteen_id == canteen_id,
                MealtimeWindow.mealtime == mealtime,
                MealtimeWindow.from_on == from_on,
            )
        ).scalar_one_or_none()
        if same_day is None:
            session.execute(
                insert(MealtimeWindow).values(
                    canteen_id=canteen_id, mealtime=mealtime, from_on=from_on, **values
                )
            )
        else:
            session.execute(
                update(MealtimeWindow).where(MealtimeWindow.id == same_day).values(values)
            )
    sync_canteen(session, canteen_id, by=by, now=now)
    told = None if hours is None else f"{hours[0]:%H:%M}–{hours[1]:%H:%M}"
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="window_set",
        object_kind="canteen",
        object_id=str(canteen_id),
        after={"mealtime": mealtime, "hours": told, "from_on": from_on},
        now=now,
    )


def _get_canteen(session: Session, canteen_id: int) -> Canteen:
    return session.execute(select(Canteen).where(Canteen.id == canteen_id)).scalar_one()


def _list_windows(session: Session, canteen_id: int) -> list[MealtimeWindow]:
    """The windows that hold on at least one day."""
    rows = session.scalars(
        select(MealtimeWindow)
        .where(MealtimeWindow.canteen_id == canteen_id)
        .order_by(MealtimeWindow.from_on, MealtimeWindow.id)
    )
    return [row for row in rows if row.to_on is None or row.to_on >= row.from_on]


def _end_window(session: Session, window_id: int, last_on: date) -> None:
    session.execute(
        update(MealtimeWindow).where(MealtimeWindow.id == window_id).values(to_on=last_on)
    )


def _refuse_past(from_on: date, now: datetime) -> None:
    if from_on < local_date(now):
        raise Invalid("day_past", "日期已经过去", "The day is past", field="from_on")


def _check_days(
    rows: list[MealtimeWindow], wanted: Window | None, mealtime: str, from_on: date
) -> None:
    """Check the windows of each day on which anything begins, from `from_on` on."""
    others = [row for row in rows if row.mealtime != mealtime]
    for day in {from_on, *(row.from_on for row in others if row.from_on > from_on)}:
        held = [
            Window(row.mealtime, time.fromisoformat(row.opens), time.fromisoformat(row.closes))
            for row in others
            if row.from_on <= day and (row.to_on is None or row.to_on >= day)
        ]
        check_windows([*held, *([wanted] if wanted else [])])
