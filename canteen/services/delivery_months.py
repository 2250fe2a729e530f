"""A month of a canteen's deliveries: hours, what failed and where, how full, how late, what is owed.

The export for the volunteer platform names phones, because the platform knows people by them: who took
it is written down.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder, DeliveryRun
from canteen.models.delivery_reports import ServiceLine
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.addresses import parse_address
from canteen.rules.days import SHANGHAI
from canteen.rules.delivery_months import (
    Carried,
    DeliveryMonth,
    ServiceSum,
    Tour,
    Went,
    add_up_month,
)
from canteen.till.hours import list_windows
from canteen.trail.audit import append_audit


@dataclass(frozen=True, slots=True)
class PlatformLine:
    """A round as the volunteer platform wants it."""

    tour: Tour
    phone: str | None


def load_month(session: Session, *, canteen_id: int, month: date) -> DeliveryMonth:
    """The month that `month` lies in."""
    first, last = _bounds(month)
    rounds = session.execute(
        select(DeliveryRun, Volunteer)
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .where(
            DeliveryRun.canteen_id == canteen_id,
            DeliveryRun.day.between(first, last),
            DeliveryRun.out_at.is_not(None),
        )
        .order_by(DeliveryRun.day, DeliveryRun.out_at, DeliveryRun.id)
    )
    went = [
        Went(
            run.id,
            who.number,
            who.name,
            who.team,
            who.capacity,
            run.day,
            run.mealtime,
            run.trip,
            run.planned_min,
            run.out_at,
            run.back_at,
        )
        for run, who in rounds
        if run.out_at is not None
    ]
    told = add_up_month(went, _list_carried(session, canteen_id, first, last))
    return replace(told, services=_list_services(session, canteen_id, first, last))


def export_hours(
    session: Session, *, canteen_id: int, month: date, by: str, origin: str | None, now: datetime
) -> list[PlatformLine]:
    """The rounds of the month that ended, each with its volunteer's phone."""
    tours = load_month(session, canteen_id=canteen_id, month=month).tours
    ended = [tour for tour in tours if tour.ended_at is not None]
    numbers = {tour.went.number for tour in ended}
    rows = session.scalars(select(Volunteer).where(Volunteer.number.in_(numbers)))
    ring = key_ring_of(session.info)
    phones = {
        row.number: ring.open(row.phone_box, f"volunteers:{row.number}:phone")
        for row in rows
        if row.phone_box is not None
    }
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="volunteer.export",
        object_kind="canteen",
        object_id=session.execute(
            select(Canteen.code).where(Canteen.id == canteen_id)
        ).scalar_one(),
        after={"month": f"{month:%Y-%m}", "volunteers": sorted(phones)},
        now=now,
    )
    return [PlatformLine(tour, phones.get(tour.went.number)) for tour in ended]


def _bounds(month: date) -> tuple[date, date]:
    return month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1])


def _list_carried(session: Session, canteen_id: int, first: date, last: date) -> list[Carried]:
    """What went out or was cancelled; what still waits is on the board."""
    by_min = timedelta(
        minutes=session.execute(
            select(Canteen.delivery_by_min).where(Canteen.id == canteen_id)
        ).scalar_one()
    )
    rows = session.execute(
        select(Delivery, func.coalesce(DeliveryOrder.address, Elder.address).label("address"))
        .join(DeliveryOrder, DeliveryOrder.id == Delivery.order_id)
        .join(Elder, Elder.id == Delivery.elder_id)
        .where(
            Delivery.canteen_id == canteen_id,
            Delivery.day.between(first, last),
            Delivery.state.in_(("out", "delivered", "failed", "cancelled")),
        )
        .order_by(Delivery.id)
    ).all()
    opens = {
        (day, window.mealtime): datetime.combine(day, window.opens, SHANGHAI)
        for day in {row.Delivery.day for row in rows}
        for window in list_windows(session, canteen_id, day)
    }
    carried = []
    for made, address in rows:
        opened = opens.get((made.day, made.mealtime))
        carried.append(
            Carried(
                made.run_id,
                made.state,
                made.fail_code if made.state == "failed" else made.cancel_code,
                _house(address),
                made.portions,
                made.done_at,
                None if opened is None else opened + by_min,
            )
        )
    return carried


def _list_services(
    session: Session, canteen_id: int, first: date, last: date
) -> tuple[ServiceSum, ...]:
    """What payers owe beside the meals, for the days of the month's sheets."""
    what = (
        ServiceLine.service,
        ServiceLine.payer_name,
        ServiceLine.to_whom,
        ServiceLine.ground,
        Volunteer.name,
    )
    rows = session.execute(
        select(*what, func.count(), func.sum(ServiceLine.amount_fen))
        .outerjoin(Volunteer, Volunteer.id == ServiceLine.volunteer_id)
        .where(
            ServiceLine.canteen_id == canteen_id,
            ServiceLine.booked_on.between(first, last),
            ServiceLine.withdrawn_at.is_(None),
        )
        .group_by(*what, Volunteer.number)
        .order_by(ServiceLine.service, ServiceLine.ground, func.coalesce(Volunteer.number, ""))
    )
    return tuple(ServiceSum(*row[:-1], int(row[-1])) for row in rows)


def _house(text: str | None) -> str:
    """The house of an address without its stair; what cannot be read as it is."""
    address = parse_address(text)
    return f"{address.place}{address.building}" or address.text
