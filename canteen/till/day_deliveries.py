"""How a day's deliveries stand, for who is about to sign it."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.people import Elder
from canteen.rules.day_conditions import DeliveryFacts


def load_delivery_facts(session: Session, canteen_id: int, day: date) -> DeliveryFacts:
    """The names behind each state, and those with a conflict that nobody has decided."""
    of_day = (Delivery.canteen_id == canteen_id, Delivery.day == day)
    names: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(
        select(Delivery.state, Elder.name)
        .join(Elder, Elder.id == Delivery.elder_id)
        .where(*of_day)
        .order_by(Delivery.id)
    ):
        names[row.state].append(row.name)
    contradicted = select(DeliveryReport.delivery_id).where(
        DeliveryReport.outcome == "conflict", DeliveryReport.decided_at.is_(None)
    )
    conflicts = session.scalars(
        select(Elder.name)
        .join(Delivery, Delivery.elder_id == Elder.id)
        .where(*of_day, Delivery.id.in_(contradicted))
        .order_by(Delivery.id)
    )
    return DeliveryFacts(
        done=names["delivered"] + names["failed"],
        out=names["out"],
        waiting=names["queued"] + names["assigned"],
        conflicts=list(conflicts),
    )
