"""What a person decides at the desk: contradicting reports, and the elder's part of a failed delivery."""

from datetime import timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.models.deliveries import Delivery, DeliveryDay
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound, Refused
from canteen.services.delivery_decisions import decide, give_back, keep
from canteen.services.delivery_desk import send_again
from canteen.services.delivery_hands import assign
from canteen.services.delivery_reports import ReportAsked, report
from canteen.services.swipes import record_swipe
from tests.factories.deliveries import Carried, make_delivery, make_queue, make_volunteer
from tests.factories.doors import (
    FEE,
    P10_PAYS,
    balance_of,
    check_books,
    delivery_of,
    meals_of,
    send_out,
    tell,
)
from tests.factories.world import TODAY, World, event_id, make_swipe, set_price, shanghai

Queue = tuple[World, list[Carried]]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def queue(database: Database) -> Queue:
    return make_queue(database, ("P10", "P03"))


def _settle_report(
    database: Database, answer: dict[str, Any], decision: str, at: str = "13:00"
) -> None:
    database.run(
        decide, report=answer["id"], decision=decision, by="staff:wang", origin=None,
        now=shanghai(at),
    )  # fmt: skip


def _keep_it(database: Database, carried: Carried, **given: Any) -> None:
    asked = {"reason": "家里没人，饭是按她的口味做的", "with_fee": False, **given}
    database.run(
        keep, delivery=carried.uid, by="staff:wang", origin=None, now=shanghai("13:00"), **asked
    )


def _version_of(database: Database, world: World) -> int:
    made = (world.canteens["C1"], TODAY, "lunch")
    return database.read(lambda session: session.get_one(DeliveryDay, made).version)


def _cancel(database: Database, carried: Carried) -> None:
    def write(session: Any) -> None:
        delivery = session.get_one(Delivery, carried.id)
        delivery.state, delivery.cancel_code = "cancelled", "paused"

    database.run(write)


def test_delivered_after_it_had_been_cancelled_charges_nobody_until_decided(
    database: Database, queue: Queue
) -> None:
    world, (carried, _) = queue
    _cancel(database, carried)
    version = _version_of(database, world)
    answer = tell(database, carried, "delivered")
    assert (answer["outcome"], answer["code"]) == ("conflict", "conflict")
    assert _version_of(database, world) > version  # the board shows it
    assert balance_of(database, world, "P10") == 5000
    _settle_report(database, answer, "delivered")
    assert delivery_of(database, carried).state == "delivered"
    (meal,) = meals_of(database, carried)
    assert (meal.elder_fen, meal.subsidy_fen, meal.read_at) == (400, 800, shanghai("12:01"))
    with pytest.raises(Conflict, match="report_settled"):
        _settle_report(database, answer, "nothing")
    check_books(database)


@pytest.mark.parametrize(
    ("first", "second", "decision", "state", "pays"),
    [
        ("delivered", "not_home", "delivered", "delivered", P10_PAYS + FEE),
        ("delivered", "not_home", "failed", "failed", 0),
        ("delivered", "not_home", "nothing", "delivered", P10_PAYS + FEE),
        ("not_home", "delivered", "delivered", "delivered", P10_PAYS + FEE),
        ("not_home", "delivered", "failed", "failed", 0),
        ("not_home", "spilt", "failed", "failed", 0),
        ("not_home", "spilt", "delivered", "delivered", P10_PAYS + FEE),
    ],
)
def test_a_decision_brings_the_delivery_and_its_money_where_it_says(
    database: Database, queue: Queue, first: str, second: str, decision: str, state: str, pays: int
) -> None:
    world, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, first, "12:00")
    answer = tell(database, carried, second, "12:01", volunteer=None)
    assert answer["outcome"] == "conflict"
    _settle_report(database, answer, decision)
    assert delivery_of(database, carried).state == state
    assert balance_of(database, world, "P10") == 5000 - pays
    check_books(database)


def test_what_a_person_decided_is_taken_back_by_no_volunteer(
    database: Database, queue: Queue
) -> None:
    _, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "not_home", "12:00")
    _settle_report(
        database, tell(database, carried, "delivered", "12:01", volunteer=None), "delivered"
    )
    undone = tell(database, carried, "undo", "13:01")
    assert (undone["outcome"], undone["code"]) == ("refused", "not_yours")
    assert tell(database, carried, "undo", "13:02", volunteer=None)["state"] == "out"


def test_the_second_reason_holds_when_a_person_says_so(database: Database, queue: Queue) -> None:
    _, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "not_home", "12:00")
    _settle_report(database, tell(database, carried, "spilt", "12:01"), "failed")
    assert delivery_of(database, carried).fail_code == "spilt"


@pytest.mark.parametrize("is_out", [True, False])
def test_what_is_told_late_of_the_first_way_does_not_end_the_second(
    database: Database, queue: Queue, is_out: bool
) -> None:
    world, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "spilt", "11:40", volunteer=None)
    by = {"by": "staff:wang", "origin": None}
    database.run(send_again, uid=carried.uid, now=shanghai("11:45"), **by)
    database.run(make_volunteer, "V2")
    database.run(
        assign, canteen_id=world.canteens["C1"], day=TODAY, mealtime="lunch",
        delivery_uids=[carried.uid], volunteer="V2", now=shanghai("11:46"), **by,
    )  # fmt: skip
    if is_out:
        send_out(database, carried, at="11:50")
    late = tell(database, carried, "spilt", "11:38", now=shanghai("12:00"))
    assert late["outcome"] == "conflict"
    assert tell(database, carried, "delivered", "12:05", volunteer="V2")["outcome"] == "applied"
    check_books(database)


def test_a_slip_taken_back_is_decided_from_the_road(database: Database, queue: Queue) -> None:
    _, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "delivered", "12:00")
    answer = tell(database, carried, "refused", "12:01", volunteer=None)
    tell(database, carried, "undo", "12:02")
    _settle_report(database, answer, "failed")
    assert delivery_of(database, carried).fail_code == "refused"
    check_books(database)


def test_who_ate_at_the_counter_and_got_a_meal_has_a_second_portion_if_a_person_says_so(
    database: Database, queue: Queue
) -> None:
    world, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "not_home", "11:50")
    database.run(
        record_swipe, reader_id=world.readers["C2-R1"],
        asked=make_swipe(world, "P10", "12:05", "counter"), now=shanghai("12:05"),
    )  # fmt: skip
    undone = tell(database, carried, "undo", "12:06")
    assert (undone["outcome"], undone["code"]) == ("conflict", "already_eaten")
    answer = tell(database, carried, "delivered", "12:10", volunteer=None)
    _settle_report(database, answer, "delivered")
    *_, meal = meals_of(database, carried)
    assert (meal.portion, meal.elder_fen, meal.subsidy_fen) == (2, 1200, 0)
    check_books(database)


def test_a_report_of_a_delivery_that_nobody_carries_waits(database: Database) -> None:
    world, _ = make_queue(database, ("P10",))
    row = database.run(
        lambda s: s.get_one(
            Delivery, make_delivery(s, world.elders["P03"], world.canteens["C1"])
        )
    )  # fmt: skip
    carried = Carried(row.uid, "", row.id, "V1")
    assert tell(database, carried, "refused")["code"] == "not_on_a_run"
    answer = tell(database, carried, "delivered")
    assert answer["outcome"] == "conflict"
    with pytest.raises(Conflict, match="delivery_no_run"):
        _settle_report(database, answer, "delivered")
    _settle_report(database, answer, "failed")
    assert delivery_of(database, carried).state == "queued"


def test_a_door_reported_of_what_was_called_off_is_told_so(
    database: Database, queue: Queue
) -> None:
    _, (carried, _) = queue
    _cancel(database, carried)
    answer = tell(database, carried, "not_home")
    assert (answer["outcome"], answer["code"]) == ("refused", "cancelled")


def test_what_is_told_the_next_morning_counts_on_its_day_if_it_was_then(
    database: Database, queue: Queue
) -> None:
    _, (carried, other) = queue
    morning = shanghai("09:00", TOMORROW)
    assert tell(database, carried, "delivered", now=morning)["outcome"] == "applied"
    (meal,) = meals_of(database, carried)
    assert (meal.read_at, meal.booked_on) == (shanghai("12:01"), TODAY)
    asked = ReportAsked(event_id("late"), other.uid, "delivered", morning, volunteer="V1")
    answer = database.run(report, asked=asked, by="volunteer:V1", now=morning).body
    assert answer["outcome"] == "conflict"
    with pytest.raises(Refused, match="delivery_not_today"):
        database.run(
            decide, report=answer["id"], decision="delivered", by="staff:wang", origin=None,
            now=morning,
        )  # fmt: skip
    check_books(database)


@pytest.mark.parametrize(("with_fee", "kept_fen"), [(False, P10_PAYS), (True, P10_PAYS + FEE)])
def test_the_elders_part_is_kept_for_a_reason_and_nobody_ate(
    database: Database, queue: Queue, with_fee: bool, kept_fen: int
) -> None:
    world, (carried, _) = queue
    send_out(database, carried)
    tell(database, carried, "not_home")
    _keep_it(database, carried, with_fee=with_fee)
    assert balance_of(database, world, "P10") == 5000 - kept_fen
    voided, kept = meals_of(database, carried)
    assert voided.voided_at is not None
    assert (kept.is_kept, kept.elder_fen, kept.subsidy_fen, kept.discount_fen) == (
        True, 400, 0, 800,
    )  # fmt: skip
    assert kept.delivery_fee_fen == (FEE if with_fee else 0)
    assert delivery_of(database, carried).keep_reason == "家里没人，饭是按她的口味做的"
    eaten = database.run(
        record_swipe, reader_id=world.readers["C2-R1"],
        asked=make_swipe(world, "P10", "13:10", "after"), now=shanghai("13:10"),
    ).body  # fmt: skip
    assert (eaten["outcome"], eaten["meal"]["subsidy_fen"]) == ("subsidised", 800)
    check_books(database)


def test_what_was_kept_goes_back_when_she_has_it_after_all_or_a_person_says_so(
    database: Database, queue: Queue
) -> None:
    world, (carried, other) = queue
    send_out(database, carried, other)
    for one in (carried, other):
        tell(database, one, "not_home")
        _keep_it(database, one)
    undone = tell(database, carried, "undo", "13:05")
    assert (undone["outcome"], undone["state"]) == ("conflict", "failed")
    _settle_report(database, undone, "failed")
    assert delivery_of(database, carried).fail_code == "not_home"
    tell(database, carried, "undo", "13:06", volunteer=None)
    assert delivery_of(database, carried).keep_reason is None
    assert balance_of(database, world, "P10") == 5000 - P10_PAYS - FEE
    database.run(give_back, delivery=other.uid, by="staff:wang", origin=None, now=shanghai("13:05"))
    assert balance_of(database, world, "P03") == 5000
    _keep_it(database, other, with_fee=True)
    assert balance_of(database, world, "P03") == 5000 - P10_PAYS - FEE
    check_books(database)


def test_what_cannot_be_decided_or_kept_is_told(database: Database, queue: Queue) -> None:
    _, (carried, other) = queue
    send_out(database, carried)
    tell(database, carried, "not_home")

    def code_of(use_case: Any, **asked: Any) -> str:
        with pytest.raises(CanteenError) as raised:
            database.run(use_case, by="staff:wang", origin=None, now=shanghai("13:00"), **asked)
        return raised.value.code

    assert code_of(decide, report="no such", decision="nothing") == "report_unknown"
    assert code_of(decide, report="no such", decision="odd") == "decision"
    kept = {"reason": "饭做好了", "with_fee": False}
    assert code_of(keep, delivery="no such", **kept) == "delivery_unknown"
    assert code_of(keep, delivery=carried.uid, **{**kept, "reason": " "}) == "reason"
    assert code_of(keep, delivery=other.uid, **kept) == "delivery_not_failed"
    assert code_of(give_back, delivery=carried.uid) == "nothing_kept"
    _keep_it(database, carried)
    assert code_of(keep, delivery=carried.uid, **kept) == "already_kept"
    with pytest.raises(Invalid):
        _keep_it(database, carried, reason="")
    with pytest.raises(NotFound):
        database.run(
            give_back, delivery="no such", by="staff:wang", origin=None, now=shanghai("13:00")
        )


def test_of_a_delivery_that_cost_her_nothing_nothing_is_kept(database: Database) -> None:
    world, (carried,) = make_queue(database, ("P10",))
    database.run(set_price, world.canteens["C1"], "lunch", 800, shanghai("08:00"))
    send_out(database, carried)
    tell(database, carried, "not_home")
    with pytest.raises(Conflict, match="nothing_to_keep"):
        _keep_it(database, carried)
    _keep_it(database, carried, with_fee=True)
    (_, kept) = meals_of(database, carried)
    assert (kept.elder_fen, kept.delivery_fee_fen) == (0, FEE)
    check_books(database)
