"""Everything that moves money on a canteen's booked days: what each row says, and what the books hold.

Beside the till, because it knows how the till posts; it only reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry, PayOut, TopUp, TopUpDebt
from canteen.models.claim_money import Donation
from canteen.models.corrections import Correction
from canteen.models.meals import Meal, Void
from canteen.rules.four_way import Booked
from canteen.rules.funder_postings import donation_postings
from canteen.rules.postings import (
    Posting,
    pay_out_postings,
    top_up_postings,
    top_up_void_postings,
)

#: journal kinds of what a canteen's day books; claims, write-offs and the like are not of the day
OF_THE_DAY = (
    "meal", "meal_void", "top_up", "top_up_void", "pay_out", "opening", "correction", "donation",
)  # fmt: skip

OF_MEAL = (
    Meal.id, Meal.booked_on, Meal.receipt, Meal.voided_at, Meal.price_fen, Meal.delivery_fee_fen,
    Meal.purse_fen, Meal.cash_fen, Meal.external_fen, Meal.rounding_fen, Meal.subsidy_fen,
    Meal.discount_fen,
)  # fmt: skip


@dataclass(slots=True)
class _Entries:
    """The journal entries of a period by id, and where to find those of a row."""

    fen: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    booked_on: dict[int, date] = field(default_factory=dict)
    of_meal: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    void_of: dict[int, int] = field(default_factory=dict)

    def take(self, ids: Iterable[int]) -> dict[str, int]:
        """What these posted together, by kind of account; they are no strays then."""
        posted: dict[str, int] = {}
        for number in ids:
            for account, fen in self.fen.pop(number, {}).items():
                posted[account] = posted.get(account, 0) + fen
        return posted


def load_booked(
    session: Session, canteen_id: int, first: date, last: date
) -> tuple[list[tuple[date, Booked]], list[tuple[date, int, dict[str, int]]]]:
    """(booked day, row) of all that was booked from `first` to `last`, and (day, id, what it posted) of
    the journal entries that belong to none of them."""
    entries = _load_entries(session, canteen_id, first, last)
    booked = [
        (day, Booked(kind, receipt, said, entries.take(ids)))
        for day, kind, receipt, said, ids in _list_rows(session, canteen_id, first, last, entries)
    ]
    strays = [(entries.booked_on[number], number, fen) for number, fen in entries.fen.items()]
    return booked, strays


def _between(table: Any, canteen_id: int, first: date, last: date) -> tuple[Any, Any]:
    return table.canteen_id == canteen_id, table.booked_on.between(first, last)


def _load_entries(session: Session, canteen_id: int, first: date, last: date) -> _Entries:
    of_entry = (
        JournalEntry.id,
        JournalEntry.kind,
        JournalEntry.meal_id,
        JournalEntry.reverses_id,
        JournalEntry.booked_on,
    )
    rows = session.execute(
        select(*of_entry, Account.kind.label("account"), func.sum(LedgerEntry.fen).label("fen"))
        .join(LedgerEntry, LedgerEntry.journal_entry_id == JournalEntry.id)
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(*_between(JournalEntry, canteen_id, first, last), JournalEntry.kind.in_(OF_THE_DAY))
        .group_by(*of_entry, Account.kind)
    )
    found = _Entries()
    for row in rows:
        if row.kind in ("meal", "meal_void") and row.meal_id is not None:
            found.of_meal[row.meal_id].add(row.id)
        if row.kind == "top_up_void" and row.reverses_id is not None:
            found.void_of[row.reverses_id] = row.id
        found.booked_on[row.id] = row.booked_on
        found.fen[row.id][row.account] = int(row.fen)
    return found


def _list_rows(
    session: Session, canteen_id: int, first: date, last: date, entries: _Entries
) -> Iterator[tuple[date, str, str, dict[str, int], Iterable[int]]]:
    """Booked day, kind, receipt, what it says, and the ids of its journal entries."""

    def between(table: Any) -> tuple[Any, Any]:
        return _between(table, canteen_id, first, last)

    for meal in session.execute(select(*OF_MEAL).where(*between(Meal))):
        yield meal.booked_on, "meal", meal.receipt, _of_meal(meal), entries.of_meal[meal.id]
    for one in session.scalars(select(Correction).where(*between(Correction))):
        assert one.booked_on is not None
        assert one.receipt is not None
        assert one.journal_entry_id is not None
        said = _of_correction(one)
        yield one.booked_on, "correction", one.receipt, said, [one.journal_entry_id]
    for top_up in session.scalars(select(TopUp).where(*between(TopUp))):
        said = _add(
            top_up_postings(
                fen=top_up.amount_fen, pay=top_up.pay, elder_id=top_up.elder_id, counter_id=None,
                booked_on=top_up.booked_on,
            )
        )  # fmt: skip
        yield top_up.booked_on, "top_up", top_up.receipt, said, [top_up.journal_entry_id]
    donations = session.execute(
        select(Donation, JournalEntry.id, JournalEntry.booked_on, JournalEntry.reverses_id)
        .join(
            JournalEntry,
            or_(
                JournalEntry.id == Donation.journal_entry_id,
                JournalEntry.reverses_id == Donation.journal_entry_id,
            ),
        )
        .where(*between(JournalEntry))
    )
    for given, entry_id, day, back in donations:
        fen = -given.fen if back else given.fen
        said = _add(
            donation_postings(fen=fen, pay=given.pay, funder_id=given.funder_id, booked_on=day)
        )
        yield day, "donation", given.receipt, said, [entry_id]
    for out in session.scalars(select(PayOut).where(*between(PayOut))):
        said = _add(
            pay_out_postings(
                fen=out.amount_fen, elder_id=out.elder_id, counter_id=None, booked_on=out.booked_on
            )
        )
        yield out.booked_on, "pay_out", out.receipt, said, [out.journal_entry_id]
    voids = session.execute(
        select(Void.booked_on, TopUp, func.coalesce(TopUpDebt.amount_fen, 0))
        .join(TopUp, TopUp.id == Void.top_up_id)
        .outerjoin(TopUpDebt, TopUpDebt.top_up_id == TopUp.id)
        .where(*between(Void))
    )
    for day, top_up, debt_fen in voids:
        said = _add(
            top_up_void_postings(
                fen=top_up.amount_fen, debt_fen=debt_fen, pay=top_up.pay,
                elder_id=top_up.elder_id, counter_id=None, booked_on=day,
            )
        )  # fmt: skip
        ids = [number] if (number := entries.void_of.get(top_up.journal_entry_id)) else []
        yield day, "top_up", top_up.receipt, said, ids


def _of_meal(meal: Any) -> dict[str, int]:
    """What a meal's own columns say of each kind of account; of a voided one nothing is left."""
    if meal.voided_at is not None:
        return {}
    return {
        "sales": meal.price_fen,
        "delivery_fees": meal.delivery_fee_fen,
        "purse": -meal.purse_fen - meal.delivery_fee_fen,
        "cash_drawer": -meal.cash_fen,
        "external": -meal.external_fen,
        "cash_rounding": -meal.rounding_fen,
        "receivable": -meal.subsidy_fen,
        "discount": -meal.discount_fen,
    }


def _of_correction(one: Correction) -> dict[str, int]:
    return {
        "sales": one.price_fen,
        "delivery_fees": one.delivery_fee_fen,
        "purse": one.purse_fen - one.delivery_fee_fen,
        "cash_drawer": one.cash_fen,
        "write_off": -one.borne_fen,
        "receivable": -one.subsidy_fen,
        "discount": -one.discount_fen,
    }


def _add(postings: Iterable[Posting]) -> dict[str, int]:
    said: dict[str, int] = {}
    for one in postings:
        said[one.kind] = said.get(one.kind, 0) + one.fen
    return said
