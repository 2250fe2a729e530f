"""Claims with their figures, their funders and how far they are, as lists and pages show them.

Beside the till because the list of claims, one claim's page and the export of several read the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim
from canteen.models.sites import Canteen, Funder
from canteen.rules.claim_periods import ClaimPeriod
from canteen.rules.claim_stale import stale_words
from canteen.rules.roles import Place
from canteen.till.claim_money import Owed, list_owed
from canteen.till.claims import OPEN

#: of a claim that asks nobody yet
CLAIM_BY_DAY = 20
_NEXT = {"draft": "check", "checked": "submit", "submitted": "approve", "approved": "pay"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimHead:
    """A version of a claim, its figures and how far it is."""

    number: str
    version: int
    canteen: str
    canteen_name: str
    operator: str | None
    place: Place
    period: ClaimPeriod
    #: code and name of the one funder it asks; None: all
    funder: str | None
    funder_name: str | None
    supplement: int
    state: str
    #: since when it waits to be drawn anew, and why (`rules.claim_stale`)
    stale_at: datetime | None
    stale_reason: str | None
    figures: Mapping[str, int]
    owed: Sequence[Owed]
    #: the day by which the first of its funders wants it
    submit_by: date
    drawn_at: datetime
    drawn_by: str
    checked_at: datetime | None
    checked_by: str | None
    submitted_at: datetime | None
    submitted_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    paid_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None
    note: str | None
    sha256: str | None
    previous_sha256: str | None

    @property
    def total_fen(self) -> int:
        """What it asks for."""
        return self.figures["total_fen"]

    @property
    def cut_fen(self) -> int:
        """What approvals took off."""
        return sum(one.cut_fen for one in self.owed)

    @property
    def received_fen(self) -> int:
        """What has arrived."""
        return sum(one.paid_fen for one in self.owed)

    @property
    def due_fen(self) -> int:
        """What is waited for."""
        return sum(one.open_fen for one in self.owed)

    @property
    def is_open(self) -> bool:
        """Whether it is still a draft."""
        return self.state in OPEN

    @property
    def stale_words(self) -> tuple[str, str]:
        """Why it is to be drawn anew, zh and en; empty when it is not."""
        return stale_words(self.stale_reason) if self.stale_reason else ("", "")

    @property
    def next_step(self) -> str:
        """What is to be done now: check, submit, approve, pay, or none."""
        if self.state == "checked" and self.stale_reason is not None:
            return "check"
        return _NEXT.get(self.state, "none")


def stands_within(areas: tuple[str, ...]) -> ColumnElement[bool]:
    """Canteens in these areas; "" is everywhere, and without any there is none."""
    within = (Canteen.area_code.startswith(area, autoescape=True) for area in areas)
    return or_(Canteen.id.is_(None), *within)


def select_heads(
    areas: tuple[str, ...], canteen: str | None = None, operator: str | None = None
) -> Select[Claim, Canteen, Funder | None]:
    """Claims of the canteens in these areas ("": everywhere), newest period first."""
    query = (
        select(Claim, Canteen, Funder)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .outerjoin(Funder, Funder.id == Claim.funder_id)
        .where(stands_within(areas))
        .order_by(Claim.first_on.desc(), Canteen.code, Claim.number, Claim.version)
    )
    if canteen is not None:
        query = query.where(Canteen.code == canteen)
    return query if operator is None else query.where(Canteen.operator == operator)


def get_head(session: Session, claim_id: int) -> ClaimHead:
    """One version of a claim."""
    return list_heads(session, select_heads(("",)).where(Claim.id == claim_id))[0]


def list_heads(session: Session, query: Select[Claim, Canteen, Funder | None]) -> list[ClaimHead]:
    """The versions that a query of `select_heads` finds."""
    rows = session.execute(query).all()
    owed = list_owed(session, [row.Claim.id for row in rows])
    days = select(Funder.id, Funder.claim_by_day)
    wanted = {row.id: row.claim_by_day for row in session.execute(days)}
    return [
        _head(claim, canteen, funder, owed.get(claim.id, []), wanted)
        for claim, canteen, funder in rows
    ]


_FIGURES = (
    "price_fen", "elder_fen", "discount_fen", "subsidy_fen", "services_fen", "grants_fen",
    "corrections_fen", "total_fen", "meals", "persons", "lines",
)  # fmt: skip
_SAME = (
    "number", "version", "supplement", "state", "stale_at", "stale_reason", "drawn_at", "drawn_by",
    "checked_at", "checked_by", "submitted_at", "submitted_by", "approved_at", "approved_by",
    "paid_at", "ended_at", "ended_by", "end_reason", "note", "sha256", "previous_sha256",
)  # fmt: skip


def _head(
    claim: Claim,
    canteen: Canteen,
    funder: Funder | None,
    owed: Sequence[Owed],
    claim_by_day: Mapping[int, int],
) -> ClaimHead:
    first_after = claim.last_on + timedelta(1)
    asked = [one.funder_id for one in owed] or ([funder.id] if funder else [])
    by_day = min((claim_by_day[funder_id] for funder_id in asked), default=CLAIM_BY_DAY)
    return ClaimHead(
        **{name: getattr(claim, name) for name in _SAME},
        canteen=canteen.code,
        canteen_name=canteen.name,
        operator=canteen.operator,
        place=Place(canteen.area_code, canteen.code),
        period=ClaimPeriod(claim.period, claim.first_on, claim.last_on),
        funder=funder.code if funder else None,
        funder_name=funder.name if funder else None,
        figures={name: getattr(claim, name) for name in _FIGURES},
        owed=owed,
        submit_by=first_after.replace(day=by_day),
    )
