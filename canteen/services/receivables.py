"""What funders owe the canteens: per claim what is open and since when, what is overdue, and what nobody
has claimed yet.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, LedgerEntry
from canteen.models.claims import Claim
from canteen.models.meals import Meal, Share
from canteen.models.sites import Canteen, Funder
from canteen.rules.claim_periods import ClaimPeriod, month_of
from canteen.rules.claim_terms import claim_by, pay_by
from canteen.rules.days import local_date
from canteen.till.claim_money import Owed, list_owed
from canteen.till.claims import SENT
from canteen.till.places import get_canteen
from canteen.till.unclaimed import list_unclaimed


@dataclass(frozen=True, slots=True)
class Receivable:
    """What a funder owes of a claim, or (`number` None) of what is in no claim that was sent.

    `since`: the day of approval, of submission while it waits for that, of the first meal not claimed;
    `due_on`: by when it is to be paid, or claimed; `note`: why it is to be written off."""

    canteen: str
    canteen_name: str
    funder: str
    funder_name: str
    number: str | None
    period: str
    #: unclaimed, and unclaimed_services with grants; submitted, approved; explained: a second person is
    #: asked to write it off; to_pay_back: we owe it
    state: str
    asked_fen: int
    cut_fen: int
    paid_fen: int
    open_fen: int
    since: date
    due_on: date | None
    days: int
    is_overdue: bool
    #: the claim came after the day on which the funder wants it
    is_late_claim: bool = False
    note: str | None = None


def list_receivables(
    session: Session, *, canteens: Collection[str], today: date
) -> list[Receivable]:
    """Everything open at these canteens, longest overdue first."""
    funders, places = _load(session, canteens)
    found, left = _list_claimed(session, funders, places, today)
    for (canteen_id, funder_id), fen in sorted(left.items()):
        if fen:
            found.append(_unclaimed(session, places[canteen_id], funders[funder_id], fen, today))
    for canteen in places.values():
        found += _unclaimed_services(session, canteen, funders, today)
    return sorted(found, key=_urgency)


def list_owed_claims(
    session: Session, *, canteens: Collection[str], today: date
) -> list[Receivable]:
    """What is open of the claims that were sent, longest overdue first."""
    return sorted(_list_claimed(session, *_load(session, canteens), today)[0], key=_urgency)


Funders = dict[int, Funder]
Places = dict[int, Canteen]
#: by canteen and funder
Left = dict[tuple[int, int], int]


def _load(session: Session, canteens: Collection[str]) -> tuple[Funders, Places]:
    funders = {funder.id: funder for funder in session.scalars(select(Funder))}
    places = session.scalars(select(Canteen).where(Canteen.code.in_(canteens)))
    return funders, {place.id: place for place in places}


def _list_claimed(
    session: Session, funders: Funders, places: Places, today: date
) -> tuple[list[Receivable], Left]:
    """What is open of each claim that was sent, and what the books say beyond by canteen and funder."""
    claims = session.scalars(
        select(Claim)
        .where(Claim.canteen_id.in_(places), Claim.state.in_(("submitted", "approved")))
        .order_by(Claim.id)
    ).all()
    owed = list_owed(session, [claim.id for claim in claims])
    left = _list_balances(session, places)
    found = []
    for claim in claims:
        for one in owed[claim.id]:
            key = claim.canteen_id, one.funder_id
            left[key] = left.get(key, 0) - one.open_fen
            if one.open_fen:
                funder = funders[one.funder_id]
                found.append(_of_claim(claim, places[claim.canteen_id], funder, one, today))
    return found, left


def _urgency(one: Receivable) -> tuple[bool, int, str, str, str]:
    return not one.is_overdue, -one.days, one.canteen, one.number or "", one.funder


def _of_claim(claim: Claim, canteen: Canteen, funder: Funder, one: Owed, today: date) -> Receivable:
    submitted_on = local_date(claim.submitted_at) if claim.submitted_at else claim.last_on
    approved_on = local_date(claim.approved_at) if claim.approved_at else None
    due_on = pay_by(approved_on, funder.pay_within_days) if approved_on else None
    state = (
        "submitted" if approved_on is None
        else "explained" if one.is_explained
        else "to_pay_back" if one.open_fen < 0
        else "approved"
    )  # fmt: skip
    since = approved_on or submitted_on
    return Receivable(
        canteen.code,
        canteen.name,
        one.funder,
        one.funder_name,
        claim.number,
        claim.period,
        state,
        one.asked_fen,
        one.cut_fen,
        one.paid_fen,
        one.open_fen,
        since,
        due_on,
        (today - since).days,
        one.open_fen > 0 and due_on is not None and today > due_on,
        submitted_on > claim_by(claim.last_on, funder.claim_by_day),
        one.note if one.is_explained else None,
    )


def _unclaimed(
    session: Session, canteen: Canteen, funder: Funder, fen: int, today: date
) -> Receivable:
    """What the books say beyond the claims that were sent: from the first day after them."""
    last: date | None = session.execute(
        select(func.max(Claim.last_on)).where(
            Claim.canteen_id == canteen.id,
            Claim.state.in_(SENT),
            or_(Claim.funder_id.is_(None), Claim.funder_id == funder.id),
        )
    ).scalar_one()
    first: date | None = session.execute(
        select(func.min(Meal.booked_on))
        .join(Share, Share.meal_id == Meal.id)
        .where(
            Meal.canteen_id == canteen.id,
            Meal.booked_on > (last or date.min),
            Meal.voided_at.is_(None),
            Share.funder_id == funder.id,
        )
    ).scalar_one()
    since = min(first or last or today, today)
    return _of_nothing_sent(canteen, funder, "unclaimed", month_of(since), since, fen, today)


def _unclaimed_services(
    session: Session, canteen: Canteen, funders: Funders, today: date
) -> Iterator[Receivable]:
    """Services and grants by funder and month; the books say nothing of them yet."""
    months: dict[tuple[int, date], list[tuple[date, int]]] = defaultdict(list)
    for funder_id, booked_on, fen in list_unclaimed(
        session, get_canteen(session, canteen.id), today
    ):
        months[funder_id, booked_on.replace(day=1)].append((booked_on, fen))
    for (funder_id, first), parts in sorted(months.items()):
        if fen := sum(part for _, part in parts):
            yield _of_nothing_sent(
                canteen, funders[funder_id], "unclaimed_services", month_of(first),
                min(day for day, _ in parts), fen, today,
            )  # fmt: skip


def _of_nothing_sent(
    canteen: Canteen,
    funder: Funder,
    state: str,
    month: ClaimPeriod,
    since: date,
    fen: int,
    today: date,
) -> Receivable:
    due_on = claim_by(month.last, funder.claim_by_day)
    return Receivable(
        canteen.code,
        canteen.name,
        funder.code,
        funder.name,
        None,
        month.code,
        state,
        fen,
        0,
        0,
        fen,
        since,
        due_on,
        (today - since).days,
        today > due_on,
    )


def _list_balances(session: Session, canteen_ids: Collection[int]) -> Left:
    """(canteen, funder) → what it owes by the books."""
    rows = session.execute(
        select(Account.canteen_id, Account.funder_id, func.sum(LedgerEntry.fen))
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .where(Account.kind == "receivable", Account.canteen_id.in_(canteen_ids))
        .group_by(Account.canteen_id, Account.funder_id)
    )
    return {
        (canteen_id, funder_id): -int(fen)
        for canteen_id, funder_id, fen in rows
        if canteen_id is not None and funder_id is not None
    }
