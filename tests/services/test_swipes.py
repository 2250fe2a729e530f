"""The swipe: judged, booked and answered; the same answer to the same id; tapped again."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.models.accounts import LedgerEntry
from canteen.models.meals import Meal, Share
from canteen.rules.errors import Conflict
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.rows import count_rows
from tests.factories.taps import tap
from tests.factories.world import World, event_id, make_swipe, make_world


def test_a_subsidised_lunch_is_split_booked_and_answered(database: Database, world: World) -> None:
    body = tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    assert body["outcome"] == "subsidised"
    assert body["receipt"] == "C1-20261125-0001"
    assert body["elder"]["name"] == "黄桂兰"
    assert body["elder"]["age_band"] == "80-89"
    meal = body["meal"]
    assert (meal["price_fen"], meal["elder_fen"], meal["subsidy_fen"]) == (1200, 700, 500)
    assert meal["shares"] == [{"rule": "80", "payer": "gov", "payer_name": "政府", "fen": 500}]
    assert body["purse"] == {"balance_fen": 4300}
    assert body["late"] is False
    assert database.read(lambda s: s.execute(select(func.sum(LedgerEntry.fen))).scalar_one()) == 0


def test_the_same_id_gets_the_same_answer_and_no_second_meal(
    database: Database, world: World
) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    first = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
    )
    again = database.run(
        record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=asked,
        now=asked.read_at + timedelta(days=2),
    )
    assert first.is_new
    assert not again.is_new
    assert again.body == first.body
    assert database.read(count_rows, Meal) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda a: {"card_uid": "em4100:0A00B0C1D3"},
        lambda a: {"read_at": a.read_at + timedelta(seconds=1)},
        lambda a: {"offline": "taken"},
        lambda a: {"seq": 7},
    ],
)
def test_the_same_id_with_other_contents_is_a_conflict(
    database: Database, world: World, change: Callable[[SwipeAsked], dict[str, Any]]
) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    tap(database, world, asked)
    other = SwipeAsked(
        **{
            "id": asked.id,
            "card_uid": asked.card_uid,
            "read_at": asked.read_at,
            **change(asked),
        }
    )
    with pytest.raises(Conflict, match="id_reused"):
        tap(database, world, other)


def test_the_same_id_from_another_reader_is_a_conflict(database: Database, world: World) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    tap(database, world, asked)
    with pytest.raises(Conflict, match="id_reused"):
        tap(database, world, asked, reader="C1-R2")


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [
        ("10:29:59", "outside_mealtime"),
        ("10:30:00", "subsidised"),
        ("13:29:59", "subsidised"),
        ("13:44:59", "subsidised"),
        ("13:45:00", "outside_mealtime"),
    ],
)
def test_a_window_includes_its_start_and_its_grace_and_excludes_its_end(
    database: Database, world: World, clock: str, outcome: str
) -> None:
    assert tap(database, world, make_swipe(world, "P01", clock, "a"))["outcome"] == outcome


def test_a_repeat_within_twenty_seconds_gets_the_first_meal_and_balance(
    database: Database, world: World
) -> None:
    first = tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    again = tap(database, world, make_swipe(world, "P01", "11:32:30", "b"))
    later = tap(database, world, make_swipe(world, "P01", "11:32:31", "c"))
    assert again["outcome"] == "repeat"
    assert again["meal"] == first["meal"]
    assert again["purse"] == first["purse"]
    assert later["outcome"] == "already_eaten"
    assert database.read(count_rows, Meal) == 1


def test_a_repeat_at_another_counter_is_already_eaten(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    body = tap(database, world, make_swipe(world, "P01", "11:32:15", "b"), reader="C1-R2")
    assert body["outcome"] == "already_eaten"


def test_overdraft_serves_down_to_its_floor_and_says_so(database: Database) -> None:
    world = database.run(make_world, overdraft_fen=1200, balance_fen=100)
    first = tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    assert first["outcome"] == "subsidised"
    assert first["purse"] == {"balance_fen": -600}
    assert "overdrawn" in [message["code"] for message in first["messages"]]
    second = tap(database, world, make_swipe(world, "P01", "17:00", "b"))
    assert second["outcome"] == "subsidised"
    assert second["purse"] == {"balance_fen": -1100}
    third = tap(database, world, make_swipe(world, "P01", "11:00", "c", day=date(2026, 11, 26)))
    assert third["outcome"] == "insufficient_balance"


def test_no_scheme_bound_sells_at_full_price_and_raises_an_alarm(database: Database) -> None:
    world = database.run(make_world, scheme=None)
    body = tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    assert (body["outcome"], body["reason"]) == ("full_price", "no_scheme")
    assert body["meal"]["elder_fen"] == 1200
    assert database.read(count_rows, Share) == 0


def test_event_ids_are_those_of_the_field_cases() -> None:
    assert event_id("C1-R1-000101") == event_id("C1-R1-000101") != event_id("C1-R1-000102")
