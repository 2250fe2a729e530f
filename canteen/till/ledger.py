"""The ledger: locks a purse, posts balanced entries, reverses them, reads a balance. Nothing else.

No other module makes ledger rows. The purse balance is kept beside its entries and moves in the same
statement sequence, guarded in the UPDATE itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry, Purse
from canteen.rules.errors import NotFound
from canteen.rules.postings import Posting, balanced

#: accounts that belong to a person, wherever she eats
OF_ELDER = ("purse", "elder_debt")
#: and a fund's, which is one pot for every canteen it pays
OF_NO_CANTEEN = (*OF_ELDER, "fund")


@dataclass(frozen=True, slots=True)
class HeldPurse:
    """A purse locked until the end of the caller's transaction, with its balance in fen."""

    elder_id: int
    balance_fen: int


class Overdrawn(Exception):
    """A guarded posting would take the purse below its floor; the caller's transaction must end."""


def lock(session: Session, elder_id: int) -> HeldPurse:
    """Lock the elder's purse: from here to the commit nothing else happens to her money or quota."""
    balance_fen = session.execute(
        select(Purse.balance_fen).where(Purse.elder_id == elder_id).with_for_update()
    ).scalar_one_or_none()
    if balance_fen is None:
        raise NotFound("elder_unknown", "没有这位长者", "No such elder", elder_id=elder_id)
    return HeldPurse(elder_id, balance_fen)


def balance(session: Session, elder_id: int) -> int:
    """The balance as the entries add up to, in fen (not the kept figure): for proofs."""
    return session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(Account.kind == "purse", Account.elder_id == elder_id)
    ).scalar_one()


def post(
    session: Session,
    *,
    kind: str,
    canteen_id: int,
    booked_on: date,
    cause: str,
    postings: Sequence[Posting],
    now: datetime,
    meal_id: int | None = None,
    reverses_id: int | None = None,
    floor_fen: int | None = None,
) -> int:
    """Make one journal entry of `postings` (they sum to zero) and return its id.

    `cause` is the id of the swipe or act. With `floor_fen` no purse may end below it: else
    `Overdrawn`. An entry without lines (a free meal) is made all the same: the event happened."""
    lines = balanced(postings)
    entry_id = session.execute(
        insert(JournalEntry)
        .values(
            kind=kind,
            canteen_id=canteen_id,
            booked_on=booked_on,
            booked_at=now,
            meal_id=meal_id,
            reverses_id=reverses_id,
            cause=cause,
        )
        .returning(JournalEntry.id)
    ).scalar_one()
    if not lines:
        return entry_id
    accounts = _open_accounts(session, canteen_id, lines)
    session.execute(
        insert(LedgerEntry),
        [
            {
                "journal_entry_id": entry_id,
                "line": number,
                "account_id": accounts[_key(canteen_id, posting)],
                "fen": posting.fen,
            }
            for number, posting in enumerate(lines, start=1)
        ],
    )
    for posting in lines:
        if posting.kind == "purse":
            assert posting.elder_id is not None, posting
            _move_purse(session, posting.elder_id, posting.fen, floor_fen)
    return entry_id


def reverse(
    session: Session,
    *,
    entry_id: int,
    kind: str,
    booked_on: date,
    cause: str,
    now: datetime,
    floor_fen: int | None = None,
) -> int:
    """Post the exact opposite of a journal entry, once; the database refuses a second reversal."""
    original = session.execute(
        select(JournalEntry.canteen_id, JournalEntry.meal_id).where(JournalEntry.id == entry_id)
    ).one()
    rows = session.execute(
        select(
            Account.kind,
            Account.elder_id,
            Account.counter_id,
            Account.funder_id,
            Account.day,
            LedgerEntry.fen,
        )
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(LedgerEntry.journal_entry_id == entry_id)
        .order_by(LedgerEntry.line)
    ).all()
    opposite = [
        Posting(
            row.kind,
            -row.fen,
            elder_id=row.elder_id,
            counter_id=row.counter_id,
            funder_id=row.funder_id,
            # Cash given back leaves today's drawer, not the drawer of a day already counted.
            day=booked_on if row.day else None,
        )
        for row in rows
    ]
    return post(
        session,
        kind=kind,
        canteen_id=original.canteen_id,
        booked_on=booked_on,
        cause=cause,
        postings=opposite,
        now=now,
        meal_id=original.meal_id,
        reverses_id=entry_id,
        floor_fen=floor_fen,
    )


def _move_purse(session: Session, elder_id: int, fen: int, floor_fen: int | None) -> None:
    change = (
        update(Purse)
        .where(Purse.elder_id == elder_id)
        .values(balance_fen=Purse.balance_fen + fen)
        .returning(Purse.balance_fen)
    )
    if floor_fen is not None:
        change = change.where(Purse.balance_fen + fen >= floor_fen)
    if session.execute(change).scalar_one_or_none() is None:
        raise Overdrawn(elder_id)


def _key(canteen_id: int, posting: Posting) -> str:
    """The account's name: purse:17, cash_drawer:3:2:2026-11-25, receivable:3:5, sales:3 …"""
    if posting.kind in OF_ELDER:
        return f"{posting.kind}:{posting.elder_id}"
    if posting.kind == "cash_drawer":
        assert posting.day is not None, posting
        return f"cash_drawer:{canteen_id}:{posting.counter_id or 0}:{posting.day.isoformat()}"
    if posting.kind in ("receivable", "advance"):
        assert posting.funder_id is not None, posting
        return f"{posting.kind}:{canteen_id}:{posting.funder_id}"
    if posting.kind == "fund":
        assert posting.funder_id is not None, posting
        return f"fund:{posting.funder_id}"
    return f"{posting.kind}:{canteen_id}"


def _open_accounts(
    session: Session, canteen_id: int, postings: Sequence[Posting]
) -> dict[str, int]:
    """The ids of the accounts posted to; those that are new are opened."""
    wanted = {_key(canteen_id, posting): posting for posting in postings}
    query = select(Account.key, Account.id).where(Account.key.in_(list(wanted)))
    found = {row.key: row.id for row in session.execute(query)}
    missing = [key for key in wanted if key not in found]
    if missing:
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        opening = (sqlite if on_sqlite else postgresql).insert(Account)
        session.execute(
            opening.on_conflict_do_nothing(index_elements=["key"]),
            [_account_values(key, canteen_id, wanted[key]) for key in sorted(missing)],
        )
        found = {row.key: row.id for row in session.execute(query)}
    return found


def _account_values(key: str, canteen_id: int, posting: Posting) -> dict[str, object]:
    return {
        "key": key,
        "kind": posting.kind,
        "canteen_id": None if posting.kind in OF_NO_CANTEEN else canteen_id,
        "elder_id": posting.elder_id,
        "counter_id": posting.counter_id,
        "funder_id": posting.funder_id,
        "day": posting.day,
    }
