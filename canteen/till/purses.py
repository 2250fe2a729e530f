"""Opening an elder's purse: the account and the row that is her lock. Done when she is registered."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry, Purse


def open_purse(session: Session, elder_id: int) -> None:
    """Give a new elder her purse, empty."""
    open_purses(session, [elder_id])


def open_purses(session: Session, elder_ids: Sequence[int]) -> None:
    """Give new elders their purses, empty."""
    rows = [
        {"key": f"purse:{elder_id}", "kind": "purse", "elder_id": elder_id}
        for elder_id in elder_ids
    ]
    made = session.execute(insert(Account).returning(Account.elder_id, Account.id), rows)
    session.execute(
        insert(Purse),
        [
            {"elder_id": elder_id, "account_id": account_id, "balance_fen": 0}
            for elder_id, account_id in made
        ],
    )


def mark_below_floor(session: Session, elder_id: int, since: object) -> None:
    """Flag (an instant) or clear (None) a purse that a late swipe or a delivery took below its floor."""
    session.execute(update(Purse).where(Purse.elder_id == elder_id).values(below_floor_since=since))


def clear_if_above(session: Session, elder_id: int, floor_fen: int) -> int:
    """The balance now; the flag is lifted when it stands at its floor or above again."""
    balance_fen: int = session.execute(
        select(Purse.balance_fen).where(Purse.elder_id == elder_id)
    ).scalar_one()
    if balance_fen >= floor_fen:
        session.execute(
            update(Purse)
            .where(Purse.elder_id == elder_id, Purse.below_floor_since.is_not(None))
            .values(below_floor_since=None)
        )
    return balance_fen


def get_last_canteen(session: Session, elder_id: int) -> int:
    """The canteen of the purse's last line; the purse is not empty, so it has one."""
    last = (
        select(func.max(LedgerEntry.journal_entry_id))
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(Account.kind == "purse", Account.elder_id == elder_id)
        .scalar_subquery()
    )
    canteen_id: int = session.execute(
        select(JournalEntry.canteen_id).where(JournalEntry.id == last)
    ).scalar_one()
    return canteen_id
