"""Who carries today, and a volunteer's own rounds with what she has to know at each door: no money, no ID
number, no category, nobody else's stops and no other day's.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer
from canteen.rules.days import MEALTIMES, SHANGHAI, local_date
from canteen.rules.errors import NotFound
from canteen.till.delivery_steps import Step, list_steps
from canteen.till.delivery_stops import Stop, list_stops_of
from canteen.till.duty import is_on_duty
from canteen.till.hours import list_prices, list_windows
from canteen.till.phones import Phone, list_phones


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Who reported what holds now, when somebody did."""

    volunteer_id: int | None
    #: hers; None of somebody who is no volunteer
    number: str | None


@dataclass(frozen=True, slots=True)
class OwnStop:
    """A stop with whom to call there, what was tried, and who reported it."""

    stop: Stop
    phones: tuple[Phone, ...]
    steps: tuple[Step, ...]
    done_by: DoneBy | None


@dataclass(frozen=True, slots=True)
class OwnRound:
    """One round of hers, its stops in turn."""

    uid: str
    mealtime: str
    trip: int
    state: str
    canteen: str
    #: until when every meal is to be at its door
    due_at: datetime | None
    #: the set meal, in Chinese and English
    meal: tuple[str, str] | None
    stops: tuple[OwnStop, ...]


@dataclass(frozen=True, slots=True)
class OwnDay:
    """All she carries today."""

    number: str
    name: str
    day: date
    rounds: tuple[OwnRound, ...]
    #: stops she reported that are on nobody's or another's round by now
    elsewhere: tuple[OwnStop, ...]


@dataclass(frozen=True, slots=True)
class TodaysVolunteer:
    """Somebody who carries today: at which mealtimes, and to how many doors as it is planned."""

    id: int
    number: str
    name: str
    mealtimes: tuple[str, ...]
    doors: int


def get_day(session: Session, *, volunteer_id: int, now: datetime) -> OwnDay:
    """The volunteer's rounds of today, in the order of the day."""
    day = local_date(now)
    who = session.execute(
        select(Volunteer.number, Volunteer.name).where(Volunteer.id == volunteer_id)
    ).one()
    runs = sorted(
        session.scalars(
            select(DeliveryRun).where(
                DeliveryRun.volunteer_id == volunteer_id, DeliveryRun.day == day
            )
        ),
        key=lambda run: (MEALTIMES.index(run.mealtime), run.trip, run.id),
    )
    own = {run.id for run in runs}
    reported = select(DeliveryReport.delivery_id).where(DeliveryReport.volunteer_id == volunteer_id)
    stops = list_stops_of(
        session,
        (Delivery.day == day) & or_(Delivery.run_id.in_(own), Delivery.id.in_(reported)),
    )
    ids = [stop.id for stop in stops]
    steps, done_by = list_steps(session, ids), _list_done_by(session, ids)
    by_round: dict[int, list[OwnStop]] = defaultdict(list)
    for stop in stops:
        round_id = stop.round.id if stop.round is not None else 0
        phones = list_phones(session, stop.elder_id) if round_id in own and stop.is_ahead else []
        by_round[round_id].append(
            OwnStop(stop, tuple(phones), tuple(steps.get(stop.id, ())), done_by.get(stop.id))
        )
    return OwnDay(
        who.number,
        who.name,
        day,
        tuple(_round(session, run, by_round.pop(run.id, []), now) for run in runs),
        tuple(one for rest in by_round.values() for one in rest),
    )


def list_today(session: Session, *, areas: Collection[str], now: datetime) -> list[TodaysVolunteer]:
    """Who of these areas' volunteers carries today, by number: on duty, or with a round; "" is
    everywhere."""
    day = local_date(now)
    on_duty = {
        mealtime: set(session.scalars(select(Volunteer.id).where(is_on_duty(day, mealtime))))
        for mealtime in MEALTIMES
    }
    counted = session.execute(
        select(DeliveryRun.volunteer_id, func.count().label("doors"))
        .join(Delivery, Delivery.run_id == DeliveryRun.id)
        .where(DeliveryRun.day == day, Delivery.state != "cancelled")
        .group_by(DeliveryRun.volunteer_id)
    )
    doors = {row.volunteer_id: row.doors for row in counted}
    within = (Volunteer.area_code.startswith(area, autoescape=True) for area in areas)
    return [
        TodaysVolunteer(
            one.id,
            one.number,
            one.name,
            tuple(mealtime for mealtime in MEALTIMES if one.id in on_duty[mealtime]),
            doors.get(one.id, 0),
        )
        for one in session.scalars(
            select(Volunteer).where(or_(false(), *within)).order_by(Volunteer.number)
        )
        if one.id in doors or any(one.id in ids for ids in on_duty.values())
    ]


def check_round(session: Session, *, uid: str, volunteer_id: int, now: datetime) -> date:
    """The day of a round that is hers, today or earlier; else it does not exist for her."""
    day = session.execute(
        select(DeliveryRun.day).where(
            DeliveryRun.uid == uid,
            DeliveryRun.volunteer_id == volunteer_id,
            DeliveryRun.day <= local_date(now),
        )
    ).scalar_one_or_none()
    if day is None:
        raise _unknown()
    return day


def check_door(session: Session, *, uid: str, volunteer_id: int, now: datetime) -> date:
    """The day of a delivery that she may report about: of today, or of an earlier day when her phone
    found no signal then; of her own round, or sent by a canteen of her area, because hers may have
    been given to another while she was on the stairs."""
    day = session.execute(
        select(Delivery.day)
        .join(Canteen, Canteen.id == Delivery.canteen_id)
        .join(Volunteer, Volunteer.id == volunteer_id)
        .outerjoin(DeliveryRun, DeliveryRun.id == Delivery.run_id)
        .where(
            Delivery.uid == uid,
            Delivery.day <= local_date(now),
            or_(
                DeliveryRun.volunteer_id == volunteer_id,
                Canteen.area_code.startswith(Volunteer.area_code),
            ),
        )
    ).scalar_one_or_none()
    if day is None:
        raise _unknown()
    return day


def _unknown() -> NotFound:
    return NotFound("delivery_unknown", "没有这份送餐", "No such delivery")


def _round(session: Session, run: DeliveryRun, stops: list[OwnStop], now: datetime) -> OwnRound:
    canteen = session.execute(select(Canteen).where(Canteen.id == run.canteen_id)).scalar_one()
    opens = next(
        (
            window.opens
            for window in list_windows(session, canteen.id, run.day)
            if window.mealtime == run.mealtime
        ),
        None,
    )
    meal = next(iter(list_prices(session, canteen.id, run.mealtime, now)), None)
    return OwnRound(
        run.uid,
        run.mealtime,
        run.trip,
        run.state,
        canteen.name,
        None
        if opens is None
        else datetime.combine(run.day, opens, SHANGHAI)
        + timedelta(minutes=canteen.delivery_by_min),
        None if meal is None else (meal.name, meal.name_en),
        tuple(stops),
    )


def _list_done_by(session: Session, deliveries: Collection[int]) -> dict[int, DoneBy]:
    rows = session.execute(
        select(
            DeliveryReport.delivery_id,
            DeliveryReport.volunteer_id,
            Volunteer.number,
        )
        .outerjoin(Volunteer, Volunteer.id == DeliveryReport.volunteer_id)
        .where(DeliveryReport.delivery_id.in_(deliveries), DeliveryReport.outcome == "applied")
        .order_by(DeliveryReport.received_at, DeliveryReport.id)
    )
    return {
        row.delivery_id: DoneBy(row.volunteer_id, row.number)
        for row in rows  # the newest one holds
    }
