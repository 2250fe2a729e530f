"""Deliveries on the day sheet, in its papers and its signing, in the statement and in the ledger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.delivery_reports import ServiceLine
from canteen.rules.errors import CanteenError, Conflict, Refused
from canteen.services.books_days import check_chain, recount_days
from canteen.services.correction_lists import list_waiting
from canteen.services.day_reports import fill_register, fill_report
from canteen.services.day_sheets import list_lines, show_day
from canteen.services.delivery_decisions import decide, keep
from canteen.services.delivery_months import load_month
from canteen.services.elder_account import get_statement
from canteen.services.ledger_export import export_text
from canteen.services.month_reports import fill_month
from reports.sheets import DayForm, Sheet
from tests.factories.corrections import approve
from tests.factories.days import settle, sign, sign_before
from tests.factories.deliveries import Carried, make_carried, make_queue, make_volunteer
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
from tests.factories.schemes import RULE_SET_A, SERVICE
from tests.factories.world import TODAY, World, shanghai

EVENING = shanghai("20:00")
Queue = tuple[World, list[Carried]]


@pytest.fixture
def queue(database: Database) -> Queue:
    return make_queue(database, ("P10", "P03", "P02"), scheme=RULE_SET_A + SERVICE)


def _finish(database: Database, queue: Queue) -> None:
    """One delivered, one failed and kept with its fee, one failed."""
    _, (first, second, third) = queue
    send_out(database, first, second, third)
    tell(database, first, "delivered", "12:01")
    tell(database, second, "not_home", "12:02")
    tell(database, third, "refused", "12:03")
    database.run(
        keep, delivery=second.uid, reason="饭做好了", with_fee=True, by="staff:wang",
        origin=None, now=shanghai("13:00"),
    )  # fmt: skip


def _state_of(database: Database, code: str) -> str | None:
    page = database.read(show_day, canteen="C1", day=TODAY, now=EVENING)
    return next((one.state for one in page.conditions if one.code == code), None)


def _lines_of(database: Database) -> list[ServiceLine]:
    query = select(ServiceLine).order_by(ServiceLine.id)
    return list(database.read(lambda session: session.scalars(query).all()))


def test_the_sheet_counts_who_ate_and_adds_what_was_paid(database: Database, queue: Queue) -> None:
    _finish(database, queue)
    page = database.read(show_day, canteen="C1", day=TODAY, now=EVENING)
    figures: Any = page.figures
    assert figures["counts"]["people"] == 1
    assert figures["counts"]["voided"] == 2
    assert figures["persons"] == 1
    assert figures["deliveries"] == {"fees_fen": 2 * FEE, "kept": 1, "kept_fen": 400}
    assert (figures["money"]["elder_fen"], figures["money"]["subsidy_fen"]) == (800, 800)
    assert figures["money"]["discount_fen"] == 800
    assert sum(cell["count"] for cell in figures["cells"]) == 1
    for kind, count in (("people", 1), ("kept", 1), ("voided", 2)):
        found = database.read(list_lines, canteen="C1", day=TODAY, kind=kind, where={})
        assert len(found) == count
    assert [one["key"] for one in page.anomalies if one["level"] == "must"] == []
    check_books(database)


def test_a_day_without_deliveries_says_nothing_of_them(database: Database, queue: Queue) -> None:
    page = database.read(show_day, canteen="C2", day=TODAY, now=EVENING)
    assert "deliveries" not in page.figures
    assert not any(one.code.startswith("deliver") for one in page.conditions)


def test_no_day_is_signed_with_a_delivery_out_or_contradicted(
    database: Database, queue: Queue
) -> None:
    _, (first, second, third) = queue
    assert _state_of(database, "deliveries_waiting") == "warn"
    send_out(database, first, second, third)
    assert _state_of(database, "deliveries") == "bad"
    with pytest.raises(Refused, match="day_not_ready") as refused:
        sign(database, TODAY)
    assert "deliveries" in refused.value.facts["missing"]  # type: ignore[operator]
    tell(database, first, "delivered")
    tell(database, second, "not_home")
    tell(database, third, "delivered")
    answer = tell(database, second, "delivered", "12:05", volunteer=None)
    assert _state_of(database, "delivery_conflicts") == "bad"
    database.run(
        decide, report=answer["id"], decision="nothing", by="staff:wang", origin=None, now=EVENING
    )
    assert _state_of(database, "delivery_conflicts") is None
    assert _state_of(database, "deliveries") == "ok"


@pytest.mark.parametrize("is_signed", [False, True])
def test_her_part_stays_paid_where_the_decision_says_why(
    database: Database, queue: Queue, is_signed: bool
) -> None:
    world, (carried, *_) = queue
    _finish(database, queue)
    paid = balance_of(database, world, "P10")
    if is_signed:
        sign_before(database, TODAY)
        settle(database, TODAY)
        sign(database, TODAY)
    told = tell(database, carried, "not_home", "20:30", volunteer=None)
    assert told["outcome"] == "conflict"
    database.run(
        decide, report=told["id"], decision="failed", keep_reason="饭做好了", by="staff:wang",
        origin=None, now=shanghai("20:40"),
    )  # fmt: skip
    waiting = database.read(list_waiting, areas=("",))
    assert [(one.kind, one.elder_fen, one.subsidy_fen, one.discount_fen) for one in waiting] == (
        [("not_eaten", 0, -800, 800)] if is_signed else []
    )
    for one in waiting:
        approve(database, one.uid, shanghai("20:50"))
    assert balance_of(database, world, "P10") == paid + FEE
    check_books(database)


def test_after_the_signature_nothing_changes_and_a_person_has_it_to_settle(
    database: Database, queue: Queue
) -> None:
    world, (carried, failed, _) = queue
    late = database.run(make_carried, world, "P01", volunteer="V2")
    _finish(database, queue)
    sign_before(database, TODAY)
    settle(database, TODAY)
    sign(database, TODAY)
    with pytest.raises(Conflict, match="day_signed"):
        send_out(database, late, at="21:00")
    answers = [
        tell(database, carried, "undo", "20:30"),
        tell(database, failed, "delivered", "20:31", volunteer=None),
        tell(database, late, "delivered", "20:32", volunteer="V2"),
    ]
    assert [answer["outcome"] for answer in answers] == ["conflict"] * 3
    assert [answer["code"] for answer in answers] == ["day_signed", "conflict", "day_signed"]
    assert delivery_of(database, carried).state == "delivered"
    paid = balance_of(database, world, "P10")
    for answer, decision in zip(answers, ("failed", "delivered", "delivered"), strict=True):
        database.run(
            decide, report=answer["id"], decision=decision, by="staff:wang", origin=None,
            now=shanghai("20:40"),
        )  # fmt: skip
    states = [delivery_of(database, one).state for one in (carried, failed, late)]
    assert states == ["delivered", "failed", "assigned"]
    (waiting,) = database.read(list_waiting, areas=("",))
    assert (waiting.kind, waiting.basis["delivery"], waiting.meals) == (
        "not_eaten", carried.uid, -1,
    )  # fmt: skip
    assert balance_of(database, world, "P10") == paid
    approve(database, waiting.uid, shanghai("20:50"))
    assert balance_of(database, world, "P10") == paid + P10_PAYS + FEE
    again = tell(
        database, carried, "not_home", "20:55"
    )  # as it was decided: nothing is left to ask
    database.run(
        decide, report=again["id"], decision="failed", by="staff:wang", origin=None,
        now=shanghai("21:00"),
    )  # fmt: skip
    assert database.read(list_waiting, areas=("",)) == []
    with pytest.raises(CanteenError, match="day_signed"):
        database.run(
            keep, delivery=queue[1][2].uid, reason="晚了", with_fee=False, by="staff:wang",
            origin=None, now=shanghai("20:40"),
        )  # fmt: skip
    assert database.read(check_chain)[0] == []
    assert database.read(recount_days)[0] == []
    check_books(database)


def test_the_papers_say_what_was_carried_beside_the_meals(database: Database, queue: Queue) -> None:
    _finish(database, queue)
    form = database.read(fill_report, canteen="C1", day=TODAY, now=EVENING).pages[0]
    assert isinstance(form, DayForm)
    assert [(fact.label, fact.text) for fact in form.amounts[1:]] == [
        ("送餐费", "4.00 元；没送成留下自付 1 份，4.00 元")
    ]
    register = database.read(fill_register, canteen="C1", day=TODAY, now=EVENING).pages[0]
    assert isinstance(register, Sheet)
    assert [row[-1] for row in register.table.rows] == [
        "送餐费 2.00", "撤销；送餐费 2.00", "撤销；送餐费 2.00", "没送成，只留自付；送餐费 2.00",
    ]  # fmt: skip
    assert "送餐人次 1，补贴人次 1，全价人次 0，补录人次 0，撤销 2，实际人数 1" in register.notes[0]
    month = database.read(fill_month, canteen="C1", day=TODAY, now=EVENING).pages[0]
    assert isinstance(month, Sheet)
    assert "送餐费（餐费之外）：4.00 元" in month.notes


def test_the_statement_and_the_ledger_show_the_fee(database: Database, queue: Queue) -> None:
    _finish(database, queue)
    statement = database.read(get_statement, number="P03", from_on=TODAY, to_on=date(2026, 11, 30))
    assert [(line.kind, line.change_fen, line.fee_fen, line.is_kept) for line in statement.lines] == [
        ("meal", -600, FEE, False), ("meal_void", 600, 0, False), ("meal", -600, FEE, True),
    ]  # fmt: skip
    text = database.read(export_text, form="hledger")
    assert text.count("Income:DeliveryFees:C1") == 7  # its name, three meals, two voids, one kept


def test_a_service_is_owed_for_what_was_delivered_to_whom_it_is_for(
    database: Database, queue: Queue
) -> None:
    world, (carried, _, _) = queue
    young = database.run(make_carried, world, "P08", volunteer="V2", ground=None)
    send_out(database, carried, young)
    tell(database, carried, "delivered", "12:00")
    tell(database, young, "delivered", "12:01", volunteer="V2")
    (line,) = _lines_of(database)
    assert (line.delivery_id, line.service, line.amount_fen) == (carried.id, "to-the-door", 150)
    assert (line.to_whom, line.ground, line.attempt) == ("deliverer", "age", 1)
    assert (line.served_on, line.booked_on) == (TODAY, TODAY)
    assert line.volunteer_id is not None
    assert line.funder_id is not None
    tell(database, carried, "undo", "12:02")
    tell(database, carried, "delivered", "12:03")
    first, second = _lines_of(database)
    assert first.withdrawn_at == shanghai("12:02")
    assert (second.attempt, second.withdrawn_at) == (2, None)
    for kind in ("undo", "delivered"):
        tell(database, carried, kind, "13:30", volunteer=None)
    *_, off_the_sheet = _lines_of(database)
    assert off_the_sheet.volunteer_id == line.volunteer_id, "who carried, whoever wrote it down"
    check_books(database)


def test_nobody_owes_a_service_where_no_scheme_is_bound(database: Database) -> None:
    _, (carried,) = make_queue(database, ("P10",), scheme=None)
    send_out(database, carried)
    tell(database, carried, "delivered")
    assert _lines_of(database) == []
    assert meals_of(database, carried)[0].elder_fen == 1200


def test_a_day_signed_as_a_round_sets_off_has_either_the_meals_or_the_round_at_home(
    database: Database, queue: Queue
) -> None:
    _, (first, *_) = queue
    sign_before(database, TODAY)
    settle(database, TODAY)
    with ThreadPoolExecutor(2) as pool:
        hands = [
            pool.submit(send_out, database, first, at="20:00"),
            pool.submit(sign, database, TODAY),
        ]
        refused = [type(hand.exception()) for hand in hands if hand.exception() is not None]
    assert refused in ([Conflict], [Refused])
    for meal in meals_of(database, first):
        assert meal.booked_on == TODAY
    check_books(database)


def test_what_is_owed_for_deliveries_adds_up_by_who_carried(
    database: Database, queue: Queue
) -> None:
    world, (first, second, third) = queue
    database.run(make_volunteer, "V2", name="何志平")
    other = database.run(make_carried, world, "P04", volunteer="V2")
    send_out(database, first, second, third, other)
    for one, volunteer in ((first, "V1"), (second, "V1"), (third, None), (other, "V2")):
        tell(database, one, "delivered", volunteer=volunteer)
    tell(database, second, "undo", "12:30")
    told = database.read(load_month, canteen_id=world.canteens["C1"], month=TODAY)
    assert [(one.ground, one.volunteer, one.count, one.fen) for one in told.services] == [
        ("age", "陈姨", 2, 300), ("age", "何志平", 1, 150),
    ]  # fmt: skip
