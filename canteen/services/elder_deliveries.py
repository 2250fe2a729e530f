"""An elder's deliveries as the desk sees them: whether she may be brought her meals and why, what is
ordered, paused and excepted, what a volunteer must know at her door, and what is coming."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryException, DeliveryOrder, DeliveryPause
from canteen.models.people import Elder
from canteen.models.register import ElderDoor
from canteen.models.sites import Canteen
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.delivery_entitlement import AGE, Ground
from canteen.rules.delivery_orders import decide
from canteen.rules.elders import attained_on
from canteen.till.day_state import load_state
from canteen.till.delivery_wishes import Asker, load_askers, load_grounds
from canteen.till.facts import get_elder_id
from canteen.till.order_lines import OrderLine, list_order_lines
from canteen.till.own_canteen import find_own_canteen
from canteen.till.persons import rows_of_person
from canteen.till.places import get_canteen

DAYS_AHEAD = 7
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PauseLine:
    """Days without; `is_over` when its last day is past."""

    id: int
    from_on: date
    to_on: date | None
    mealtime: str | None
    reason: str
    asked_by_name: str | None
    recorded_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """An approved exception."""

    id: int
    ground: str
    from_on: date
    to_on: date
    reason: str
    approved_by: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Door:
    """What a volunteer must know."""

    note: str | None
    has_lift: bool | None
    floor: int | None
    must_serve: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A meal of the days ahead: `state` of a made delivery, planned when its list is not made yet, or
    none with why."""

    day: date
    mealtime: str
    portions: int
    state: str
    why_not: str | None


@dataclass(frozen=True, slots=True)
class ElderDeliveries:
    """The page. `grounds` hold today; without any, `eighty_on` is the day she turns 80 if it is ahead;
    the fee is that of her canteen, None where her community has none."""

    address: str | None
    grounds: tuple[Ground, ...]
    eighty_on: date | None
    fee_fen: int | None
    orders: tuple[OrderLine, ...]
    pauses: tuple[PauseLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    door: Door | None
    coming: tuple[Coming, ...]

    @property
    def is_brought(self) -> bool:
        """Whether a standing order runs."""
        return any(one.kind == "standing" and one.state == "approved" for one in self.orders)


def show_elder_deliveries(session: Session, *, number: str, now: datetime) -> ElderDeliveries:
    """Everything about her deliveries; of a merged row, her person's."""
    elder_id, today = get_elder_id(session, number), local_date(now)
    asker = load_askers(session, [elder_id], today, None)[elder_id]
    canteen = find_own_canteen(session, elder_id)
    grounds: tuple[Ground, ...] = ()
    fee_fen = None
    if canteen is not None:
        grounds = asker.list_grounds(today, load_grounds(session, canteen.id))
        row = session.execute(select(Canteen).where(Canteen.id == canteen.id)).scalar_one()
        fee_fen = row.delivery_fee_fen if grounds else row.delivery_fee_other_fen
    born = asker.person.born
    eighty_on = attained_on(born, AGE) if born is not None else None
    hers = DeliveryOrder.elder_id.in_(rows_of_person(elder_id))
    return ElderDeliveries(
        session.execute(select(Elder.address).where(Elder.id == elder_id)).scalar_one(),
        grounds,
        eighty_on if eighty_on is not None and eighty_on > today else None,
        fee_fen,
        tuple(list_order_lines(session, hers, today)),
        _list_pauses(session, elder_id, today),
        _list_exceptions(session, elder_id, today),
        _find_door(session, elder_id),
        _list_coming(session, elder_id, asker, today),
    )


def _list_pauses(session: Session, elder_id: int, today: date) -> tuple[PauseLine, ...]:
    rows = session.scalars(
        select(DeliveryPause)
        .where(
            DeliveryPause.elder_id.in_(rows_of_person(elder_id)),
            DeliveryPause.withdrawn_at.is_(None),
        )
        .order_by(DeliveryPause.from_on.desc())
    )
    return tuple(
        PauseLine(
            row.id, row.from_on, row.to_on, row.mealtime, row.reason, row.asked_by_name,
            row.recorded_at, row.to_on is not None and row.to_on < today,
        )
        for row in rows
    )  # fmt: skip


def _list_exceptions(session: Session, elder_id: int, today: date) -> tuple[ExceptionLine, ...]:
    rows = session.scalars(
        select(DeliveryException)
        .where(
            DeliveryException.elder_id.in_(rows_of_person(elder_id)),
            DeliveryException.withdrawn_at.is_(None),
        )
        .order_by(DeliveryException.from_on.desc())
    )
    return tuple(
        ExceptionLine(
            row.id, row.ground, row.from_on, row.to_on, row.reason, row.approved_by,
            row.to_on < today,
        )
        for row in rows
    )  # fmt: skip


def _find_door(session: Session, elder_id: int) -> Door | None:
    row = session.scalars(
        select(ElderDoor)
        .where(ElderDoor.elder_id.in_(rows_of_person(elder_id)), ElderDoor.withdrawn_at.is_(None))
        .order_by(ElderDoor.recorded_at.desc(), ElderDoor.id.desc())
    ).first()
    return None if row is None else Door(row.note, row.has_lift, row.floor, row.must_serve)


def _list_coming(session: Session, elder_id: int, asker: Asker, today: date) -> tuple[Coming, ...]:
    """The next days' meals that an order asks for, or that were made: what stands, or why not."""
    made = {
        (row.day, row.mealtime): row
        for row in session.scalars(
            select(Delivery).where(
                Delivery.elder_id.in_(rows_of_person(elder_id)),
                Delivery.day.between(today, today + DAYS_AHEAD * ONE_DAY),
                Delivery.cancel_code.is_(None) | (Delivery.cancel_code != "merged"),
            )
        )
    }
    canteens = {order.canteen_id for order in asker.wishes.orders}
    coming = []
    for day in (today + ahead * ONE_DAY for ahead in range(DAYS_AHEAD)):
        open_at = {
            (one, window.mealtime)
            for one in canteens
            for window in load_state(session, get_canteen(session, one), day).windows
        }
        for mealtime in MEALTIMES:
            row = made.get((day, mealtime))
            if row is not None:
                coming.append(Coming(day, mealtime, row.portions, row.state, row.cancel_code))
            elif any(order.wants(day, mealtime) for order in asker.wishes.orders):
                here = [one for one, meal in open_at if meal == mealtime]
                decision = decide(asker.wishes, day, mealtime, here)
                portions = decision.order.portions if decision.order else 0
                state = "none" if decision.order is None else "planned"
                coming.append(Coming(day, mealtime, portions, state, decision.why_not))
    return tuple(coming)
