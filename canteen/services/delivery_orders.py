"""Orders of deliveries: asked for by whoever speaks for an elder, decided by the secretary, ended.

A form sent twice is one order; one that asks for what is brought already is told so (O-063).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryOrder
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.days import SHANGHAI
from canteen.rules.delivery_asked import OrderAsked
from canteen.rules.delivery_entitlement import Ground
from canteen.rules.delivery_orders import (
    PORTIONS_MAX,
    Order,
    decide,
    is_same_wish,
    sort_mealtimes,
)
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.till.day_state import get_canteen_by_code, load_state
from canteen.till.delivery_cutoffs import Changing, check_cut_off
from canteen.till.delivery_days import sync_elder
from canteen.till.delivery_orders import (
    add_order,
    approve_order,
    end_order,
    is_under_way,
    list_grounds_on,
    owner_of,
    tell,
)
from canteen.till.delivery_wishes import load_askers
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.merging import lock_person
from canteen.till.persons import rows_of_person
from canteen.till.places import CanteenPlace

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking: the order, asked or approved, and why she may be brought her meals."""

    order_id: int
    state: str
    ground: Ground | None
    first_on: date


@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Whose order it is and which canteen's: for who may see it."""

    number: str
    canteen_code: str
    area_code: str


def find_order_place(session: Session, *, order_id: int) -> OrderPlace | None:
    """Where an order belongs; None when there is none."""
    row = session.execute(
        select(DeliveryOrder.elder_id, Canteen.code, Canteen.area_code)
        .join(Canteen, Canteen.id == DeliveryOrder.canteen_id)
        .where(DeliveryOrder.id == order_id)
    ).one_or_none()
    if row is None:
        return None
    number = session.execute(
        select(Elder.number).where(Elder.id == owner_of(session, row.elder_id))
    ).scalar_one()
    return OrderPlace(number, row.code, row.area_code)


def ask(
    session: Session,
    *,
    number: str,
    canteen: str,
    asked: OrderAsked,
    is_secretary: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> Taken:
    """Ask for deliveries. The secretary's holds at once when the elder is entitled or she gives a
    reason; anybody else's waits for her. The same `uid` again answers with the order it made."""
    elder_id = get_elder_id(session, number)
    lock_person(session, elder_id)  # what two ask for her at once is asked one after another
    place = get_canteen_by_code(session, canteen)
    known = session.scalars(select(DeliveryOrder).where(DeliveryOrder.uid == asked.uid)).first()
    if known is not None:
        return _answer_again(session, known, elder_id)
    how = Changing(is_secretary, by, origin, now)
    asked = _check(asked, how)
    _check_elder(session, elder_id, asked)
    _check_canteen(session, place, asked, how)
    _check_new(session, elder_id, place, asked)
    grounds = list_grounds_on(session, elder_id, place.id, asked.first_wanted_on)
    note = None if grounds else asked.reason
    if is_secretary and not grounds and not note:
        raise _reason_needed()
    made = add_order(
        session, elder_id, place.id, asked, is_approved=is_secretary, decision_note=note,
        by=by, origin=origin, now=now,
    )  # fmt: skip
    if made is None:  # it came in beside us, for somebody else
        raise _uid_used()
    state = "approved" if is_secretary else "asked"
    return Taken(made, state, next(iter(grounds), None), asked.first_wanted_on)


def approve(
    session: Session,
    *,
    order_id: int,
    reason: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> Ground | None:
    """The secretary lets it hold, with a reason where the elder is not entitled; her ground."""
    row = _get(session, order_id)
    how = Changing(True, by, origin, now)
    if row.to_on is not None and row.to_on < how.today:
        raise Refused(
            "order_past", "要送的日子已经过去", "The days it asks for are past", field="from_on"
        )
    owner = owner_of(session, row.elder_id)
    lock_person(session, owner)
    first = max(_to_asked(row).first_wanted_on, how.today)
    grounds = list_grounds_on(session, owner, row.canteen_id, first)
    if not grounds and not reason:
        raise _reason_needed()
    if not approve_order(session, order_id, reason, how):
        raise _decided()
    return next(iter(grounds), None)


def decline(
    session: Session, *, order_id: int, reason: str, by: str, origin: str | None, now: datetime
) -> None:
    """The secretary says no, and why."""
    row = _get(session, order_id)
    declined = session.execute(
        update(DeliveryOrder)
        .where(DeliveryOrder.id == order_id, DeliveryOrder.state == "asked")
        .values(state="declined", decided_at=now, decided_by=by, decision_note=reason)
        .returning(DeliveryOrder.id)
        .execution_options(synchronize_session=False)
    ).first()
    if declined is None:
        raise _decided()
    how = Changing(True, by, origin, now)
    tell(session, row.elder_id, "delivery.decline", {"order": order_id}, how)


def end(
    session: Session,
    *,
    number: str,
    order_id: int,
    last_on: date,
    reason: str | None,
    is_secretary: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The order holds to `last_on` and not after; one only asked for is taken back by the same. Said
    again, the newest holds."""
    elder_id = get_elder_id(session, number)
    row = _get(session, order_id)
    if row.elder_id not in session.scalars(rows_of_person(elder_id)).all():
        raise _unknown()
    how = Changing(is_secretary, by, origin, now)
    if last_on < how.today - ONE_DAY:
        raise Invalid(
            "order_end_past",
            "最后一天最早写昨天：今天起不再送",
            "The last day is yesterday at the earliest: nothing from today on",
            field="last_on",
        )
    if row.state == "approved":
        check_cut_off(
            session, row.canteen_id, row.mealtimes.split(","), last_on + ONE_DAY, how, "last_on"
        )
    end_order(session, order_id, max(last_on, row.from_on - ONE_DAY), reason, how)
    tell(session, elder_id, "delivery.end", {"order": order_id, "last_on": last_on}, how)
    sync_elder(session, elder_id, by=by, now=now)


def _check(asked: OrderAsked, how: Changing) -> OrderAsked:
    """The order in its proper form; Invalid names the field that is wrong."""
    mealtimes = sort_mealtimes(asked.mealtimes)
    if not mealtimes:
        raise Invalid("order_mealtimes", "请选餐次", "Choose the mealtimes", field="mealtimes")
    if not 1 <= asked.portions <= PORTIONS_MAX:
        raise Invalid(
            "order_portions",
            f"份数要在 1 到 {PORTIONS_MAX} 之间",
            f"The portions must lie between 1 and {PORTIONS_MAX}",
            field="portions",
        )
    if asked.from_on < how.today:
        raise Invalid("order_past", "日期已经过去", "The day is past", field="from_on")
    if asked.kind == "single":
        weekday = str(asked.from_on.isoweekday())
        return replace(asked, mealtimes=mealtimes, weekdays=weekday, to_on=asked.from_on)
    weekdays = "".join(sorted(set(asked.weekdays) & set("1234567")))
    if not weekdays:
        raise Invalid("order_weekdays", "请选星期", "Choose the weekdays", field="weekdays")
    if asked.to_on is not None and asked.to_on < asked.from_on:
        raise Invalid(
            "order_to_before_from",
            "最后一天不能早于第一天",
            "The last day cannot be before the first",
            field="to_on",
        )
    return replace(asked, mealtimes=mealtimes, weekdays=weekdays)


def _check_elder(session: Session, elder_id: int, asked: OrderAsked) -> None:
    if load_facts(session, elder_id, asked.first_wanted_on).status is not None:
        raise Refused(
            "elder_gone",
            "这位长者已迁出或去世",
            "This elder has moved away or died",
        )


def _check_canteen(session: Session, place: CanteenPlace, asked: OrderAsked, how: Changing) -> None:
    """A single order's day must be open and ahead; a standing one leaves closed days out by itself."""
    first = asked.first_wanted_on
    if asked.kind == "single":
        served = {w.mealtime: w for w in load_state(session, place, first).windows}
        for mealtime in asked.mealtimes:
            if mealtime not in served:
                raise Invalid(
                    "order_day_closed",
                    f"{place.name} {first} 不供这一餐",
                    f"{place.name} does not serve this meal on {first}",
                    field="from_on",
                )
            if how.now >= datetime.combine(first, served[mealtime].closes, SHANGHAI):
                raise Invalid(
                    "order_too_late", "这一餐已经结束", "This mealtime is over", field="from_on"
                )
    check_cut_off(session, place.id, asked.mealtimes, first, how)


def _check_new(session: Session, elder_id: int, place: CanteenPlace, asked: OrderAsked) -> None:
    """Conflict when it is brought, or asked for, already; or when a pause would keep it back."""
    if is_under_way(session, elder_id, asked):
        raise Conflict(
            "order_under_way",
            "这一餐已经出发了，不能再改；没送成的在送餐页再送一次",
            "This meal has left already; one that failed is sent again from the deliveries page",
            field="from_on",
        )
    new = asked.to_rule(place.id)
    waiting = session.scalars(
        select(DeliveryOrder).where(
            DeliveryOrder.elder_id.in_(rows_of_person(elder_id)),
            DeliveryOrder.state == "asked",
            DeliveryOrder.ended_at.is_(None),
        )
    ).all()
    first = asked.first_wanted_on
    wishes = load_askers(session, [elder_id], first, None)[elder_id].wishes
    same = [_to_asked(row).to_rule(row.canteen_id) for row in waiting]
    same += [order for order in wishes.orders if order.address == asked.address]
    is_known = any(is_same_wish(new, one) for one in same)
    if asked.kind == "single" and not is_known:
        decisions = [decide(wishes, first, one, {place.id}) for one in asked.mealtimes]
        why_not = {decision.why_not for decision in decisions}
        if {"paused", "away"} & why_not:
            raise Conflict(
                "order_paused",
                "这一天已登记暂停送餐或不在家，先取消那一条",
                "That day is paused, or she is recorded as away: withdraw that first",
                field="from_on",
            )
        is_known = all(_carries(decision.order, asked) for decision in decisions)
    if is_known:
        raise Conflict(
            "order_exists",
            "已经有这份订餐了；要两份，请把份数写成 2",
            "This is ordered already; for two portions write 2",
            field="portions",
        )


def _carries(order: Order | None, asked: OrderAsked) -> bool:
    return order is not None and order.portions == asked.portions and order.address == asked.address


def _answer_again(session: Session, row: DeliveryOrder, elder_id: int) -> Taken:
    if owner_of(session, row.elder_id) != elder_id:
        raise _uid_used()
    first = _to_asked(row).first_wanted_on
    grounds = list_grounds_on(session, elder_id, row.canteen_id, first)
    return Taken(row.id, row.state, next(iter(grounds), None), first)


def _to_asked(row: DeliveryOrder) -> OrderAsked:
    mealtimes = tuple(row.mealtimes.split(","))
    return OrderAsked(
        row.uid, row.kind, row.weekdays, mealtimes, row.from_on, row.to_on, row.portions,
        address=row.address,
    )  # fmt: skip


def _get(session: Session, order_id: int) -> DeliveryOrder:
    row = session.scalars(select(DeliveryOrder).where(DeliveryOrder.id == order_id)).first()
    if row is None:
        raise _unknown()
    return row


def _uid_used() -> Conflict:
    return Conflict("order_uid_used", "这份表单已经用过", "This form was used before")


def _unknown() -> NotFound:
    return NotFound("order_unknown", "没有这份订餐", "No such order")


def _decided() -> Conflict:
    return Conflict("order_decided", "这份申请已经办过了", "This has been decided already")


def _reason_needed() -> Invalid:
    return Invalid(
        "order_reason",
        "她这一天不在免费送餐范围内：写明理由才能批准，并按另一档收送餐费",
        "She is not entitled on that day: a reason is needed, and the other fee holds",
        field="reason",
    )
