"""A month as it came from the doors; the platform's list names phones and leaves a line."""

import pytest
from sqlalchemy import select, update

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.volunteers import Volunteer
from canteen.rules.delivery_months import DeliveryMonth
from canteen.services import delivery_months
from tests.factories.deliveries import Carried, make_delivery, make_queue
from tests.factories.doors import send_out, tell
from tests.factories.world import TODAY, World, shanghai

PHONE = "13800000091"


@pytest.fixture
def rounds(database: Database) -> tuple[World, list[Carried]]:
    """V1 went out at 11:20 with three lunches: two delivered, one not home; P06's was called off."""
    world, carried = make_queue(database, ("P01", "P02", "P03"))
    canteen = world.canteens["C1"]

    def build(session: object) -> None:
        make_delivery(
            session,
            world.elders["P06"],
            canteen,
            state="cancelled",
            cancel_code="paused",  # type: ignore[arg-type]
        )
        for number, address in (("P01", "3栋2单元501"), ("P02", "3栋1单元201"), ("P03", None)):
            session.execute(update(Elder).where(Elder.number == number).values(address=address))  # type: ignore[attr-defined]
        box = key_ring_of(session.info).seal(PHONE, "volunteers:V1:phone")  # type: ignore[attr-defined]
        session.execute(update(Volunteer).values(phone_box=box))  # type: ignore[attr-defined]

    database.run(build)
    send_out(database, *carried)
    tell(database, carried[0], "delivered", "11:40")
    tell(database, carried[1], "delivered", "12:59")
    tell(database, carried[2], "not_home", "13:02")
    return world, carried


def _load(database: Database, world: World, canteen: str = "C1") -> DeliveryMonth:
    return database.read(
        delivery_months.load_month, canteen_id=world.canteens[canteen], month=TODAY
    )


def test_what_came_from_the_doors_is_added_up(
    database: Database, rounds: tuple[World, list[Carried]]
) -> None:
    told = _load(database, rounds[0])
    [hers] = told.hours
    assert (hers.number, hers.rounds, hers.minutes, hers.doors, hers.delivered) == (
        "V1",
        1,
        102,
        3,
        2,
    )
    assert told.failed == (("not_home", 1),)
    assert told.cancelled == (("paused", 1),)
    assert [(house.name, house.doors, house.failed) for house in told.houses] == [
        ("", 1, 1),
        ("3栋", 2, 0),
    ]
    assert told.late == 2, "promised by 12:30, two hours after lunch opens"


def test_another_canteen_s_month_is_empty(
    database: Database, rounds: tuple[World, list[Carried]]
) -> None:
    told = _load(database, rounds[0], "C2")
    assert (told.hours, told.houses, told.delivered) == ((), (), 0)


def test_the_platform_s_list_has_the_phone_and_leaves_a_line(
    database: Database, rounds: tuple[World, list[Carried]]
) -> None:
    [line] = database.run(
        delivery_months.export_hours,
        canteen_id=rounds[0].canteens["C1"],
        month=TODAY,
        by="staff:wang",
        origin="10.0.0.7",
        now=shanghai("14:00"),
    )
    assert (line.phone, line.tour.minutes) == (PHONE, 102)
    kept = database.read(
        lambda s: s.scalars(select(AuditLine).where(AuditLine.action == "volunteer.export")).one()
    )
    assert (kept.actor, kept.object_id) == ("staff:wang", "C1")
    assert PHONE not in (kept.after or "")
