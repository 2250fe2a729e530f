"""The register of volunteers: sealed phones, duties, absences; who looked and who wrote is kept."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import DeliveryDay
from canteen.models.people import Elder
from canteen.models.volunteers import Volunteer
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.setup_people import VolunteerRow
from canteen.services import volunteers
from canteen.services.setup_volunteers import sync_volunteers
from canteen.services.volunteers import Asked, VolunteerLine
from tests.factories.deliveries import make_carried, make_queue, make_volunteer
from tests.factories.doors import delivery_of, send_out
from tests.factories.world import CHENGNAN, HEDONG, TODAY, make_world, shanghai

PHONE = "13800000091"
WEDNESDAYS = frozenset({(3, "lunch"), (3, "dinner")})
LUNCHES = frozenset({(1, "lunch"), (3, "lunch")})
ASKED = Asked("韦志远", PHONE, CHENGNAN, 8, 4, "3栋、5栋", "银龄互助队", LUNCHES)


@pytest.fixture
def desk(database: Database) -> Database:
    database.run(make_world)
    return database


def _do(database: Database, what: str, number: str = "V01", **given: object) -> object:
    return database.run(
        getattr(volunteers, what),
        number=number,
        by="staff:wang",
        origin="10.0.0.7",
        now=shanghai("09:00"),
        **given,
    )


def _find(database: Database, number: str = "V01") -> VolunteerLine:
    found = database.read(volunteers.find_volunteer, number=number, today=TODAY)
    assert found is not None
    return found


def test_a_volunteer_is_kept_with_a_sealed_phone(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    kept = _find(desk)
    assert (kept.name, kept.capacity, kept.floors_max, kept.duties) == ("韦志远", 8, 4, LUNCHES)
    assert kept.phone_masked == "138****0091"
    row = desk.read(lambda s: s.scalars(select(Volunteer)).one())
    assert PHONE.encode() not in bytes(row.phone_box or b"")
    lines = desk.read(lambda s: s.scalars(select(AuditLine).order_by(AuditLine.id)).all())
    assert [line.action for line in lines][-1] == "volunteer.add"
    assert PHONE not in repr([line.after for line in lines])


def test_looking_at_the_phone_leaves_a_line(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    assert _do(desk, "show_phone") == PHONE
    line = desk.read(
        lambda s: s.scalars(select(AuditLine).where(AuditLine.action == "volunteer.unmask")).one()
    )
    assert (line.actor, line.object_id, line.origin) == ("staff:wang", "V01", "10.0.0.7")
    _do(desk, "add_volunteer", number="V02", asked=replace(ASKED, phone=None))
    assert _do(desk, "show_phone", number="V02") is None


def test_a_change_without_a_phone_keeps_the_phone(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    _do(
        desk,
        "change_volunteer",
        asked=replace(ASKED, phone=None, floors_max=None, duties=frozenset()),
    )
    kept = _find(desk)
    assert (kept.phone_masked, kept.floors_max, kept.duties) == ("138****0091", None, frozenset())
    _do(desk, "change_volunteer", asked=replace(ASKED, duties=frozenset()))
    assert _find(desk).duties == frozenset()
    assert _find(desk).place.area_code == CHENGNAN


def test_two_volunteers_have_two_numbers(desk: Database) -> None:
    assert desk.read(volunteers.propose_number) == "V01"
    _do(desk, "add_volunteer", asked=ASKED)
    assert desk.read(volunteers.propose_number) == "V02"
    with pytest.raises(Conflict, match="volunteer_number_taken"):
        _do(desk, "add_volunteer", asked=ASKED)


def test_a_phone_that_is_none_is_told(desk: Database) -> None:
    with pytest.raises(Invalid) as told:
        _do(desk, "add_volunteer", asked=replace(ASKED, phone="12"))
    assert told.value.facts["field"] == "phone"


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("end_volunteer", {"ended_on": TODAY - timedelta(days=1)}),
        ("add_absence", {"from_on": TODAY, "to_on": TODAY, "mealtime": "lunch", "reason": "发烧"}),
    ],
)
def test_what_she_was_to_carry_waits_again_when_she_cannot(
    database: Database, what: str, given: dict[str, object]
) -> None:
    world, (first, second) = make_queue(database, ("P10", "P03"))
    dinner = database.run(make_carried, world, "P02", mealtime="dinner")
    send_out(database, first, at="08:30")
    made = (world.canteens["C1"], TODAY, "lunch")
    before = database.read(lambda s: s.get_one(DeliveryDay, made).version)
    _do(database, what, "V1", **given)
    assert delivery_of(database, first).state == "out"
    waiting = delivery_of(database, second)
    assert (waiting.state, waiting.run_id) == ("queued", None)
    list_ = database.read(lambda s: s.get_one(DeliveryDay, made))
    assert (list_.planned_at, list_.version) == (None, before + 1)
    is_gone = what == "end_volunteer"
    assert delivery_of(database, dinner).state == ("queued" if is_gone else "assigned")


@pytest.mark.parametrize(
    ("changed", "released"),
    [
        ({"name": "陈小红"}, set()),
        ({"capacity": 3}, set()),
        ({"capacity": 2}, {"lunch"}),
        ({"floors_max": 4}, {"lunch"}),
        ({"floors_max": 5}, set()),
        ({"area": HEDONG}, {"lunch", "dinner"}),
        ({"duties": WEDNESDAYS}, set()),
        ({"duties": frozenset({(3, "lunch"), (4, "dinner")})}, {"dinner"}),
        ({"duties": frozenset({(4, "lunch")})}, {"lunch", "dinner"}),
    ],
)
def test_a_change_that_makes_a_planned_round_impossible_gives_it_back(
    database: Database, changed: dict[str, Any], released: set[str]
) -> None:
    """Three portions at lunch, up to a fifth floor, one at dinner; what a hand gave her on Thursday, when
    she is not on duty, is the hand's."""
    world = database.run(make_world)
    database.run(make_volunteer, "V1", duties=tuple(WEDNESDAYS))
    database.run(_live_on_the_fifth_floor, world.elders["P10"])
    carried = [
        database.run(make_carried, world, elder, **given)
        for elder, given in (
            ("P10", {}),
            ("P03", {"portions": 2}),
            ("P02", {"mealtime": "dinner"}),
            ("P04", {"day": TODAY + timedelta(days=1)}),
        )
    ]
    asked = Asked("陈姨", None, CHENGNAN, 12, None, None, None, WEDNESDAYS)

    _do(database, "change_volunteer", "V1", asked=replace(asked, **changed))

    states = [delivery_of(database, one).state for one in carried]
    assert states == [
        "queued" if meal in released else "assigned"
        for meal in ("lunch", "lunch", "dinner", "helping")
    ]


def test_a_set_up_file_that_makes_a_bag_smaller_gives_the_round_back(database: Database) -> None:
    _, (carried, _) = make_queue(database, ("P10", "P03"))
    row = VolunteerRow("V1", "陈姨", None, CHENGNAN, 2)
    for capacity, state in ((2, "assigned"), (1, "queued")):
        told = database.run(
            sync_volunteers, volunteers=[replace(row, capacity=capacity)], write=True,
            now=shanghai("09:00"),
        )  # fmt: skip
        assert [one.action for one in told] == ["change"]
        assert delivery_of(database, carried).state == state


def _live_on_the_fifth_floor(session: Session, elder_id: int) -> None:
    session.execute(update(Elder).where(Elder.id == elder_id).values(address="5栋1单元501"))


def test_absences_come_and_go(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    days = {"from_on": TODAY, "to_on": date(2026, 11, 27), "mealtime": "lunch", "reason": "探亲"}
    _do(desk, "add_absence", **days)
    [absence] = _find(desk).absences
    assert (absence.to_on, absence.mealtime, absence.reason) == (
        date(2026, 11, 27),
        "lunch",
        "探亲",
    )
    for _ in range(2):
        _do(desk, "withdraw_absence", absence_id=absence.id)
    assert _find(desk).absences == ()
    with pytest.raises(NotFound, match="absence_unknown"):
        _do(desk, "withdraw_absence", absence_id=99)
    with pytest.raises(Invalid, match="absence_days"):
        _do(desk, "add_absence", **(days | {"to_on": date(2026, 11, 1)}))


def test_a_volunteer_ends_and_comes_back(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    _do(desk, "end_volunteer", ended_on=TODAY)
    assert _find(desk).ended_on == TODAY
    _do(desk, "end_volunteer", ended_on=None)
    assert _find(desk).ended_on is None
    with pytest.raises(NotFound, match="volunteer_unknown"):
        _do(desk, "end_volunteer", number="V99", ended_on=TODAY)


def test_the_list_takes_the_same_number_of_statements_however_long_it_is(desk: Database) -> None:
    seen: list[str] = []

    @event.listens_for(desk._readers, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def count() -> int:
        seen.clear()
        desk.read(volunteers.list_volunteers, areas=(CHENGNAN,), today=TODAY)
        return len(seen)

    _do(desk, "add_volunteer", asked=ASKED)
    few = count()
    for number in range(2, 12):
        _do(desk, "add_volunteer", number=f"V{number:02}", asked=ASKED)
    assert count() == few <= 5


def test_each_community_lists_its_own(desk: Database) -> None:
    _do(desk, "add_volunteer", asked=ASKED)
    _do(desk, "add_volunteer", number="V02", asked=replace(ASKED, area=HEDONG))
    _do(desk, "add_volunteer", number="V03", asked=ASKED)
    _do(desk, "end_volunteer", ended_on=TODAY)

    def listed(*areas: str) -> list[str]:
        lines = desk.read(volunteers.list_volunteers, areas=areas, today=TODAY)
        return [line.number for line in lines]

    assert listed(CHENGNAN) == ["V03", "V01"]
    assert sorted(listed("")) == ["V01", "V02", "V03"]
    assert desk.read(volunteers.list_areas, areas=(CHENGNAN,)) == [(CHENGNAN, "城南社区")]
