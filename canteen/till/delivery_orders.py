"""Writing orders and pauses: the one maker for the desk, the counter, the family, the door and jobs.

Beside the till because a volunteer's report at the door and a move between communities order as well.
Every one of them makes the deliveries of the made days what is wanted in the same transaction.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder, DeliveryPause
from canteen.models.people import Elder
from canteen.rules.delivery_asked import OrderAsked, PauseAsked
from canteen.rules.delivery_entitlement import Ground
from canteen.rules.delivery_orders import find_ends
from canteen.till.delivery_changes import DONE
from canteen.till.delivery_cutoffs import Changing
from canteen.till.delivery_days import sync_elder
from canteen.till.delivery_wishes import load_askers, load_grounds
from canteen.till.persons import rows_of_person
from canteen.trail.audit import append_elder_line

ONE_DAY = timedelta(days=1)


def list_grounds_on(
    session: Session, elder_id: int, canteen_id: int, day: date
) -> tuple[Ground, ...]:
    """Why this canteen may bring her meals on that day at the fee of the entitled; none: it may not."""
    asker = load_askers(session, [elder_id], day, day)[elder_id]
    return asker.list_grounds(day, load_grounds(session, canteen_id))


def add_order(
    session: Session,
    elder_id: int,
    canteen_id: int,
    asked: OrderAsked,
    *,
    is_approved: bool,
    decision_note: str | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> int | None:
    """Write the order, approved or asked; its id, or None when this `uid` was written before."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    made: int | None = session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(DeliveryOrder)
        .values(
            uid=asked.uid,
            elder_id=elder_id,
            canteen_id=canteen_id,
            kind=asked.kind,
            weekdays=asked.weekdays,
            mealtimes=",".join(asked.mealtimes),
            from_on=asked.from_on,
            to_on=asked.to_on,
            portions=asked.portions,
            address=asked.address,
            note=asked.note,
            source=asked.source,
            asked_by_name=asked.asked_by_name,
            reason=asked.reason,
            asked_at=now,
            asked_by=by,
            state="asked",
        )
        .on_conflict_do_nothing(index_elements=["uid"])
        .returning(DeliveryOrder.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    how = Changing(True, by, origin, now)
    tell(session, elder_id, "delivery.ask", {"order": made, "source": asked.source}, how)
    if is_approved:
        approve_order(session, made, decision_note, how)
    return made


def approve_order(session: Session, order_id: int, note: str | None, how: Changing) -> bool:
    """Let it hold; the standing orders in whose place it steps end the day before. False when it was
    decided before."""
    row = session.execute(
        update(DeliveryOrder)
        .where(
            DeliveryOrder.id == order_id,
            DeliveryOrder.state == "asked",
            DeliveryOrder.ended_at.is_(None),
        )
        .values(state="approved", decided_at=how.now, decided_by=how.by, decision_note=note)
        .returning(DeliveryOrder)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return False
    asker = load_askers(session, [owner_of(session, row.elder_id)], row.from_on, None)
    [(owner, hers)] = asker.items()
    new = next(order for order in hers.wishes.orders if order.id == order_id)
    others = [order for order in hers.wishes.orders if order.id != order_id]
    ended = find_ends(new, others)
    for old in ended:
        end_order(session, old.id, row.from_on - ONE_DAY, f"→ {order_id}", how)
    told = {"order": order_id, "instead_of": [old.id for old in ended]}
    tell(session, owner, "delivery.approve", told, how)
    sync_elder(session, owner, by=how.by, now=how.now)
    return True


def end_order(
    session: Session, order_id: int, last_on: date, reason: str | None, how: Changing
) -> None:
    """The order holds to that day and not after. The caller makes her deliveries what is wanted."""
    session.execute(
        update(DeliveryOrder)
        .where(DeliveryOrder.id == order_id)
        .values(ended_on=last_on, ended_at=how.now, ended_by=how.by, end_reason=reason)
        .execution_options(synchronize_session=False)
    )


def add_pause(session: Session, elder_id: int, asked: PauseAsked, how: Changing) -> int:
    """Write the pause; its id. The caller has looked whether its `uid` was written before."""
    pause_id: int = session.execute(
        insert(DeliveryPause)
        .values(
            uid=asked.uid,
            elder_id=elder_id,
            from_on=asked.from_on,
            to_on=asked.to_on,
            mealtime=asked.mealtime,
            reason=asked.reason,
            source=asked.source,
            asked_by_name=asked.asked_by_name,
            recorded_at=how.now,
            recorded_by=how.by,
        )
        .returning(DeliveryPause.id)
    ).scalar_one()
    told = {"pause": pause_id, "from_on": asked.from_on, "to_on": asked.to_on}
    tell(session, elder_id, "delivery.pause", told, how)
    sync_elder(session, elder_id, by=how.by, now=how.now)
    return pause_id


def is_under_way(session: Session, elder_id: int, asked: OrderAsked) -> bool:
    """Whether what a single order asks for has left the canteen already: an order changes it no more."""
    left = select(Delivery.id).where(
        Delivery.elder_id.in_(rows_of_person(elder_id)),
        Delivery.day == asked.from_on,
        Delivery.mealtime.in_(asked.mealtimes),
        Delivery.state.in_(DONE),
    )
    return asked.kind == "single" and session.execute(left.limit(1)).first() is not None


def owner_of(session: Session, elder_id: int) -> int:
    """The row that goes on for the person of a row."""
    merged: int | None = session.execute(
        select(Elder.merged_into_id).where(Elder.id == elder_id)
    ).scalar_one()
    return merged or elder_id


def tell(
    session: Session, elder_id: int, action: str, after: Mapping[str, object], how: Changing
) -> None:
    """A line of the audit trail about her; who asked in words may hold a phone and is left out."""
    number = session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one()
    append_elder_line(session, action, number, after, by=how.by, origin=how.origin, now=how.now)
