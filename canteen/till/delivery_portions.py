"""What the kitchen cooks for the doors: portions of a made list that are not cancelled, and for whom.

Beside the till because the kitchen's number, the sheets and the labels must be the same (O-058, O-061).
"""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryOrder
from canteen.models.people import Elder
from canteen.till.delivery_wishes import OWNER


def count_portions(session: Session, canteen_id: int, day: date, mealtime: str) -> int | None:
    """The portions to be brought; None while the list is not made although meals are ordered here."""
    made = select(DeliveryDay.day).where(
        DeliveryDay.canteen_id == canteen_id,
        DeliveryDay.day == day,
        DeliveryDay.mealtime == mealtime,
    )
    if session.execute(made).first() is None:
        ordered = select(DeliveryOrder.id).where(
            DeliveryOrder.canteen_id == canteen_id, DeliveryOrder.state == "approved"
        )
        return 0 if session.execute(ordered.limit(1)).first() is None else None
    portions = session.scalars(
        select(Delivery.portions).where(_is_cooked_for(canteen_id, day, mealtime))
    )
    return sum(portions)


def list_brought_to(session: Session, canteen_id: int, day: date, mealtime: str) -> set[int]:
    """The people on the list."""
    cooked_for = _is_cooked_for(canteen_id, day, mealtime)
    return set(
        session.scalars(
            select(OWNER).join(Delivery, Delivery.elder_id == Elder.id).where(cooked_for)
        )
    )


def _is_cooked_for(canteen_id: int, day: date, mealtime: str) -> ColumnElement[bool]:
    return (
        (Delivery.canteen_id == canteen_id)
        & (Delivery.day == day)
        & (Delivery.mealtime == mealtime)
        & (Delivery.state != "cancelled")
    )
