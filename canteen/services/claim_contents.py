"""What is in an export of claims: their heads, their rows with ID numbers, and the day sheets behind them.

Everything is read in the caller's session: one snapshot, so that rows, totals and persons fit together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.sites import Area, Canteen, Funder
from canteen.rules.claim_findings import CheckResult
from canteen.rules.claim_results import read_results
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.claim_totals import ClaimTotals
from canteen.rules.day_lines import canonical
from canteen.till.claim_rows import load_rows
from canteen.till.claims import count_open_days
from canteen.till.day_judging import list_names
from canteen.till.lots import in_lots

ROWS_AT_ONCE = 500
SHEETS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept out of a claim, and why."""

    item: str
    receipt: str | None
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ClaimHead:
    """What an export says of one claim beside its rows."""

    id: int
    number: str
    version: int
    state: str
    canteen: str
    canteen_name: str
    #: the community or town it stands in
    area: str
    operator: str | None
    period: str
    first_on: date
    last_on: date
    funder: str | None
    supplement: int
    totals: ClaimTotals
    note: str | None
    checks: Sequence[CheckResult]
    held: Sequence[Held]
    open_days: int
    #: in the order of the lines
    payers: Sequence[str]
    drawn_at: datetime
    drawn_by: str
    submitted_at: datetime | None
    submitted_by: str | None
    sha256: str | None
    previous_sha256: str | None
    #: what the hash is made of, before the rows
    text: str


@dataclass(frozen=True, slots=True)
class SheetText:
    """A signed day sheet and the text that its hash is made of."""

    canteen: str
    day: date
    version: int
    sha256: str
    text: str


def load_heads(session: Session, *, claim_ids: Sequence[int]) -> list[ClaimHead]:
    """The heads of these claims, by canteen and number."""
    rows = session.execute(
        select(Claim, Canteen.code, Canteen.name, Canteen.operator, Area.name, Funder.name)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .join(Area, Area.code == Canteen.area_code)
        .outerjoin(Funder, Funder.id == Claim.funder_id)
        .where(Claim.id.in_(claim_ids))
        .order_by(Canteen.code, Claim.number)
    ).all()
    return [_head(session, *row) for row in rows]


def _head(
    session: Session,
    claim: Claim,
    code: str,
    name: str,
    operator: str | None,
    area: str,
    funder: str | None,
) -> ClaimHead:
    totals = ClaimTotals(**{key: getattr(claim, key) for key in ClaimTotals.__dataclass_fields__})
    actors = [actor for actor in (claim.drawn_by, claim.submitted_by) if actor]
    names = list_names(session, actors)
    facts = [claim.number, claim.version, asdict(totals), totals.total_fen, claim.checks or "[]"]
    return ClaimHead(
        id=claim.id,
        number=claim.number,
        version=claim.version,
        state=claim.state,
        canteen=code,
        canteen_name=name,
        area=area,
        operator=operator,
        period=claim.period,
        first_on=claim.first_on,
        last_on=claim.last_on,
        funder=funder,
        supplement=claim.supplement,
        totals=totals,
        note=claim.note,
        checks=read_results(claim.checks or "[]"),
        held=_list_held(session, claim),
        open_days=count_open_days(session, claim),
        payers=_list_payers(session, claim.id),
        drawn_at=claim.drawn_at,
        drawn_by=names.get(claim.drawn_by, claim.drawn_by),
        submitted_at=claim.submitted_at,
        submitted_by=names.get(claim.submitted_by or "", claim.submitted_by),
        sha256=claim.sha256,
        previous_sha256=claim.previous_sha256,
        text=canonical([*facts, claim.note, claim.previous_sha256 or ""]),
    )


def _list_payers(session: Session, claim_id: int) -> list[str]:
    rows = session.execute(
        select(ClaimLine.payer_name)
        .where(ClaimLine.claim_id == claim_id)
        .group_by(ClaimLine.payer_name)
        .order_by(func.min(ClaimLine.n), ClaimLine.payer_name)
    )
    return [row.payer_name for row in rows]


def _list_held(session: Session, claim: Claim) -> list[Held]:
    holds = session.scalars(
        select(ClaimHold).where(ClaimHold.claim_id == claim.id).order_by(ClaimHold.id)
    ).all()
    meals = [int(hold.item[5:]) for hold in holds if hold.item.startswith("meal:")]
    receipts: dict[str, str] = {
        f"meal:{row.id}": row.receipt
        for some in in_lots(meals)
        for row in session.execute(select(Meal.id, Meal.receipt).where(Meal.id.in_(some)))
    }
    return [
        Held(hold.item, receipts.get(hold.item), hold.reason, hold.held_at, hold.held_by)
        for hold in holds
        if hold.lifted_at is None
    ]


def iterate_rows(session: Session, *, claim_id: int) -> Iterator[tuple[ClaimRow, str | None]]:
    """Each row of a claim in its order, with the person's ID number in full."""
    known: dict[str, str | None] = {}
    rows = load_rows(session, claim_id)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        unknown = {row.elder for row in some if row.elder is not None} - known.keys()
        known |= _open_id_numbers(session, sorted(unknown))
        for row in some:
            yield row, known.get(row.elder or "")


def _open_id_numbers(session: Session, numbers: Sequence[str]) -> dict[str, str | None]:
    if not numbers:
        return {}
    rows = session.execute(
        select(Elder.number, Elder.id_number_box).where(Elder.number.in_(numbers))
    ).all()
    ring = key_ring_of(session.info) if any(row.id_number_box for row in rows) else None
    return {
        row.number: ring.open(row.id_number_box, f"elders:{row.number}:id_number")
        if ring is not None and row.id_number_box is not None
        else None
        for row in rows
    }


def iterate_sheets(session: Session, *, head: ClaimHead, first: date) -> Iterator[SheetText]:
    """The canteen's signed sheets, in the order of signing, from `first` to the claim's last day."""
    sheets = session.scalars(
        select(DaySheet)
        .join(Canteen, Canteen.id == DaySheet.canteen_id)
        .where(Canteen.code == head.canteen, DaySheet.day.between(first, head.last_on))
        .order_by(DaySheet.id)
        .execution_options(yield_per=SHEETS_AT_ONCE)
    )
    for sheet in sheets:
        facts = [
            head.canteen, sheet.day, sheet.version, sheet.figures, sheet.lines, sheet.signed_by,
            sheet.signed_at, sheet.remark, sheet.previous_sha256, sheet.replaced_sha256,
        ]  # fmt: skip
        yield SheetText(head.canteen, sheet.day, sheet.version, sheet.sha256, canonical(facts))


def explain_grants(session: Session, *, claim_id: int) -> dict[str, str]:
    """How each grant of a claim was reckoned, as JSON, by its source."""
    rows = session.execute(
        select(ClaimLine.source, ClaimLine.explanation).where(
            ClaimLine.claim_id == claim_id, ClaimLine.kind == "grant"
        )
    )
    return {row.source: row.explanation for row in rows if row.explanation}
