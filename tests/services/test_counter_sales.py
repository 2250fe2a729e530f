"""A sale keyed at a counter: which tap takes it, how long it waits, what it may hold."""

from typing import Any

import pytest
from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.rules.errors import Conflict, Invalid
from canteen.services.counter_sales import clear_sale
from tests.factories.counter import key_sale, sale_state, serve
from tests.factories.taps import tap_at
from tests.factories.world import World, event_id, make_world, shanghai


def test_a_keyed_sale_is_consumed_by_the_next_accepted_swipe(
    database: Database, world: World
) -> None:
    keyed = key_sale(database, world, "11:30:00", "sale")
    assert keyed["expires_at"] == "2026-11-25T03:31:00.000Z"
    refused = tap_at(database, world, "P01", "11:30:05", "a", card="em4100:0A00FFFFFF")
    assert refused["outcome"] == "unknown_card"
    assert sale_state(database, "sale") == "pending"
    served = tap_at(database, world, "P01", "11:30:10", "b")
    assert served["meal"]["price_fen"] == 1600
    assert sale_state(database, "sale") == "consumed"
    plain = tap_at(database, world, "P02", "11:30:20", "c")
    assert plain["meal"]["price_fen"] == 1200


@pytest.mark.parametrize(
    ("clock", "given", "price_fen"),
    [
        ("11:31:00", {}, 1600),
        ("11:31:01", {}, 1200),
        ("11:29:59", {}, 1200),
        ("11:30:10", {"offline": "taken"}, 1200),
        ("11:30:10", {"reader": "C1-R2"}, 1200),
    ],
    ids=["at 60 s", "dead after 60 s", "read before it was keyed", "late", "other counter"],
)
def test_a_keyed_sale_is_for_swipes_of_its_counter_within_a_minute(
    database: Database, world: World, clock: str, given: dict[str, Any], price_fen: int
) -> None:
    key_sale(database, world, "11:30:00", "sale")
    assert tap_at(database, world, "P01", clock, "a", **given)["meal"]["price_fen"] == price_fen


def test_a_set_sale_that_names_no_meal_is_the_first_one_sold(
    database: Database, world: World
) -> None:
    keyed = key_sale(database, world, "11:30:00", "sale", kind="set", amount_fen=None)
    assert (keyed["amount_fen"], keyed["channel"]) == (1200, "dine_in")


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_fen": 1700},
        {"second": True},
        {"pay": "cash"},
        {"channel": "take_away"},
        {"kind": "set", "amount_fen": None},
    ],
)
def test_a_sale_sent_again_is_the_same_sale_or_a_conflict(
    database: Database, world: World, changed: dict[str, Any]
) -> None:
    first = key_sale(database, world, "11:30:00", "sale")
    assert key_sale(database, world, "11:30:02", "sale") == first
    with pytest.raises(Conflict, match="id_reused"):
        key_sale(database, world, "11:30:04", "sale", **changed)


def test_a_counter_has_at_most_one_pending_sale(database: Database, world: World) -> None:
    first = key_sale(database, world, "11:30:00", "one")
    assert key_sale(database, world, "11:30:05", "one") == first
    key_sale(database, world, "11:30:10", "two", amount_fen=900)
    assert sale_state(database, "one") == "replaced"
    database.run(clear_sale, counter_id=world.counters["C1-1"], now=shanghai("11:30:20"))
    assert sale_state(database, "two") == "cleared"


@pytest.mark.parametrize(
    "given",
    [
        {"amount_fen": None},
        {"amount_fen": -1},
        {"amount_fen": 11_583_955},
        {"kind": "set", "set_meal": "lobster"},
        {"kind": "dishes", "dishes": ()},
        {"pay": "external"},
    ],
)
def test_a_sale_that_fits_nothing_is_refused_with_a_reason(
    database: Database, world: World, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as caught:
        key_sale(database, world, "11:30", "sale", **given)
    assert caught.value.zh


def test_a_repeat_is_no_repeat_while_a_second_portion_is_keyed(
    database: Database, world: World
) -> None:
    tap_at(database, world, "P01", "11:30:00", "a")
    key_sale(database, world, "11:30:05", "sale", kind="set", set_meal="set", amount_fen=None,
         second=True)  # fmt: skip
    body = tap_at(database, world, "P01", "11:30:10", "b")
    assert (body["outcome"], body["reason"]) == ("full_price", "second_portion")
    assert body["meal"]["elder_fen"] == 1200


def test_a_refused_swipe_let_through_takes_the_sale_that_waited_for_it(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    key_sale(database, world, "11:30", "s", kind="amount", amount_fen=1500)
    assert tap_at(database, world, "P01", "11:30:05", "a")["outcome"] == "insufficient_balance"
    assert sale_state(database, "s") == "pending"
    body = serve(
        database, world, "11:30:20", "m", swipe=event_id("a"), kind="amount", amount_fen=1500,
        pay="cash",
    )  # fmt: skip
    assert body["meal"]["price_fen"] == 1500
    assert sale_state(database, "s") == "consumed"


def test_a_meal_by_name_a_late_tap_and_a_tap_before_the_keying_leave_the_sale(
    database: Database,
) -> None:
    world = database.run(make_world, balance_fen=700)
    for clock, name in (("11:29:30", "first"), ("11:29:59", "before")):
        tap_at(database, world, "P01", clock, name)
    key_sale(database, world, "11:30", "s")
    late = tap_at(database, world, "P01", "11:30:05", "late", offline="taken")
    assert late["outcome"] == "already_eaten"
    serve(database, world, "11:30:10", "m1", swipe=event_id("before"), pay="cash", second=True)
    serve(database, world, "11:30:11", "m2", swipe=event_id("late"), pay="cash", second=True)
    serve(database, world, "11:30:12", "m3", elder="P03", reason="no_card", pay="cash")
    assert database.read(lambda s: s.scalar(select(func.count(Meal.id)))) == 4
    assert sale_state(database, "s") == "pending"
