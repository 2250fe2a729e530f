"""What is open of a claim and will never come, or came too much: one person asks that the canteen bears it,
another decides. The only maker of these rows; the caller holds the claim.

Beside the till because who records a payment with its reason asks for it too.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimWriteOff
from canteen.models.claims import Claim
from canteen.rules.errors import Conflict, Refused
from canteen.till.claim_booking import book_write_off
from canteen.till.claim_money import Owed, owed_by, settle_claim
from canteen.till.claims import tell


def ask_write_off(
    session: Session,
    claim: Claim,
    owed: Owed,
    *,
    uid: str,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Ask for what is open now; the same uid again is the same."""
    known = select(ClaimWriteOff.id).where(ClaimWriteOff.uid == uid)
    if session.execute(known).first() is not None:
        return
    session.add(
        ClaimWriteOff(
            uid=uid, claim_id=claim.id, funder_id=owed.funder_id, fen=owed.open_fen, reason=reason,
            asked_at=now, asked_by=by,
        )
    )  # fmt: skip
    session.flush()
    told = {"funder": owed.funder, "fen": owed.open_fen, "reason": reason}
    tell(session, "claim.write_off_ask", claim, told, by=by, origin=origin, now=now)


def stands(session: Session, row: ClaimWriteOff) -> bool:
    """Whether what it asks is what is open of an approved claim."""
    state = session.execute(select(Claim.state).where(Claim.id == row.claim_id)).scalar_one()
    owed = owed_by(session, row.claim_id, row.funder_id)
    return state == "approved" and owed is not None and owed.open_fen == row.fen


def decide_write_off(
    session: Session, claim: Claim, row: ClaimWriteOff, *, is_approved: bool, by: str, now: datetime
) -> None:
    """Write it off, or not, as a second person says.

    Conflict `claim_write_off_decided`, `claim_write_off_overtaken` when another sum is open meanwhile;
    Refused `claim_write_off_second_person`."""
    if row.decided_at is not None:
        raise Conflict(
            "claim_write_off_decided", "这件事已经办过了", "This has been decided already"
        )
    if row.asked_by == by:
        raise Refused(
            "claim_write_off_second_person",
            "提出的人不能自己批准，要另一个人",
            "Who asked does not decide: a second person does",
        )
    entry_id = None
    if is_approved:
        if not stands(session, row):
            raise Conflict(
                "claim_write_off_overtaken",
                "之后又有变动，差额已经不是这个数，请重新提出",
                "Something came since and another sum is open now: ask for that",
            )
        entry_id = book_write_off(session, claim, row.funder_id, row.fen, now)
    session.execute(
        update(ClaimWriteOff)
        .where(ClaimWriteOff.id == row.id)
        .values(decided_at=now, decided_by=by, is_approved=is_approved, journal_entry_id=entry_id)
    )
    if is_approved:
        settle_claim(session, claim, now)
