"""What the books write of a claim: services and grants when it is submitted, cuts when it is approved,
and all of it taken back when it comes back. The caller holds the canteen."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry
from canteen.models.claims import Claim, ClaimCut, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.meals import Meal
from canteen.models.sites import Funder
from canteen.rules.claim_periods import parse_period
from canteen.rules.claim_postings import Entitlement, cut_postings, submission_postings
from canteen.rules.days import local_date
from canteen.rules.lifecycles import CLAIM, move
from canteen.rules.postings import Posting
from canteen.till import ledger
from canteen.till.claim_drawing import draw_claim, open_draft
from canteen.till.claim_services import find_taken_back
from canteen.till.net_meals import IS_CUT_SHARE
from canteen.till.places import CanteenPlace, first_unsigned

#: what is taken back when the claim comes back
BOOKED = ("claim", "claim_cut", "write_off")


def book_submission(session: Session, claim: Claim, now: datetime) -> None:
    """Services and grants are owed from now on; shares and corrections were since they were booked."""
    rows = session.execute(
        select(ClaimLine.kind, ClaimLine.to_whom, ClaimLine.funder_id, func.sum(ClaimLine.fen))
        .where(ClaimLine.claim_id == claim.id, ClaimLine.kind.in_(("service", "grant")))
        .group_by(ClaimLine.kind, ClaimLine.to_whom, ClaimLine.funder_id)
        .order_by(ClaimLine.kind, ClaimLine.to_whom, ClaimLine.funder_id)
    )
    accounts = {"operator": "services", "deliverer": "deliverers", None: "grants"}
    earned = [Entitlement(accounts[row.to_whom], row.funder_id, int(row[3])) for row in rows]
    _post(session, claim, "claim", submission_postings(earned), now)


def book_cuts(session: Session, claim: Claim, cut_fen: Mapping[int, int], now: datetime) -> None:
    """What an approval took off, by funder id."""
    _post(session, claim, "claim_cut", cut_postings(cut_fen), now)


def book_write_off(session: Session, claim: Claim, funder_id: int, fen: int, now: datetime) -> int:
    """What a funder will never pay, or paid too much; the journal entry."""
    return _post(session, claim, "write_off", cut_postings({funder_id: fen}), now)


def find_corrected_cut(session: Session, claim: Claim) -> str | None:
    """The receipt of a meal that a correction changed after the claim's approval had cut a share of it, or
    of which another line takes back what the approval left of a service."""
    booked = select(func.min(JournalEntry.id)).where(
        JournalEntry.canteen_id == claim.canteen_id,
        JournalEntry.kind == "claim_cut",
        JournalEntry.cause == _cause(claim),
    )
    found: str | None = session.execute(
        select(Meal.receipt)
        .join(ClaimLine, ClaimLine.meal_id == Meal.id)
        .join(ClaimCut, ClaimCut.claim_line_id == ClaimLine.id)
        .join(Correction, Correction.meal_id == Meal.id)
        .where(
            ClaimCut.claim_id == claim.id,
            IS_CUT_SHARE,
            Correction.journal_entry_id > booked.scalar_subquery(),
        )
        .order_by(Meal.id)
        .limit(1)
    ).scalar_one_or_none()
    cut = select(ClaimCut.claim_line_id).where(ClaimCut.claim_id == claim.id)
    return found or find_taken_back(session, ClaimLine.id.in_(cut))


def end_version(
    session: Session,
    claim: Claim,
    place: CanteenPlace,
    *,
    action: str,
    reason: str,
    by: str,
    now: datetime,
) -> Claim:
    """Withdrawn or returned: its lines are free, what the books wrote of it is taken back, and the next
    version is drawn."""
    claim.state = move(CLAIM, claim.state, action)
    claim.ended_at, claim.ended_by, claim.end_reason = now, by, reason
    session.flush()
    session.execute(
        update(ClaimLine)
        .where(ClaimLine.claim_id == claim.id, ClaimLine.released_at.is_(None))
        .values(released_at=now)
        .execution_options(synchronize_session=False)
    )
    for entry_id in _list_entries(session, claim):
        ledger.reverse(
            session,
            entry_id=entry_id,
            kind="claim_back",
            booked_on=first_unsigned(session, place.id, local_date(now)),
            cause=_cause(claim),
            now=now,
        )
    draft = open_draft(
        session,
        place,
        parse_period(claim.period),
        None if claim.funder_id is None else session.get_one(Funder, claim.funder_id),
        supplement=claim.supplement,
        version=claim.version + 1,
        by=by,
        now=now,
    )
    draw_claim(session, draft, place, by=by, now=now)
    return draft


def _list_entries(session: Session, claim: Claim) -> Sequence[int]:
    """What the books wrote of the claim; none is older than its submission."""
    assert claim.submitted_at is not None, "only a submitted claim comes back"
    return session.scalars(
        select(JournalEntry.id)
        .where(
            JournalEntry.canteen_id == claim.canteen_id,
            JournalEntry.booked_on >= local_date(claim.submitted_at),
            JournalEntry.kind.in_(BOOKED),
            JournalEntry.cause == _cause(claim),
        )
        .order_by(JournalEntry.id)
    ).all()


def _post(
    session: Session, claim: Claim, kind: str, postings: Sequence[Posting], now: datetime
) -> int:
    return ledger.post(
        session,
        kind=kind,
        canteen_id=claim.canteen_id,
        booked_on=first_unsigned(session, claim.canteen_id, local_date(now)),
        cause=_cause(claim),
        postings=postings,
        now=now,
    )


def _cause(claim: Claim) -> str:
    return f"claim:{claim.number}:{claim.version}"
