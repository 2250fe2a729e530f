"""A funder's payment or a donation that was recorded by mistake, taken back once.

Beside the till because both are taken back alike: a reason, a mark on the row, the opposite entry.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment, Donation
from canteen.rules.days import local_date
from canteen.rules.errors import CanteenError, Invalid
from canteen.till import ledger
from canteen.till.claim_money import NOTE_LENGTH_MAX
from canteen.till.places import first_unsigned


def need_reason(reason: str) -> str:
    """Why it is taken back; Invalid `reason` when nobody says."""
    words = reason.strip()
    if not words:
        raise Invalid("reason", "要写明原因", "Say why", field="reason")
    return words


def take_back(
    session: Session,
    row: ClaimPayment | Donation,
    canteen_id: int,
    reason: str,
    *,
    otherwise: CanteenError,
    by: str,
    now: datetime,
) -> None:
    """Mark the row and post the opposite on the first unsigned day; raises `otherwise` the second time."""
    of = type(row)
    done = session.execute(
        update(of)
        .where(of.id == row.id, of.reversed_at.is_(None))
        .values(reversed_at=now, reversed_by=by, reversal_reason=reason[:NOTE_LENGTH_MAX])
        .returning(of.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise otherwise
    ledger.reverse(
        session,
        entry_id=row.journal_entry_id,
        kind="reversal",
        booked_on=first_unsigned(session, canteen_id, local_date(now)),
        cause=f"reversal:{row.uid}",
        now=now,
    )
