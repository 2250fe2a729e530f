"""What was carried to doors in a canteen's month, by whom and when, as the checks see it."""

from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryMeal, DeliveryRun
from canteen.models.delivery_reports import DeliveryReport, ServiceLine
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer, VolunteerAbsence
from canteen.rules.claim_checks.facts import DoorFact, RoundFact, ServiceFact
from canteen.till.places import CanteenPlace


def load_services(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> list[ServiceFact]:
    """The standing service lines of these booked days."""
    rows = session.execute(
        select(ServiceLine.id, Elder.number, ServiceLine.served_on, ServiceLine.amount_fen)
        .join(Delivery, Delivery.id == ServiceLine.delivery_id)
        .join(Elder, Elder.id == Delivery.elder_id)
        .where(
            ServiceLine.canteen_id == canteen.id,
            ServiceLine.booked_on.between(first, last),
            ServiceLine.withdrawn_at.is_(None),
        )
        .order_by(ServiceLine.id)
    )
    return [
        ServiceFact(item=f"service:{id_}", elder=elder, served_on=day, fen=fen)
        for id_, elder, day, fen in rows
    ]


def load_doors(session: Session, canteen: CanteenPlace, first: date, last: date) -> list[DoorFact]:
    """The meals delivered on these days, in the order in which they were handed over."""
    by_phone = exists().where(
        DeliveryReport.delivery_id == Delivery.id,
        DeliveryReport.kind == "delivered",
        DeliveryReport.outcome == "applied",
        DeliveryReport.reported_by.startswith("volunteer:"),
    )
    meal_id = (
        select(func.min(Meal.id))
        .join(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
        .where(DeliveryMeal.delivery_id == Delivery.id, IS_EATEN)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            DeliveryRun.uid, Volunteer.number, Volunteer.name.label("carrier"),
            Elder.number.label("elder"), Elder.name, Elder.address, Delivery.day,
            Delivery.mealtime, Delivery.portions, Delivery.done_at,
            by_phone.label("by_phone"), Meal.id.label("meal"), Meal.receipt,
        )
        .join(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .join(Elder, Elder.id == Delivery.elder_id)
        .outerjoin(Meal, Meal.id == meal_id)
        .where(
            Delivery.canteen_id == canteen.id,
            Delivery.day.between(first, last),
            Delivery.state == "delivered",
            Delivery.done_at.is_not(None),
        )
        .order_by(Delivery.done_at, Delivery.id)
    )  # fmt: skip
    return [
        DoorFact(
            run=row.uid,
            volunteer=row.number,
            volunteer_name=row.carrier,
            elder=row.elder,
            name=row.name,
            address=row.address,
            day=row.day,
            mealtime=row.mealtime,
            portions=row.portions,
            done_at=row.done_at,
            is_own_report=bool(row.by_phone),
            receipt=row.receipt,
            item=None if row.meal is None else f"meal:{row.meal}",
        )
        for row in rows
    ]


def load_rounds(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> list[RoundFact]:
    """The rounds that went out on these days."""
    is_away = exists().where(
        VolunteerAbsence.volunteer_id == Volunteer.id,
        VolunteerAbsence.withdrawn_at.is_(None),
        VolunteerAbsence.from_on <= DeliveryRun.day,
        VolunteerAbsence.to_on >= DeliveryRun.day,
        or_(VolunteerAbsence.mealtime.is_(None), VolunteerAbsence.mealtime == DeliveryRun.mealtime),
    )
    has_ended = and_(Volunteer.ended_on.is_not(None), Volunteer.ended_on < DeliveryRun.day)
    rows = session.execute(
        select(
            DeliveryRun.uid, Volunteer.number, Volunteer.name, DeliveryRun.day,
            DeliveryRun.mealtime, Volunteer.capacity, or_(is_away, has_ended).label("is_away"),
        )
        .join(Volunteer, Volunteer.id == DeliveryRun.volunteer_id)
        .where(
            DeliveryRun.canteen_id == canteen.id,
            DeliveryRun.day.between(first, last),
            DeliveryRun.state != "planned",
        )
        .order_by(DeliveryRun.day, DeliveryRun.id)
    )  # fmt: skip
    return [
        RoundFact(
            run=row.uid,
            volunteer=row.number,
            name=row.name,
            day=row.day,
            mealtime=row.mealtime,
            capacity=row.capacity,
            is_away=bool(row.is_away),
        )
        for row in rows
    ]
