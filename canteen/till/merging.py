"""Two rows of the register that are one person: her lock, and the money that goes to the row that goes on.

A merged row keeps its meals and entries; only what its purse holds moves, by a balanced entry. When an
old line of it is voided later, what comes back to its purse is passed on in the same transaction.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.rules.days import local_date
from canteen.rules.postings import Posting
from canteen.till import ledger
from canteen.till.ledger import HeldPurse
from canteen.till.places import first_unsigned
from canteen.till.purses import get_last_canteen


def lock_person(session: Session, elder_id: int) -> HeldPurse:
    """Lock the purse of the row that goes on: of `elder_id`, or of the one it was merged into while
    the caller waited. From here to the commit nothing else happens to her money or quota."""
    held = ledger.lock(session, elder_id)
    kept = find_kept(session, elder_id)
    return held if kept is None else lock_person(session, kept)


def move_balance(session: Session, *, from_id: int, to_id: int, cause: str, now: datetime) -> int:
    """Move what one purse holds (or owes) to the other; both are locked. Returns the fen moved."""
    balance_fen = ledger.lock(session, from_id).balance_fen
    if not balance_fen:
        return 0
    canteen_id = get_last_canteen(session, from_id)
    ledger.post(
        session,
        kind="merge",
        canteen_id=canteen_id,
        booked_on=first_unsigned(session, canteen_id, local_date(now)),
        cause=cause,
        postings=[
            Posting("purse", -balance_fen, elder_id=from_id),
            Posting("purse", balance_fen, elder_id=to_id),
        ],
        now=now,
    )
    return balance_fen


def pass_on(session: Session, elder_id: int, *, cause: str, now: datetime) -> int:
    """After an old line of a merged row was taken back: what its purse got or lost is her person's.
    Returns the row whose purse is hers."""
    kept = find_kept(session, elder_id)
    if kept is None:
        return elder_id
    lock_person(session, kept)
    move_balance(session, from_id=elder_id, to_id=kept, cause=cause, now=now)
    return kept


def find_kept(session: Session, elder_id: int) -> int | None:
    """The row that goes on where this one was merged into it; None where it goes on itself."""
    kept: int | None = session.execute(
        select(Elder.merged_into_id).where(Elder.id == elder_id)
    ).scalar_one()
    return kept
