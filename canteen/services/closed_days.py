"""Days, or single mealtimes, on which a canteen is closed: said with what it meets, and withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.kitchen import MenuLine
from canteen.models.sites import ClosedDay
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.delivery_days import sync_canteen
from canteen.till.served import count_served
from canteen.trail.audit import append_audit

AHEAD_MAX = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Affected:
    """What a closing meets: meals already served then (they stay), dishes on the menu, and deliveries
    that are not out yet (they are taken off their lists)."""

    meals: int
    menu_lines: int
    deliveries: int


def find_affected(
    session: Session, *, canteen_id: int, closed_on: date, mealtime: str | None
) -> Affected:
    """What stands on a day that is to be closed."""
    lines = select(func.count()).where(MenuLine.canteen_id == canteen_id, MenuLine.day == closed_on)
    waiting = select(func.count()).where(
        Delivery.canteen_id == canteen_id,
        Delivery.day == closed_on,
        Delivery.state.in_(("queued", "assigned")),
    )
    if mealtime is not None:
        lines = lines.where(MenuLine.mealtime == mealtime)
        waiting = waiting.where(Delivery.mealtime == mealtime)
    return Affected(
        count_served(session, canteen_id, first=closed_on, last=closed_on, mealtime=mealtime),
        session.execute(lines).scalar_one(),
        session.execute(waiting).scalar_one(),
    )


def close_day(
    session: Session,
    *,
    canteen_id: int,
    closed_on: date,
    mealtime: str | None,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> Affected:
    """Close a day, or one mealtime of it; what that meets is told. Closed twice is closed once.

    A past day can be closed too, as long as nobody ate: Conflict `closed_day_served` otherwise."""
    today = local_date(now)
    if mealtime is not None and mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    if not reason.strip():
        raise Invalid("reason", "请写停餐原因", "Say why it is closed", field="reason")
    if closed_on > today + AHEAD_MAX:
        raise Invalid("day_far", "日期太远", "The day is too far ahead", field="closed_on")
    affected = find_affected(session, canteen_id=canteen_id, closed_on=closed_on, mealtime=mealtime)
    if closed_on < today and affected.meals:
        raise Conflict(
            "closed_day_served",
            f"{closed_on} 打过 {affected.meals} 份饭，不能补记停餐",
            f"{affected.meals} meals were served on {closed_on}: it cannot have been closed",
            field="closed_on",
        )
    held = session.scalars(
        select(ClosedDay).where(
            ClosedDay.canteen_id == canteen_id,
            ClosedDay.closed_on == closed_on,
            ClosedDay.mealtime.is_(None) if mealtime is None else ClosedDay.mealtime == mealtime,
        )
    ).first()
    if held is None:
        session.execute(
            insert(ClosedDay).values(
                canteen_id=canteen_id, closed_on=closed_on, mealtime=mealtime, reason=reason
            )
        )
    elif held.withdrawn_at is None:
        return affected
    else:
        session.execute(
            update(ClosedDay)
            .where(ClosedDay.id == held.id)
            .values(withdrawn_at=None, reason=reason)
        )
    sync_canteen(session, canteen_id, by=by, now=now)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="day_closed",
        object_kind="canteen",
        object_id=str(canteen_id),
        after={
            "closed_on": closed_on,
            "mealtime": mealtime,
            "reason": reason,
            "meals": affected.meals,
        },
        now=now,
    )
    return affected


def withdraw_closed_day(
    session: Session, *, canteen_id: int, closed_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """Open it again. The row stays, withdrawn; twice is once."""
    row = session.execute(
        select(ClosedDay).where(ClosedDay.id == closed_id, ClosedDay.canteen_id == canteen_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("closed_day_unknown", "没有这个停餐日", "No such closed day")
    if row.withdrawn_at is not None:
        return
    session.execute(update(ClosedDay).where(ClosedDay.id == row.id).values(withdrawn_at=now))
    sync_canteen(session, canteen_id, by=by, now=now)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="closed_day_withdrawn",
        object_kind="canteen",
        object_id=str(canteen_id),
        before={"closed_on": row.closed_on, "mealtime": row.mealtime, "reason": row.reason},
        now=now,
    )
