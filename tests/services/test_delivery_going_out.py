"""A delivery goes out and is a meal from then on: booked once, with its fee, and eaten nowhere else."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import CounterEvent
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.services.delivery_going_out import go_out
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.deliveries import Carried, half_past_eleven, make_carried, make_queue
from tests.factories.doors import (
    FEE,
    P10_PAYS,
    balance_of,
    check_books,
    delivery_of,
    meals_of,
    run_of,
    send_out,
    tell,
)
from tests.factories.world import (
    TODAY,
    World,
    event_id,
    make_swipe,
    make_world,
    set_price,
    shanghai,
)


def test_what_goes_out_is_booked_as_a_meal_with_its_fee(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    send_out(database, carried)
    (meal,) = meals_of(database, carried)
    assert (meal.channel, meal.counter_id, meal.portion) == ("delivery", None, 1)
    assert (meal.served_on, meal.booked_on, meal.mealtime) == (TODAY, TODAY, "lunch")
    assert meal.read_at == shanghai("11:20")
    assert (meal.price_fen, meal.elder_fen, meal.subsidy_fen) == (1200, P10_PAYS, 800)
    assert (meal.purse_fen, meal.delivery_fee_fen) == (P10_PAYS, FEE)
    assert balance_of(database, world, "P10") == 5000 - P10_PAYS - FEE
    assert delivery_of(database, carried).out_at == shanghai("11:20")
    check_books(database)


def test_a_short_purse_does_not_stop_a_delivery_and_is_flagged(database: Database) -> None:
    world, (carried,) = make_queue(database, ("P10",), balance_fen=500)
    send_out(database, carried)
    (meal,) = meals_of(database, carried)
    assert meal.below_floor
    assert balance_of(database, world, "P10") == -100
    check_books(database)


def test_a_whole_round_goes_out_once_however_often_it_is_sent(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, carried = queue
    times = [
        database.run(
            go_out, run=carried[0].run_uid, by="staff:wang", origin=None,
            now=half_past_eleven() + timedelta(minutes=number),
        )
        for number in range(3)
    ]  # fmt: skip
    assert times[0] == times[1] == times[2]
    assert [one.state for one in times[0]] == ["out"] * 3
    assert all(len(meals_of(database, one)) == 1 for one in carried)
    run = run_of(database, carried[0])
    assert (run.state, run.out_at) == ("out", half_past_eleven())
    check_books(database)


def test_a_round_sent_out_from_two_places_at_once_goes_out_once(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, carried = queue
    with ThreadPoolExecutor(4) as pool:
        hands = [
            pool.submit(
                database.run, go_out, by="staff:wang", origin=None, now=half_past_eleven(), **which
            )
            for which in (
                {"run": carried[0].run_uid},
                {"deliveries": [carried[2].uid, carried[0].uid]},
                {"run": carried[0].run_uid},
                {"deliveries": [carried[1].uid]},
            )
        ]
        for hand in hands:
            assert {one.state for one in hand.result()} == {"out"}
    assert all(len(meals_of(database, one)) == 1 for one in carried)
    check_books(database)


def test_who_has_eaten_meanwhile_stays_behind(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, other, _) = queue
    database.run(
        record_swipe, reader_id=world.readers["C2-R1"],
        asked=make_swipe(world, "P10", "10:50", "early"), now=shanghai("10:50"),
    )  # fmt: skip
    stepped = send_out(database, carried, other)
    assert [(one.state, one.cancel_code) for one in stepped] == [
        ("cancelled", "already_eaten"), ("out", None),
    ]  # fmt: skip
    assert meals_of(database, carried) == []
    check_books(database)


def test_without_a_price_nothing_goes_out(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, carried = queue
    database.run(set_price, world.canteens["C1"], "lunch", None, shanghai("08:00"))
    with pytest.raises(Conflict, match="price_missing"):
        send_out(database, *carried)
    assert [delivery_of(database, one).state for one in carried] == ["assigned"] * 3


def test_only_todays_deliveries_that_are_there_go_out(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    tomorrow = database.run(make_carried, world, "P10", day=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="delivery_not_today"):
        send_out(database, tomorrow)
    for which, code in (
        ({"run": "no such"}, "run_unknown"),
        ({"deliveries": ["no such"]}, "delivery_unknown"),
    ):
        with pytest.raises(NotFound, match=code):
            database.run(go_out, by="staff:wang", origin=None, now=shanghai("11:00"), **which)
    with pytest.raises(NotFound, match="delivery_unknown"):
        send_out(database, carried, tomorrow)


def test_from_the_second_portion_on_she_pays_the_full_price(database: Database) -> None:
    world = database.run(make_world)
    carried = database.run(make_carried, world, "P10", portions=2, ground=None)
    send_out(database, carried)
    first, second = meals_of(database, carried)
    assert (first.portion, first.elder_fen, first.subsidy_fen) == (1, 400, 800)
    assert (second.portion, second.elder_fen, second.subsidy_fen) == (2, 1200, 0)
    assert balance_of(database, world, "P10") == 5000 - 1600 - 2 * FEE
    check_books(database)


def test_O_064_a_delivered_lunch_is_not_served_again_at_a_counter(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    send_out(database, carried, at="11:20")
    tell(database, carried, "delivered", "11:35")
    answer = database.run(
        record_swipe, reader_id=world.readers["C2-R1"],
        asked=make_swipe(world, "P10", "12:05", "again"), now=shanghai("12:05"),
    )  # fmt: skip
    assert answer.body["outcome"] == "already_eaten"
    assert answer.body["messages"][0]["zh"] == "今天午餐已送餐 11:20"
    assert answer.body["messages"][0]["en"] == "Lunch went out for delivery at 11:20"
    assert answer.body["messages"][0]["speak"] == "午饭送到您家去了，没有再扣钱。"
    query = select(CounterEvent.body).where(CounterEvent.view == "display")
    shown = json.loads(database.read(lambda session: session.scalars(query).one()))
    assert (shown["kind"], shown["is_carried"]) == ("duplicate", True)
    assert len(meals_of(database, carried)) == 1
    check_books(database)


def test_a_delivered_meal_is_not_voided_behind_its_delivery(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, (carried, *_) = queue
    send_out(database, carried)
    (meal,) = meals_of(database, carried)
    with pytest.raises(Conflict, match="meal_of_delivery"):
        database.run(
            void_meal, asked=VoidAsked(event_id("void"), meal.receipt, "not_wanted"),
            may_void_any=True, by="staff:wang", origin=None, now=shanghai("12:00"),
        )  # fmt: skip
