"""Stops moved by hand: to whom, to which turn, back into the queue; and what cannot be moved."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryRun
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.services import delivery_hands
from tests.factories.deliveries import make_delivery, make_run, make_volunteer
from tests.factories.rows import build_once
from tests.factories.world import TODAY, World, make_world, shanghai

DOORS = {"P01": "3栋101", "P02": "3栋601", "P03": "5栋101", "P04": "8栋101", "P10": "9栋101"}


@pytest.fixture
def world(database: Database) -> World:
    """P01, P02, P03 on V1's round; P04 waits; P10 is out with V2."""
    return database.run(build_once, _build)


def _build(session: Session) -> World:
    world = make_world(session)
    home = world.canteens["C1"]
    for number, address in DOORS.items():
        session.execute(update(Elder).where(Elder.number == number).values(address=address))
    run = make_run(session, home, make_volunteer(session, "V1"))
    for place, number in enumerate(("P01", "P02", "P03"), 1):
        make_delivery(session, world.elders[number], home, run_id=run, place=place)
    make_delivery(session, world.elders["P04"], home)
    out = make_run(session, home, make_volunteer(session, "V2"), state="out")
    make_delivery(session, world.elders["P10"], home, run_id=out, place=1, state="out")
    return world


def _by_hand(database: Database, world: World, what: str, **given: object) -> None:
    database.run(
        getattr(delivery_hands, what),
        canteen_id=world.canteens["C1"],
        day=TODAY,
        mealtime="lunch",
        by="staff:wang",
        origin=None,
        now=shanghai("10:00"),
        **given,
    )


def _uids(database: Database, *numbers: str) -> list[str]:
    query = select(Elder.number, Delivery.uid).join(Elder, Elder.id == Delivery.elder_id)
    uids = dict(database.read(lambda s: [tuple(row) for row in s.execute(query)]))
    return [uids[number] for number in numbers]


def _rounds(database: Database) -> dict[tuple[str, int], list[str]]:
    query = (
        select(Volunteer.number, DeliveryRun.trip, Elder.number)
        .join(DeliveryRun, DeliveryRun.volunteer_id == Volunteer.id)
        .join(Delivery, Delivery.run_id == DeliveryRun.id)
        .join(Elder, Elder.id == Delivery.elder_id)
        .order_by(Volunteer.number, DeliveryRun.trip, Delivery.place)
    )
    rounds: dict[tuple[str, int], list[str]] = {}
    for volunteer, trip, elder in database.read(lambda s: s.execute(query).all()):
        rounds.setdefault((volunteer, trip), []).append(elder)
    return rounds


def test_a_stop_joins_a_round_where_one_walks_by_it(database: Database, world: World) -> None:
    _by_hand(database, world, "unassign", delivery_uids=_uids(database, "P02"))
    assert _rounds(database)["V1", 1] == ["P01", "P03"]
    _by_hand(database, world, "assign", delivery_uids=_uids(database, "P04", "P02"), volunteer="V1")
    assert _rounds(database)["V1", 1] == ["P01", "P02", "P03", "P04"]
    pinned = database.read(lambda s: set(s.scalars(select(Delivery.uid).where(Delivery.is_pinned))))
    assert pinned == set(_uids(database, "P04", "P02"))


def test_who_is_out_gets_a_second_round(database: Database, world: World) -> None:
    _by_hand(database, world, "assign", delivery_uids=_uids(database, "P01"), volunteer="V2")
    assert _rounds(database) == {
        ("V1", 1): ["P02", "P03"],
        ("V2", 1): ["P10"],
        ("V2", 2): ["P01"],
    }
    second = select(DeliveryRun.planned_min).where(DeliveryRun.trip == 2)
    assert database.read(lambda s: s.scalars(second).one()) == 7


def test_a_stop_changes_its_turn(database: Database, world: World) -> None:
    [third] = _uids(database, "P03")
    _by_hand(database, world, "set_place", delivery_uid=third, place=1)
    assert _rounds(database)["V1", 1] == ["P03", "P01", "P02"]
    _by_hand(database, world, "set_place", delivery_uid=third, place=99)
    assert _rounds(database)["V1", 1] == ["P01", "P02", "P03"]


def test_a_round_that_lost_its_last_stop_is_gone(database: Database, world: World) -> None:
    _by_hand(database, world, "unassign", delivery_uids=_uids(database, "P01", "P02", "P03"))
    assert ("V1", 1) not in _rounds(database)
    runs = database.read(lambda s: s.scalars(select(DeliveryRun.state)).all())
    assert runs == ["out"]


def test_every_change_is_seen_by_the_board(database: Database, world: World) -> None:
    def version() -> int:
        return database.read(lambda s: s.scalars(select(DeliveryDay.version)).one())

    uids, seen = _uids(database, "P01"), [version()]
    for what, given in (
        ("assign", {"delivery_uids": uids, "volunteer": "V2"}),
        ("set_place", {"delivery_uid": uids[0], "place": 1}),
        ("unassign", {"delivery_uids": uids}),
    ):
        _by_hand(database, world, what, **given)
        seen.append(version())
    assert seen == sorted(set(seen))


def test_what_is_out_stays_out(database: Database, world: World) -> None:
    out = _uids(database, "P10")
    with pytest.raises(Conflict, match="state_step"):
        _by_hand(database, world, "assign", delivery_uids=out, volunteer="V1")
    with pytest.raises(Conflict, match="state_step"):
        _by_hand(database, world, "unassign", delivery_uids=out)


def test_what_waits_has_no_turn(database: Database, world: World) -> None:
    with pytest.raises(Conflict, match="not_on_round"):
        _by_hand(database, world, "set_place", delivery_uid=_uids(database, "P04")[0], place=1)


def test_stops_of_other_lists_are_not_there(database: Database, world: World) -> None:
    with pytest.raises(NotFound, match="delivery_unknown"):
        _by_hand(database, world, "assign", delivery_uids=["x"], volunteer="V1")
    with pytest.raises(NotFound, match="volunteer_unknown"):
        _by_hand(database, world, "assign", delivery_uids=_uids(database, "P01"), volunteer="V9")


def test_who_has_ended_gets_nothing(database: Database, world: World) -> None:
    database.run(make_volunteer, "V3", ended_on=TODAY.replace(day=1))
    with pytest.raises(Refused, match="volunteer_ended"):
        _by_hand(database, world, "assign", delivery_uids=_uids(database, "P01"), volunteer="V3")
