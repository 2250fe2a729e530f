"""Claims as people look at them: the list with what is owed and what comes next, and one claim's page.

What its rows say is read from the rows themselves; here is the head, who did what, and what is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from canteen.models.audit import AuditLine
from canteen.models.claims import Claim, ClaimCut, ClaimHold, ClaimLine, ClaimNote
from canteen.models.corrections import Correction
from canteen.models.days import CanteenDay
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.sites import Canteen
from canteen.rules.claim_findings import CheckResult
from canteen.rules.claim_periods import month_of, parse_period
from canteen.rules.claim_results import read_results
from canteen.rules.days import local_date
from canteen.rules.errors import NotFound
from canteen.rules.roles import Place
from canteen.till.claim_heads import (
    ClaimHead,
    get_head,
    list_heads,
    select_heads,
    stands_within,
)
from canteen.till.claim_judging import judge_claim
from canteen.till.claim_money import list_owed
from canteen.till.claims import ENDED, OPEN, find_funder, get_claim, list_of_period
from canteen.till.day_judging import list_names
from canteen.till.day_state import get_canteen_by_code

__all__ = [
    "ClaimHead", "ClaimPage", "ClaimsPage", "Undrawn", "find_claim", "find_claim_place",
    "list_claims", "show_claim", "show_head",
]  # fmt: skip

YEAR = timedelta(365)


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A month with meals on signed days and no claim yet."""

    canteen: str
    canteen_name: str
    period: str


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """The claims of a place, newest period first: of each number its newest version."""

    claims: Sequence[ClaimHead]
    undrawn: Sequence[Undrawn]
    #: submitted or approved and not received
    open_fen: int
    #: drawn and not submitted
    to_submit: Sequence[ClaimHead]
    #: of the last twelve months
    received_fen: int
    received_claims: int
    cut_fen: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is held out of claims, or was."""

    item: str
    claim: str
    check_code: str | None
    reason: str
    held_at: datetime
    held_by: str
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What somebody wrote of a claim or a line of it; `kind` return or remark."""

    version: int
    source: str | None
    kind: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CutLine:
    """What an approval took off a line."""

    source: str
    payer_name: str
    fen: int
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the audit trail about a claim."""

    at: datetime
    by: str
    action: str
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPage:
    """One claim with all that people said and did of it."""

    head: ClaimHead
    #: funder's code → what the period before asked of it, to compare
    before_fen: Mapping[str, int]
    #: of a draft as they are now, of a submitted one as they were
    checks: Sequence[CheckResult]
    holds: Sequence[HeldOut]
    notes: Sequence[NoteLine]
    cuts: Sequence[CutLine]
    history: Sequence[Step]
    #: (version, state) of all, oldest first
    versions: Sequence[tuple[int, str]]
    #: actor → the person's name
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def stopping(self) -> list[CheckResult]:
        """The checks that do not let it go on."""
        return [one for one in self.checks if one.stops]


def list_claims(
    session: Session,
    *,
    areas: tuple[str, ...],
    canteen: str | None = None,
    operator: str | None = None,
    now: datetime,
) -> ClaimsPage:
    """The claims of the canteens in these areas ("": everywhere), or of one canteen or operator."""
    later = aliased(Claim)
    newest = select_heads(areas, canteen, operator).where(
        ~select(later.id)
        .where(later.number == Claim.number, later.version > Claim.version)
        .exists()
    )
    heads = list_heads(session, newest)
    since = now - YEAR
    of_year = [head for head in heads if head.approved_at and head.approved_at >= since]
    return ClaimsPage(
        claims=heads,
        undrawn=_list_undrawn(session, areas, canteen, operator, now),
        open_fen=sum(head.due_fen for head in heads if head.state in ("submitted", "approved")),
        to_submit=[head for head in heads if head.is_open],
        received_fen=sum(head.received_fen for head in of_year),
        received_claims=sum(head.received_fen != 0 for head in of_year),
        cut_fen=sum(head.cut_fen for head in of_year),
    )


def show_claim(
    session: Session, *, number: str, version: int | None = None, now: datetime
) -> ClaimPage:
    """One version of a claim, the newest unless said otherwise."""
    claim = get_claim(session, number, version)
    head = get_head(session, claim.id)
    holds = _list_holds(session, claim)
    notes = _list_notes(session, number)
    cuts = _list_cuts(session, claim.id)
    history = _list_history(session, number)
    versions = session.execute(
        select(Claim.version, Claim.state).where(Claim.number == number).order_by(Claim.version)
    )
    actors = {line.by for line in history} | {note.by for note in notes}
    actors |= {hold.held_by for hold in holds} | {hold.lifted_by or "" for hold in holds}
    return ClaimPage(
        head=head,
        before_fen=_ask_before(session, claim),
        checks=judge_claim(session, claim.id, now)
        if claim.state in OPEN
        else read_results(claim.checks or "[]"),
        holds=holds,
        notes=notes,
        cuts=cuts,
        history=history,
        versions=[(row.version, row.state) for row in versions],
        names=list_names(session, actors),
    )


def find_claim(
    session: Session, *, canteen: str, period: str, payer: str | None = None
) -> ClaimHead:
    """The newest claim of a canteen's period (supplements after the first) for all funders or one: the one
    that lives, else the last that ended. NotFound `claim_unknown`."""
    place = get_canteen_by_code(session, canteen)
    span = parse_period(period)
    funder = find_funder(session, place, span.first, span.last, payer) if payer else None
    known = list_of_period(session, place.id, span.code, funder.id if funder else None)
    if not known:
        raise NotFound(
            "claim_unknown",
            f"{canteen} 还没有 {span.code} 的申报：请先起草",
            f"{canteen} has no claim of {span.code} yet: draw a draft first",
        )
    living = [claim for claim in known if claim.state not in ENDED]
    return get_head(session, (living or known)[-1].id)


def show_head(session: Session, *, number: str) -> ClaimHead:
    """The newest version of a claim."""
    return get_head(session, get_claim(session, number).id)


def find_claim_place(session: Session, *, number: str) -> Place | None:
    """Where a claim stands, to check the asker's scope; None: there is none."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(Claim, Claim.canteen_id == Canteen.id)
        .where(Claim.number == number)
        .limit(1)
    ).one_or_none()
    return None if row is None else Place(row.area_code, row.code)


def _ask_before(session: Session, claim: Claim) -> dict[str, int]:
    """What the claim's funders were asked for the period before: one by one or all together."""
    before = select(Claim.id).where(
        Claim.canteen_id == claim.canteen_id,
        Claim.period == parse_period(claim.period).previous.code,
        Claim.state.not_in(ENDED),
        Claim.supplement == 0,
    )
    asked: dict[str, int] = {}
    for owed in list_owed(session, session.scalars(before).all()).values():
        for one in owed:
            if claim.funder_id in (None, one.funder_id):
                asked[one.funder] = asked.get(one.funder, 0) + one.asked_fen
    return asked


def _list_holds(session: Session, claim: Claim) -> list[HeldOut]:
    """Those that stand at the canteen, and those put on for a version of this claim and lifted."""
    rows = session.execute(
        select(ClaimHold, Claim.number)
        .join(Claim, Claim.id == ClaimHold.claim_id)
        .where(
            ClaimHold.canteen_id == claim.canteen_id,
            or_(ClaimHold.lifted_at.is_(None), Claim.number == claim.number),
        )
        .order_by(ClaimHold.id)
    )
    return [
        HeldOut(
            one.item, number, one.check_code, one.reason, one.held_at, one.held_by,
            one.lifted_at, one.lifted_by, one.lift_reason,
        )
        for one, number in rows
    ]  # fmt: skip


def _list_notes(session: Session, number: str) -> list[NoteLine]:
    rows = session.scalars(
        select(ClaimNote).where(ClaimNote.number == number).order_by(ClaimNote.id)
    )
    return [
        NoteLine(one.version, one.source, one.kind, one.text, one.written_at, one.written_by)
        for one in rows
    ]


def _list_cuts(session: Session, claim_id: int) -> list[CutLine]:
    rows = session.execute(
        select(ClaimCut, ClaimLine.source, ClaimLine.payer_name)
        .join(ClaimLine, ClaimLine.id == ClaimCut.claim_line_id)
        .where(ClaimCut.claim_id == claim_id)
        .order_by(ClaimLine.n)
    )
    return [
        CutLine(source, payer_name, cut.fen, cut.reason, cut.cut_at, cut.cut_by)
        for cut, source, payer_name in rows
    ]


def _list_history(session: Session, number: str) -> list[Step]:
    rows = session.execute(
        select(AuditLine.at, AuditLine.actor, AuditLine.action, AuditLine.after)
        .where(AuditLine.object_kind == "claim", AuditLine.object_id == number)
        .order_by(AuditLine.id.desc())
    )
    return [Step(row.at, row.actor, row.action, row.after) for row in rows]


def _list_undrawn(
    session: Session,
    areas: tuple[str, ...],
    canteen: str | None,
    operator: str | None,
    now: datetime,
) -> list[Undrawn]:
    """Months that are over, of the last twelve, with a signed day that no claim covers and on which
    something was booked that one may ask for."""
    today = local_date(now)
    covering = aliased(Claim)
    days = (
        select(Canteen.code, Canteen.name, CanteenDay.day)
        .join(CanteenDay, CanteenDay.canteen_id == Canteen.id)
        .where(
            CanteenDay.signed_at.is_not(None),
            CanteenDay.day.between(today - YEAR, today.replace(day=1) - timedelta(1)),
            stands_within(areas),
            or_(
                *(
                    exists().where(
                        of.canteen_id == Canteen.id, of.booked_on == CanteenDay.day, *which
                    )
                    for of, which in ((Meal, (IS_EATEN,)), (Correction, ()))
                )
            ),
            ~select(covering.id)
            .where(
                covering.canteen_id == Canteen.id,
                covering.first_on <= CanteenDay.day,
                covering.last_on >= CanteenDay.day,
                covering.state.not_in(ENDED),
            )
            .exists(),
        )
        .order_by(CanteenDay.day.desc(), Canteen.code)
    )
    if canteen is not None:
        days = days.where(Canteen.code == canteen)
    if operator is not None:
        days = days.where(Canteen.operator == operator)
    found = {
        Undrawn(code, name, month_of(day).code): None for code, name, day in session.execute(days)
    }
    return list(found)
