"""What payers owe for a delivery beside its meal (`[[service]]` of the scheme), kept for the claim.

Made when it is delivered, withdrawn when that is undone. No ledger entry: the claim makes them money.
"""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.delivery_reports import ServiceLine
from canteen.rules.entitlement import Occasion, find_who_obstacle
from canteen.rules.meal_facts import MealFacts
from canteen.rules.scheme import Scheme, Service
from canteen.till.delivery_meals import list_standing
from canteen.till.facts import load_facts
from canteen.till.places import CanteenPlace, first_unsigned, get_canteen
from canteen.till.schemes_in_force import find_in_force, workday_calendar

#: of a delivery carried at the other fee
NO_GROUND = "none"


def add_service_lines(
    session: Session, delivery: Delivery, volunteer_id: int | None, now: datetime
) -> None:
    """Write a line for each service of the scheme in force whose `who` holds of her that day; it is the
    reporter's, or of whoever carries the round when the desk wrote it off a run sheet."""
    if volunteer_id is None:
        volunteer_id = session.get_one(DeliveryRun, delivery.run_id).volunteer_id
    canteen = get_canteen(session, delivery.canteen_id)
    in_force = find_in_force(session, canteen, delivery.day)
    if in_force is None:
        return
    services = _list_due(session, delivery, in_force.scheme, canteen)
    last: int = session.execute(
        select(func.coalesce(func.max(ServiceLine.attempt), 0)).where(
            ServiceLine.delivery_id == delivery.id
        )
    ).scalar_one()
    for service in services:
        payer = service.payer
        session.execute(
            insert(ServiceLine).values(
                canteen_id=canteen.id,
                delivery_id=delivery.id,
                attempt=last + 1,
                service=service.id,
                scheme_version_id=in_force.version_id,
                payer=payer.code,
                payer_name=payer.name,
                funder_id=None if payer.is_canteen else in_force.funders[payer.code],
                amount_fen=service.amount_fen,
                to_whom=service.to_whom,
                volunteer_id=volunteer_id,
                ground=delivery.ground or NO_GROUND,
                served_on=delivery.day,
                booked_on=first_unsigned(session, canteen.id, delivery.day),
                made_at=now,
            )
        )


def withdraw_service_lines(session: Session, delivery_id: int, by: str, now: datetime) -> None:
    """It was not delivered after all."""
    session.execute(
        update(ServiceLine)
        .where(ServiceLine.delivery_id == delivery_id, ServiceLine.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=by)
        .execution_options(synchronize_session=False)
    )


def _list_due(
    session: Session, delivery: Delivery, scheme: Scheme, canteen: CanteenPlace
) -> list[Service]:
    services = [service for service in scheme.services if service.per == "delivery"]
    first = next(iter(list_standing(session, delivery.id)), None)
    if not services or first is None or first.elder_id is None:
        return []
    meal = MealFacts(
        first.price_fen,
        first.read_at,
        first.served_on,
        first.mealtime,
        first.channel,
        canteen.area_code,
        first.portion,
    )
    person = load_facts(session, first.elder_id, delivery.day).person
    occasion = Occasion(scheme, person, meal, (), workday_calendar(session, scheme))
    return [
        service
        for service in services
        if service.who is None or find_who_obstacle(service.who, occasion) is None
    ]
