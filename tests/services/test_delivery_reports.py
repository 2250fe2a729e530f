"""What is reported from a door, and what it does to the meal, its money and its round."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from canteen.db.run import Database
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services.delivery_reports import ReportAsked, report
from canteen.services.swipes import record_swipe
from tests.factories.deliveries import Carried, make_carried
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
from tests.factories.world import World, event_id, make_swipe, shanghai


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
