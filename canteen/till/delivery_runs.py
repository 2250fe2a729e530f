"""The rounds of a made list: which there are, and putting stops on them in an order.

Beside the till because planning and a hand on the board write the same rows. Whoever writes holds the
made day's row (`open_list`), and tells the board when something changed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryRun
from canteen.rules.days import local_date
from canteen.rules.delivery_walk import Door, Ways
from canteen.rules.errors import Conflict, Refused
from canteen.rules.lifecycles import DELIVERY, move
from canteen.till.delivery_days import lock
from canteen.till.delivery_stops import Stop, list_stops
from canteen.till.run_states import settle_runs


def check_ahead(day: date, now: datetime) -> None:
    """Refused `list_over`: what was carried on a day that is past is changed by nobody."""
    if day < local_date(now):
        raise Refused("list_over", "这一天已经过去", "That day is over", day=day)


def open_list(
    session: Session, canteen_id: int, day: date, mealtime: str, now: datetime
) -> DeliveryDay:
    """Hold the made list to the commit; Conflict `list_not_made` before it is made, Refused `list_over`
    after its day."""
    check_ahead(day, now)
    held = lock(session, canteen_id, day, mealtime)
    if held is None:
        raise Conflict(
            "list_not_made", "这一餐的送餐单还没有生成", "This mealtime's list is not made yet"
        )
    return held


def list_runs(session: Session, canteen_id: int, day: date, mealtime: str) -> list[DeliveryRun]:
    """The rounds of a list, by volunteer and trip."""
    return list(
        session.scalars(
            select(DeliveryRun)
            .where(
                DeliveryRun.canteen_id == canteen_id,
                DeliveryRun.day == day,
                DeliveryRun.mealtime == mealtime,
            )
            .order_by(DeliveryRun.volunteer_id, DeliveryRun.trip)
            .execution_options(populate_existing=True)
        )
    )


def get_run(
    session: Session, canteen_id: int, day: date, mealtime: str, volunteer_id: int, trip: int
) -> DeliveryRun:
    """The volunteer's trip of this number, planned now if there is none yet."""
    for run in list_runs(session, canteen_id, day, mealtime):
        if (run.volunteer_id, run.trip) == (volunteer_id, trip):
            return run
    run_id = session.execute(
        insert(DeliveryRun)
        .values(
            uid=str(uuid4()),
            canteen_id=canteen_id,
            day=day,
            mealtime=mealtime,
            volunteer_id=volunteer_id,
            trip=trip,
            state="planned",
        )
        .returning(DeliveryRun.id)
    ).scalar_one()
    return session.get_one(DeliveryRun, run_id)


def door_of(stop: Stop) -> Door:
    """The stop as the planning rules see it; no pin."""
    return Door(
        stop.uid,
        stop.address,
        stop.portions,
        floor=stop.floor,
        has_lift=stop.has_lift,
        must_serve=stop.must_serve,
    )


def walking_order(stops: Sequence[Stop]) -> list[Stop]:
    """The stops as one walks them, of a list however they came."""
    by_uid = {stop.uid: stop for stop in stops}
    return [by_uid[door.uid] for door in Ways(door_of(stop) for stop in stops).doors]


def seconds_of(stops: Sequence[Stop]) -> int:
    """How long a round to these stops in this order takes, there and back."""
    ways = Ways(door_of(stop) for stop in stops)
    numbers = {door.uid: number for number, door in enumerate(ways.doors)}
    return ways.there_and_back([numbers[stop.uid] for stop in stops])


def waits_on(stop: Stop, run_id: int) -> bool:
    """Is the stop on this round, and not out yet?"""
    return stop.state == "assigned" and stop.round is not None and stop.round.id == run_id


def set_turns(session: Session, run: DeliveryRun, stops: Sequence[Stop], now: datetime) -> bool:
    """Make these the stops of the round, in this order; did that change anything? Whoever calls names
    all of them."""
    moved = [
        {
            "id": stop.id,
            "state": move(DELIVERY, stop.state, "assign"),
            "state_at": stop.state_at if waits_on(stop, run.id) else now,
            "run_id": run.id,
            "place": place,
        }
        for place, stop in enumerate(stops, 1)
        if not (waits_on(stop, run.id) and stop.place == place)
    ]
    if moved:
        session.execute(update(Delivery), moved)
    planned_min = -(-seconds_of(stops) // 60)
    if run.planned_min == planned_min:
        return bool(moved)
    session.execute(
        update(DeliveryRun)
        .where(DeliveryRun.id == run.id)
        .values(planned_min=planned_min)
        .execution_options(synchronize_session=False)
    )
    return True


def take_off(session: Session, stop: Stop, now: datetime) -> bool:
    """Put the stop back into the queue; False when it was there."""
    if stop.state == "queued" and stop.round is None and not stop.is_pinned:
        return False
    state = "queued" if stop.state == "queued" else move(DELIVERY, stop.state, "unassign")
    _write(
        session,
        stop,
        {"state": state, "run_id": None, "place": None, "is_pinned": False, "state_at": now},
    )
    return True


def take_off_runs(
    session: Session,
    canteen_id: int,
    day: date,
    mealtime: str,
    runs: Collection[int],
    now: datetime,
) -> bool:
    """Put back into the queue what has not left yet on these rounds of a list; was there anything?"""
    waiting = [
        stop
        for stop in list_stops(session, canteen_id, day, mealtime)
        if any(waits_on(stop, run_id) for run_id in runs)
    ]
    for stop in waiting:
        take_off(session, stop, now)
    return bool(waiting)


def take_off_all(
    session: Session, canteen_id: int, day: date, mealtime: str, volunteer_id: int, now: datetime
) -> None:
    """Put back into the queue what a volunteer has not carried yet of a list."""
    runs = list_runs(session, canteen_id, day, mealtime)
    hers = [run.id for run in runs if run.volunteer_id == volunteer_id]
    take_off_runs(session, canteen_id, day, mealtime, hers, now)


def pin(session: Session, stops: Sequence[Stop]) -> None:
    """A hand put these where they are: planning leaves them there."""
    for stop in stops:
        _write(session, stop, {"is_pinned": True})


def drop_empty_runs(session: Session, canteen_id: int, day: date, mealtime: str) -> None:
    """Take away planned rounds that carry nothing and of which no cancelled stop tells either; those
    from which the last stop was taken on the way are back."""
    settle_runs(session, canteen_id, day, mealtime)
    session.execute(
        delete(DeliveryRun)
        .where(
            DeliveryRun.canteen_id == canteen_id,
            DeliveryRun.day == day,
            DeliveryRun.mealtime == mealtime,
            DeliveryRun.state == "planned",
            ~exists().where(Delivery.run_id == DeliveryRun.id),
        )
        .execution_options(synchronize_session=False)
    )


def _write(session: Session, stop: Stop, values: dict[str, object]) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id == stop.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
