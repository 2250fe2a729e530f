"""Until when families and cashiers may change a mealtime's deliveries; the secretary until they are out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.delivery_orders import cut_off_of
from canteen.rules.errors import Refused
from canteen.till.hours import list_windows

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes something and when; the secretary is not bound by the cut-off."""

    is_secretary: bool
    by: str
    origin: str | None
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now)


def find_cut_off(session: Session, canteen_id: int, day: date, mealtime: str) -> datetime | None:
    """The cut-off of a mealtime by the canteen's hours; None when it does not serve it then."""
    minutes = session.execute(
        select(Canteen.delivery_cutoff_min).where(Canteen.id == canteen_id)
    ).scalar_one()
    windows = {window.mealtime: window for window in list_windows(session, canteen_id, day)}
    return cut_off_of(day, windows[mealtime], minutes) if mealtime in windows else None


def find_first_open(
    session: Session, canteen_id: int, mealtimes: Iterable[str], first: date, now: datetime
) -> date:
    """The first day from `first` on of which none of these mealtimes is cut off."""
    asked, day = tuple(mealtimes), first
    while any(
        cut_off is not None and cut_off <= now
        for cut_off in (find_cut_off(session, canteen_id, day, mealtime) for mealtime in asked)
    ):
        day += ONE_DAY
    return day


def check_cut_off(
    session: Session,
    canteen_id: int,
    mealtimes: Iterable[str],
    day: date,
    how: Changing,
    field: str = "from_on",
) -> None:
    """Refused `delivery_cut_off`, with the first day that can still be changed."""
    if how.is_secretary:
        return
    asked = tuple(mealtimes) or MEALTIMES
    first = find_first_open(session, canteen_id, asked, day, how.now)
    if first != day:
        raise Refused(
            "delivery_cut_off",
            f"{day} 的送餐已经截止，最早从 {first} 起；急的请社区办理",
            f"It is too late to change the deliveries of {day}: from {first} on, or ask the community",
            field=field,
            first_on=first,
        )
