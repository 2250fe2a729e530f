"""The next open day's meal, taken or called off at the door in one tap of the volunteer."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from canteen.rules.days import SHANGHAI
from canteen.rules.delivery_asked import PauseAsked, single
from canteen.rules.delivery_orders import decide
from canteen.till.day_state import list_open_days
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_orders import (
    add_order,
    add_pause,
    list_grounds_on,
    owner_of,
)
from canteen.till.delivery_wishes import load_askers
from canteen.till.hours import list_windows
from canteen.till.places import get_canteen

LOOK_AHEAD = timedelta(days=60)
ONE_DAY = timedelta(days=1)


def take_next_day(
    session: Session,
    *,
    uid: str,
    elder_id: int,
    canteen_id: int,
    day: date,
    mealtime: str,
    is_wanted: bool,
    by: str,
    asked_by_name: str | None,
    now: datetime,
) -> tuple[str, date | None]:
    """What she said about the next open day's same meal after `day`; `uid` of the report, so that it
    counts once. Returns what came of it and the day:

    kept (it stands as she wants), ordered, asked (the secretary decides: the other fee), called_off,
    waits (paused, away or gone: nothing is changed at the door), closed (no open day is known), over
    (the report came so late that its meal is over)."""
    owner = owner_of(session, elder_id)
    opened = list_open_days(
        session, get_canteen(session, canteen_id), day + ONE_DAY, day + LOOK_AHEAD, mealtime
    )
    next_day = min(opened, default=None)
    if next_day is None:
        return "closed", None
    if _is_over(session, canteen_id, next_day, mealtime, now):
        return "over", next_day
    wishes = load_askers(session, [owner], next_day, next_day)[owner].wishes
    canteens = {canteen_id, *(order.canteen_id for order in wishes.orders)}
    decision = decide(wishes, next_day, mealtime, canteens)
    how = Changing(True, by, None, now)
    if not is_wanted:
        if decision.order is None:
            return "kept", next_day
        pause = PauseAsked(
            uid, next_day, next_day, mealtime, "上门时说不要", "volunteer", asked_by_name
        )
        add_pause(session, owner, pause, how)
        return "called_off", next_day
    if decision.order is not None:
        return "kept", next_day
    if decision.why_not != "order_ended":
        return "waits", next_day
    is_entitled = bool(list_grounds_on(session, owner, canteen_id, next_day))
    asked = single(uid, next_day, mealtime, "volunteer", asked_by_name)
    add_order(
        session, owner, canteen_id, asked, is_approved=is_entitled, by=by, origin=None, now=now
    )
    return ("ordered" if is_entitled else "asked"), next_day


def _is_over(session: Session, canteen_id: int, day: date, mealtime: str, now: datetime) -> bool:
    return any(
        now >= datetime.combine(day, window.closes, SHANGHAI)
        for window in list_windows(session, canteen_id, day)
        if window.mealtime == mealtime
    )
