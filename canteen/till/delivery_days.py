"""The deliveries of a canteen's day and mealtime: made of what is wanted, and kept like it.

The only maker of deliveries. Whoever changes an order, a pause, a fact or the calendar calls this in the
same transaction, and a job calls it again: any number of times, from any number of processes, makes
each delivery once. Locks the made day's row, after purses, before the deliveries, in order of the days.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.base import Base
from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryOrder
from canteen.rules.days import local_date, local_time
from canteen.rules.lifecycles import DELIVERY, move
from canteen.till.day_state import list_open_days, load_state
from canteen.till.delivery_changes import DONE, Changes, compare
from canteen.till.persons import rows_of_person
from canteen.till.places import CanteenPlace, get_canteen
from canteen.till.run_states import settle_runs
from canteen.trail.audit import append_audit

#: local time from which the next open day's list stands
MADE_FROM = time(18)
LOOK_AHEAD = timedelta(days=60)
ONE_DAY = timedelta(days=1)


def make(
    session: Session, canteen_id: int, day: date, mealtime: str, *, by: str, now: datetime
) -> bool:
    """Make the list of a day and mealtime; False when it was made before. Then it is kept by `sync`."""
    made = session.execute(
        _insert(session, DeliveryDay)
        .values(canteen_id=canteen_id, day=day, mealtime=mealtime, made_at=now, version=0)
        .on_conflict_do_nothing()
        .returning(DeliveryDay.day)
    ).first()
    sync(session, canteen_id, day, mealtime, by=by, now=now)
    return made is not None


def make_due(session: Session, canteen_id: int, *, by: str, now: datetime) -> int:
    """Make the lists that should stand by now and do not: today's mealtimes that are not over, and
    from 18:00 on the next open day's; how many were made. Nothing for a canteen without orders."""
    canteen = get_canteen(session, canteen_id)
    ordered = select(DeliveryOrder.id).where(
        DeliveryOrder.canteen_id == canteen_id, DeliveryOrder.state == "approved"
    )
    if session.execute(ordered.limit(1)).first() is None:
        return 0
    made = set(list_made(session, canteen_id, local_date(now)))
    due = [one for one in _list_due(session, canteen, now) if one not in made]
    return sum(make(session, canteen_id, *one, by=by, now=now) for one in due)


def list_made(session: Session, canteen_id: int, first: date) -> list[tuple[date, str]]:
    """The days and mealtimes from `first` on whose lists are made, in order."""
    rows = session.execute(
        select(DeliveryDay.day, DeliveryDay.mealtime)
        .where(DeliveryDay.canteen_id == canteen_id, DeliveryDay.day >= first)
        .order_by(DeliveryDay.day, DeliveryDay.mealtime)
    )
    return [(row.day, row.mealtime) for row in rows]


def touch(session: Session, canteen_id: int, day: date, mealtime: str) -> None:
    """The board of that mealtime has changed."""
    session.execute(
        update(DeliveryDay)
        .where(
            DeliveryDay.canteen_id == canteen_id,
            DeliveryDay.day == day,
            DeliveryDay.mealtime == mealtime,
        )
        .values(version=DeliveryDay.version + 1)
        .execution_options(synchronize_session=False)
    )


def touch_elder(session: Session, elder_id: int, *, now: datetime) -> None:
    """What the boards tell of her (address, door, phone) has changed."""
    for canteen_id, day, mealtime in session.execute(
        select(Delivery.canteen_id, Delivery.day, Delivery.mealtime)
        .where(Delivery.elder_id.in_(rows_of_person(elder_id)), Delivery.day >= local_date(now))
        .order_by(Delivery.day, Delivery.mealtime)
    ).all():
        touch(session, canteen_id, day, mealtime)


def lock(session: Session, canteen_id: int, day: date, mealtime: str) -> DeliveryDay | None:
    """Hold the made day's row to the commit; None when its list is not made."""
    return session.execute(
        select(DeliveryDay)
        .where(
            DeliveryDay.canteen_id == canteen_id,
            DeliveryDay.day == day,
            DeliveryDay.mealtime == mealtime,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def sync(
    session: Session,
    canteen_id: int,
    day: date,
    mealtime: str,
    *,
    elder_ids: Collection[int] | None = None,
    by: str,
    now: datetime,
) -> Changes:
    """Make the deliveries of a made day what is wanted now, of all or of these people only.

    Nothing is made or reinstated after the mealtime; what is out or was at its door is never touched."""
    if lock(session, canteen_id, day, mealtime) is None:
        return Changes()
    changes = compare(session, canteen_id, day, mealtime, elder_ids=elder_ids, now=now)
    if not changes:
        return changes
    if changes.made:  # all of them in one statement: the counters wait for this commit
        session.execute(_insert(session, Delivery).on_conflict_do_nothing(), changes.made)
    for delivery_id, columns in (changes.kept | changes.reinstated).items():
        _write(session, delivery_id, columns)
    for delivery_id, (state, why) in changes.cancelled.items():
        after = move(DELIVERY, state, "cancel")
        _write(session, delivery_id, {"state": after, "cancel_code": why, "state_at": now})
    for other in changes.robbed | {canteen_id}:
        settle_runs(session, other, day, mealtime)
        touch(session, other, day, mealtime)
    _tell(session, canteen_id, day, mealtime, changes, by, now)
    return changes


def sync_canteen(session: Session, canteen_id: int, *, by: str, now: datetime) -> None:
    """The calendar has changed: every list that is made, or should be, becomes what is wanted."""
    make_due(session, canteen_id, by=by, now=now)
    for day, mealtime in list_made(session, canteen_id, local_date(now)):
        sync(session, canteen_id, day, mealtime, by=by, now=now)


def sync_elder(session: Session, elder_id: int, *, by: str, now: datetime) -> None:
    """Something about one person has changed: make her deliveries of the made days what is wanted.

    One look at an index for everybody to whom nothing is brought."""
    today = local_date(now)
    hers = rows_of_person(elder_id)
    canteens = set(
        session.scalars(
            select(DeliveryOrder.canteen_id).where(
                DeliveryOrder.elder_id.in_(hers), DeliveryOrder.state == "approved"
            )
        )
    )
    for canteen_id in sorted(canteens):
        make_due(session, canteen_id, by=by, now=now)
    lists = [(*made, one) for one in canteens for made in list_made(session, one, today)]
    for day, mealtime, one in sorted(lists):
        sync(session, one, day, mealtime, elder_ids=[elder_id], by=by, now=now)


def _list_due(session: Session, canteen: CanteenPlace, now: datetime) -> list[tuple[date, str]]:
    today, clock = local_date(now), local_time(now).time()
    state = load_state(session, canteen, today)
    due = [(today, window.mealtime) for window in state.windows if clock < window.closes]
    if clock >= MADE_FROM:
        opened = list_open_days(session, canteen, today + ONE_DAY, today + LOOK_AHEAD)
        for day in sorted(opened)[:1]:
            state = load_state(session, canteen, day)
            due += [(day, window.mealtime) for window in state.windows]
    return due


def _write(session: Session, delivery_id: int, columns: dict[str, Any]) -> None:
    """Unless it went out meanwhile: another canteen's is not under our lock."""
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.not_in(DONE))
        .values(**columns)
        .execution_options(synchronize_session=False)
    )


def _insert(session: Session, table: type[Base]) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return (sqlite if on_sqlite else postgresql).insert(table)


def _tell(
    session: Session,
    canteen_id: int,
    day: date,
    mealtime: str,
    changes: Changes,
    by: str,
    now: datetime,
) -> None:
    append_audit(
        session,
        actor=by,
        origin=None,
        action="deliveries.sync",
        object_kind="delivery_day",
        object_id=f"{get_canteen(session, canteen_id).code} {day} {mealtime}",
        after={
            "made": [columns["elder_id"] for columns in changes.made],
            "reinstated": list(changes.reinstated),
            "changed": list(changes.kept),
            "cancelled": {key: why for key, (_, why) in changes.cancelled.items()},
        },
        now=now,
    )
