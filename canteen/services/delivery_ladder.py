"""A step of the safety ladder, taken by a volunteer before a door that nobody opens.

The same step sent twice is kept once. Only the day it happens: what is written later is the secretary's.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.rules.errors import NotFound
from canteen.till.delivery_days import touch
from canteen.till.delivery_steps import record_step


def take_step(
    session: Session,
    *,
    id: str,
    uid: str,
    step: str,
    result: str,
    note: str | None = None,
    done_at: datetime,
    by: str,
    now: datetime,
) -> None:
    """Keep whom somebody tried about the delivery `uid`, and tell the board."""
    found = session.execute(
        select(Delivery.id, Delivery.canteen_id, Delivery.day, Delivery.mealtime).where(
            Delivery.uid == uid
        )
    ).one_or_none()
    if found is None:
        raise NotFound("delivery_unknown", "没有这份送餐", "No such delivery")
    is_new = record_step(
        session,
        id=id,
        delivery_id=found.id,
        step=step,
        result=result,
        note=note,
        done_at=done_at,
        by=by,
        now=now,
    )
    if is_new:
        touch(session, found.canteen_id, found.day, found.mealtime)
