"""The check of money between funders and canteens: clean books are called clean, each kind of damage is found
and named."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.files.csv_text import read_csv
from canteen.rules.bank_statement import read_statement
from canteen.rules.breaches import Breach
from canteen.rules.funder_asked import AdvanceAsked, PaymentAsked
from canteen.services import (
    advances,
    bank_statements,
    claim_payments,
    claim_write_offs,
    claw_backs,
    donations,
)
from canteen.services.books_funders import RULES, check_funders
from canteen.services.claw_backs import ClawBackAsked
from canteen.services.donations import DonationAsked
from tests.factories.damage import look_at_damage
from tests.factories.sent_claims import eat, make_funded_world, send_claim
from tests.factories.world import TODAY, event_id, shanghai

NUMBER = "C1-2026-11"
WHO: dict[str, Any] = {"by": "staff:fin", "origin": None, "now": shanghai("21:00")}
DAMAGE = {
    "payment_is_not_its_entry": "UPDATE claim_payments SET fen = fen + 1 WHERE source = 'bank'",
    "advance_is_not_its_entry": "UPDATE advances SET fen = fen + 1",
    "donation_is_not_its_entry": "UPDATE donations SET fen = fen + 1",
    "write_off_is_not_its_entry": "UPDATE claim_write_offs SET fen = fen + 1",
    "payment_reversed_otherwise": "UPDATE claim_payments SET reversed_at = NULL, reversed_by = NULL"
    " WHERE reversed_at IS NOT NULL",
    "donation_reversed_otherwise": "UPDATE donations SET reversed_at = NULL, reversed_by = NULL"
    " WHERE reversed_at IS NOT NULL",
    "reversal_is_not_the_opposite": "UPDATE ledger_entries SET fen = fen + 1 WHERE journal_entry_id"
    " IN (SELECT id FROM journal_entries WHERE kind = 'reversal')",
    "movement_spent_twice": "UPDATE statement_lines SET fen = fen - 1",
    "payment_of_an_unapproved_claim": "UPDATE claims SET state = 'submitted'",
    "paid_without_its_money": "UPDATE claims SET state = 'paid'",
    "claw_back_is_not_its_corrections": "UPDATE claw_backs SET is_approved = NOT is_approved",
    "advance_below_zero": "UPDATE ledger_entries SET fen = -fen WHERE account_id IN"
    " (SELECT id FROM accounts WHERE kind = 'advance')",
    "advance_is_not_its_movements": "DELETE FROM advances",
    "fund_is_not_its_movements": "DELETE FROM donations",
    "receivable_is_not_its_claims": "UPDATE shares SET fen = fen + 1",
}


def _find(session: Session) -> list[Breach]:
    return check_funders(session)[0]


def _live(session: Session) -> None:
    """A claim partly paid in every way, a rest written off, a payment and a donation taken back, a demand."""
    eat(session, make_funded_world(session), "P01", "P02")
    send_claim(session, cuts={"qinnan": 50})
    for name in ("a", "b"):
        asked = DonationAsked(
            event_id(f"donation {name}"), "C1", "love", "甲", True, 300, "cash", None, None, TODAY
        )
        receipt = donations.take_donation(session, asked=asked, **WHO)
    donations.reverse_donation(session, receipt=receipt, reason="错", **WHO)
    read = read_statement(read_csv(f"日期,金额,流水号\n{TODAY},0.60,T60\n".encode()))
    bank_statements.take_statement(
        session, canteen="C1", name="11.csv", data=b"", movements=read.movements, **WHO
    )
    ahead = AdvanceAsked(event_id("ahead"), "C1", "qinnan", 100, "预拨", TODAY, "V1")
    advances.record_advance(session, asked=ahead, **WHO)
    for funder, fen, source in (("love", 200, "fund"), ("qinnan", 70, "advance"),
                                ("qinnan", 60, "bank"), ("qinnan", 5, "bank")):  # fmt: skip
        paid = PaymentAsked(
            event_id(f"{source} {fen}"), NUMBER, funder, fen, source, TODAY, f"T{fen}",
            statement_line_id=1 if fen == 60 else None,
        )  # fmt: skip
        claim_payments.record_payment(session, asked=paid, **WHO)
    claim_payments.reverse_payment(session, payment_id=4, reason="错", **WHO)
    demand = ClawBackAsked(
        event_id("demand"), NUMBER, "qinnan", "pay_back", "多报", None, ("C1-20261125-0001",)
    )
    claw_backs.ask_claw_back(session, asked=demand, **WHO)
    claw_backs.decide_claw_back(
        session, claw_back_id=1, is_approved=True, **{**WHO, "by": "staff:boss"}
    )
    given_up = {"number": NUMBER, "funder": "love", "reason": "不会再来", "uid": event_id("rest")}
    claim_write_offs.ask(session, **given_up, **WHO)
    claim_write_offs.decide(
        session, write_off_id=1, is_approved=True, **{**WHO, "by": "staff:boss"}
    )


@pytest.fixture
def lived(database: Database) -> Database:
    database.run(_live)
    return database


def test_each_kind_of_damage_is_found_and_named(lived: Database) -> None:
    assert lived.read(check_funders) == ([], 7)
    missed = {
        code: found
        for code, statement in DAMAGE.items()
        if code not in (found := look_at_damage(lived, statement, _find))
    }
    assert missed == {}
    assert set(RULES) == set(DAMAGE)
