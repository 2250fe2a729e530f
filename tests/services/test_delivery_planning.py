"""Lists are made and planned as often as one likes; hands' choices stay; a missing volunteer is replaced."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryRun
from canteen.models.people import Elder
from canteen.models.register import ElderDoor
from canteen.models.sites import Canteen
from canteen.models.volunteers import VolunteerAbsence
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.services import delivery_hands, delivery_planning
from canteen.services.delivery_planning import Planned
from tests.factories.deliveries import make_absence, make_order, make_volunteer
from tests.factories.people import LONG_AGO, make_elder
from tests.factories.world import CHENGNAN, HEDONG, TODAY, World, close_day, shanghai

DOORS = (
    "3栋1单元101",
    "3栋1单元602",
    "3栋2单元201",
    "5栋1单元202",
    "5栋1单元601",
    "5栋2单元502",
    "8栋1单元101",
    "8栋1单元303",
)
MORNING = shanghai("09:00")


def make_list(session: Session, world: World, addresses: tuple[str | None, ...] = DOORS) -> None:
    """Elders of 90 at these doors, each brought a lunch daily; numbered E1, E2 …"""
    for number, address in enumerate(addresses, 1):
        elder_id = make_elder(session, number=f"E{number}", born=date(1936, 1, 1))
        session.execute(update(Elder).where(Elder.id == elder_id).values(address=address))
        make_order(session, elder_id, world.canteens["C1"])


def make_door(session: Session, number: str, **given: object) -> None:
    elder_id = session.execute(select(Elder.id).where(Elder.number == number)).scalar_one()
    values = {"must_serve": False, "recorded_at": LONG_AGO, "recorded_by": "test"} | given
    session.execute(insert(ElderDoor).values(elder_id=elder_id, **values))


def _plan(database: Database, world: World, **given: object) -> Planned:
    asked = {"day": TODAY, "mealtime": "lunch", "by": "staff:wang", "now": MORNING} | given
    return database.run(delivery_planning.plan, canteen_id=world.canteens["C1"], **asked)


def _spread(database: Database, world: World, volunteer: str, **given: object) -> Planned:
    asked = {"day": TODAY, "mealtime": "lunch", "by": "staff:wang", "now": MORNING} | given
    return database.run(
        delivery_planning.spread, canteen_id=world.canteens["C1"], volunteer=volunteer, **asked
    )


def _by_hand(database: Database, world: World, what: str, **given: object) -> None:
    asked = {"day": TODAY, "mealtime": "lunch", "by": "staff:wang", "origin": None, "now": MORNING}
    database.run(getattr(delivery_hands, what), canteen_id=world.canteens["C1"], **(asked | given))


def _uid(planned: Planned, number: str) -> str:
    stops = [*planned.left, *(stop for run in planned.runs for stop in run.stops)]
    return next(stop.uid for stop in stops if stop.number == number)


def _rounds(planned: Planned) -> dict[tuple[str, int], list[str]]:
    return {(run.volunteer, run.trip): [stop.number for stop in run.stops] for run in planned.runs}


def _version(database: Database) -> int:
    return database.read(lambda session: session.scalars(select(DeliveryDay.version)).one())


def test_the_list_is_made_and_spread_in_walking_order(database: Database, world: World) -> None:
    database.run(make_list, world)
    for number in ("V1", "V2"):
        database.run(make_volunteer, number)
    planned = _plan(database, world)
    assert (planned.made, planned.cancelled, planned.left) == (8, 0, ())
    assert sorted(one for stops in _rounds(planned).values() for one in stops) == [
        f"E{number}" for number in range(1, 9)
    ]
    for run in planned.runs:
        numbers = [int(stop.number[1:]) for stop in run.stops]
        assert numbers == sorted(numbers), "doors are numbered as one walks by them"
        assert run.minutes is not None
        assert 10 <= run.minutes <= 25
    states = database.read(lambda s: set(s.scalars(select(Delivery.state))))
    assert states == {"assigned"}
    line = database.read(
        lambda s: s.scalars(select(AuditLine).where(AuditLine.action == "deliveries.plan")).one()
    )
    assert (line.actor, line.object_id) == ("staff:wang", "C1 2026-11-25 lunch")


def test_planning_again_changes_nothing(database: Database, world: World) -> None:
    database.run(make_list, world)
    for number in ("V1", "V2", "V3"):
        database.run(make_volunteer, number)
    first, version = _plan(database, world), _version(database)
    again = _plan(database, world, now=MORNING + timedelta(minutes=5))
    assert first.is_changed
    assert not again.is_changed
    assert (again.runs, again.left) == (first.runs, first.left)
    assert _version(database) == version
    lines = database.read(
        lambda s: s.scalars(select(AuditLine).where(AuditLine.action == "deliveries.plan")).all()
    )
    assert len(lines) == 1


def test_only_who_is_on_duty_carries(database: Database, world: World) -> None:
    """Wednesday lunch in 城南."""

    def build(session: Session) -> None:
        make_list(session, world)
        make_volunteer(session, "HERE", duties=((3, "lunch"),))
        make_volunteer(session, "ALWAYS", area=CHENGNAN[:9])
        make_volunteer(session, "DINNER", duties=((3, "dinner"),))
        make_volunteer(session, "THURSDAY", duties=((4, "lunch"),))
        make_volunteer(session, "ELSEWHERE", area=HEDONG)
        make_volunteer(session, "ENDED", ended_on=TODAY - timedelta(days=1))
        make_absence(session, make_volunteer(session, "ILL"), mealtime="lunch")
        make_absence(session, make_volunteer(session, "AWAY"))
        make_absence(session, make_volunteer(session, "BACK"), mealtime="dinner")

    database.run(build)
    carriers = {volunteer for volunteer, _ in _rounds(_plan(database, world))}
    assert carriers == {"HERE", "ALWAYS", "BACK"}


def test_a_hand_s_changes_stay_when_planned_again(database: Database, world: World) -> None:
    database.run(make_list, world)
    for number in ("V1", "V2"):
        database.run(make_volunteer, number)
    planned = _plan(database, world)
    of_v1 = _rounds(planned)["V1", 1]
    moved = of_v1[0]
    _by_hand(database, world, "assign", delivery_uids=[_uid(planned, moved)], volunteer="V2")
    _by_hand(database, world, "set_place", delivery_uid=_uid(planned, of_v1[-1]), place=1)
    again = _rounds(_plan(database, world))
    assert moved in again["V2", 1]
    assert again["V1", 1][0] == of_v1[-1]


def test_a_helper_off_duty_carries_what_a_hand_gave_her_and_no_more(
    database: Database, world: World
) -> None:
    database.run(make_list, world)
    database.run(make_volunteer, "V1")
    database.run(make_volunteer, "V2", duties=((7, "lunch"),))
    planned = _plan(database, world)
    _by_hand(database, world, "assign", delivery_uids=[_uid(planned, "E4")], volunteer="V2")
    assert _rounds(_plan(database, world))["V2", 1] == ["E4"]


def test_a_round_that_is_out_is_not_touched(database: Database, world: World) -> None:
    database.run(make_list, world)
    database.run(make_volunteer, "V1", capacity=4)
    first = _rounds(_plan(database, world))
    assert sorted(first) == [("V1", 1), ("V1", 2)]

    def leave(session: Session) -> None:
        run = session.scalars(select(DeliveryRun).where(DeliveryRun.trip == 1)).one()
        session.execute(
            update(DeliveryRun)
            .where(DeliveryRun.id == run.id)
            .values(state="out", out_at=shanghai("11:00"))
        )
        session.execute(
            update(Delivery).where(Delivery.run_id == run.id).values(state="out", attempt=1)
        )

    database.run(leave)
    database.run(make_volunteer, "V2")
    again = _plan(database, world, now=shanghai("11:05"))
    assert _rounds(again)["V1", 1] == first["V1", 1]
    assert {run.state for run in again.runs if (run.volunteer, run.trip) == ("V1", 1)} == {"out"}
    rest = [one for key, stops in _rounds(again).items() if key != ("V1", 1) for one in stops]
    assert sorted(rest) == sorted(first["V1", 2])
    database.run(
        lambda s: s.execute(
            update(DeliveryRun)
            .where(DeliveryRun.state == "out")
            .values(state="back", back_at=shanghai("11:30"))
        )
    )
    back = _rounds(_plan(database, world, now=shanghai("11:31")))
    assert back["V1", 1] == first["V1", 1]


def test_who_cannot_be_carried_stays_in_the_queue_and_is_named(
    database: Database, world: World
) -> None:
    database.run(make_list, world, ("3栋101", "3栋602", None, "5栋101"))
    planned = _plan(database, world)
    assert {stop.number: stop.reason for stop in planned.left} == {
        "E1": "nobody",
        "E2": "nobody",
        "E3": "address",
        "E4": "nobody",
    }
    database.run(make_volunteer, "V1", floors_max=2)
    planned = _plan(database, world)
    assert {stop.number: stop.reason for stop in planned.left} == {"E2": "stairs", "E3": "address"}
    assert _rounds(planned) == {("V1", 1): ["E1", "E4"]}


def test_notes_of_the_door_count(database: Database, world: World) -> None:
    """A lift, a floor the address does not tell, and somebody who has nobody else."""
    database.run(make_list, world, ("3栋601", "城西村3组12号", "5栋602", None))
    database.run(make_door, "E1", has_lift=True)
    database.run(make_door, "E2", floor=5)
    database.run(make_door, "E3", must_serve=True)
    database.run(make_door, "E4", must_serve=True)
    database.run(make_volunteer, "V1", floors_max=2)
    planned = _plan(database, world)
    assert {stop.number: stop.reason for stop in planned.left} == {"E2": "stairs"}
    assert sorted(_rounds(planned)["V1", 1]) == ["E1", "E3", "E4"]


def test_late_in_the_meal_a_trip_still_goes_out(database: Database, world: World) -> None:
    database.run(make_list, world)
    database.run(make_volunteer, "V1")
    planned = _plan(database, world, now=shanghai("12:55"))
    assert not planned.left


def test_what_is_late_is_said(database: Database, world: World) -> None:
    database.run(make_list, world)
    database.run(lambda s: [make_door(s, f"E{one}", must_serve=True) for one in range(1, 9)])
    database.run(make_volunteer, "V1", capacity=1)
    database.run(
        lambda s: s.execute(update(Canteen).values(delivery_by_min=30, delivery_trip_min=20))
    )
    planned = _plan(database, world)
    assert not planned.left
    assert sum(stop.is_late for run in planned.runs for stop in run.stops) >= 4


def test_a_missing_volunteer_s_stops_go_to_the_others(database: Database, world: World) -> None:
    database.run(make_list, world)
    for number in ("V1", "V2", "V3"):
        database.run(make_volunteer, number)
    before = _rounds(_plan(database, world))
    ill = next(volunteer for volunteer, _ in before)
    spread = _spread(database, world, ill, reason="发烧", now=shanghai("10:20"))
    after = _rounds(spread)
    assert (ill, 1) not in after
    assert not spread.left
    for key in before:
        assert key[0] == ill or set(before[key]) <= set(after[key]), "the others keep theirs"
    absence = database.read(lambda s: s.scalars(select(VolunteerAbsence)).one())
    assert (absence.from_on, absence.mealtime, absence.reason) == (TODAY, "lunch", "发烧")
    _spread(database, world, ill)
    assert len(database.read(lambda s: s.scalars(select(VolunteerAbsence)).all())) == 1
    assert _rounds(_plan(database, world)).keys().isdisjoint({(ill, 1)})


def test_nothing_is_planned_for_a_day_that_is_over(database: Database, world: World) -> None:
    with pytest.raises(Refused, match="list_over"):
        _plan(database, world, day=TODAY - timedelta(days=1))
    tomorrow = shanghai("10:00") + timedelta(days=1)
    with pytest.raises(Refused, match="list_over"):
        _spread(database, world, "V1", now=tomorrow)
    with pytest.raises(Refused, match="list_over"):
        _by_hand(database, world, "unassign", delivery_uids=["x"], now=tomorrow)


def test_nothing_is_planned_for_a_meal_that_is_not_served(database: Database, world: World) -> None:
    holiday = TODAY + timedelta(days=2)
    database.run(close_day, world.canteens["C1"], holiday)
    with pytest.raises(Refused, match="list_closed"):
        _plan(database, world, day=holiday)
    assert not database.read(lambda s: s.scalars(select(DeliveryDay)).all())
    tomorrow = TODAY + timedelta(days=1)
    _plan(database, world, day=tomorrow)
    database.run(close_day, world.canteens["C1"], tomorrow)
    assert _plan(database, world, day=tomorrow).runs == (), "a made list is told to be empty"


def test_a_list_that_is_not_made_cannot_be_arranged(database: Database, world: World) -> None:
    database.run(make_volunteer, "V1")
    with pytest.raises(Conflict, match="list_not_made"):
        _spread(database, world, "V1")
    with pytest.raises(Conflict, match="list_not_made"):
        _by_hand(database, world, "unassign", delivery_uids=["x"])


def test_only_volunteers_of_the_area_are_known(database: Database, world: World) -> None:
    database.run(make_list, world)
    database.run(make_volunteer, "FAR", area=HEDONG)
    _plan(database, world)
    with pytest.raises(NotFound, match="volunteer_unknown"):
        _spread(database, world, "FAR")
