"""The journal for outside programs: beancount accepts it, and its totals are those of the meals."""

import csv
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from beancount.core.data import Transaction
from beancount.loader import load_string
from beancount.parser import parser, printer
from sqlalchemy import CheckConstraint, func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, JournalEntry, Purse
from canteen.models.base import Base
from canteen.models.meals import Meal
from canteen.services import ledger_export, swipes, voids
from tests.factories.rows import build_once
from tests.factories.world import event_id, make_swipe, make_world, shanghai

DAYS = (23, 24, 25)


def _live(session: Session) -> None:
    world = make_world(session, balance_fen=20_000)
    for day in DAYS:
        for number in world.elders:
            asked = make_swipe(
                world, number, "11:30:00", f"{day} {number}", day=date(2026, 11, day)
            )
            swipes.record_swipe(
                session, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
            )
    voids.void_meal(
        session,
        asked=voids.VoidAsked(event_id("void export"), event_id("25 P01"), "wrong_meal", None),
        may_void_any=True,
        by="staff:secretary",
        origin=None,
        now=shanghai("12:00:00"),
    )


@pytest.fixture
def lived(database: Database) -> Database:
    database.run(build_once, _live)
    return database


def _sums(database: Database) -> dict[str, Decimal]:
    """Over the standing meals: list price, subsidy; and over the purses: balance. In yuan."""

    def read(session: Session) -> dict[str, Decimal]:
        price_fen, subsidy_fen = session.execute(
            select(func.sum(Meal.price_fen), func.sum(Meal.subsidy_fen)).where(
                Meal.voided_at.is_(None)
            )
        ).one()
        balance_fen = session.scalar(select(func.sum(Purse.balance_fen)))
        names = {"Income:MealSales": -price_fen, "Assets:Receivable": subsidy_fen}
        names["Liabilities:Purses"] = -(balance_fen or 0)
        return {name: Decimal(int(fen)).scaleb(-2) for name, fen in names.items()}

    return database.read(read)


def test_bean_check_accepts_it_and_totals_are_the_sums_over_the_meals(lived: Database) -> None:
    text = lived.read(ledger_export.export_text, form="beancount")
    entries, errors, _ = load_string(text)
    assert [printer.format_error(error) for error in errors] == []
    totals: Counter[str] = Counter()
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                place = ":".join(posting.account.split(":")[:2])
                totals[place] += posting.units.number  # type: ignore[assignment]
    for name, wanted in _sums(lived).items():
        assert totals[name] == wanted, name


def test_every_line_of_it_is_read_and_carries_receipt_and_cause(lived: Database) -> None:
    text = lived.read(ledger_export.export_text, form="beancount")
    _, errors, _ = parser.parse_string(text)
    assert errors == []
    assert text.count('kind: "meal"\n') == 30
    assert re.search(r'receipt: "C1-20261125-\d{4}"', text)


def test_all_three_forms_say_the_same_amounts(lived: Database) -> None:
    beancount = lived.read(ledger_export.export_text, form="beancount")
    hledger = lived.read(ledger_export.export_text, form="hledger")
    rows = list(csv.DictReader(io.StringIO(lived.read(ledger_export.export_text, form="csv"))))
    amounts = sorted(row["amount"] for row in rows)
    assert sorted(re.findall(r"  (-?\d+\.\d\d) CNY", beancount)) == amounts
    assert sorted(re.findall(r"  CNY (-?\d+\.\d\d)", hledger)) == amounts
    assert sum(Decimal(row["amount"]) for row in rows) == 0


def test_a_period_holds_the_booked_days_it_names(lived: Database) -> None:
    text = lived.read(
        ledger_export.export_text, form="csv", first=date(2026, 11, 24), last=date(2026, 11, 24)
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["booked_on"] for row in rows} == {"2026-11-24"}
    assert len({row["entry"] for row in rows}) == 10


@pytest.mark.parametrize(
    ("table", "names"),
    [(JournalEntry, ledger_export.NARRATIONS), (Account, ledger_export.PLACES)],
)
def test_every_kind_that_the_books_know_has_its_name_outside(
    table: type[Base], names: dict[str, str]
) -> None:
    (check,) = (
        str(one.sqltext)
        for one in table.__table__.constraints  # type: ignore[attr-defined]
        if isinstance(one, CheckConstraint) and str(one.name).endswith("_kind")
    )
    assert set(re.findall(r"'(\w+)'", check)) == set(names)


def test_codes_that_outside_programs_cannot_spell_stay_different_accounts() -> None:
    names = {ledger_export._part("C", code) for code in ("a_b", "a-b", "a.b", "a b", "食堂", "A-b")}
    assert len(names) == 6
    assert all(re.fullmatch(r"[A-Z0-9][A-Za-z0-9\u3400-\u9fff-]*", name) for name in names)


def test_an_empty_journal_is_a_correct_file(database: Database) -> None:
    _, errors, _ = load_string(database.read(ledger_export.export_text, form="beancount"))
    assert errors == []
