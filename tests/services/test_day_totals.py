"""Whatever is done, signed and opened again in whatever order: month = sum of day sheets = ledger."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.cli.books import check_all
from canteen.db.run import Database
from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.rules.day_figures import sum_figures
from canteen.rules.days import local_date
from canteen.services.day_counts import write_remark
from canteen.services.day_sheets import DayPage, show_day
from canteen.services.day_signing import reopen_day, sign_day
from canteen.services.month_reports import add_month, fill_month
from tests.factories.world import make_world
from tests.services.test_random_histories import LAYERED, SEEDS, Day

BY: dict[str, Any] = {"by": "staff:wang", "origin": None}


class SignedDay(Day):
    """As other random days; the secretary signs what is owed now and then, and the street opens again."""

    def act(self) -> None:
        self.now += timedelta(hours=self.chance.choice([0, 0, 3]))
        super().act()
        if self.chance.random() < 0.15:
            self._sign_owed()
        if self.chance.random() < 0.04:
            self._reopen_one()

    def _sign_owed(self) -> None:
        page = self.look(local_date(self.now))
        for day in page.unsigned:
            for anomaly in self.look(day).anomalies:
                self.database.run(
                    write_remark, canteen="C1", day=day, key=anomaly["key"], remark="看过了",
                    now=self.now, **BY,
                )  # fmt: skip
            self.database.run(
                sign_day, canteen="C1", day=day, remark="没有联网", now=self.now, **BY
            )

    def _reopen_one(self) -> None:
        day = local_date(self.now) - timedelta(days=self.chance.randrange(1, 4))
        if self.look(day).signed is not None:
            self.database.run(reopen_day, canteen="C1", day=day, reason="漏记", now=self.now, **BY)

    def look(self, day: date) -> DayPage:
        return self.database.read(show_day, canteen="C1", day=day, now=self.now)


def _owed(session: Session, canteen_id: int, first: date, last: date) -> dict[str, int]:
    """What the ledger says of a span of booked days, by kind of account."""
    rows = session.execute(
        select(Account.kind, func.sum(LedgerEntry.fen))
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(JournalEntry.canteen_id == canteen_id, JournalEntry.booked_on.between(first, last))
        .group_by(Account.kind)
    )
    return {kind: int(fen) for kind, fen in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_month_is_the_sum_of_its_days_and_of_the_ledger(database: Database, seed: int) -> None:
    world = database.run(
        make_world, scheme=LAYERED, payers=("district", "street", "fund"), balance_fen=2000,
        overdraft_fen=500, cash_unit_fen=50,
    )  # fmt: skip
    history = SignedDay(database, world, seed)
    for _ in range(100):
        history.act()
    assert database.read(check_all, deep=True).breaches == []
    signed = 0
    for month in (date(2026, 11, 1), date(2026, 12, 1)):
        added = database.read(add_month, canteen="C1", month=month)
        pages = [history.look(day) for day, _, _ in added.days]
        signed += sum(page.signed is not None for page in pages)
        again = sum_figures([page.figures for page in pages])
        assert again == added.total
        if not added.days:
            continue
        money = added.total["money"]
        ledger = database.read(_owed, world.canteens["C1"], added.first, added.last)
        assert ledger.get("sales", 0) == money["price_fen"]
        assert ledger.get("receivable", 0) == -money["subsidy_fen"]
        assert ledger.get("discount", 0) == -money["discount_fen"]
        assert money["price_fen"] == (
            money["elder_fen"] + money["subsidy_fen"] + money["discount_fen"]
        )
        # The table refuses totals that are not the sum of its rows.
        database.read(fill_month, canteen="C1", day=month, now=history.now)
    assert signed >= 3
