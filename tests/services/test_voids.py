"""Meals taken back: by whom, at which counter, until when, and which other meals that concerns."""

import pytest
from sqlalchemy import update

from canteen.db.run import Database
from canteen.models.days import CanteenDay
from canteen.rules.errors import Conflict, Refused
from canteen.services.voids import find_meal_place
from tests.factories.counter import serve, void
from tests.factories.taps import tap_at
from tests.factories.world import World, make_world, shanghai


def test_a_cashier_voids_in_the_running_mealtime_only(database: Database, world: World) -> None:
    meal = tap_at(database, world, "P01", "11:30", "a")["meal"]["id"]
    own = {"counter_id": world.counters["C1-1"]}
    with pytest.raises(Refused, match="mealtime_over"):
        void(database, "14:00", "v1", meal, **own)
    assert void(database, "13:40", "v2", meal, **own)["purse_fen"] == 700


def test_a_cashier_voids_another_counters_meal_only_from_its_panel(
    database: Database, world: World
) -> None:
    meal = tap_at(database, world, "P01", "11:30", "a")["meal"]["id"]
    other = world.counters["C1-2"]
    with pytest.raises(Refused, match="other_counter"):
        void(database, "11:31", "v1", meal, counter_id=other)
    tap_at(database, world, "P01", "11:32", "b", reader="C1-R2")
    assert void(database, "11:33", "v2", meal, counter_id=other)["purse_fen"] == 700


def test_a_panel_shown_for_a_name_lets_its_counter_void_the_meal_too(
    database: Database, world: World
) -> None:
    meal = tap_at(database, world, "P01", "11:30", "a")["meal"]["id"]
    told = serve(database, world, "11:32", "m", "C1-2", elder="P01", reason="no_card")
    assert told["outcome"] == "already_eaten"
    other = world.counters["C1-2"]
    assert void(database, "11:33", "v", meal, counter_id=other)["purse_fen"] == 700


def test_a_cashier_who_names_no_counter_acts_at_the_meals_own(
    database: Database, world: World
) -> None:
    meal = tap_at(database, world, "P01", "11:30", "a")["meal"]["id"]
    with pytest.raises(Refused, match="mealtime_over"):
        void(database, "14:00", "v1", meal, counter_id=None)
    assert void(database, "11:31", "v2", meal, counter_id=None)["purse_fen"] == 700


def test_after_sign_off_nothing_is_voided(database: Database, world: World) -> None:
    meal = tap_at(database, world, "P01", "11:30", "a")["meal"]["id"]
    database.run(
        lambda s: s.execute(
            update(CanteenDay).values(signed_at=shanghai("19:00"), signed_by="secretary:wang")
        )
    )
    with pytest.raises(Conflict, match="day_signed"):
        void(database, "19:10", "v", meal, may_void_any=True)


def test_a_void_lists_the_meals_whose_split_would_now_differ(database: Database) -> None:
    scheme = (
        'code = "once"\nname = "n"\nsource = "s"\n[payer.gov]\nname = "政府"\nkind = "government"\n'
        '[[rule]]\nid = "r"\npayer = "gov"\namount = { fixed_fen = 300 }\nquota = { day = 1 }\n'
    )
    world = database.run(make_world, scheme=scheme)
    lunch = tap_at(database, world, "P01", "11:30", "a")
    dinner = tap_at(database, world, "P01", "17:00", "b")
    assert dinner["meal"]["subsidy_fen"] == 0
    body = void(database, "17:05", "v", lunch["meal"]["id"], may_void_any=True)
    assert body["changed"] == [dinner["receipt"]]


def test_the_place_of_a_meal_is_told_by_id_and_by_exact_receipt(
    database: Database, world: World
) -> None:
    body = tap_at(database, world, "P01", "11:30", "a")
    for meal in (body["meal"]["id"], body["receipt"]):
        place = database.read(find_meal_place, meal=meal)
        assert place is not None
        assert place.canteen_code == "C1"
    assert database.read(find_meal_place, meal="%") is None
