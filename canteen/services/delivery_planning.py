"""Planning a list: who carries which stops on which trip, and what becomes of them when somebody is ill.

Asked as often as one likes: what a hand put in its place stays, rounds that are out are not touched, and
the same list gives the same rounds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryDay, DeliveryRun
from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer, VolunteerAbsence
from canteen.rules.days import SHANGHAI
from canteen.rules.delivery_rounds import Trip, plan_rounds
from canteen.rules.delivery_trips import Carrier
from canteen.rules.delivery_walk import Door, Pin, known_houses
from canteen.rules.errors import Refused
from canteen.till.day_state import load_state
from canteen.till.delivery_days import lock, make, touch
from canteen.till.delivery_runs import (
    check_ahead,
    door_of,
    drop_empty_runs,
    get_run,
    list_runs,
    open_list,
    set_turns,
    take_off,
    take_off_all,
)
from canteen.till.delivery_stops import Stop, list_stops
from canteen.till.duty import get_carrier, is_on_duty, list_on_duty
from canteen.till.places import get_canteen
from canteen.trail.audit import append_audit

#: how long a round is thought to take when nobody planned it
UNPLANNED_MIN = 60
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of a round, or one that nobody carries: `reason` nobody, stairs, portions, time, address."""

    uid: str
    number: str
    name: str
    address: str
    portions: int
    is_pinned: bool = False
    is_late: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A round after planning."""

    uid: str
    volunteer: str
    name: str
    trip: int
    state: str
    minutes: int | None
    stops: tuple[PlannedStop, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """The list after planning: deliveries made and cancelled on it, rounds, and what is left over."""

    made: int
    cancelled: int
    runs: tuple[PlannedRun, ...]
    left: tuple[PlannedStop, ...]
    #: did anything change?
    is_changed: bool


@dataclass(frozen=True, slots=True)
class _List:
    """The list that is planned."""

    canteen_id: int
    day: date
    mealtime: str
    now: datetime


def plan(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    by: str,
    origin: str | None = None,
    now: datetime,
) -> Planned:
    """Make the deliveries of the list and spread them over the volunteers on duty.

    Refused `list_over` after its day, `list_closed` where no list is made and nothing is served."""
    check_ahead(day, now)
    if lock(session, canteen_id, day, mealtime) is None:
        _check_served(session, canteen_id, day, mealtime)
    make(session, canteen_id, day, mealtime, by=by, now=now)
    of = _List(canteen_id, day, mealtime, now)
    planned = _plan(session, of, keeps=False)
    if planned.is_changed:
        _tell(session, of, "deliveries.plan", planned, by, origin)
    return planned


def _check_served(session: Session, canteen_id: int, day: date, mealtime: str) -> None:
    state = load_state(session, get_canteen(session, canteen_id), day)
    if mealtime not in {window.mealtime for window in state.windows}:
        raise Refused(
            "list_closed",
            f"{day} 不供这一餐，没有要送的",
            f"This meal is not served on {day}: there is nothing to bring",
            day=day,
        )


def spread(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    volunteer: str,
    reason: str | None = None,
    by: str,
    origin: str | None = None,
    now: datetime,
) -> Planned:
    """The volunteer cannot come: what she has not carried yet goes to the others, whose stops stay.

    NotFound `volunteer_unknown`; Conflict `list_not_made`; Refused `list_over`."""
    open_list(session, canteen_id, day, mealtime, now)
    missing = get_carrier(session, canteen_id, volunteer)
    is_here = select(Volunteer.id).where(Volunteer.id == missing.id, is_on_duty(day, mealtime))
    if session.execute(is_here).first() is not None:
        session.execute(
            insert(VolunteerAbsence).values(
                volunteer_id=missing.id,
                from_on=day,
                to_on=day,
                mealtime=mealtime,
                reason=reason,
                recorded_at=now,
                recorded_by=by,
            )
        )
    take_off_all(session, canteen_id, day, mealtime, missing.id, now)
    of = _List(canteen_id, day, mealtime, now)
    planned = _plan(session, of, keeps=True)
    _tell(session, of, "deliveries.spread", planned, by, origin, volunteer=volunteer)
    return planned


def _plan(session: Session, of: _List, *, keeps: bool) -> Planned:
    """Plan what waits; `keeps`: what is on a round stays on it."""
    held = open_list(session, of.canteen_id, of.day, of.mealtime, of.now)
    runs = list_runs(session, of.canteen_id, of.day, of.mealtime)
    gone = {run.id for run in runs if run.state != "planned"}
    waiting = [
        stop
        for stop in list_stops(session, of.canteen_id, of.day, of.mealtime)
        if stop.state == "queued"
        or (stop.state == "assigned" and stop.round is not None and stop.round.id not in gone)
    ]
    doors = [_door(stop, keeps=keeps) for stop in waiting]
    lost = {
        door.uid: "address"
        for door in doors
        if not (door.address.text or door.must_serve or door.pin)
    }
    doors = [door for door in doors if door.uid not in lost]
    start, trip_s, by_s = _times(session, of)
    carriers = _carriers(session, of, doors, runs, start)
    drawn = plan_rounds(doors, carriers.values(), trip_s=trip_s, by_s=by_s)
    ids = {carrier.number: volunteer_id for volunteer_id, carrier in carriers.items()}
    is_changed = _write(session, of, waiting, drawn.trips, ids)
    if is_changed or held.planned_at is None:
        _keep_planned(session, of)
    late = {uid for trip in drawn.trips for uid in trip.late}
    return _show(session, of, lost | drawn.left, late, is_changed=is_changed)


def _door(stop: Stop, *, keeps: bool) -> Door:
    own = stop.round if stop.state == "assigned" else None
    if own is None or not (stop.is_pinned or keeps):
        return door_of(stop)
    place = stop.place if stop.is_pinned else None
    return replace(door_of(stop), pin=Pin(own.volunteer_number, own.trip, place))


def _times(session: Session, of: _List) -> tuple[datetime, int, int]:
    """When the first trips leave; how long a meal may be on its way; and until the last door.

    Who plans in the middle of the meal is late already: then a trip still goes out."""
    canteen = session.get_one(Canteen, of.canteen_id)
    windows = load_state(session, get_canteen(session, of.canteen_id), of.day).windows
    opens = [
        datetime.combine(of.day, window.opens, SHANGHAI)
        for window in windows
        if window.mealtime == of.mealtime
    ]
    start = max([*opens, of.now])
    due = (opens[0] if opens else of.now) + timedelta(minutes=canteen.delivery_by_min)
    trip_s = canteen.delivery_trip_min * 60
    return start, trip_s, max((due - start) // ONE_SECOND, trip_s)


def _carriers(
    session: Session,
    of: _List,
    doors: Sequence[Door],
    runs: Sequence[DeliveryRun],
    start: datetime,
) -> dict[int, Carrier]:
    """Volunteer → what she can take: those on duty, and whoever a hand gave something."""
    on_duty = {row.id: row for row in list_on_duty(session, of.canteen_id, of.day, of.mealtime)}
    given = {door.pin.carrier for door in doors if door.pin is not None}
    helping = session.scalars(select(Volunteer).where(Volunteer.number.in_(given)))
    carriers = {}
    for row in (on_duty | {row.id: row for row in helping}).values():
        gone = [run for run in runs if run.volunteer_id == row.id and run.state != "planned"]
        carriers[row.id] = Carrier(
            row.number,
            row.capacity,
            row.floors_max,
            known_houses(row.buildings or "", doors),
            free_s=max([(_back_at(run, start) - start) // ONE_SECOND for run in gone], default=0),
            first_trip=max([run.trip for run in gone], default=0) + 1,
            is_closed=row.id not in on_duty,
        )
    return carriers


def _back_at(run: DeliveryRun, start: datetime) -> datetime:
    """When she is here again, as far as one can tell; not before the others leave."""
    if run.state == "back" or run.out_at is None:
        return start
    minutes = run.planned_min or UNPLANNED_MIN
    return max(run.out_at + timedelta(minutes=minutes), start)


def _write(
    session: Session,
    of: _List,
    waiting: Sequence[Stop],
    trips: Iterable[Trip],
    volunteers: dict[str, int],
) -> bool:
    """Bring the rows to the plan; did that change anything?"""
    by_uid = {stop.uid: stop for stop in waiting}
    is_changed = False
    for trip in trips:
        run = get_run(
            session, of.canteen_id, of.day, of.mealtime, volunteers[trip.carrier], trip.trip
        )
        is_changed |= set_turns(session, run, [by_uid.pop(uid) for uid in trip.doors], of.now)
    for stop in by_uid.values():
        is_changed |= take_off(session, stop, of.now)
    return is_changed


def _keep_planned(session: Session, of: _List) -> None:
    drop_empty_runs(session, of.canteen_id, of.day, of.mealtime)
    session.execute(
        update(DeliveryDay)
        .where(
            DeliveryDay.canteen_id == of.canteen_id,
            DeliveryDay.day == of.day,
            DeliveryDay.mealtime == of.mealtime,
        )
        .values(planned_at=of.now)
        .execution_options(synchronize_session=False)
    )
    touch(session, of.canteen_id, of.day, of.mealtime)


def _show(
    session: Session, of: _List, reasons: dict[str, str], late: set[str], *, is_changed: bool
) -> Planned:
    stops = list_stops(session, of.canteen_id, of.day, of.mealtime)
    standing = [stop for stop in stops if stop.state != "cancelled"]
    shown = {
        stop.uid: PlannedStop(
            stop.uid,
            stop.elder_number,
            stop.name,
            stop.address.text,
            stop.portions,
            stop.is_pinned,
            stop.uid in late,
            reasons.get(stop.uid),
        )
        for stop in standing
    }
    rounds = {stop.round.id: stop.round for stop in standing if stop.round is not None}
    return Planned(
        len(standing),
        len(stops) - len(standing),
        tuple(
            PlannedRun(
                one.uid,
                one.volunteer_number,
                one.volunteer,
                one.trip,
                one.state,
                one.planned_min,
                tuple(shown[stop.uid] for stop in standing if stop.round == one),
            )
            for one in rounds.values()
        ),
        tuple(shown[stop.uid] for stop in standing if stop.state == "queued"),
        is_changed,
    )


def _tell(
    session: Session,
    of: _List,
    action: str,
    planned: Planned,
    by: str,
    origin: str | None,
    **facts: object,
) -> None:
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=action,
        object_kind="delivery_day",
        object_id=f"{get_canteen(session, of.canteen_id).code} {of.day} {of.mealtime}",
        after={
            **facts,
            "runs": {f"{run.volunteer}-{run.trip}": len(run.stops) for run in planned.runs},
            "left": {stop.number: stop.reason for stop in planned.left},
        },
        now=of.now,
    )
