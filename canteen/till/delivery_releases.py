"""Stops that a volunteer was to carry and cannot: they wait again, and their lists are planned anew.

Beside the till because the desk and a set-up file both change volunteers.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryRun
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.days import local_date
from canteen.rules.delivery_walk import Ways
from canteen.till.delivery_days import touch
from canteen.till.delivery_runs import (
    door_of,
    drop_empty_runs,
    open_list,
    take_off_runs,
    waits_on,
)
from canteen.till.delivery_stops import list_stops
from canteen.till.duty import carries_for, is_on_duty


def release(
    session: Session,
    volunteer_id: int,
    first: date,
    last: date | None,
    mealtime: str | None,
    now: datetime,
) -> None:
    """She cannot carry on these days: of the lists still ahead hers wait again."""
    within = (
        DeliveryRun.day >= first,
        true() if last is None else DeliveryRun.day <= last,
        true() if mealtime is None else DeliveryRun.mealtime == mealtime,
    )
    _release(session, [run.id for run in _list_ahead(session, volunteer_id, now, *within)], now)


@contextmanager
def releasing(session: Session, volunteer_id: int, now: datetime) -> Iterator[None]:
    """What is changed about her within: of her rounds still ahead those wait again that she could carry
    before and cannot now. What a hand gave her although she could not is left to that hand."""
    before = _list_possible(session, volunteer_id, now)
    yield
    _release(session, before - _list_possible(session, volunteer_id, now), now)


def _list_ahead(
    session: Session, volunteer_id: int, now: datetime, *within: ColumnElement[bool]
) -> list[DeliveryRun]:
    hers = (DeliveryRun.volunteer_id == volunteer_id, DeliveryRun.day >= local_date(now))
    return list(session.scalars(select(DeliveryRun).where(*hers, *within)))


def _list_possible(session: Session, volunteer_id: int, now: datetime) -> set[int]:
    """Her rounds ahead that she can carry: on duty, for a canteen of her area, with her bag and legs."""
    possible = set()
    for run in _list_ahead(session, volunteer_id, now):
        area = select(Canteen.area_code).where(Canteen.id == run.canteen_id)
        carrier = session.execute(
            select(Volunteer.capacity, Volunteer.floors_max).where(
                Volunteer.id == volunteer_id,
                is_on_duty(run.day, run.mealtime),
                carries_for(session.execute(area).scalar_one()),
            )
        ).one_or_none()
        stops = list_stops(session, run.canteen_id, run.day, run.mealtime)
        doors = [door_of(stop) for stop in stops if waits_on(stop, run.id)]
        if (
            carrier is not None
            and sum(door.portions for door in doors) <= carrier.capacity
            and (
                carrier.floors_max is None
                or max(Ways(doors).climbs, default=0) <= carrier.floors_max
            )
        ):
            possible.add(run.id)
    return possible


def _release(session: Session, run_ids: Collection[int], now: datetime) -> None:
    lists = select(DeliveryRun.day, DeliveryRun.mealtime, DeliveryRun.canteen_id).where(
        DeliveryRun.id.in_(run_ids)
    )
    for day, mealtime, canteen_id in session.execute(
        lists.distinct().order_by(*lists.selected_columns)
    ).all():
        held = open_list(session, canteen_id, day, mealtime, now)
        if take_off_runs(session, canteen_id, day, mealtime, run_ids, now):
            held.planned_at = None
            session.flush()
            drop_empty_runs(session, canteen_id, day, mealtime)
            touch(session, canteen_id, day, mealtime)
