"""One delivery from the canteen to its door: held, sent out, delivered or not, and taken back.

Beside the till because going out, reports and decisions move deliveries alike, money and state together.
Lock order: the person's purse, the made day, the delivery, its round, the canteen-day.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.rules.errors import Conflict, NotFound
from canteen.rules.lifecycles import DELIVERY, move
from canteen.till.delivery_days import lock, touch
from canteen.till.delivery_meals import book_portions, take_back
from canteen.till.merging import lock_person
from canteen.till.not_home import open_visit_if_twice
from canteen.till.run_states import settle_runs
from canteen.till.service_lines import add_service_lines, withdraw_service_lines


def hold(session: Session, uid: str) -> Delivery:
    """The delivery, held with the purse of its person and its made day; NotFound `delivery_unknown`."""
    elder_id = session.execute(
        select(Delivery.elder_id).where(Delivery.uid == uid)
    ).scalar_one_or_none()
    if elder_id is None:
        raise NotFound("delivery_unknown", "没有这份送餐", "No such delivery")
    return hold_all(session, [uid], [elder_id])[0]


def hold_all(session: Session, uids: Collection[str], elders: Collection[int]) -> list[Delivery]:
    """Deliveries of one made day, in the order of their rounds; `elders` are whose they are."""
    for elder_id in sorted(set(elders)):
        lock_person(session, elder_id)
    which = select(Delivery).where(Delivery.uid.in_(uids))
    day = session.execute(
        which.with_only_columns(Delivery.canteen_id, Delivery.day, Delivery.mealtime).distinct()
    ).one()
    lock(session, day.canteen_id, day.day, day.mealtime)
    held = which.order_by(Delivery.id).with_for_update()
    deliveries = session.scalars(held.execution_options(populate_existing=True)).all()
    return sorted(deliveries, key=lambda one: (one.run_id or 0, one.place or 0, one.id))


def carry_out(
    session: Session, delivery: Delivery, *, at: datetime, by: str, now: datetime
) -> None:
    """It leaves the canteen: its meals are booked. Conflict `price_missing`, `delivery_no_run`."""
    if delivery.state == "cancelled":
        delivery.state, delivery.cancel_code = move(DELIVERY, "cancelled", "reinstate"), None
    if delivery.state == "queued":
        if delivery.run_id is None:
            raise Conflict(
                "delivery_no_run",
                "这一份还没有人送，先分派给一位志愿者",
                "Nobody carries it: assign it to a volunteer first",
            )
        delivery.state = move(DELIVERY, "queued", "assign")
    delivery.state = move(DELIVERY, delivery.state, "go_out")
    delivery.state_at, delivery.out_at = now, at
    delivery.attempt += 1
    book_portions(session, delivery, at=at, by=by, now=now)


def deliver(
    session: Session,
    delivery: Delivery,
    *,
    at: datetime,
    receiver: str | None,
    volunteer_id: int | None,
    now: datetime,
) -> None:
    """She has it, or `receiver` has it for her."""
    delivery.state = move(DELIVERY, delivery.state, "deliver")
    delivery.receiver = receiver
    _be_done(delivery, at, now)
    add_service_lines(session, delivery, volunteer_id, now)


def fail(
    session: Session, delivery: Delivery, *, code: str, at: datetime, by: str, now: datetime
) -> None:
    """Nobody got it: its meals are taken back, a door that stays shut twice owes a visit."""
    take_back(session, delivery, reason=code, by=by, now=now)
    after = move(DELIVERY, delivery.state, "fail")
    delivery.state, delivery.fail_code = after, code
    _be_done(delivery, at, now)
    session.flush()
    if code == "not_home":
        open_visit_if_twice(
            session, elder_id=delivery.elder_id, canteen_id=delivery.canteen_id, by=by, now=now
        )


def _be_done(delivery: Delivery, at: datetime, now: datetime) -> None:
    assert delivery.out_at is not None, "it went out"
    delivery.state_at, delivery.done_at = now, max(at, delivery.out_at)


def undo(session: Session, delivery: Delivery, *, by: str, now: datetime) -> None:
    """What was said at the door is taken back: it is on its way again, with its meals."""
    was_failed = delivery.state == "failed"
    after = move(DELIVERY, delivery.state, "undo")
    delivery.state, delivery.fail_code = after, None
    delivery.state_at, delivery.done_at = now, None
    delivery.receiver = delivery.keep_reason = None
    if not was_failed:
        withdraw_service_lines(session, delivery.id, by, now)
        return
    take_back(session, delivery, reason="undo", by=by, now=now)  # what was kept of it
    delivery.attempt += 1
    assert delivery.out_at is not None, "it was out before it failed"
    book_portions(session, delivery, at=delivery.out_at, by=by, now=now)


def settle(session: Session, changed: Sequence[Delivery]) -> None:
    """After deliveries of one list have changed: its rounds, and the board."""
    of_list = (changed[0].canteen_id, changed[0].day, changed[0].mealtime)
    settle_runs(session, *of_list)
    touch(session, *of_list)
