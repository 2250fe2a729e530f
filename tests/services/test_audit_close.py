"""The four-way close of a day: whatever happened on it the right way leaves nothing over, damage is named."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.errors import Invalid
from canteen.rules.four_way import Line, Row
from canteen.services.audit_close import DAYS_MAX, close_days
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.day_counts import count_cash, count_portions
from canteen.services.swipes import record_swipe
from canteen.services.top_ups import (
    PayOutAsked,
    TopUpAsked,
    TopUpVoidAsked,
    pay_out,
    take_top_up,
    void_top_up,
)
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.damage import break_books
from tests.factories.deliveries import make_carried
from tests.factories.doors import send_out, tell
from tests.factories.schemes import RULE_SET_A, SERVICE
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

OF_DAY = {"canteen": "C1", "first": TODAY, "last": TODAY}


def _lines(found: Any) -> dict[tuple[str, str], Line]:
    [(day, lines)] = found.days
    assert day == TODAY
    assert found.total == lines
    return {(line.code, line.subject): line for line in lines}


@pytest.fixture
def world(database: Database) -> World:
    """C1 has had a day with everything on it: taps, a cash meal, a void, top-ups, rounds, counts."""
    world = database.run(make_world, scheme=RULE_SET_A + SERVICE)
    for elder in ("P01", "P02", "P03"):
        asked = make_swipe(world, elder, "11:32", elder)
        database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    by: dict[str, Any] = {"by": "cashier:li", "now": shanghai("11:50")}
    counter = world.counters["C1-1"]
    guest = MealAsked(event_id("guest"), guest=True, kind="amount", amount_fen=1205, pay="cash")
    database.run(serve_meal, counter_id=counter, asked=guest, **by)
    by |= {"origin": None}
    database.run(
        void_meal, asked=VoidAsked(event_id("v"), event_id("P03"), "other"), may_void_any=True, **by
    )
    for name, fen in (("t1", 5000), ("t2", 9000)):
        asked_for = TopUpAsked(event_id(name), counter, "P01", fen)
        database.run(take_top_up, asked=asked_for, **by)
    wrong = TopUpVoidAsked(event_id("tv"), event_id("t2"), "打错了")
    database.run(void_top_up, asked=wrong, may_void_any=True, **by)
    back = PayOutAsked(event_id("out"), counter, "P02", 1000, "韦小明")
    database.run(pay_out, asked=back, **by)
    arrived, failed = (database.run(make_carried, world, elder) for elder in ("P04", "P10"))
    send_out(database, arrived, failed)
    tell(database, arrived, "delivered")
    tell(database, failed, "not_home")
    of_day: dict[str, Any] = {"canteen": "C1", "day": TODAY, "origin": None}
    of_day |= {"by": "staff:wang", "now": shanghai("14:00")}
    database.run(count_cash, counter="C1-1", counted_fen=5200, **of_day)
    database.run(count_portions, mealtime="lunch", cooked=6, left=2, **of_day)
    return world


def test_a_day_done_right_is_even_on_all_four_ways(database: Database, world: World) -> None:
    lines = _lines(database.read(close_days, **OF_DAY))
    assert {key: line for key, line in lines.items() if not line.is_even} == {}
    sides = {key: (line.here, line.there) for key, line in lines.items()}
    assert sides["card", ""] == (3, 3)
    assert sides["no_card", ""] == (3, 3)
    assert sides["drawer", "C1-1"] == (5200, 5200)
    assert sides["portions", "lunch"] == (4, 4)
    assert sides["went_out", ""] == (2, 2)
    assert sides["delivered", ""] == (1, 1)
    assert sides["services", ""] == (1, 1)
    assert {code for code, _ in sides} >= {"sales", "purse", "receivable", "delivery_fees"}


def test_what_was_counted_otherwise_is_a_difference_and_not_an_error(
    database: Database, world: World
) -> None:
    of_day: dict[str, Any] = {"canteen": "C1", "day": TODAY, "origin": None, "by": "staff:wang"}
    now = shanghai("15:00")
    database.run(count_cash, counter="C1-1", counted_fen=5000, now=now, **of_day)
    database.run(count_portions, mealtime="lunch", cooked=6, left=1, now=now, **of_day)
    lines = _lines(database.read(close_days, **OF_DAY))
    assert lines["drawer", "C1-1"].difference == 200
    assert lines["portions", "lunch"].difference == 1
    assert len([line for line in lines.values() if not line.is_even]) == 2


#: what was done → the statement, the line that is uneven, the row it names ("*": one of that kind)
DAMAGE: dict[str, tuple[str, tuple[str, str], Row]] = {
    "a meal's price was changed": (
        "UPDATE meals SET price_fen = price_fen + 100, elder_fen = elder_fen + 100,"
        " purse_fen = purse_fen + 100 WHERE receipt = 'C1-20261125-0001'",
        ("sales", ""),
        Row("meal", "C1-20261125-0001"),
    ),
    "a tap was taken away": (
        f"UPDATE swipes SET outcome = 'repeat' WHERE id = '{event_id('P02')}'",
        ("card", ""),
        Row("meal", "C1-20261125-0002"),
    ),
    "a meal was taken away": (
        f"UPDATE meals SET swipe_id = NULL WHERE uid = '{event_id('P02')}'",
        ("card", ""),
        Row("swipe", event_id("P02")),
    ),
    "an act was taken away": (
        f"DELETE FROM counter_acts WHERE id = '{event_id('guest')}'",
        ("no_card", ""),
        Row("meal", "C1-20261125-0004"),
    ),
    "a top-up was taken away": (
        f"DELETE FROM top_ups WHERE id = '{event_id('t1')}'",
        ("purse", ""),
        Row("journal", "*"),
    ),
    "a delivery was marked as failed": (
        "UPDATE deliveries SET state = 'failed', fail_code = 'spilt' WHERE state = 'delivered'",
        ("services", ""),
        Row("delivery", "*"),
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_with_its_row(database: Database, world: World, name: str) -> None:
    statement, key, expected = DAMAGE[name]

    def look(session: Session) -> None:
        break_books(session, statement)
        line = _lines(close_days(session, **OF_DAY))[key]
        assert not line.is_even
        assert any(
            row.kind == expected.kind and expected.key in ("*", row.key) for row in line.rows
        )
        raise LookupError

    with pytest.raises(LookupError):
        database.run(look)


def test_a_period_is_its_days_and_their_sum(database: Database, world: World) -> None:
    asked = make_swipe(world, "P01", "11:32", "next", day=TODAY + timedelta(days=2))
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    last = TODAY + timedelta(days=4)
    found = database.read(close_days, canteen="C1", first=TODAY, last=last)
    assert [day for day, _ in found.days] == [TODAY, TODAY + timedelta(days=2)]
    total = {(line.code, line.subject): (line.here, line.there) for line in found.total}
    assert total["card", ""] == (4, 4)
    # the second lunch's portions were not counted: neither are those of the period
    assert total["portions", "lunch"] == (None, 5)
    for days in (DAYS_MAX, -1):
        with pytest.raises(Invalid, match="period_too_long"):
            database.read(close_days, canteen="C1", first=TODAY, last=TODAY + timedelta(days=days))
