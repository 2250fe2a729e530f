"""What a claim's page shows below its head: the rows gathered and one by one, and where the day sheets
that were signed first differ from what stands now. Nothing is written here.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, null, select
from sqlalchemy.orm import Session

from canteen.models.claims import ClaimLine
from canteen.models.corrections import Correction
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import ServiceLine
from canteen.models.desk import DaySheet
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.rules.claim_rows import ClaimRow, parse_item
from canteen.rules.claim_tables import ClaimSum, gather_claim
from canteen.rules.elders import mask_id_number
from canteen.till.claim_rows import load_rows
from canteen.till.claims import count_open_days, get_claim

ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Which rows of a claim: of an elder, of a booked day, these items; a page from 1."""

    elder: str | None = None
    day: date | None = None
    items: Collection[str] = ()
    page: int = 1

    def holds(self, row: ClaimRow) -> bool:
        """Whether the row is asked for."""
        return (
            (self.elder is None or row.elder == self.elder)
            and (self.day is None or row.booked_on == self.day)
            and (not self.items or row.item in self.items)
        )


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Some rows; `total` is of all that were asked for."""

    rows: Sequence[ClaimRow]
    total: ClaimSum
    first: int
    page: int
    pages: int


@dataclass(slots=True)
class Difference:
    """A day of which something was changed after its first signature: people and subsidy then and now,
    and why."""

    day: date
    signed: int = 0
    signed_fen: int = 0
    now: int = 0
    now_fen: int = 0
    versions: int = 1
    reopen_reasons: list[str] = field(default_factory=list)
    #: reasons of its meals' corrections, wherever they are booked
    corrections: list[str] = field(default_factory=list)
    #: meals of this service date that a later sheet counts
    booked_later: int = 0


@dataclass(frozen=True, slots=True)
class LinePart:
    """One line of a row: what it asks of one payer."""

    n: int
    source: str
    payer_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What an item of a hold or a cut is: whose, of which day and receipt (a service
    has none), and what it gives."""

    name: str | None
    receipt: str | None
    day: date
    fen: int


def gather_rows(
    session: Session, *, number: str, version: int | None, by: Sequence[str]
) -> list[Sequence[ClaimSum]]:
    """The claim's rows gathered by each of `by` ("elder", "day", "tier", "all")."""
    claim = get_claim(session, number, version)
    return gather_claim(load_rows(session, claim.id), *by)


def list_rows(session: Session, *, number: str, version: int | None, asked: RowsAsked) -> RowsPage:
    """The rows asked for, so many at once; a page beyond the last is the last one."""
    claim = get_claim(session, number, version)
    total = ClaimSum("all")
    found: list[ClaimRow] = []
    for row in load_rows(session, claim.id):
        if asked.holds(row):
            total.add(row)
            found.append(row)
    pages = max(1, -(-len(found) // ROWS_MAX))
    page = min(max(1, asked.page), pages)
    first = (page - 1) * ROWS_MAX
    return RowsPage(found[first : first + ROWS_MAX], total, first + 1, page, pages)


def list_parts(
    session: Session, *, number: str, version: int | None, sources: Collection[str]
) -> dict[str, LinePart]:
    """The lines of these sources, by source."""
    claim = get_claim(session, number, version)
    rows = session.execute(
        select(ClaimLine.n, ClaimLine.source, ClaimLine.payer_name, ClaimLine.fen).where(
            ClaimLine.claim_id == claim.id, ClaimLine.source.in_(sources)
        )
    )
    return {row.source: LinePart(*row) for row in rows}


def describe_items(
    session: Session, *, number: str, items: Collection[str]
) -> dict[str, ItemWords]:
    """`meal:12`, `correction:5` and `service:7` in words, where they are of the claim's canteen; of other
    items nothing is known."""
    canteen_id = get_claim(session, number).canteen_id
    of_kind: dict[str, list[int]] = {"meal": [], "correction": [], "service": []}
    for kind, row_id in filter(None, map(parse_item, items)):
        of_kind[kind].append(row_id)
    meals = (
        select(Meal.id, Elder.name, Meal.receipt, Meal.served_on, Meal.subsidy_fen)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .where(Meal.canteen_id == canteen_id, Meal.id.in_(of_kind["meal"]))
    )
    corrections = (
        select(
            Correction.id, Elder.name, Correction.receipt, Meal.served_on, Correction.subsidy_fen
        )
        .join(Meal, Meal.id == Correction.meal_id)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .where(Correction.canteen_id == canteen_id, Correction.id.in_(of_kind["correction"]))
    )
    services = (
        select(ServiceLine.id, Elder.name, null(), ServiceLine.served_on, ServiceLine.amount_fen)
        .join(Delivery, Delivery.id == ServiceLine.delivery_id)
        .join(Elder, Elder.id == Delivery.elder_id)
        .where(ServiceLine.canteen_id == canteen_id, ServiceLine.id.in_(of_kind["service"]))
    )
    return {
        f"{kind}:{row_id}": ItemWords(name, receipt, day, fen)
        for kind, query in (("meal", meals), ("correction", corrections), ("service", services))
        for row_id, name, receipt, day, fen in session.execute(query)
    }


def mask_id_numbers(session: Session, *, numbers: Collection[str]) -> dict[str, str]:
    """The ID numbers of these elders as screens show them: `4507********1234`."""
    rows = session.execute(
        select(Elder.number, Elder.id_number_box).where(
            Elder.number.in_(numbers), Elder.id_number_box.is_not(None)
        )
    ).all()
    ring = key_ring_of(session.info) if rows else None
    return {
        number: mask_id_number(ring.open(box, f"elders:{number}:id_number"))
        for number, box in rows
        if ring is not None and box is not None
    }


def count_days(session: Session, *, number: str, version: int | None) -> int:
    """Days of the claim's period on which somebody ate, as they are signed."""
    return count_open_days(session, get_claim(session, number, version))


def list_differences(session: Session, *, number: str, version: int | None) -> Sequence[Difference]:
    """The days of the claim's period that are no longer as they were first signed."""
    claim = get_claim(session, number, version)
    span = (claim.first_on, claim.last_on)
    days: dict[date, Difference] = {}
    for sheet in session.scalars(
        select(DaySheet)
        .where(DaySheet.canteen_id == claim.canteen_id, DaySheet.day.between(*span))
        .order_by(DaySheet.day, DaySheet.version)
    ):
        count, fen = _read_figures(sheet.figures)
        one = days.setdefault(sheet.day, Difference(sheet.day, count, fen))
        one.now, one.now_fen, one.versions = count, fen, sheet.version
        if sheet.reopen_reason is not None:
            one.reopen_reasons.append(sheet.reopen_reason)
    for row in session.execute(
        select(Meal.booked_on, Correction.meals, Correction.subsidy_fen, Correction.reason)
        .join(Correction, Correction.meal_id == Meal.id)
        .where(
            Meal.canteen_id == claim.canteen_id,
            Meal.booked_on.between(*span),
            Correction.booked_on.is_not(None),
        )
        .order_by(Correction.id)
    ):
        if row.booked_on in days:
            one = days[row.booked_on]
            one.now += row.meals
            one.now_fen += row.subsidy_fen
            one.corrections.append(row.reason)
    for later in session.execute(
        select(Meal.served_on, func.count().label("meals"), func.sum(Meal.subsidy_fen).label("fen"))
        .where(
            Meal.canteen_id == claim.canteen_id,
            Meal.served_on.between(*span),
            Meal.booked_on > Meal.served_on,
            IS_EATEN,
        )
        .group_by(Meal.served_on)
    ):
        if later.served_on in days:
            one = days[later.served_on]
            one.now += later.meals
            one.now_fen += int(later.fen)
            one.booked_later = later.meals
    return [one for one in days.values() if one.versions > 1 or one.corrections or one.booked_later]


def _read_figures(figures: str) -> tuple[int, int]:
    """People who ate, and the subsidy, of a signed sheet."""
    told = json.loads(figures)
    return told["counts"]["people"], told["money"]["subsidy_fen"]
