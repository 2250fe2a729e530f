"""Deliveries leave the canteen: a volunteer's whole round, or single ones. Their meals are booked then.

Asked twice, or from two places at once, each goes out once; who has eaten meanwhile stays behind.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.rules.lifecycles import DELIVERY, move
from canteen.rules.roles import Place
from canteen.till.delivery_days import sync
from canteen.till.delivery_doors import carry_out, hold_all, settle
from canteen.till.delivery_meals import has_eaten, is_signed
from canteen.till.merging import lock_person
from canteen.trail.audit import append_audit


@dataclass(frozen=True, slots=True)
class Stepped:
    """A delivery after the call: the state it is in, and why it is not carried."""

    uid: str
    state: str
    cancel_code: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The deliveries asked for, and the list they are of."""

    canteen_id: int
    day: date
    mealtime: str
    uids: tuple[str, ...]
    elders: frozenset[int]


def find_run_place(session: Session, *, run: str) -> Place | None:
    """Where the canteen of a round stands, to check the asker's scope; None when there is none."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(DeliveryRun, DeliveryRun.canteen_id == Canteen.id)
        .where(DeliveryRun.uid == run)
    ).one_or_none()
    return Place(row.area_code, row.code) if row else None


def go_out(
    session: Session,
    *,
    run: str | None = None,
    deliveries: Collection[str] = (),
    by: str,
    origin: str | None,
    now: datetime,
) -> tuple[Stepped, ...]:
    """Send out what is assigned of a round, or of these deliveries of one list; all or nothing.

    NotFound `run_unknown`, `delivery_unknown`; Refused `delivery_not_today`; Conflict `day_signed`,
    `price_missing`."""
    asked = _find_asked(session, run, deliveries)
    if asked is None:
        return ()
    if asked.day != local_date(now):
        raise Refused(
            "delivery_not_today",
            "只能送当天的餐",
            "Only today's meals can be carried",
            day=asked.day,
        )
    for elder_id in sorted(asked.elders):
        lock_person(session, elder_id)
    sync(
        session, asked.canteen_id, asked.day, asked.mealtime,
        elder_ids=asked.elders, by=by, now=now,
    )  # fmt: skip
    held = hold_all(session, asked.uids, asked.elders)
    waiting = [delivery for delivery in held if delivery.state == "assigned"]
    if waiting and is_signed(session, asked.canteen_id, asked.day):
        raise Conflict(
            "day_signed",
            "这一天已签结，不能再出发",
            "The day is signed off: nothing can set off any more",
        )
    for delivery in waiting:
        _set_off(session, delivery, by, now)
    if waiting:
        settle(session, waiting)
        append_audit(
            session,
            actor=by,
            origin=origin,
            action="delivery.go_out",
            object_kind="delivery_run" if run else "delivery",
            object_id=run or waiting[0].uid,
            after={delivery.uid: delivery.state for delivery in waiting},
            now=now,
        )
    return tuple(Stepped(one.uid, one.state, one.cancel_code) for one in held)


def _set_off(session: Session, delivery: Delivery, by: str, now: datetime) -> None:
    if has_eaten(session, delivery):
        after = move(DELIVERY, delivery.state, "cancel")
        delivery.state, delivery.cancel_code = after, "already_eaten"
        delivery.state_at = now
    else:
        carry_out(session, delivery, at=now, by=by, now=now)


def _find_asked(session: Session, run: str | None, uids: Collection[str]) -> _Asked | None:
    """None for a round that carries nothing."""
    query = select(
        Delivery.uid, Delivery.elder_id, Delivery.canteen_id, Delivery.day, Delivery.mealtime
    )
    if run is not None:
        run_id = session.execute(
            select(DeliveryRun.id).where(DeliveryRun.uid == run)
        ).scalar_one_or_none()
        if run_id is None:
            raise NotFound("run_unknown", "没有这一趟", "No such round")
        rows = session.execute(query.where(Delivery.run_id == run_id)).all()
    else:
        rows = session.execute(query.where(Delivery.uid.in_(uids))).all()
    lists = {(row.canteen_id, row.day, row.mealtime) for row in rows}
    if run is None and (len(rows) != len(set(uids)) or len(lists) != 1):
        raise NotFound("delivery_unknown", "没有这份送餐", "No such delivery")
    if not rows:
        return None
    return _Asked(
        *lists.pop(),
        uids=tuple(row.uid for row in rows),
        elders=frozenset(row.elder_id for row in rows),
    )
