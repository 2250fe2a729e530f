"""Whatever funders pay, pay ahead, give, take back and demand back in whatever order: every rule of the books
holds, a claim is paid exactly when all of it came or was written off, outside programs add it up alike."""

import csv
import io
import random
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from beancount.loader import load_string
from beancount.parser import printer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry
from canteen.models.claim_money import ClaimPayment, ClaimWriteOff, ClawBack, Donation
from canteen.models.claims import Claim
from canteen.models.meals import Meal
from canteen.rules.errors import CanteenError
from canteen.rules.funder_asked import AdvanceAsked, PaymentAsked
from canteen.services import (
    advances,
    books,
    books_funders,
    claim_payments,
    claim_write_offs,
    claw_backs,
    donations,
    ledger_export,
)
from canteen.services.books_corrections import check_corrections
from canteen.services.books_days import recount_days
from canteen.services.claw_backs import ClawBackAsked
from canteen.services.donations import DonationAsked
from tests.factories.sent_claims import eat, make_funded_world, send_claim
from tests.factories.world import TODAY, World, event_id, shanghai
from tests.services.test_random_histories import SEEDS

ACTS = 60
FINANCE: dict[str, Any] = {"by": "staff:finance", "origin": None}
SECOND: dict[str, Any] = {"by": "staff:boss", "origin": None}
EATERS = ("P01", "P02", "P03", "P04", "P05")


class _Office:
    """One random act after another at finance's desk."""

    def __init__(self, database: Database, world: World, seed: int) -> None:
        self.database, self.world, self.chance = database, world, random.Random(seed)
        self.number = 0
        self.day = TODAY

    def new_id(self) -> str:
        self.number += 1
        return event_id(f"money-{self.number}")

    @property
    def now(self) -> Any:
        return shanghai("21:00", self.day) + timedelta(seconds=self.number)

    def act(self) -> None:
        acts: list[Callable[[], object]] = [*[self.pay] * 6, self.unpay, self.unpay, self.advance]
        acts += [self.advance, self.give, self.give, self.take_back, self.demand, self.decide]
        acts += [self.decide, self.claim, self.claim, self.give_up, self.agree, self.agree]
        with suppress(CanteenError):  # refused: nothing may have changed, and the check proves it
            self.chance.choice(acts)()

    def claim(self) -> None:
        self.day += timedelta(days=1)
        eaters = self.chance.sample(EATERS, 3)

        def live(session: Session) -> None:
            eat(session, self.world, *eaters, day=self.day)
            cuts = {"qinnan": 10} if self.chance.random() < 0.5 else {}
            send_claim(session, sent_at=self.now, cuts=cuts)

        self.database.run(live)

    def pay(self) -> None:
        number = self.one(select(Claim.number))
        money = self.database.read(claim_payments.find_claim_money, number=number or "")
        if money is None:
            return
        owed = self.chance.choice(money.owed)
        other = self.chance.choice([owed.open_fen, 1, -1, 100, owed.open_fen + 7])
        asked = PaymentAsked(
            self.new_id(), money.number, owed.funder,
            owed.open_fen if self.chance.random() < 0.5 else other,
            "fund" if owed.is_fund else self.chance.choice(("bank", "bank", "advance")),
            self.day, f"T{self.number}", self.chance.choice((None, None, "有出入")),
        )  # fmt: skip
        for _ in range(self.chance.choice((1, 1, 2))):
            self.database.run(claim_payments.record_payment, asked=asked, now=self.now, **FINANCE)

    def unpay(self) -> None:
        if payment := self.one(select(ClaimPayment.id)):
            self.database.run(
                claim_payments.reverse_payment, payment_id=payment, reason="错", now=self.now,
                **FINANCE,
            )  # fmt: skip

    def advance(self) -> None:
        fen = self.chance.choice([5_000, 900, -300, -5_000])
        uid = self.new_id()
        asked = AdvanceAsked(uid, "C1", "qinnan", fen, "预拨", self.day, f"V{self.number}")
        self.database.run(advances.record_advance, asked=asked, now=self.now, **FINANCE)

    def give(self) -> None:
        fen, pay = self.chance.randrange(1, 3_000), self.chance.choice(("cash", "external"))
        asked = DonationAsked(
            self.new_id(), "C1", "love", "甲", True, fen, pay, "W", None, self.day
        )
        self.database.run(donations.take_donation, asked=asked, now=self.now, **FINANCE)

    def take_back(self) -> None:
        if receipt := self.one(select(Donation.receipt)):
            self.database.run(
                donations.reverse_donation, receipt=receipt, reason="错", now=self.now, **FINANCE
            )

    def demand(self) -> None:
        number, receipt = self.one(select(Claim.number)), self.one(select(Meal.receipt))
        funder, way = (
            self.chance.choice(("qinnan", "love")),
            self.chance.choice(("set_off", "pay_back")),
        )
        asked = ClawBackAsked(self.new_id(), number, funder, way, "多报", None, (receipt,))
        self.database.run(claw_backs.ask_claw_back, asked=asked, now=self.now, **FINANCE)

    def decide(self) -> None:
        if demand := self.one(select(ClawBack.id).where(ClawBack.decided_at.is_(None))):
            self.database.run(
                claw_backs.decide_claw_back, claw_back_id=demand, now=self.now, **SECOND,
                is_approved=self.chance.random() < 0.8,
            )  # fmt: skip

    def give_up(self) -> None:
        self.database.run(
            claim_write_offs.ask, number=self.one(select(Claim.number)), reason="不会再来", now=self.now,
            funder=self.chance.choice(("qinnan", "love")), uid=self.new_id(), **FINANCE,
        )  # fmt: skip

    def agree(self) -> None:
        waiting = select(ClaimWriteOff.id).where(ClaimWriteOff.decided_at.is_(None))
        if write_off := self.one(waiting):
            self.database.run(
                claim_write_offs.decide, write_off_id=write_off, now=self.now, **SECOND,
                is_approved=self.chance.random() < 0.8,
            )  # fmt: skip

    def one(self, query: Any) -> Any:
        found = self.database.read(lambda s: s.scalars(query).all())
        return self.chance.choice(found) if found else None


def _list_breaches(database: Database) -> list[str]:
    looks = (books_funders.check_funders, check_corrections, recount_days)
    found = [one for look in looks for one in database.read(look)[0]]
    return [one.text for one in (*found, *database.read(books.check).breaches)]


def _check_states(database: Database) -> None:
    """A claim is paid exactly when every funder's part is settled."""
    for number in database.read(lambda s: s.scalars(select(Claim.number)).all()):
        money = database.read(claim_payments.find_claim_money, number=number)
        assert money is not None
        is_settled = bool(money.owed) and not any(one.open_fen for one in money.owed)
        assert (money.state == "paid") == is_settled, number


@pytest.fixture(params=SEEDS)
def lived(request: pytest.FixtureRequest, database: Database) -> Database:
    def live(session: Session) -> World:
        return make_funded_world(session)

    office = _Office(database, database.run(live), request.param)
    office.claim()
    for _ in range(ACTS):
        office.act()
    return database


def test_every_rule_holds_and_outside_programs_add_it_up_alike(lived: Database) -> None:
    assert _list_breaches(lived) == []
    _check_states(lived)
    entries, errors, _ = load_string(lived.read(ledger_export.export_text, form="beancount"))
    assert [printer.format_error(error) for error in errors] == []
    assert entries
    rows = list(csv.DictReader(io.StringIO(lived.read(ledger_export.export_text, form="csv"))))
    hledger = lived.read(ledger_export.export_text, form="hledger")
    amounts = sorted(row["amount"] for row in rows)
    assert sorted(re.findall(r"  CNY (-?\d+\.\d\d)", hledger)) == amounts
    assert sum(map(Decimal, amounts)) == 0
    for kind, place in (("fund", "Liabilities:Funds"), ("advance", "Liabilities:Advances")):
        total = sum(Decimal(row["amount"]) for row in rows if row["account"].startswith(place))
        assert total == -_balance(lived, kind), kind


def _balance(database: Database, kind: str) -> Decimal:
    fen: int = database.read(
        lambda s: s.execute(
            select(func.coalesce(func.sum(LedgerEntry.fen), 0))
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(Account.kind == kind)
        ).scalar_one()
    )
    return Decimal(int(fen)).scaleb(-2)
