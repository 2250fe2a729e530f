"""One delivery at the secretary's desk: what came in from its door, and what she writes herself.

The money of a report is the door's own business; here are ticks, steps of the ladder and numbers to call.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.errors import Conflict, NotFound
from canteen.rules.lifecycles import DELIVERY, move
from canteen.rules.roles import Place
from canteen.till.delivery_days import touch
from canteen.till.delivery_doors import hold, settle
from canteen.till.delivery_meals import is_signed, take_back
from canteen.till.delivery_runs import check_ahead
from canteen.till.delivery_steps import Ladder, Step, find_ladder, list_steps, record_step
from canteen.till.delivery_stops import Stop, find_stop
from canteen.till.phones import Phone, list_phones, open_phones
from canteen.trail.audit import tell_of

_tell = tell_of("delivery")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reported from the door, and what came of it."""

    id: str
    kind: str
    reported_by: str
    reported_at: datetime
    receiver: str | None
    note: str | None
    wellbeing: str | None
    outcome: str
    decision: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class StopPage:
    """A delivery with all that is known of it."""

    stop: Stop
    canteen_id: int
    canteen_code: str
    canteen_name: str
    place: Place
    phones: tuple[Phone, ...]
    steps: tuple[Step, ...]
    ladder: Ladder | None
    reports: tuple[Report, ...]


def find_stop_page(session: Session, *, uid: str, now: datetime) -> StopPage | None:
    """The delivery of a handle, or None."""
    stop = find_stop(session, uid)
    if stop is None:
        return None
    canteen = session.execute(
        select(Canteen)
        .join(Delivery, Delivery.canteen_id == Canteen.id)
        .where(Delivery.id == stop.id)
    ).scalar_one()
    steps = list_steps(session, [stop.id])[stop.id]
    return StopPage(
        stop,
        canteen.id,
        canteen.code,
        canteen.name,
        Place(canteen.area_code, canteen.code),
        tuple(list_phones(session, stop.elder_id)),
        tuple(steps),
        find_ladder(session, stop, steps, now),
        _list_reports(session, stop.id),
    )


def mark_seen(
    session: Session,
    *,
    canteen_id: int,
    uids: Collection[str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A person has seen that these have no round or no address. Ticked again, the first tick stands.

    SOURCE: field case O-061."""
    rows = session.execute(
        update(Delivery)
        .where(
            Delivery.uid.in_(list(uids)),
            Delivery.canteen_id == canteen_id,
            Delivery.seen_at.is_(None),
        )
        .values(seen_at=now, seen_by=by)
        .returning(Delivery.uid, Delivery.day, Delivery.mealtime)
    ).all()
    for row in rows:
        _tell(session, "delivery.seen", row.uid, None, by, origin, now)
    for day, mealtime in {(row.day, row.mealtime) for row in rows}:
        touch(session, canteen_id, day, mealtime)


def write_step(
    session: Session,
    *,
    uid: str,
    step: str,
    result: str,
    note: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The secretary's own step of the ladder."""
    stop = _get_stop(session, uid)
    record_step(
        session,
        id=str(uuid4()),
        delivery_id=stop.id,
        step=step,
        result=result,
        note=note,
        done_at=now,
        by=by,
        now=now,
    )
    _tell(session, "delivery.step", uid, {"step": step, "result": result}, by, origin, now)
    _touch_list(session, uid)


def send_again(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> None:
    """What was not delivered waits in the queue once more; what was kept of it goes back.

    Refused `list_over` after its day; Conflict `day_signed`, and `state_step` unless it failed."""
    delivery = hold(session, uid)
    check_ahead(delivery.day, now)
    after = move(DELIVERY, delivery.state, "again")
    if is_signed(session, delivery.canteen_id, delivery.day):
        raise Conflict(
            "day_signed",
            "这一天已签结，不能再送",
            "The day is signed off: it cannot be sent again",
        )
    take_back(session, delivery, reason="undo", by=by, now=now)
    delivery.state, delivery.fail_code, delivery.state_at = after, None, now
    delivery.run_id = delivery.place = delivery.done_at = delivery.keep_reason = None
    delivery.is_pinned = False
    settle(session, [delivery])
    _tell(session, "delivery.again", uid, None, by, origin, now)


def show_phones(
    session: Session, *, uid: str, by: str, origin: str | None, now: datetime
) -> list[Phone]:
    """Her numbers in full, to call; who looked is a line in the trail of her row."""
    stop = _get_stop(session, uid)
    why = {"delivery": uid}
    return open_phones(session, stop.elder_id, why, by=by, origin=origin, now=now)


def _get_stop(session: Session, uid: str) -> Stop:
    stop = find_stop(session, uid)
    if stop is None:
        raise NotFound("delivery_unknown", "没有这份送餐", "No such delivery")
    return stop


def _touch_list(session: Session, uid: str) -> None:
    row = session.execute(
        select(Delivery.canteen_id, Delivery.day, Delivery.mealtime).where(Delivery.uid == uid)
    ).one()
    touch(session, row.canteen_id, row.day, row.mealtime)


def _list_reports(session: Session, delivery_id: int) -> tuple[Report, ...]:
    rows = session.execute(
        select(DeliveryReport, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == DeliveryReport.volunteer_id)
        .where(DeliveryReport.delivery_id == delivery_id)
        .order_by(DeliveryReport.received_at, DeliveryReport.id)
    )
    return tuple(
        Report(
            row.id,
            row.kind,
            name or row.reported_by,
            row.reported_at,
            row.receiver,
            row.note,
            row.wellbeing,
            row.outcome,
            row.decision,
            row.outcome == "conflict" and row.decided_at is None,
        )
        for row, name in rows
    )
