"""Pauses of an elder's deliveries: days without, one day called off, and when she wants them again."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryPause
from canteen.rules.days import MEALTIMES
from canteen.rules.delivery_asked import PauseAsked
from canteen.rules.delivery_orders import decide
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.delivery_cutoffs import Changing, check_cut_off
from canteen.till.delivery_days import sync_elder
from canteen.till.delivery_orders import add_pause, tell
from canteen.till.delivery_wishes import load_askers
from canteen.till.facts import get_elder_id
from canteen.till.merging import lock_person
from canteen.till.persons import rows_of_person

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paused:
    """The pause, and how many of its deliveries are under way already: those still come."""

    pause_id: int
    under_way: int


def pause(
    session: Session,
    *,
    number: str,
    asked: PauseAsked,
    is_secretary: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> Paused:
    """Bring her nothing on these days. What was made for them already is withdrawn at once (O-062)."""
    elder_id = get_elder_id(session, number)
    lock_person(session, elder_id)
    how = Changing(is_secretary, by, origin, now)
    _check(asked, how)
    known = session.execute(
        select(DeliveryPause.id, DeliveryPause.elder_id).where(DeliveryPause.uid == asked.uid)
    ).one_or_none()
    if known is None:
        _check_wanted(session, elder_id, asked, how)
        pause_id = add_pause(session, elder_id, asked, how)
    elif known.elder_id in session.scalars(rows_of_person(elder_id)).all():
        pause_id = known.id
    else:
        raise Conflict("pause_uid_used", "这份表单已经用过", "This form was used before")
    return Paused(pause_id, _count_under_way(session, elder_id, asked))


def resume(
    session: Session,
    *,
    number: str,
    pause_id: int,
    back_on: date,
    is_secretary: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Bring her meals again from `back_on` on; the days paused before it stay paused. Twice is once."""
    elder_id = get_elder_id(session, number)
    lock_person(session, elder_id)
    how = Changing(is_secretary, by, origin, now)
    row = session.scalars(
        select(DeliveryPause).where(
            DeliveryPause.id == pause_id, DeliveryPause.elder_id.in_(rows_of_person(elder_id))
        )
    ).first()
    if row is None:
        raise NotFound("pause_unknown", "没有这条暂停", "No such pause")
    if back_on < how.today:
        raise Invalid("pause_past", "日期已经过去", "The day is past", field="back_on")
    if row.withdrawn_at is not None or (row.to_on is not None and row.to_on < back_on):
        return
    first = max(back_on, row.from_on)
    left = PauseAsked(
        f"{row.uid}:{first}", row.from_on, first - ONE_DAY, row.mealtime, row.reason, row.source,
        row.asked_by_name,
    )  # fmt: skip
    _check_wanted(session, elder_id, replace(left, from_on=first), how, "back_on")
    session.execute(
        update(DeliveryPause)
        .where(DeliveryPause.id == pause_id)
        .values(withdrawn_at=now, withdrawn_by=by)
        .execution_options(synchronize_session=False)
    )
    tell(session, elder_id, "delivery.resume", {"pause": pause_id, "back_on": back_on}, how)
    if row.from_on < first:
        add_pause(session, elder_id, left, how)
    sync_elder(session, elder_id, by=by, now=now)


def _check(asked: PauseAsked, how: Changing) -> None:
    if asked.mealtime is not None and asked.mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    if asked.from_on < how.today:
        raise Invalid("pause_past", "日期已经过去", "The day is past", field="from_on")
    if asked.to_on is not None and asked.to_on < asked.from_on:
        raise Invalid(
            "pause_to_before_from",
            "最后一天不能早于第一天",
            "The last day cannot be before the first",
            field="to_on",
        )


def _check_wanted(
    session: Session, elder_id: int, asked: PauseAsked, how: Changing, field: str = "from_on"
) -> None:
    """The cut-off counts for meals that her orders want on the first day."""
    wishes = load_askers(session, [elder_id], asked.from_on, asked.from_on)[elder_id].wishes
    wishes = replace(wishes, pauses=())
    for mealtime in (asked.mealtime,) if asked.mealtime else MEALTIMES:
        canteens = {order.canteen_id for order in wishes.orders}
        order = decide(wishes, asked.from_on, mealtime, canteens).order
        if order is not None:
            check_cut_off(session, order.canteen_id, (mealtime,), asked.from_on, how, field)


def _count_under_way(session: Session, elder_id: int, asked: PauseAsked) -> int:
    query = select(func.count()).where(
        Delivery.elder_id.in_(rows_of_person(elder_id)),
        Delivery.day >= asked.from_on,
        Delivery.state == "out",
    )
    if asked.to_on is not None:
        query = query.where(Delivery.day <= asked.to_on)
    if asked.mealtime is not None:
        query = query.where(Delivery.mealtime == asked.mealtime)
    counted: int = session.execute(query).scalar_one()
    return counted
