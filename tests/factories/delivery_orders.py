"""Orders and pauses by any of their columns, as they stand after they were approved; and deliveries as they
are then. (The rows a volunteer carries are made by `deliveries`.)"""

import itertools
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder, DeliveryPause
from tests.factories.people import LONG_AGO
from tests.factories.world import TODAY

_numbers = itertools.count(1)


def make_order(session: Session, elder_id: int, canteen_id: int, **given: Any) -> int:
    """A standing order of a lunch each day from today on, approved; its id."""
    values: dict[str, Any] = {
        "uid": f"order-{next(_numbers)}",
        "kind": "standing",
        "weekdays": "1234567",
        "mealtimes": "lunch",
        "from_on": TODAY,
        "portions": 1,
        "source": "secretary",
        "asked_at": LONG_AGO,
        "asked_by": "test",
        "state": "approved",
        "decided_at": LONG_AGO,
        "decided_by": "test",
    }
    made: int = session.execute(
        insert(DeliveryOrder)
        .values(elder_id=elder_id, canteen_id=canteen_id, **(values | given))
        .returning(DeliveryOrder.id)
    ).scalar_one()
    return made


def make_pause(session: Session, elder_id: int, from_on: date, **given: Any) -> int:
    """A pause of one day unless said otherwise; its id."""
    values: dict[str, Any] = {
        "uid": f"pause-{next(_numbers)}",
        "from_on": from_on,
        "to_on": from_on,
        "reason": "住院",
        "source": "secretary",
        "recorded_at": LONG_AGO,
        "recorded_by": "test",
    }
    made: int = session.execute(
        insert(DeliveryPause)
        .values(elder_id=elder_id, **(values | given))
        .returning(DeliveryPause.id)
    ).scalar_one()
    return made


def list_deliveries(session: Session, **given: Any) -> list[Delivery]:
    """The deliveries with these columns, in order of id."""
    return list(
        session.scalars(
            select(Delivery)
            .where(*(getattr(Delivery, name) == value for name, value in given.items()))
            .order_by(Delivery.id)
            .execution_options(populate_existing=True)
        )
    )
