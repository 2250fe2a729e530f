"""Finding a claim and holding it; what days and claims must know of one another.

Beside the till because drawing, the steps of a claim, payments and the sign-off of days ask the same.
Whoever writes holds the canteen first, so that days are signed and claims drawn one after another.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from canteen.models.claims import Claim, ClaimLine
from canteen.models.desk import DaySheet
from canteen.models.sites import Canteen, Funder
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.day_state import hold_canteen
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import list_bound
from canteen.trail.audit import tell_of

#: drawn, and still drawn anew when something changes
OPEN = ("draft", "checked")
#: what a funder has seen: its lines never change
SENT = ("submitted", "approved", "paid")
ENDED = ("returned", "withdrawn", "discarded")

TEXT_LENGTH_MAX = 2000


def claim_unknown() -> NotFound:
    """There is no such claim, or none that is this canteen's."""
    return NotFound("claim_unknown", "没有这份申报", "No such claim")


def get_claim(session: Session, number: str, version: int | None = None) -> Claim:
    """The newest version of a claim, or the one asked for; NotFound `claim_unknown`."""
    query = select(Claim).where(Claim.number == number)
    if version is not None:
        query = query.where(Claim.version == version)
    newest = query.order_by(Claim.version.desc()).limit(1)
    claim = session.scalars(newest.execution_options(populate_existing=True)).one_or_none()
    if claim is None:
        raise claim_unknown()
    return claim


def hold_claim(session: Session, number: str) -> tuple[Claim, CanteenPlace]:
    """The newest version of a claim with its canteen, held to the commit."""
    code: str | None = session.execute(
        select(Canteen.code)
        .join(Claim, Claim.canteen_id == Canteen.id)
        .where(Claim.number == number)
        .limit(1)
    ).scalar_one_or_none()
    if code is None:
        raise claim_unknown()
    place = hold_canteen(session, code)
    return get_claim(session, number), place


def list_of_period(
    session: Session, canteen_id: int, period: str, funder_id: int | None
) -> Sequence[Claim]:
    """Every version of the claims of a period for one funder (None: for all), supplements last."""
    of_funder = Claim.funder_id.is_(None) if funder_id is None else Claim.funder_id == funder_id
    return session.scalars(
        select(Claim)
        .where(Claim.canteen_id == canteen_id, Claim.period == period, of_funder)
        .order_by(Claim.supplement, Claim.version)
    ).all()


def find_funder(
    session: Session, place: CanteenPlace, first: date, last: date, payer: str
) -> Funder:
    """The funder of a code, or who stands behind a payer's word (code or name) in the schemes bound for the
    period; of a word that changed hands in it, who came last. NotFound `funder_unknown`."""
    funder = session.scalars(select(Funder).where(Funder.code == payer)).one_or_none()
    if funder is None:
        ids = (
            bound.funders[word.code]
            for bound in list_bound(session, place, first, last)
            for word in bound.scheme.payers.values()
            if payer in (word.code, word.name) and word.code in bound.funders
        )
        funder_id = next(ids, None)
        funder = None if funder_id is None else session.get_one(Funder, funder_id)
    if funder is None:
        raise NotFound(
            "funder_unknown",
            f"没有这个出资方：{payer}",
            f"No such funder or payer: {payer}",
            payer=payer,
        )
    return funder


def check_not_claimed(session: Session, canteen_id: int, day: date) -> None:
    """Conflict `day_claimed` when a line of the day is in a claim that was submitted: such a day stays as
    it was signed; what is wrong is corrected."""
    number: str | None = session.execute(
        select(Claim.number)
        .where(Claim.canteen_id == canteen_id, Claim.state.in_(SENT), _has_line_of(day))
        .limit(1)
    ).scalar_one_or_none()
    if number is not None:
        raise Conflict(
            "day_claimed",
            f"这一天已报在申报 {number} 里，不能重开；有错请做更正",
            f"The day is in the claim {number} and stays as signed; correct what is wrong",
            claim=number,
        )


def mark_stale(session: Session, canteen_id: int, day: date, reason: str, now: datetime) -> None:
    """Drafts that hold the day, or could, are to be drawn anew."""
    concerned = or_((Claim.first_on <= day) & (Claim.last_on >= day), _has_line_of(day))
    mark_drafts_stale(session, canteen_id, reason, now, concerned)


def count_open_days(session: Session, claim: Claim) -> int:
    """Days of the claim's period with a signed sheet that counts somebody."""
    sheets = session.scalars(
        select(DaySheet.figures).where(
            DaySheet.canteen_id == claim.canteen_id,
            DaySheet.day.between(claim.first_on, claim.last_on),
            DaySheet.reopened_at.is_(None),
        )
    )
    return sum(json.loads(figures)["counts"]["people"] > 0 for figures in sheets)


def mark_drafts_stale(
    session: Session, canteen_id: int, reason: str, now: datetime, *which: ColumnElement[bool]
) -> None:
    """The canteen's drafts, or `which` of them, are to be drawn anew."""
    session.execute(
        update(Claim)
        .where(Claim.canteen_id == canteen_id, Claim.state.in_(OPEN), *which)
        .values(stale_at=now, stale_reason=reason)
        .execution_options(synchronize_session=False)
    )


def last_sha256(session: Session, canteen_id: int) -> str:
    """The mark of the claim that the canteen submitted last, which none follows; "" before the first."""
    following = aliased(Claim)
    is_followed = exists().where(
        following.canteen_id == canteen_id, following.previous_sha256 == Claim.sha256
    )
    found: str | None = session.execute(
        select(Claim.sha256).where(
            Claim.canteen_id == canteen_id, Claim.sha256.is_not(None), ~is_followed
        )
    ).scalar_one_or_none()
    return found or ""


def line_unknown(source: str) -> NotFound:
    """What is said of a line that the claim does not hold."""
    return NotFound(
        "claim_line_unknown",
        f"申报里没有这一笔：{source}",
        f"The claim has no such line: {source}",
        source=source,
    )


def need_words(text: str, field: str) -> str:
    """What a person wrote; Invalid `claim_words` when it is nothing."""
    words = text.strip()[:TEXT_LENGTH_MAX]
    if not words:
        raise Invalid("claim_words", "要写明原因", "Say why", field=field)
    return words


def tell(
    session: Session,
    action: str,
    claim: Claim,
    after: Mapping[str, object],
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A line of the audit trail about a claim, by its number."""
    told = {"version": claim.version, **after}
    tell_of("claim")(session, action, claim.number, told, by, origin, now)


def _has_line_of(day: date) -> ColumnElement[bool]:
    return exists().where(
        ClaimLine.claim_id == Claim.id,
        ClaimLine.booked_on == day,
        ClaimLine.released_at.is_(None),
    )
