"""Purses to look at: below zero, to be paid out, and how long each balance has lain still."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry, LedgerEntry, Purse
from canteen.models.people import Elder, ElderFact
from canteen.rules.days import local_date
from canteen.till.persons import holds_on, is_listed, is_within

#: a balance has lain still for at most so many days; None: longer than all
AGES: tuple[int | None, ...] = (30, 90, 180, 365, None)


@dataclass(frozen=True, slots=True)
class PurseLine:
    """A purse with money or debt in it, when it last moved, and whether she has gone."""

    number: str
    name: str
    balance_fen: int
    moved_on: date | None
    below_floor_since: datetime | None
    status: str | None


@dataclass(frozen=True, slots=True)
class PurseLists:
    """The purses of some communities. `ageing` are (days at most, purses, fen) of those above zero."""

    below_zero: tuple[PurseLine, ...]
    to_pay_out: tuple[PurseLine, ...]
    ageing: tuple[tuple[int | None, int, int], ...]
    held_fen: int
    owed_fen: int


def list_purses(session: Session, *, areas: tuple[str, ...], now: datetime) -> PurseLists:
    """All purses of these communities that are not empty, sorted out."""
    day = local_date(now)
    moved = (
        select(LedgerEntry.account_id, func.max(JournalEntry.booked_on).label("moved_on"))
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .join(Purse, Purse.account_id == LedgerEntry.account_id)
        .join(Elder, Elder.id == Purse.elder_id)
        .where(is_within(areas), Purse.balance_fen != 0)
        .group_by(LedgerEntry.account_id)
        .subquery()
    )
    status = (
        select(func.max(ElderFact.code))
        .where(ElderFact.elder_id == Elder.id, ElderFact.kind == "status", holds_on(day))
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Elder.number,
            Elder.name,
            Purse.balance_fen,
            moved.c.moved_on,
            Purse.below_floor_since,
            status,
        )
        .join(Purse, Purse.elder_id == Elder.id)
        .outerjoin(moved, moved.c.account_id == Purse.account_id)
        .where(is_listed(), is_within(areas), Purse.balance_fen != 0)
        .order_by(Purse.balance_fen, Elder.pinyin, Elder.number)
    )
    lines = [PurseLine(*row) for row in rows]
    above = [line for line in lines if line.balance_fen > 0]
    return PurseLists(
        tuple(line for line in lines if line.balance_fen < 0),
        tuple(line for line in above if line.status is not None),
        tuple(_age(above, day)),
        sum(line.balance_fen for line in above),
        -sum(line.balance_fen for line in lines if line.balance_fen < 0),
    )


def _age(lines: list[PurseLine], day: date) -> list[tuple[int | None, int, int]]:
    """How many purses, and how much, by the days since each last moved."""
    found: dict[int | None, list[int]] = {most: [] for most in AGES}
    for line in lines:
        still = (day - (line.moved_on or day)).days
        bucket = next((most for most in AGES if most is not None and still <= most), None)
        found[bucket].append(line.balance_fen)
    return [(most, len(amounts), sum(amounts)) for most, amounts in found.items()]
