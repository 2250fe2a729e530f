"""Services and grants of past months that no claim asks for yet, so that nobody forgets them.

Beside the till because they are found just as drawing a claim finds them; no books hold them before one
is sent.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimLine
from canteen.models.days import CanteenDay
from canteen.rules.claim_periods import ClaimPeriod, month_of
from canteen.till.claim_grants import list_grants
from canteen.till.claim_scope import LATE_DAYS, Scope
from canteen.till.claim_services import list_services
from canteen.till.claims import ENDED, OPEN
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import list_bound

#: funder's id, day booked on, fen
Unclaimed = tuple[int, date, int]


def list_unclaimed(session: Session, place: CanteenPlace, today: date) -> Iterator[Unclaimed]:
    """What drafts hold, and what a claim would find of each month over of which not everybody has a claim.

    Of one that all have, a draft is drawn anew before it is sent, and the next claim brings the rest."""
    before = today.replace(day=1)
    drafted = session.execute(
        select(ClaimLine.funder_id, ClaimLine.booked_on, func.sum(ClaimLine.fen))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.canteen_id == place.id,
            Claim.state.in_(OPEN),
            ClaimLine.kind.in_(("service", "grant")),
            ClaimLine.booked_on < before,
        )
        .group_by(ClaimLine.funder_id, ClaimLine.booked_on)
    )
    for funder_id, booked_on, fen in drafted:
        yield funder_id, booked_on, int(fen)
    for month in _list_months(session, place, before):
        if _is_drawn(session, place, month):
            continue
        scope = Scope(place.id, month.first, month.last, late_days=0)
        for line in list_services(session, scope, place):
            yield line["funder_id"], line["booked_on"], line["fen"]
        for line in list_grants(session, month.code, None, place):
            yield line["funder_id"], line["booked_on"], line["fen"]


def _list_months(session: Session, place: CanteenPlace, before: date) -> Iterator[ClaimPeriod]:
    """The months over, newest first, back to the first signed day or as far as claims look back."""
    first: date | None = session.execute(
        select(func.min(CanteenDay.day)).where(
            CanteenDay.canteen_id == place.id, CanteenDay.signed_at.is_not(None)
        )
    ).scalar_one()
    begins = max(first or before, before - timedelta(LATE_DAYS))
    month = month_of(before).previous
    while month.last >= begins:
        yield month
        month = month.previous


def _is_drawn(session: Session, place: CanteenPlace, month: ClaimPeriod) -> bool:
    """Whether there is a claim of the month for every funder of it."""
    asked = set(
        session.scalars(
            select(Claim.funder_id).where(
                Claim.canteen_id == place.id,
                Claim.state.not_in(ENDED),
                Claim.first_on <= month.first,
                Claim.last_on >= month.last,
            )
        )
    )
    if None in asked:
        return True
    bound = list_bound(session, place, month.first, month.last)
    return asked.issuperset(funder for one in bound for funder in one.funders.values())
