"""What the clock does for deliveries: lists made at 18:00, kept in step each minute, birthdays foreseen.

Each finds out what is open by looking at the tables, so that a stop, a second scheduler or a clock set
back makes nothing twice and leaves nothing out.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryOrder
from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Canteen
from canteen.rules.days import SHANGHAI, local_date
from canteen.rules.delivery_asked import OrderAsked
from canteen.rules.delivery_entitlement import AGE
from canteen.rules.elders import attained_on
from canteen.till.day_state import load_state
from canteen.till.delivery_changes import compare
from canteen.till.delivery_cutoffs import find_cut_off
from canteen.till.delivery_days import list_made, make_due, sync
from canteen.till.delivery_orders import add_order
from canteen.till.own_canteen import find_own_canteen
from canteen.till.persons import is_gone_on, is_listed, rows_of_person
from canteen.till.places import get_canteen

JOB = "job:deliveries"
BIRTHDAYS_AHEAD = timedelta(days=14)
#: a canteen's made list: its id, day and mealtime
List = tuple[int, date, str]


def list_canteens(session: Session) -> list[int]:
    """The canteens from which anything was ever ordered."""
    ordered = select(DeliveryOrder.id).where(
        DeliveryOrder.canteen_id == Canteen.id, DeliveryOrder.state == "approved"
    )
    return list(session.scalars(select(Canteen.id).where(ordered.exists()).order_by(Canteen.id)))


def make_lists(session: Session, *, canteen_id: int, now: datetime) -> int:
    """Make the canteen's lists that should stand by now: today's that are ahead, from 18:00 the next
    open day's."""
    return make_due(session, canteen_id, by=JOB, now=now)


def find_out_of_step(session: Session, *, now: datetime) -> list[List]:
    """The made lists that are not what is wanted. Only reads: most minutes there is none."""
    return [
        (canteen_id, day, mealtime)
        for canteen_id in list_canteens(session)
        for day, mealtime in list_made(session, canteen_id, local_date(now))
        if compare(session, canteen_id, day, mealtime, now=now)
    ]


def bring_in_step(session: Session, *, of: List, now: datetime) -> bool:
    """Make a list what is wanted; whether it changed."""
    return bool(sync(session, *of, by=JOB, now=now))


def find_unplanned(session: Session, *, now: datetime) -> list[List]:
    """The made lists whose cut-off has passed and that nobody has planned, while they are ahead."""
    waiting = (
        select(Delivery.id)
        .where(
            Delivery.canteen_id == DeliveryDay.canteen_id,
            Delivery.day == DeliveryDay.day,
            Delivery.mealtime == DeliveryDay.mealtime,
            Delivery.state == "queued",
        )
        .exists()
    )
    made = session.execute(
        select(DeliveryDay.canteen_id, DeliveryDay.day, DeliveryDay.mealtime)
        .where(DeliveryDay.day >= local_date(now), DeliveryDay.planned_at.is_(None), waiting)
        .order_by(DeliveryDay.day, DeliveryDay.canteen_id)
    )
    return [(*row,) for row in made if _is_planning_time(session, *row, now=now)]


def draft_birthdays(session: Session, *, today: date, now: datetime) -> int:
    """Draft an offer for whoever turns 80 within two weeks and has no order, once; how many are new.

    The secretary finds it among the requests and asks the family before she approves it."""
    latest = today + BIRTHDAYS_AHEAD
    born_from = date(today.year - AGE, today.month, 1) - timedelta(days=1)
    fact = aliased(ElderFact)
    drafted = 0
    for elder_id, born in session.execute(
        select(Elder.id, fact.born)
        .join(fact, fact.elder_id == Elder.id)
        .where(
            is_listed(),
            fact.kind == "born",
            fact.withdrawn_at.is_(None),
            fact.born.between(born_from, born_from + timedelta(days=70)),
            ~is_gone_on(latest),
        )
        .order_by(Elder.id)
    ).all():
        assert born is not None, "a fact of kind born has its day"
        birthday = attained_on(born, AGE)
        if today <= birthday <= latest and not _has_order(session, elder_id):
            drafted += _draft(session, elder_id, birthday, now)
    return drafted


def _draft(session: Session, elder_id: int, birthday: date, now: datetime) -> bool:
    canteen = find_own_canteen(session, elder_id)
    if canteen is None:
        return False
    asked = OrderAsked(
        f"birthday:{elder_id}", "standing", canteen.open_weekdays, ("lunch",), birthday,
        source="birthday",
    )  # fmt: skip
    made = add_order(
        session, elder_id, canteen.id, asked, is_approved=False, by="job:birthdays", origin=None,
        now=now,
    )  # fmt: skip
    return made is not None


def _has_order(session: Session, elder_id: int) -> bool:
    held = select(DeliveryOrder.id).where(
        DeliveryOrder.elder_id.in_(rows_of_person(elder_id)),
        DeliveryOrder.kind == "standing",
        DeliveryOrder.state != "declined",
        DeliveryOrder.ended_at.is_(None),
    )
    return session.execute(held.limit(1)).first() is not None


def _is_planning_time(
    session: Session, canteen_id: int, day: date, mealtime: str, *, now: datetime
) -> bool:
    cut_off = find_cut_off(session, canteen_id, day, mealtime)
    windows = load_state(session, get_canteen(session, canteen_id), day).windows
    closes = [window.closes for window in windows if window.mealtime == mealtime]
    return (
        cut_off is not None
        and cut_off <= now
        and any(now < datetime.combine(day, one, SHANGHAI) for one in closes)
    )
