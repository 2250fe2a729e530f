"""Write-offs of claims: what a funder will never pay, asked for by one person and decided by another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimWriteOff
from canteen.models.claims import Claim
from canteen.models.sites import Funder
from canteen.rules.errors import Conflict, NotFound
from canteen.till.claim_money import get_funder, owed_by
from canteen.till.claim_write_offs import ask_write_off, decide_write_off, stands
from canteen.till.claims import hold_claim, need_words, tell


@dataclass(frozen=True, slots=True)
class WriteOffLine:
    """A write-off as the claim's page lists it; `stands`: it waits, and asks for what is open."""

    id: int
    funder: str
    funder_name: str
    fen: int
    reason: str
    asked_at: datetime
    asked_by: str
    decided_by: str | None
    is_approved: bool | None
    stands: bool


def ask(
    session: Session,
    *,
    number: str,
    funder: str,
    reason: str,
    uid: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Ask a second person to write off what is open of an approved claim for a funder.

    Conflict `claim_write_off_nothing` when nothing is."""
    claim, _ = hold_claim(session, number)
    owed = owed_by(session, claim.id, get_funder(session, funder).id)
    if claim.state != "approved" or owed is None or not owed.open_fen:
        raise Conflict(
            "claim_write_off_nothing",
            "这个出资方没有差额可核销",
            "Nothing is open for this funder that could be written off",
            field="funder",
        )
    words = need_words(reason, "reason")
    ask_write_off(session, claim, owed, uid=uid, reason=words, by=by, origin=origin, now=now)


def decide(
    session: Session,
    *,
    write_off_id: int,
    is_approved: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A second person agrees or not; see `till.claim_write_offs.decide_write_off`."""
    number: str | None = session.execute(
        select(Claim.number)
        .join(ClaimWriteOff, ClaimWriteOff.claim_id == Claim.id)
        .where(ClaimWriteOff.id == write_off_id)
    ).scalar_one_or_none()
    if number is None:
        raise NotFound("claim_write_off_unknown", "没有这件核销", "No such write-off")
    claim, _ = hold_claim(session, number)
    row = session.get_one(ClaimWriteOff, write_off_id, populate_existing=True)
    decide_write_off(session, claim, row, is_approved=is_approved, by=by, now=now)
    action = "claim.write_off" if is_approved else "claim.write_off_refuse"
    told = {"fen": row.fen, "asked_by": row.asked_by, "reason": row.reason}
    tell(session, action, claim, told, by=by, origin=origin, now=now)


def list_write_offs(session: Session, *, number: str) -> list[WriteOffLine]:
    """What was asked and decided about a claim, oldest first."""
    rows = session.execute(
        select(ClaimWriteOff, Funder.code, Funder.name)
        .join(Claim, Claim.id == ClaimWriteOff.claim_id)
        .join(Funder, Funder.id == ClaimWriteOff.funder_id)
        .where(Claim.number == number)
        .order_by(ClaimWriteOff.id)
    )
    return [
        WriteOffLine(
            row.id, code, name, row.fen, row.reason, row.asked_at, row.asked_by, row.decided_by,
            row.is_approved, row.decided_at is None and stands(session, row),
        )
        for row, code, name in rows
    ]  # fmt: skip
