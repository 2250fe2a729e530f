"""Beside an order: exceptions that entitle for a time, the word on her door, what she wants next day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.register import ElderDoor
from canteen.services import delivery_exceptions
from canteen.services.delivery_door_notes import write_door
from canteen.till.delivery_next_day import take_next_day
from tests.factories.delivery_asks import (
    MORNING,
    SINGLE,
    TOMORROW,
    ask_order,
    code_of,
    list_states,
    make_list,
)
from tests.factories.delivery_orders import list_deliveries
from tests.factories.world import TODAY, World, close_day, shanghai


def test_an_exception_gives_the_fee_of_the_entitled_on_its_days(
    database: Database, world: World
) -> None:
    given: dict[str, Any] = {
        "number": "P05", "reason": "骨折", "by": "staff:wang", "origin": None, "now": MORNING,
    }  # fmt: skip
    add = delivery_exceptions.approve_exception
    days = {"from_on": TOMORROW, "to_on": TOMORROW}
    assert code_of(database.run, add, ground="tired", **days, **given) == "exception_ground"
    turned = {"from_on": TOMORROW, "to_on": TODAY}
    assert (
        code_of(database.run, add, ground="other", **turned, **given) == "exception_to_before_from"
    )
    database.run(add, ground="illness", **days, **given)
    taken = ask_order(database, "P05", SINGLE)
    assert taken.ground is not None
    assert (taken.ground.code, taken.ground.kind) == ("exception", "illness")
    make_list(database, world)
    withdraw = delivery_exceptions.withdraw_exception
    del given["reason"]
    other = {**given, "number": "P01"}
    assert code_of(database.run, withdraw, exception_id=1, **other) == "exception_unknown"
    for _ in range(2):
        database.run(withdraw, exception_id=1, **given)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert row.ground is None


def test_the_door_is_written_anew_and_the_old_word_stays_to_be_read(
    database: Database, world: World
) -> None:
    def write(**given: Any) -> None:
        values: dict[str, Any] = {
            "number": "P10", "note": "耳背，敲门用力些", "has_lift": None, "floor": 5,
            "must_serve": True, "by": "staff:wang", "origin": None, "now": MORNING,
        }  # fmt: skip
        database.run(write_door, **(values | given))

    assert code_of(write, floor=0) == "door_floor"
    write()
    write()
    write(note=None, has_lift=True)
    rows = database.read(lambda session: session.scalars(select(ElderDoor)).all())
    assert [(row.note, row.withdrawn_at is None) for row in rows] == [
        ("耳背，敲门用力些", False), (None, True),
    ]  # fmt: skip
    trail = database.read(
        lambda session: session.scalars(
            select(AuditLine.after).where(AuditLine.action == "door.write")
        ).all()
    )
    assert len(trail) == 2
    assert not any("敲门" in str(after) for after in trail)


def _at_the_door(
    database: Database, world: World, elder: str, is_wanted: bool, uid: str,
    now: datetime | None = None,
) -> str:  # fmt: skip
    code, _ = database.run(
        take_next_day, uid=uid, elder_id=world.elders[elder], canteen_id=world.canteens["C1"],
        day=TODAY, mealtime="lunch", is_wanted=is_wanted, by="volunteer:V1", asked_by_name="V1",
        now=now or shanghai("11:30"),
    )  # fmt: skip
    return code


def test_the_next_days_meal_is_taken_at_the_door(database: Database, world: World) -> None:
    database.run(close_day, world.canteens["C1"], TOMORROW)
    assert _at_the_door(database, world, "P10", False, "r-0") == "kept"
    assert _at_the_door(database, world, "P10", True, "r-1") == "ordered"
    assert _at_the_door(database, world, "P10", True, "r-1") == "kept"
    assert _at_the_door(database, world, "P05", True, "r-2") == "asked"
    make_list(database, world)
    rows = database.read(list_deliveries)
    assert [(row.elder_id, row.day) for row in rows] == [
        (world.elders["P10"], TODAY + timedelta(days=2))
    ]
    assert _at_the_door(database, world, "P10", False, "r-3") == "called_off"
    assert list_states(database) == [("cancelled", "paused")]
    assert _at_the_door(database, world, "P10", True, "r-4") == "waits"


def test_what_is_told_of_a_meal_that_is_over_by_then_changes_nothing(
    database: Database, world: World
) -> None:
    for is_wanted in (True, False):
        told = _at_the_door(database, world, "P10", is_wanted, "r-1", shanghai("13:30", TOMORROW))
        assert told == "over"
    assert (
        _at_the_door(database, world, "P10", True, "r-1", shanghai("11:30", TOMORROW)) == "ordered"
    )


def test_where_no_open_day_is_known_nothing_is_taken(database: Database, world: World) -> None:
    for ahead in range(1, 61):
        database.run(close_day, world.canteens["C1"], TODAY + timedelta(days=ahead))
    assert _at_the_door(database, world, "P10", True, "r-1") == "closed"
