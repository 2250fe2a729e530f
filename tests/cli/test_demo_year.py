"""A demonstration year over five canteens: each month claimed, and all totals one truth to the fen."""

import io
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from beancount.loader import load_file
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.config import load_settings
from canteen.demo.community import fill_demonstration
from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal, Share
from canteen.models.sites import Canteen
from reports import verify
from tests.cli.conftest import Installation
from tests.judges.libreoffice import list_differing

TODAY = date(2026, 11, 20)
DAYS, ELDERS, CANTEENS = 370, 75, 5
#: so many claims each, that of the first, short month included
MONTHS = 12


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twelve_claims_of_five_canteens_are_the_day_sheets_the_ledger_and_what_others_add_up(
    bare: Installation, tmp_path: Path
) -> None:
    fill_demonstration(
        load_settings(),
        days=DAYS,
        seed=3,
        elders=ELDERS,
        canteens=CANTEENS,
        today=TODAY,
        say=lambda _: None,
    )
    assert bare.run("check", "--deep", "--json").json["breaches"] == []
    database = bare.open()
    sent = database.read(_list_sent)
    for canteen, periods in sent.items():
        assert len(periods) == MONTHS, (canteen, periods)
    assert database.read(_count_story) == {"returned": 1, "reopened": 1, "corrections": 2}
    assert database.read(_list_held), "what was eaten after a death told late is held out"
    assert database.read(_sum_claimed) == database.read(_sum_paid)
    claimed, sheets = database.read(_sum_claimed_months), database.read(_sum_sheets)
    for canteen, periods in sent.items():
        for period in periods:
            assert claimed[canteen, period] == sheets[canteen, period], (canteen, period)
    for canteen, periods in sent.items():
        for period in periods:
            path = tmp_path / f"{canteen}-{period}.xlsx"
            words = ("--canteen", canteen, "--period", period, "--format", "xlsx")
            bare.run("claim", "export", *words, "-o", str(path), "--as", "demo-finance")
            assert verify.main([str(path)]) == 0, path
            folder = tmp_path / path.stem
            assert list(list_differing(path.read_bytes(), folder)) == [], path
    journal = tmp_path / "books.beancount"
    bare.run("ledger", "export", "--format", "beancount", "-o", str(journal))
    _, errors, _ = load_file(str(journal), log_errors=io.StringIO())
    assert errors == []


def _list_sent(session: Session) -> dict[str, list[str]]:
    """Canteen → the periods whose claims went out, in order."""
    rows = session.execute(
        select(Canteen.code, Claim.period)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(Claim.state.in_(("submitted", "approved", "paid")))
        .order_by(Claim.period)
    )
    sent: dict[str, list[str]] = defaultdict(list)
    for code, period in rows:
        sent[code].append(period)
    return dict(sent)


def _count_story(session: Session) -> dict[str, int]:
    """What happened to the year's claims."""
    counts = {
        "returned": select(func.count()).select_from(Claim).where(Claim.state == "returned"),
        "reopened": select(func.count())
        .select_from(DaySheet)
        .where(DaySheet.reopened_at.is_not(None)),
        "corrections": select(func.count())
        .select_from(Correction)
        .where(Correction.booked_on.is_not(None)),
    }
    return {name: session.execute(query).scalar_one() for name, query in counts.items()}


def _list_held(session: Session) -> list[int]:
    """The meals that a check keeps out of claims."""
    rows = session.scalars(select(ClaimHold.item).where(ClaimHold.lifted_at.is_(None)))
    return [int(item.removeprefix("meal:")) for item in rows]


def _sum_claimed_months(session: Session) -> dict[tuple[str, str], int]:
    """(canteen, month) → fen of the shares and corrections claimed of its booked days, or held out."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    lines = session.execute(
        select(Canteen.code, ClaimLine.booked_on, ClaimLine.fen)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(ClaimLine.released_at.is_(None), ClaimLine.kind.in_(("share", "correction")))
    )
    held = session.execute(
        select(Canteen.code, Meal.booked_on, Share.fen)
        .join(Meal, Meal.id == Share.meal_id)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(Meal.id.in_(_list_held(session)), Share.funder_id.is_not(None))
    )
    for code, booked_on, fen in [*lines, *held]:
        sums[code, f"{booked_on:%Y-%m}"] += fen
    return dict(sums)


def _sum_claimed(session: Session) -> dict[int, int]:
    """Canteen id → fen of all lines of its paid claims."""
    claimed = session.execute(
        select(Claim.canteen_id, func.sum(ClaimLine.fen))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(ClaimLine.released_at.is_(None), Claim.state == "paid")
        .group_by(Claim.canteen_id)
    )
    return {row[0]: row[1] for row in claimed}


def _sum_paid(session: Session) -> dict[int, int]:
    """Canteen id → fen that funders paid of claims, as the ledger has it."""
    paid = session.execute(
        select(Account.canteen_id, func.sum(LedgerEntry.fen))
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(Account.kind == "receivable", JournalEntry.kind == "claim_payment")
        .group_by(Account.canteen_id)
    )
    return {row[0]: row[1] for row in paid}


def _sum_sheets(session: Session) -> dict[tuple[str, str], int]:
    """(canteen, month) → government and charity fen of the signed sheets, corrections included."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    rows = session.execute(
        select(Canteen.code, DaySheet.day, DaySheet.figures)
        .join(Canteen, Canteen.id == DaySheet.canteen_id)
        .where(DaySheet.reopened_at.is_(None))
    )
    for code, day, text in rows:
        figures = json.loads(text)
        parts = (figures["payers"], figures.get("corrections", {}).get("payers", {}))
        sums[code, f"{day:%Y-%m}"] += sum(
            payer["fen"] for part in parts for payer in part.values() if payer["kind"] != "canteen"
        )
    return dict(sums)
