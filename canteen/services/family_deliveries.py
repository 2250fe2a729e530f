"""An elder's deliveries as her family sees them: what may be asked for, what is coming, what is off.

Read only; asking, pausing and taking back are the orders' own use cases. No ground but her age is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder, DeliveryPause
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.days import SHANGHAI, local_date
from canteen.rules.delivery_entitlement import AGE_GROUND
from canteen.rules.delivery_orders import decide
from canteen.rules.errors import NotFound
from canteen.rules.phones import take_phone
from canteen.till.day_state import load_state
from canteen.till.delivery_cutoffs import find_cut_off
from canteen.till.delivery_orders import list_grounds_on
from canteen.till.delivery_wishes import load_askers
from canteen.till.facts import get_elder_id
from canteen.till.own_canteen import find_own_canteen
from canteen.till.persons import rows_of_person
from canteen.till.phones import list_phones
from canteen.till.places import CanteenPlace, get_canteen

ONE_DAY = timedelta(days=1)
#: days that are offered one by one, and how far ahead is looked for them
OFFERED_MAX = 2
AHEAD = 14
#: coming meals shown, and how long a declined wish stays to be read
COMING_MAX = 7
DECLINED_DAYS = 14


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A day that can still be asked for, with those of its meals, and until when for all of them."""

    day: date
    until: datetime
    meals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferedMeal:
    """A mealtime that is brought, and between which times."""

    mealtime: str
    from_at: time
    by_at: time


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers. `is_of_age`: 80 or over; `fee_fen` is what one meal's way costs."""

    canteen_code: str
    days: tuple[OfferedDay, ...]
    meals: tuple[OfferedMeal, ...]
    is_entitled: bool
    is_of_age: bool
    fee_fen: int
    address: str | None
    phone_masked: str | None


@dataclass(frozen=True, slots=True)
class ComingMeal:
    """A meal that is to be brought. `state`: planned, on_list, out, done or off; `pause_id` of one
    called off by the family, which may take it back."""

    day: date
    mealtime: str
    portions: int
    state: str
    may_change: bool
    pause_id: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as it stands: asked, approved or declined."""

    id: int
    kind: str
    weekdays: str
    mealtimes: tuple[str, ...]
    from_on: date
    to_on: date | None
    portions: int
    address: str | None
    state: str
    decision_note: str | None
    may_end: bool


@dataclass(frozen=True, slots=True)
class Off:
    """Days on which nothing is brought; only what the family said itself may it take back."""

    id: int
    from_on: date
    to_on: date | None
    mealtime: str | None
    reason: str
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class FamilyDeliveries:
    """Everything that is ordered for her."""

    wishes: tuple[Wish, ...]
    coming: tuple[ComingMeal, ...]
    pauses: tuple[Off, ...]


def find_offer(session: Session, *, number: str, now: datetime) -> Offer | None:
    """What may be asked for her; None where nobody carries: no canteen, or no open day ahead."""
    elder_id = get_elder_id(session, number)
    canteen = find_own_canteen(session, elder_id)
    days = () if canteen is None else _offered_days(session, canteen, now)
    if canteen is None or not days:
        return None
    grounds = list_grounds_on(session, elder_id, canteen.id, days[-1].day)
    row = session.execute(select(Canteen).where(Canteen.id == canteen.id)).scalar_one()
    phones = list_phones(session, elder_id)
    address: str | None = session.execute(
        select(Elder.address).where(Elder.id == elder_id)
    ).scalar_one()
    return Offer(
        canteen.code,
        days,
        tuple(
            OfferedMeal(
                window.mealtime,
                window.opens,
                _later(window.opens, row.delivery_by_min),
            )
            for window in load_state(session, canteen, days[-1].day).windows
        ),
        bool(grounds),
        any(ground.code == AGE_GROUND for ground in grounds),
        row.delivery_fee_fen if grounds else row.delivery_fee_other_fen,
        address,
        phones[0].masked if phones else None,
    )


def is_known_phone(session: Session, *, number: str, phone: str) -> bool:
    """Whether it is kept of her or one of her contacts. Invalid when it is no phone."""
    taken = take_phone(phone)
    return any(one.number == taken for one in list_phones(session, get_elder_id(session, number)))


def list_deliveries(session: Session, *, number: str, now: datetime) -> FamilyDeliveries:
    """Her orders, the meals of the next days, and her pauses."""
    elder_id = get_elder_id(session, number)
    today = local_date(now)
    return FamilyDeliveries(
        _wishes(session, elder_id, today),
        _coming(session, elder_id, today, now),
        _pauses(session, elder_id, today),
    )


def get_wish(session: Session, *, number: str, order_id: int, now: datetime) -> Wish:
    """One of her orders that may be ended; NotFound otherwise."""
    wishes = _wishes(session, get_elder_id(session, number), local_date(now))
    for wish in wishes:
        if wish.id == order_id and wish.may_end:
            return wish
    raise NotFound("order_unknown", "没有这份订餐", "No such order")


def get_own_pause(session: Session, *, number: str, pause_id: int, now: datetime) -> Off:
    """A pause that the family said itself; NotFound otherwise."""
    for off in _pauses(session, get_elder_id(session, number), local_date(now)):
        if off.id == pause_id and off.may_take_back:
            return off
    raise NotFound("pause_unknown", "没有这条暂停", "No such pause")


def _offered_days(session: Session, canteen: CanteenPlace, now: datetime) -> tuple[OfferedDay, ...]:
    today = local_date(now)
    offered = []
    for ahead in range(AHEAD):
        day = today + ahead * ONE_DAY
        ends = {
            window.mealtime: cut_off
            for window in load_state(session, canteen, day).windows
            if (cut_off := find_cut_off(session, canteen.id, day, window.mealtime)) is not None
            and now < cut_off
        }
        if ends:
            offered.append(OfferedDay(day, min(ends.values()), tuple(ends)))
        if len(offered) == OFFERED_MAX:
            break
    return tuple(offered)


def _later(clock: time, minutes: int) -> time:
    return (datetime.combine(date.min, clock) + timedelta(minutes=minutes)).time()


def _wishes(session: Session, elder_id: int, today: date) -> tuple[Wish, ...]:
    order = DeliveryOrder
    rows = session.scalars(
        select(order)
        .where(
            order.elder_id.in_(rows_of_person(elder_id)),
            or_(order.to_on.is_(None), order.to_on >= today),
            or_(order.ended_on.is_(None), order.ended_on >= today),
            or_(
                order.state != "declined",
                order.decided_at
                >= datetime.combine(today - DECLINED_DAYS * ONE_DAY, time(), SHANGHAI),
            ),
        )
        .order_by(order.id.desc())
    )
    return tuple(
        Wish(
            row.id,
            row.kind,
            row.weekdays,
            tuple(row.mealtimes.split(",")),
            row.from_on,
            row.to_on if row.ended_on is None else row.ended_on,
            row.portions,
            row.address,
            row.state,
            row.decision_note if row.state == "declined" else None,
            row.ended_on is None
            and (row.state == "asked" or (row.state == "approved" and row.kind == "standing")),
        )
        for row in rows
    )


def _pauses(session: Session, elder_id: int, today: date) -> tuple[Off, ...]:
    pause = DeliveryPause
    rows = session.scalars(
        select(pause)
        .where(
            pause.elder_id.in_(rows_of_person(elder_id)),
            pause.withdrawn_at.is_(None),
            or_(pause.to_on.is_(None), pause.to_on >= today),
        )
        .order_by(pause.from_on, pause.id)
    )
    return tuple(
        Off(row.id, row.from_on, row.to_on, row.mealtime, row.reason, row.source == "family")
        for row in rows
    )


def _coming(session: Session, elder_id: int, today: date, now: datetime) -> tuple[ComingMeal, ...]:
    """The meals of the next days that her orders want, those called off among them."""
    last = today + AHEAD * ONE_DAY
    wishes = load_askers(session, [elder_id], today, last)[elder_id].wishes
    made = _made(session, elder_id, today, last)
    pauses = _pauses(session, elder_id, today)
    canteens = [get_canteen(session, id_) for id_ in {order.canteen_id for order in wishes.orders}]
    found: list[ComingMeal] = []
    for ahead in range(AHEAD):
        day = today + ahead * ONE_DAY
        for mealtime, serving in _serving(session, canteens, day).items():
            decision = decide(wishes, day, mealtime, serving)
            row, order = made.get((day, mealtime)), decision.order
            is_off = decision.why_not == "paused"
            if order is None and row is None and not is_off:
                continue
            cut_offs = [find_cut_off(session, one, day, mealtime) for one in serving]
            found.append(
                ComingMeal(
                    day,
                    mealtime,
                    1 if order is None else order.portions,
                    "off" if is_off else _state(row),
                    any(cut_off is not None and now < cut_off for cut_off in cut_offs),
                    _find_own(pauses, day, mealtime) if is_off else None,
                )
            )
        if len(found) >= COMING_MAX:
            break
    return tuple(found[:COMING_MAX])


def _made(
    session: Session, elder_id: int, first: date, last: date
) -> dict[tuple[date, str], Delivery]:
    rows = session.scalars(
        select(Delivery).where(
            Delivery.elder_id.in_(rows_of_person(elder_id)),
            Delivery.day.between(first, last),
            Delivery.state != "cancelled",
        )
    )
    return {(row.day, row.mealtime): row for row in rows}


def _serving(session: Session, canteens: Iterable[CanteenPlace], day: date) -> dict[str, set[int]]:
    """Which of the canteens serve each mealtime of the day."""
    serving: dict[str, set[int]] = {}
    for canteen in canteens:
        for window in load_state(session, canteen, day).windows:
            serving.setdefault(window.mealtime, set()).add(canteen.id)
    return serving


def _find_own(pauses: Iterable[Off], day: date, mealtime: str) -> int | None:
    """The pause by which the family called off just this meal."""
    return next(
        (
            off.id
            for off in pauses
            if off.may_take_back and off.from_on == off.to_on == day and off.mealtime == mealtime
        ),
        None,
    )


def _state(row: Delivery | None) -> str:
    if row is None:
        return "planned"
    known = {"queued": "on_list", "assigned": "on_list", "out": "out"}
    return known.get(row.state, "done")
