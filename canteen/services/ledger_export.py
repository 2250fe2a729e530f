"""The journal as text for outside programs: beancount, hledger, CSV.

Signs are turned to what accountants expect: assets positive when we hold or are owed something.
Amounts are whole fen written as yuan; totals are those of the stored entries, nothing is computed again.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen, Counter, Funder
from canteen.rules.money import yuan_text

CURRENCY = "CNY"
NARRATIONS = {
    "meal": "Meal",
    "meal_void": "Meal voided",
    "top_up": "Top-up",
    "top_up_void": "Top-up voided",
    "pay_out": "Paid out",
    "opening": "Opening balance",
    "write_off": "Written off",
    "merge": "Two rows became one person",
    "correction": "Correction",
    "claim": "Claim submitted: services and grants",
    "claim_back": "Claim came back",
    "claim_cut": "Cut by the approval",
    "claim_payment": "Payment of a claim",
    "advance": "Advance of a funder",
    "donation": "Donation",
    "reversal": "Taken back",
}
#: account kind → where accountants look for it; `{canteen}` and `{owner}` are codes
PLACES = {
    "purse": "Liabilities:Purses:E-{owner}",
    "cash_drawer": "Assets:CashDrawer:{canteen}:{owner}",
    "external": "Assets:External:{canteen}",
    "receivable": "Assets:Receivable:{canteen}:{owner}",
    "discount": "Expenses:Discount:{canteen}",
    "sales": "Income:MealSales:{canteen}",
    "delivery_fees": "Income:DeliveryFees:{canteen}",
    "cash_rounding": "Expenses:CashRounding:{canteen}",
    "bank": "Assets:Bank:{canteen}",
    "write_off": "Expenses:WriteOff:{canteen}",
    "elder_debt": "Assets:Debts:E-{owner}",
    "services": "Income:Services:{canteen}",
    "grants": "Income:Grants:{canteen}",
    "deliverers": "Liabilities:Deliverers:{canteen}",
    "advance": "Liabilities:Advances:{canteen}:{owner}",
    "fund": "Liabilities:Funds:{owner}",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One ledger entry, as it is written: `fen` with the accountants' sign."""

    entry_id: int
    kind: str
    booked_on: date
    cause: str
    receipt: str | None
    account: str
    day: date | None
    fen: int


def export_text(
    session: Session, *, form: str, first: date | None = None, last: date | None = None
) -> str:
    """The journal booked from `first` to `last` (both included) in the form asked for."""
    lines = list(_list_lines(session, first, last))
    if form == "csv":
        return _csv(lines)
    return _beancount(lines) if form == "beancount" else _hledger(lines)


def _list_lines(session: Session, first: date | None, last: date | None) -> Iterator[_Line]:
    names = _account_names(session)
    query = (
        select(
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.booked_on,
            JournalEntry.cause,
            Meal.receipt,
            LedgerEntry.account_id,
            LedgerEntry.fen,
        )
        .join(LedgerEntry, LedgerEntry.journal_entry_id == JournalEntry.id)
        .outerjoin(Meal, Meal.id == JournalEntry.meal_id)
        .order_by(JournalEntry.booked_on, JournalEntry.id, LedgerEntry.line)
    )
    if first is not None:
        query = query.where(JournalEntry.booked_on >= first)
    if last is not None:
        query = query.where(JournalEntry.booked_on <= last)
    for row in session.execute(query):
        name, day = names[row.account_id]
        # Our credit is positive; an accountant's debit is.
        yield _Line(row.id, row.kind, row.booked_on, row.cause, row.receipt, name, day, -row.fen)


def _account_names(session: Session) -> dict[int, tuple[str, date | None]]:
    rows = session.execute(
        select(
            Account.id,
            Account.kind,
            Account.day,
            Canteen.code.label("canteen"),
            Elder.number,
            Counter.code.label("counter"),
            Funder.code.label("funder"),
        )
        .outerjoin(Canteen, Canteen.id == Account.canteen_id)
        .outerjoin(Elder, Elder.id == Account.elder_id)
        .outerjoin(Counter, Counter.id == Account.counter_id)
        .outerjoin(Funder, Funder.id == Account.funder_id)
    )
    return {
        row.id: (
            PLACES[row.kind].format(
                canteen=_part("C", row.canteen),
                owner=_part("", row.number or row.counter or row.funder or "0"),
            ),
            row.day,
        )
        for row in rows
    }


def _part(prefix: str, code: str | None) -> str:
    """A code as a part of an account's name: both programs allow letters, digits and dashes."""
    plain = re.sub(r"[^A-Za-z0-9\u3400-\u9fff-]", _spelt, code or "0")
    return plain if plain[:1].isupper() or plain[:1].isdigit() else f"{prefix or 'X'}-{plain}"


def _spelt(character: re.Match[str]) -> str:
    """Another character by its number, so that two codes never become one account."""
    return f"-u{ord(character.group()):x}-"


def _groups(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if group and group[0].entry_id != line.entry_id:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _beancount(lines: Sequence[_Line]) -> str:
    out = io.StringIO()
    out.write(
        f'option "title" "Elder canteen meal cards"\noption "operating_currency" "{CURRENCY}"\n\n'
    )
    opened: dict[str, date] = {}
    for line in lines:
        opened[line.account] = min(opened.get(line.account, line.booked_on), line.booked_on)
    for account, day in sorted(opened.items()):
        out.write(f"{day} open {account} {CURRENCY}\n")
    for group in _groups(lines):
        head = group[0]
        out.write(f'\n{head.booked_on} * "{NARRATIONS[head.kind]}"\n')
        for key, value in _metadata(head):
            out.write(f'  {key}: "{value}"\n')
        for line in group:
            out.write(f"  {line.account}  {yuan_text(line.fen)} {CURRENCY}\n")
            if line.day is not None:
                out.write(f"    drawer: {line.day}\n")
    return out.getvalue()


def _hledger(lines: Sequence[_Line]) -> str:
    out = io.StringIO()
    out.write(f"commodity {CURRENCY} 1000.00\n\n")
    for account in sorted({line.account for line in lines}):
        out.write(f"account {account}\n")
    for group in _groups(lines):
        head = group[0]
        tags = ", ".join(f"{key}:{value}" for key, value in _metadata(head))
        out.write(f"\n{head.booked_on} * {NARRATIONS[head.kind]}  ; {tags}\n")
        for line in group:
            note = f"  ; drawer:{line.day}" if line.day is not None else ""
            out.write(f"    {line.account}  {CURRENCY} {yuan_text(line.fen)}{note}\n")
    return out.getvalue()


def _csv(lines: Sequence[_Line]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            "entry",
            "kind",
            "booked_on",
            "cause",
            "receipt",
            "account",
            "drawer_day",
            "amount",
            "currency",
        ]
    )
    for line in lines:
        writer.writerow(
            [
                line.entry_id,
                line.kind,
                line.booked_on,
                line.cause,
                line.receipt or "",
                line.account,
                line.day or "",
                yuan_text(line.fen),
                CURRENCY,
            ]
        )
    return out.getvalue()


def _metadata(head: _Line) -> list[tuple[str, str]]:
    found = [("entry", str(head.entry_id)), ("kind", head.kind), ("cause", head.cause)]
    return found + ([("receipt", head.receipt)] if head.receipt else [])
