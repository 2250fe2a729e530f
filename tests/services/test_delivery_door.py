"""The money at the door: meals booked when a delivery goes out, and what a report does to them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import CounterEvent
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services.delivery_going_out import go_out
from canteen.services.delivery_reports import ReportAsked, report
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


@pytest.fixture
def queue(database: Database) -> tuple[World, list[Carried]]:
    return make_queue(database, ("P10", "P03", "P02"))


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


@pytest.mark.parametrize("kind", ["not_home", "refused", "spilt", "wrong_address", "other"])
def test_what_nobody_got_is_taken_back_with_its_fee_and_its_quota(
    database: Database, queue: tuple[World, list[Carried]], kind: str
) -> None:
    world, (carried, *_) = queue
    send_out(database, carried)
    answer = tell(database, carried, kind)
    assert (answer["outcome"], answer["state"]) == ("applied", "failed")
    assert delivery_of(database, carried).fail_code == kind
    assert balance_of(database, world, "P10") == 5000
    eaten = database.run(
        record_swipe, reader_id=world.readers["C2-R1"],
        asked=make_swipe(world, "P10", "12:30", "after"), now=shanghai("12:30"),
    )  # fmt: skip
    assert eaten.body["meal"]["subsidy_fen"] == 800
    check_books(database)


def test_a_delivered_meal_stands_and_says_who_took_it(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, (carried, *_) = queue
    send_out(database, carried)
    answer = tell(database, carried, "delivered", receiver="邻居 陈姨", wellbeing="well")
    assert (answer["outcome"], answer["code"], answer["zh"]) == ("applied", "applied", "记下了")
    delivery = delivery_of(database, carried)
    assert (delivery.state, delivery.receiver) == ("delivered", "邻居 陈姨")
    assert delivery.done_at == shanghai("12:01")
    check_books(database)


def test_O_059_two_volunteers_and_three_sendings_are_one_meal_and_one_debit(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    database.run(make_carried, world, "P08", volunteer="V2")
    send_out(database, carried)
    with ThreadPoolExecutor(3) as pool:
        hands = [
            pool.submit(tell, database, carried, "delivered", "12:01:00", "v1") for _ in range(3)
        ]
        answers = [hand.result() for hand in hands]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["outcome"] == "applied"
    other = tell(database, carried, "delivered", "12:01:02", volunteer="V2")
    assert (other["outcome"], other["zh"]) == ("same", "已由 V1 送达 12:01")
    assert other["en"] == "Delivered already, by V1 at 12:01"
    assert len(meals_of(database, carried)) == 1
    assert balance_of(database, world, "P10") == 5000 - 600
    check_books(database)


def test_two_volunteers_at_once_leave_one_truth(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    database.run(make_carried, world, "P08", volunteer="V2")
    send_out(database, carried)
    with ThreadPoolExecutor(2) as pool:
        hands = [
            pool.submit(tell, database, carried, kind, volunteer=volunteer)
            for kind, volunteer in (("delivered", "V1"), ("not_home", "V2"))
        ]
        outcomes = sorted(hand.result()["outcome"] for hand in hands)
    assert outcomes == ["applied", "conflict"]
    state = delivery_of(database, carried).state
    standing = [meal for meal in meals_of(database, carried) if meal.voided_at is None]
    assert len(standing) == (1 if state == "delivered" else 0)
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


def test_a_slip_of_the_finger_is_taken_back_by_who_made_it(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    world, (carried, *_) = queue
    database.run(make_carried, world, "P08", volunteer="V2")
    send_out(database, carried)
    tell(database, carried, "not_home", "12:01")
    other = tell(database, carried, "undo", "12:02", volunteer="V2")
    assert (other["outcome"], other["code"]) == ("refused", "not_yours")
    assert tell(database, carried, "undo", "12:03")["state"] == "out"
    assert balance_of(database, world, "P10") == 5000 - P10_PAYS - FEE
    assert tell(database, carried, "delivered", "12:04")["state"] == "delivered"
    assert tell(database, carried, "undo", "12:05", volunteer=None)["state"] == "out"
    assert tell(database, carried, "delivered", "12:06")["state"] == "delivered"
    nothing = tell(database, carried, "undo", "12:07", name="u1")
    assert nothing["outcome"] == "applied"
    again = tell(database, carried, "undo", "12:08", name="u2")
    assert (again["outcome"], again["code"]) == ("refused", "nothing_to_undo")
    standing = [meal for meal in meals_of(database, carried) if meal.voided_at is None]
    assert len(standing) == 1
    check_books(database)


def test_who_set_off_without_a_word_has_her_reports_taken_all_the_same(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, (carried, failed, _) = queue
    assert tell(database, carried, "delivered", "11:50")["outcome"] == "applied"
    (meal,) = meals_of(database, carried)
    assert meal.read_at == shanghai("11:50")
    assert tell(database, failed, "refused", "11:55")["state"] == "failed"
    assert run_of(database, carried).state == "out"
    check_books(database)


def test_a_round_is_back_when_nothing_is_left_and_out_again_when_that_is_taken_back(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, carried = queue
    send_out(database, *carried)
    for minute, one in enumerate(carried):
        assert run_of(database, one).state == "out"
        tell(database, one, "delivered", f"12:0{minute}")
    assert run_of(database, carried[0]).state == "back"
    assert run_of(database, carried[0]).back_at == shanghai("12:02")
    tell(database, carried[0], "undo", "12:09")
    assert (run_of(database, carried[0]).state, run_of(database, carried[0]).back_at) == (
        "out", None,
    )  # fmt: skip


def test_nothing_is_delivered_in_the_future_or_before_it_set_off(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, (late, ahead, early) = queue
    send_out(database, late, ahead, early)
    for one, told, stands in (
        (late, "12:01", "12:01"), (ahead, "12:30", "12:06"), (early, "09:00", "11:20"),
    ):  # fmt: skip
        tell(database, one, "delivered", told, now=shanghai("12:06"))
        assert delivery_of(database, one).done_at == shanghai(stands)


def test_a_report_that_cannot_be_read_or_is_of_nothing_is_refused(
    database: Database, queue: tuple[World, list[Carried]]
) -> None:
    _, (carried, other, _) = queue
    send_out(database, carried)
    for given, error, code in (
        ({"kind": "eaten"}, Invalid, "report"),
        ({"wellbeing": "odd"}, Invalid, "report"),
        ({"dishes_back": 100}, Invalid, "report"),
        ({"delivery": "no such"}, NotFound, "delivery_unknown"),
        ({"volunteer": "V99"}, NotFound, "volunteer_unknown"),
    ):
        asked = ReportAsked(
            **{
                "id": event_id("odd"), "delivery": carried.uid, "kind": "delivered",
                "reported_at": shanghai("12:00"), **given,
            }
        )  # fmt: skip
        with pytest.raises(error) as raised:
            database.run(report, asked=asked, by="volunteer:V1", now=shanghai("12:00"))
        assert isinstance(raised.value, CanteenError)
        assert raised.value.code == code
    tell(database, carried, "delivered", name="one")
    with pytest.raises(Conflict, match="id_reused"):
        tell(database, other, "delivered", name="one")


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
