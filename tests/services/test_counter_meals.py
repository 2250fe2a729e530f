"""A meal by hand at a counter: whose it is, which tap it answers, and the ways of paying for it."""

from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.services.swipes import record_swipe
from tests.factories.counter import serve, sum_account, void
from tests.factories.taps import tap_at
from tests.factories.world import World, event_id, make_swipe, make_world, shanghai


def test_second_while_the_first_does_not_stand_is_an_ordinary_first(
    database: Database, world: World
) -> None:
    body = serve(database, world, "11:30", "m", elder="P01", reason="no_card", second=True)
    assert (body["outcome"], body["meal"]["subsidy_fen"]) == ("subsidised", 500)


@pytest.mark.parametrize(
    ("unit", "cash_fen", "rounding_fen"), [(1, 1023, 0), (10, 1020, 3), (100, 1000, 23)]
)
def test_cash_is_taken_in_its_unit_rounded_down_and_the_split_untouched(
    database: Database, unit: int, cash_fen: int, rounding_fen: int
) -> None:
    world = database.run(make_world, cash_unit_fen=unit)
    body = serve(
        database, world, "11:30", "m", elder="P01", reason="no_card", kind="amount",
        amount_fen=1523, pay="cash",
    )  # fmt: skip
    assert (body["meal"]["elder_fen"], body["meal"]["subsidy_fen"]) == (1023, 500)
    assert sum_account(database, "cash_drawer") == -cash_fen
    assert sum_account(database, "cash_rounding") == -rounding_fen
    assert body["purse"] == {"balance_fen": 5000}


def test_the_purse_pays_what_it_has_and_cash_the_rest_in_one_meal_and_one_void(
    database: Database,
) -> None:
    world = database.run(make_world, balance_fen=320)
    refused = tap_at(database, world, "P01", "11:30", "a")
    assert refused["outcome"] == "insufficient_balance"
    body = serve(database, world, "11:30:20", "m", swipe=event_id("a"), pay="purse_then_cash")
    assert body["outcome"] == "subsidised"
    meal = database.read(lambda s: s.execute(select(Meal)).scalar_one())
    assert (meal.purse_fen, meal.cash_fen, meal.is_manual) == (320, 380, False)
    back = void(database, "11:35", "v", body["meal"]["id"], counter_id=world.counters["C1-1"])
    assert (back["purse_fen"], back["cash_fen"], back["balance_fen"]) == (320, 380, 320)
    assert sum_account(database, "cash_drawer") == 0


def test_a_refused_swipe_is_answered_once_and_only_while_it_is_fresh(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    tap_at(database, world, "P01", "11:30", "a")
    tap_at(database, world, "P02", "11:31", "b")
    serve(database, world, "11:30:30", "m", swipe=event_id("a"), pay="cash")
    with pytest.raises(Conflict, match="swipe_answered"):
        serve(database, world, "11:31", "n", swipe=event_id("a"), pay="cash")
    with pytest.raises(Conflict, match="swipe_too_old"):
        serve(database, world, "11:41:01", "o", swipe=event_id("b"), pay="cash")
    with pytest.raises(NotFound):
        serve(database, world, "11:31", "p", "C1-2", swipe=event_id("b"), pay="cash")


def test_a_late_refusal_is_not_answered_at_the_counter(database: Database, world: World) -> None:
    tap_at(database, world, "P01", "11:30", "a")
    late = make_swipe(world, "P01", "11:40", "b", offline="taken")
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=late, now=shanghai("12:20"))
    with pytest.raises(Conflict, match="swipe_too_old"):
        serve(database, world, "12:20", "m", swipe=event_id("b"), second=True)


def test_an_external_payment_keeps_its_reference(database: Database, world: World) -> None:
    serve(
        database, world, "11:30", "m", elder="P01", reason="no_card", pay="external",
        reference="WX-1",
    )  # fmt: skip
    assert sum_account(database, "external") == -700
    meal = database.read(lambda s: s.execute(select(Meal)).scalar_one())
    assert meal.external_reference == "WX-1"


def test_a_guest_pays_full_price_and_has_no_purse(database: Database, world: World) -> None:
    body = serve(database, world, "11:30", "m", guest=True, pay="cash")
    assert (body["outcome"], body["reason"], body["elder"]) == ("full_price", "guest", None)
    with pytest.raises(Invalid, match="guest_purse"):
        serve(database, world, "11:31", "n", guest=True)


@pytest.mark.parametrize("given", [{}, {"elder": "P01", "guest": True}, {"elder": "P01"}])
def test_a_meal_by_hand_says_whose_and_why(
    database: Database, world: World, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        serve(database, world, "11:30", "m", **given)
