"""Volunteers, orders, runs and deliveries for tests: plain rows in any state, as no desk would make them.

A delivery that is out here has no meals: those are booked by `services.delivery_going_out`."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.deliveries import (
    Delivery,
    DeliveryDay,
    DeliveryException,
    DeliveryOrder,
    DeliveryPause,
    DeliveryRun,
)
from canteen.models.volunteers import Volunteer, VolunteerAbsence, VolunteerDuty
from tests.factories.people import LONG_AGO
from tests.factories.rows import build_once
from tests.factories.world import CHENGNAN, TODAY, World, make_world, shanghai

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A delivery on a run, by its handles."""

    uid: str
    run_uid: str
    id: int
    volunteer: str


def make_volunteer(
    session: Session,
    number: str | None = None,
    *,
    name: str = "陈姨",
    area: str = CHENGNAN,
    capacity: int = 12,
    floors_max: int | None = None,
    buildings: str | None = None,
    team: str | None = None,
    ended_on: date | None = None,
    duties: tuple[tuple[int, str], ...] = (),
) -> int:
    """A volunteer, without a phone; `duties` are (ISO weekday, mealtime), none: any. Returns her id."""
    volunteer_id: int = session.execute(
        insert(Volunteer)
        .values(
            number=number or f"V{next(_NUMBERS)}", name=name, area_code=area, capacity=capacity,
            floors_max=floors_max, buildings=buildings, team=team, ended_on=ended_on,
        )
        .returning(Volunteer.id)
    ).scalar_one()  # fmt: skip
    for weekday, mealtime in duties:
        session.execute(
            insert(VolunteerDuty).values(
                volunteer_id=volunteer_id, weekday=weekday, mealtime=mealtime
            )
        )
    return volunteer_id


def make_absence(
    session: Session,
    volunteer_id: int,
    from_on: date = TODAY,
    to_on: date | None = None,
    *,
    mealtime: str | None = None,
) -> None:
    """The volunteer cannot carry on those days."""
    session.execute(
        insert(VolunteerAbsence).values(
            volunteer_id=volunteer_id, from_on=from_on, to_on=to_on or from_on, mealtime=mealtime,
            recorded_at=LONG_AGO, recorded_by="test",
        )
    )  # fmt: skip


def make_order(
    session: Session,
    elder_id: int,
    canteen_id: int,
    *,
    day: date | None = None,
    weekdays: str = "1234567",
    mealtimes: str = "lunch",
    from_on: date = date(2026, 1, 1),
    to_on: date | None = None,
    portions: int = 1,
    address: str | None = None,
    note: str | None = None,
    source: str = "secretary",
    state: str = "approved",
    asked_at: datetime = LONG_AGO,
) -> int:
    """A standing order, every day's lunch unless said otherwise; of one `day` a single one. Its id."""
    if day is not None:
        weekdays, from_on, to_on = str(day.isoweekday()), day, day
    is_decided = state != "asked"
    order_id: int = session.execute(
        insert(DeliveryOrder)
        .values(
            uid=str(uuid4()), elder_id=elder_id, canteen_id=canteen_id,
            kind="standing" if day is None else "single", weekdays=weekdays, mealtimes=mealtimes,
            from_on=from_on, to_on=to_on, portions=portions, address=address, note=note,
            source=source, asked_at=asked_at, asked_by="test", state=state,
            decided_at=asked_at if is_decided else None, decided_by="test" if is_decided else None,
        )
        .returning(DeliveryOrder.id)
    ).scalar_one()  # fmt: skip
    return order_id


def make_pause(
    session: Session,
    elder_id: int,
    from_on: date,
    to_on: date | None = None,
    *,
    mealtime: str | None = None,
    recorded_at: datetime = LONG_AGO,
) -> None:
    """She is brought nothing on those days; without `to_on` until somebody withdraws it."""
    session.execute(
        insert(DeliveryPause).values(
            uid=str(uuid4()), elder_id=elder_id, from_on=from_on, to_on=to_on, mealtime=mealtime,
            reason="住院", source="secretary", recorded_at=recorded_at, recorded_by="test",
        )
    )  # fmt: skip


def make_exception(
    session: Session, elder_id: int, from_on: date, to_on: date, *, ground: str = "illness"
) -> None:
    """She is brought her meals in that time although age and category do not give it."""
    session.execute(
        insert(DeliveryException).values(
            elder_id=elder_id, ground=ground, from_on=from_on, to_on=to_on, reason="骨折",
            approved_at=LONG_AGO, approved_by="test",
        )
    )  # fmt: skip


def make_run(
    session: Session,
    canteen_id: int,
    volunteer_id: int,
    *,
    day: date = TODAY,
    mealtime: str = "lunch",
    trip: int = 1,
    state: str = "planned",
) -> int:
    """A volunteer's round; returns its id."""
    run_id: int = session.execute(
        insert(DeliveryRun)
        .values(
            uid=str(uuid4()), canteen_id=canteen_id, day=day, mealtime=mealtime,
            volunteer_id=volunteer_id, trip=trip, state=state,
        )
        .returning(DeliveryRun.id)
    ).scalar_one()  # fmt: skip
    return run_id


def make_delivery(
    session: Session,
    elder_id: int,
    canteen_id: int,
    *,
    day: date = TODAY,
    mealtime: str = "lunch",
    portions: int = 1,
    state: str | None = None,
    run_id: int | None = None,
    place: int | None = None,
    order_id: int | None = None,
    is_pinned: bool = False,
    ground: str | None = "age",
    cancel_code: str | None = None,
    fail_code: str | None = None,
) -> int:
    """A delivery with the order it is made of: queued, or assigned when on a run. Returns its id.

    Its canteen-day-mealtime counts as made (DeliveryDay)."""
    if order_id is None:
        order_id = make_order(
            session, elder_id, canteen_id, day=day, mealtimes=mealtime, portions=portions
        )
    made = session.get(DeliveryDay, (canteen_id, day, mealtime))
    if made is None:
        session.add(
            DeliveryDay(canteen_id=canteen_id, day=day, mealtime=mealtime, made_at=LONG_AGO)
        )
        session.flush()
    delivery_id: int = session.execute(
        insert(Delivery)
        .values(
            uid=str(uuid4()), elder_id=elder_id, canteen_id=canteen_id, day=day, mealtime=mealtime,
            portions=portions, order_id=order_id,
            state=state or ("queued" if run_id is None else "assigned"),
            state_at=LONG_AGO, made_at=LONG_AGO, run_id=run_id, place=place, is_pinned=is_pinned,
            ground=ground, cancel_code=cancel_code, fail_code=fail_code,
        )
        .returning(Delivery.id)
    ).scalar_one()  # fmt: skip
    return delivery_id


def make_carried(
    session: Session,
    world: World,
    elder: str,
    *,
    canteen: str = "C1",
    volunteer: str = "V1",
    day: date = TODAY,
    mealtime: str = "lunch",
    portions: int = 1,
    ground: str | None = "age",
) -> Carried:
    """An elder's delivery assigned to the first round of a volunteer, both made when not there."""
    volunteer_id = session.execute(
        select(Volunteer.id).where(Volunteer.number == volunteer)
    ).scalar_one_or_none() or make_volunteer(session, volunteer)
    run = (
        DeliveryRun.canteen_id == world.canteens[canteen],
        DeliveryRun.day == day,
        DeliveryRun.mealtime == mealtime,
        DeliveryRun.volunteer_id == volunteer_id,
    )
    run_id = session.execute(select(DeliveryRun.id).where(*run)).scalar_one_or_none() or make_run(
        session, world.canteens[canteen], volunteer_id, day=day, mealtime=mealtime
    )
    places = select(Delivery.id).where(Delivery.run_id == run_id)
    delivery_id = make_delivery(
        session, world.elders[elder], world.canteens[canteen], day=day, mealtime=mealtime,
        portions=portions, run_id=run_id, place=len(session.scalars(places).all()) + 1,
        ground=ground,
    )  # fmt: skip
    row = session.execute(
        select(Delivery.uid, DeliveryRun.uid.label("run_uid"))
        .join(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .where(Delivery.id == delivery_id)
    ).one()
    return Carried(row.uid, row.run_uid, delivery_id, volunteer)


def make_queue(
    database: Database, elders: tuple[str, ...], *, day: date = TODAY, **world: Any
) -> tuple[World, list[Carried]]:
    """The base world, and in it the elders' lunches of that day on V1's round."""
    return database.run(build_once, _build_queue, elders=elders, day=day, **world)


def _build_queue(
    session: Session, *, elders: tuple[str, ...], day: date, **world: Any
) -> tuple[World, list[Carried]]:
    made = make_world(session, **world)
    return made, [make_carried(session, made, elder, day=day) for elder in elders]


def half_past_eleven(day: date = TODAY) -> datetime:
    """When rounds go out in tests."""
    return shanghai("11:30", day)
