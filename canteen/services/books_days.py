"""The check of the signed days: their chain of hashes, and each sheet against the rows it counts.

`check_chain` needs only the sheets. `recount_days` loads every line again: it names the receipt of a
line that was changed, taken away or added behind a signature, and proves each day against the ledger.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.days import CanteenDay
from canteen.models.desk import DaySheet
from canteen.models.sites import Canteen
from canteen.rules.breaches import Breach
from canteen.rules.day_figures import add_up
from canteen.rules.day_lines import DayLines, canonical, line_digests, sheet_sha256
from canteen.till.day_lines import load_day_lines

BREACHES_MAX = 100
#: what a day sheet counts; claims, payments and debts written off are not of a day
ENTRY_KINDS = (
    "meal", "meal_void", "top_up", "top_up_void", "pay_out", "opening", "merge", "correction",
)  # fmt: skip
REFUSAL = "swipe:"


def check_chain(session: Session) -> tuple[list[Breach], int]:
    """Every signed sheet in the order of signing: its own hash, the two before it, and that the day
    itself says the same; the breaches and how many sheets."""
    breaches: list[Breach] = []
    count = 0
    newest: dict[tuple[int, Any], DaySheet] = {}
    rows = session.execute(
        select(DaySheet, Canteen.code)
        .join(Canteen, Canteen.id == DaySheet.canteen_id)
        .order_by(DaySheet.id)
    )
    for sheet, code in rows:
        count += 1
        breaches += _check_sheet(sheet, code, newest)
        newest[sheet.canteen_id, sheet.day] = sheet
    breaches += _check_days(session, newest)
    return breaches[:BREACHES_MAX], count


def _check_sheet(
    sheet: DaySheet, code: str, newest: dict[tuple[int, Any], DaySheet]
) -> Iterator[Breach]:
    place = f"{code} {sheet.day} version {sheet.version}"
    again = sheet_sha256(
        canteen=code,
        day=sheet.day,
        version=sheet.version,
        figures=sheet.figures,
        lines=sheet.lines,
        signed_by=sheet.signed_by,
        signed_at=sheet.signed_at,
        remark=sheet.remark,
        previous=sheet.previous_sha256,
        replaced=sheet.replaced_sha256,
    )
    if again != sheet.sha256:
        yield Breach("sheet_changed", place, "its hash does not fit what it says")
    replaced = newest.get((sheet.canteen_id, sheet.day))
    version = replaced.version + 1 if replaced else 1
    if sheet.version != version or sheet.replaced_sha256 != (replaced.sha256 if replaced else None):
        yield Breach("sheet_chain_broken", place, "does not follow the version it replaces")
    before = [day for canteen_id, day in newest if canteen_id == sheet.canteen_id]
    last = max((day for day in before if day < sheet.day), default=None)
    previous = newest[sheet.canteen_id, last].sha256 if last else ""
    if sheet.previous_sha256 != previous:
        yield Breach("sheet_chain_broken", place, "does not follow the day before")


def _check_days(session: Session, newest: dict[tuple[int, Any], DaySheet]) -> Iterator[Breach]:
    """A day is signed exactly when its newest sheet stands."""
    standing = {key: sheet.signed_at for key, sheet in newest.items() if sheet.reopened_at is None}
    signed = {
        (row.canteen_id, row.day): row.signed_at
        for row in session.scalars(select(CanteenDay).where(CanteenDay.signed_at.is_not(None)))
    }
    for canteen_id, day in sorted(standing.keys() ^ signed.keys()):
        yield Breach("signed_without_sheet", f"canteen {canteen_id} {day}", "sheet and day differ")


def recount_days(session: Session) -> tuple[list[Breach], int]:
    """Every day with a line, added up again from its rows: against its signed sheet and the ledger;
    the breaches (at most a hundred) and how many days."""
    sheets = {
        (sheet.canteen_id, sheet.day): sheet
        for sheet in session.scalars(select(DaySheet).where(DaySheet.reopened_at.is_(None)))
    }
    days = session.execute(
        select(CanteenDay.canteen_id, CanteenDay.day, Canteen.code)
        .join(Canteen, Canteen.id == CanteenDay.canteen_id)
        .order_by(Canteen.code, CanteenDay.day)
    ).all()
    breaches: list[Breach] = []
    for canteen_id, day, code in days:
        lines = load_day_lines(session, canteen_id, day)
        place = f"{code} {day}"
        sheet = sheets.get((canteen_id, day))
        if sheet is not None:
            breaches += _compare(place, sheet, lines)
        ledger = _sum_ledger(session, canteen_id, day)
        for account, fen in _expect(add_up(lines)).items():
            if ledger[account] != fen:
                detail = f"{account}: sheet {fen}, ledger {ledger[account]}"
                breaches.append(Breach("sheet_is_not_the_ledger", place, detail))
        session.expunge_all()
        if len(breaches) >= BREACHES_MAX:
            break
    return breaches[:BREACHES_MAX], len(days)


def _compare(place: str, sheet: DaySheet, lines: DayLines) -> Iterator[Breach]:
    signed: dict[str, str] = json.loads(sheet.lines)
    now = line_digests(lines)
    for key in sorted(signed.keys() | now.keys()):
        if key not in now:
            yield Breach("signed_line_missing", key, place)
        elif key not in signed:
            if not key.startswith(REFUSAL):  # a refusal may arrive after the signature
                yield Breach("line_added_after_signing", key, place)
        elif signed[key] != now[key]:
            yield Breach("signed_line_changed", key, place)
    figures: dict[str, Any] = json.loads(sheet.figures)
    figures.pop("anomalies", None)
    refusals = [one for one in lines.refusals if f"{REFUSAL}{one.swipe}" in signed]
    again: dict[str, Any] = json.loads(canonical(add_up(replace(lines, refusals=refusals))))
    for key in sorted(figures.keys() | again.keys()):
        if figures.get(key) != again.get(key):
            yield Breach("signed_figures_differ", place, key)


#: journal kinds that are no line of a day sheet: money between funders and the canteen, a debt let go
_BESIDE = ("claim", "claim_back", "claim_cut", "claim_payment", "advance", "write_off")


def _sum_ledger(session: Session, canteen_id: int, day: Any) -> defaultdict[str, int]:
    """What the entries booked on the day add up to, by kind of account; a person's debt is hers as her
    purse is."""
    rows = session.execute(
        select(Account.kind, func.sum(LedgerEntry.fen))
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(
            JournalEntry.canteen_id == canteen_id,
            JournalEntry.booked_on == day,
            JournalEntry.kind.not_in(_BESIDE),
            JournalEntry.reverses_id.is_(None)
            | JournalEntry.reverses_id.not_in(
                select(JournalEntry.id).where(JournalEntry.kind.in_(_BESIDE))
            ),
        )
        .group_by(Account.kind)
    )
    sums: defaultdict[str, int] = defaultdict(int)
    for kind, fen in rows:
        sums["purse" if kind == "elder_debt" else kind] += int(fen)
    return sums


def _expect(figures: dict[str, Any]) -> dict[str, int]:
    money, changed = figures["money"], defaultdict(int, figures.get("corrections", {}))
    fees_fen = figures.get("deliveries", {}).get("fees_fen", 0) + changed["delivery_fee_fen"]
    into_purses = sum(money[f"top_up_{pay}_fen"] for pay in ("cash", "external", "opening"))
    return {
        "sales": money["price_fen"] + changed["price_fen"],
        "receivable": -money["subsidy_fen"] - changed["subsidy_fen"],
        "discount": -money["discount_fen"] - changed["discount_fen"],
        "cash_rounding": -money["rounding_fen"],
        "external": -money["external_fen"]
        - money["top_up_external_fen"]
        - money.get("donation_external_fen", 0),
        "bank": -money["top_up_opening_fen"],
        "cash_drawer": money["pay_out_fen"]
        - money["cash_fen"]
        - money["top_up_cash_fen"]
        - money.get("donation_cash_fen", 0)
        + changed["cash_fen"],
        "delivery_fees": fees_fen,
        "write_off": -changed["borne_fen"],
        "purse": into_purses
        - money["purse_fen"]
        - fees_fen
        - money["pay_out_fen"]
        + changed["purse_fen"],
    }
