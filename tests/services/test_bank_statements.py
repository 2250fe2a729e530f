"""Bank statements: kept once, matched by a person, the rest listed; and what is owed beside them."""

from datetime import date, timedelta
from typing import Any

import pytest

from canteen.db.run import Database
from canteen.files.csv_text import read_csv
from canteen.rules.bank_statement import read_statement
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.funder_asked import PaymentAsked
from canteen.services import (
    advances,
    bank_statements,
    books,
    books_funders,
    claim_payments,
    claim_write_offs,
    receivables,
    statement_asides,
)
from canteen.services.bank_statements import MovementLine, Taken
from tests.factories.sent_claims import eat, make_funded_world, make_owed_claim
from tests.factories.world import TODAY, event_id, shanghai

WHO: dict[str, Any] = {"by": "staff:fin", "origin": None, "now": shanghai("21:00")}
FILE = """交易日期,借方发生额,贷方发生额,对方户名,摘要,流水号
2026-11-24,,5.00,钦南区民政局,C1-2026-11,A1
2026-11-24,,800.00,钦南区财政局,2027 年预拨,A2
2026-11-25,3.00,,银行,手续费,A3
"""
LATER = FILE + "2026-11-25,,5.00,菜场,退款,A4\n"


@pytest.fixture
def funded(database: Database) -> Database:
    database.run(make_owed_claim)
    return database


def _take(database: Database, text: str = FILE, canteen: str = "C1") -> Taken:
    data = text.encode()
    return database.run(
        bank_statements.take_statement, canteen=canteen, name="11月.csv", data=data,
        movements=read_statement(read_csv(data)).movements, **WHO,
    )  # fmt: skip


def _lines(database: Database) -> dict[str, MovementLine]:
    found = database.read(bank_statements.list_movements, canteen="C1")
    return {line.reference: line for line in found}


def _match(database: Database, line: MovementLine, name: str = "m", **given: Any) -> None:
    plain = {"claim": "C1-2026-11", "funder": "qinnan", "note": None, "canteen": "C1"}
    wanted = {**plain, "fen": line.fen, **given}
    database.run(
        bank_statements.match_payment,
        line_id=line.id,
        uid=event_id(f"match {name}"),
        **wanted,
        **WHO,
    )


def test_a_trial_writes_nothing_and_says_what_is_new_and_what_it_may_pay(funded: Database) -> None:
    movements = read_statement(read_csv(FILE.encode())).movements
    tried = funded.read(bank_statements.try_statement, canteen="C1", movements=movements)
    assert [line.is_new for line in tried] == [True] * 3
    assert [[p.candidate.funder for p in line.proposals] for line in tried] == [["qinnan"], [], []]
    assert tried[0].proposals[0].is_sure
    assert _lines(funded) == {}


def test_a_movement_in_two_statements_is_one_and_a_file_twice_is_one(funded: Database) -> None:
    assert _take(funded) == Taken(3, 0)
    assert _take(funded) == Taken(0, 3)
    assert _take(funded, LATER) == Taken(1, 3)
    assert len(_lines(funded)) == 4
    with pytest.raises(Conflict, match="statement_of_another"):
        _take(funded, canteen="C2")


def test_a_person_matches_a_movement_once_and_a_reversal_frees_it(funded: Database) -> None:
    _take(funded, LATER)
    line = _lines(funded)["A1"]
    _match(funded, line)
    assert _lines(funded)["A1"].matched == [("C1-2026-11", "钦南区民政局")]
    with pytest.raises(Conflict, match="claim_paid"):
        _match(funded, _lines(funded)["A4"], "n")
    with pytest.raises(Conflict, match="payment_known"):
        _match(funded, line, "o")
    with pytest.raises(Conflict, match="statement_line_taken"):
        funded.run(
            bank_statements.match_advance, canteen="C1", line_id=line.id, funder="qinnan",
            purpose="预拨", uid=event_id("adv"), **WHO,
        )  # fmt: skip
    money = funded.read(claim_payments.find_claim_money, number="C1-2026-11")
    assert money is not None
    funded.run(
        claim_payments.reverse_payment, payment_id=money.payments[0].id, reason="认错了", **WHO
    )
    _match(funded, _lines(funded)["A1"], "p")
    assert funded.read(books.check).breaches == []
    assert funded.read(books_funders.check_funders)[0] == []


def test_a_movement_may_be_an_advance_and_no_line_of_another_canteen(funded: Database) -> None:
    _take(funded)
    line = _lines(funded)["A2"]
    given = {"funder": "qinnan", "purpose": "2027 年预拨", "uid": event_id("adv"), **WHO}
    funded.run(bank_statements.match_advance, canteen="C1", line_id=line.id, **given)
    assert _lines(funded)["A2"].matched == [("2027 年预拨", "钦南区民政局")]
    account = funded.read(advances.find_advance, canteen="C1", funder="qinnan")
    assert account is not None
    assert account.left_fen == 80_000
    with pytest.raises(NotFound, match="statement_line_unknown"):
        _match(funded, line, canteen="C2")
    with pytest.raises(Conflict, match="statement_line_differs"):
        _match(funded, _lines(funded)["A1"], fen=501, note="多")


def test_a_movement_may_pay_several_claims_and_no_more_than_it_holds(funded: Database) -> None:
    _take(funded)
    line = _lines(funded)["A2"]
    _match(funded, line, fen=500)
    assert (_lines(funded)["A2"].left_fen, _lines(funded)["A2"].fen) == (79_500, 80_000)

    given = {"funder": "qinnan", "purpose": "2027 年预拨", "uid": event_id("adv"), **WHO}
    funded.run(bank_statements.match_advance, canteen="C1", line_id=line.id, **given)
    after = _lines(funded)["A2"]
    assert (after.left_fen, len(after.matched)) == (0, 2)
    assert funded.read(books_funders.check_funders)[0] == []


def _owed(database: Database, today: date) -> list[tuple[str | None, str, str, int, int, bool]]:
    found = database.read(receivables.list_receivables, canteens=["C1", "C2"], today=today)
    return [
        (one.number, one.funder, one.state, one.open_fen, one.days, one.is_overdue) for one in found
    ]


def test_what_is_owed_is_counted_from_its_approval_and_overdue_after_its_days(
    funded: Database,
) -> None:
    number = "C1-2026-11"
    assert _owed(funded, TODAY) == [
        (number, "love", "approved", 500, 0, False),
        (number, "qinnan", "approved", 500, 0, False),
    ]
    _take(funded)
    _match(funded, _lines(funded)["A1"])
    assert _owed(funded, TODAY + timedelta(days=30)) == [
        (number, "love", "approved", 500, 30, False)
    ]
    assert _owed(funded, TODAY + timedelta(days=31)) == [
        (number, "love", "approved", 500, 31, True)
    ]


def test_what_nobody_claimed_is_listed_and_late_after_the_day_the_funder_named(
    database: Database,
) -> None:
    def live(session: Any) -> None:
        eat(session, make_funded_world(session), "P01")

    database.run(live)
    assert _owed(database, date(2026, 12, 20))[0] == (None, "love", "unclaimed", 250, 25, False)
    assert _owed(database, date(2026, 12, 21))[0] == (None, "love", "unclaimed", 250, 26, True)


def test_what_came_short_with_its_reason_is_owed_until_a_second_person_writes_it_off(
    funded: Database,
) -> None:
    short = PaymentAsked(
        event_id("short"), "C1-2026-11", "qinnan", 470, "bank", TODAY, "S1", "扣手续费"
    )
    funded.run(claim_payments.record_payment, asked=short, **WHO)
    later = TODAY + timedelta(days=90)
    assert _owed(funded, later)[1] == ("C1-2026-11", "qinnan", "explained", 30, 90, True)
    funded.run(
        claim_write_offs.decide, write_off_id=1, is_approved=True, **{**WHO, "by": "staff:b"}
    )
    assert [one[1] for one in _owed(funded, later)] == ["love"]


def test_a_movement_that_concerns_no_claim_is_set_aside_and_taken_back(funded: Database) -> None:
    _take(funded)

    def set_aside(**given: Any) -> None:
        plain = {"canteen": "C1", "line_id": line.id, "reason": "另一个项目的钱", **WHO}
        funded.run(statement_asides.set_aside, **{**plain, **given})

    def take_back(aside_id: int, canteen: str = "C1") -> None:
        funded.run(statement_asides.take_back_aside, canteen=canteen, aside_id=aside_id, **WHO)

    line = _lines(funded)["A2"]
    _match(funded, line, fen=500)
    with pytest.raises(Invalid, match="claim_words"):
        set_aside(reason=" ")
    with pytest.raises(NotFound, match="statement_line_unknown"):
        set_aside(canteen="C2")
    set_aside()
    after = _lines(funded)["A2"]
    assert (after.left_fen, len(after.matched)) == (0, 1)
    aside = after.asides[0]
    assert (aside.fen, aside.reason, aside.set_by) == (79_500, "另一个项目的钱", "staff:fin")
    for act in (set_aside, lambda: _match(funded, line, "n", fen=400, note="多")):
        with pytest.raises(Conflict, match="statement_line_taken"):
            act()
    money = funded.read(claim_payments.find_claim_money, number="C1-2026-11")
    assert money is not None
    funded.run(claim_payments.reverse_payment, payment_id=money.payments[0].id, reason="错", **WHO)
    assert (
        _lines(funded)["A2"].left_fen == 500
    )  # what was taken back waits again, the rest does not
    with pytest.raises(NotFound, match="aside_unknown"):
        take_back(aside.id, canteen="C2")
    take_back(aside.id)
    with pytest.raises(Conflict, match="aside_taken_back"):
        take_back(aside.id)
    assert (_lines(funded)["A2"].left_fen, _lines(funded)["A2"].asides) == (80_000, [])
    assert funded.read(books_funders.check_funders)[0] == []
