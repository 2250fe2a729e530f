"""What came of a meal, row by row as it is kept: the books' entries, how it was delivered, its void and
corrections, the claim lines it stands in, the signed sheets that count it.

Beside the till, because pages of evidence read what the till wrote; it only reads.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claims import Claim, ClaimCut, ClaimFile, ClaimHold, ClaimLine
from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.deliveries import Delivery, DeliveryMeal, DeliveryRun
from canteen.models.delivery_reports import DeliveryReport, DeliveryStep, ServiceLine
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Counter, Funder
from canteen.models.volunteers import Volunteer
from canteen.rules.day_lines import DayLines, line_digests
from canteen.till.day_lines import load_meals
from canteen.till.meal_evidence import Row, values_of


@dataclass(frozen=True, slots=True)
class EntrySeen:
    """A journal entry with its lines: (kind of account, whose it is, fen credited)."""

    entry: Row
    lines: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySeen:
    """A delivery with its round, who carried it, what was reported from the door, what is owed, and the
    other meals that were booked for it (a second portion, her part kept)."""

    delivery: Row
    run: Row | None
    volunteer: Row | None
    reports: tuple[Row, ...]
    steps: tuple[Row, ...]
    services: tuple[Row, ...]
    others: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CorrectionSeen:
    """A correction with the change of each payer's share."""

    correction: Row
    shares: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLineSeen:
    """A line of a claim, the claim, what was cut off, and the files that were made of it."""

    line: Row
    claim: Row
    cut: Row | None
    files: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A signed version of the day's sheet, and whether the line is still as it counted it; None: it was
    signed without it."""

    sheet: Row
    is_unchanged: bool | None


def load_entries(session: Session, meal: Meal, corrections: Sequence[Row]) -> list[EntrySeen]:
    """Every journal entry of a meal and its corrections, in order."""
    ids = [one["journal_entry_id"] for one in corrections if one["journal_entry_id"] is not None]
    entries = session.scalars(
        select(JournalEntry)
        .where(or_(JournalEntry.meal_id == meal.id, JournalEntry.id.in_(ids)))
        .order_by(JournalEntry.id)
    ).all()
    seen = []
    for entry in entries:
        rows = session.execute(
            select(Account.kind, LedgerEntry.fen, Elder.number, Counter.code, Funder.name)
            .join(Account, Account.id == LedgerEntry.account_id)
            .outerjoin(Elder, Elder.id == Account.elder_id)
            .outerjoin(Counter, Counter.id == Account.counter_id)
            .outerjoin(Funder, Funder.id == Account.funder_id)
            .where(LedgerEntry.journal_entry_id == entry.id)
            .order_by(LedgerEntry.line)
        )
        lines = [
            (kind, elder or counter or funder or "", fen)
            for kind, fen, elder, counter, funder in rows
        ]
        seen.append(EntrySeen(values_of(entry), tuple(lines)))
    return seen


def load_delivery(session: Session, meal: Meal) -> DeliverySeen | None:
    """The delivery that made a meal; None when none did."""
    delivery = session.scalars(
        select(Delivery)
        .join(DeliveryMeal, DeliveryMeal.delivery_id == Delivery.id)
        .where(DeliveryMeal.meal_id == meal.id)
    ).one_or_none()
    if delivery is None:
        return None
    run = None if delivery.run_id is None else session.get_one(DeliveryRun, delivery.run_id)
    volunteer = None if run is None else session.get_one(Volunteer, run.volunteer_id)

    def rows(table: Any, order: Any) -> tuple[Row, ...]:
        found = session.scalars(
            select(table).where(table.delivery_id == delivery.id).order_by(order)
        )
        return tuple(values_of(one) for one in found)

    others = session.scalars(
        select(Meal)
        .join(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
        .where(DeliveryMeal.delivery_id == delivery.id, Meal.id != meal.id)
        .order_by(Meal.id)
    )
    return DeliverySeen(
        delivery=values_of(delivery),
        run=None if run is None else values_of(run),
        volunteer=None if volunteer is None else values_of(volunteer),
        reports=rows(DeliveryReport, DeliveryReport.reported_at),
        steps=rows(DeliveryStep, DeliveryStep.done_at),
        services=rows(ServiceLine, ServiceLine.id),
        others=tuple(values_of(one) for one in others),
    )


def load_corrections(session: Session, meal: Meal) -> list[CorrectionSeen]:
    """Every correction of a meal, waiting and refused ones too."""
    corrections = session.scalars(
        select(Correction).where(Correction.meal_id == meal.id).order_by(Correction.id)
    ).all()
    return [
        CorrectionSeen(
            values_of(one),
            tuple(
                values_of(share)
                for share in session.scalars(
                    select(CorrectionShare)
                    .where(CorrectionShare.correction_id == one.id)
                    .order_by(CorrectionShare.payer, CorrectionShare.rule)
                )
            ),
        )
        for one in corrections
    ]


def load_claim_lines(
    session: Session, meal: Meal, corrections: Sequence[Row], services: Sequence[Row]
) -> list[ClaimLineSeen]:
    """Every line that ever asked for a part of it, released ones too, in the order of the claims."""
    rows = session.execute(
        select(ClaimLine, Claim)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            or_(
                ClaimLine.meal_id == meal.id,
                ClaimLine.correction_id.in_([one["id"] for one in corrections]),
                ClaimLine.service_line_id.in_([one["id"] for one in services]),
            )
        )
        .order_by(Claim.id, ClaimLine.n)
    ).all()
    cuts = {
        cut.claim_line_id: values_of(cut)
        for cut in session.scalars(
            select(ClaimCut).where(ClaimCut.claim_line_id.in_([line.id for line, _ in rows]))
        )
    }
    files: dict[int, list[Row]] = {}
    for file in session.execute(
        select(ClaimFile.claim_id, ClaimFile.form, ClaimFile.sha256, ClaimFile.made_at)
        .where(ClaimFile.claim_id.in_({claim.id for _, claim in rows}))
        .order_by(ClaimFile.form)
    ).mappings():
        files.setdefault(file["claim_id"], []).append(dict(file))
    return [
        ClaimLineSeen(
            line=values_of(line),
            claim=values_of(claim),
            cut=cuts.get(line.id),
            files=tuple(files.get(claim.id, ())),
        )
        for line, claim in rows
    ]


def load_holds(session: Session, meal: Meal, corrections: Sequence[Row]) -> list[Row]:
    """When and why it was held out of a claim."""
    items = [f"meal:{meal.id}", *(f"correction:{one['id']}" for one in corrections)]
    holds = session.scalars(
        select(ClaimHold).where(ClaimHold.item.in_(items)).order_by(ClaimHold.id)
    )
    return [values_of(one) for one in holds]


def load_sheets(session: Session, meal: Meal) -> list[SheetSeen]:
    """The signed versions of the sheet that counts it, each with whether the line is as it was then."""
    lines = load_meals(session, Meal.id == meal.id)
    mark = line_digests(DayLines(meals=lines))[meal.receipt]
    sheets = session.scalars(
        select(DaySheet)
        .where(DaySheet.canteen_id == meal.canteen_id, DaySheet.day == meal.booked_on)
        .order_by(DaySheet.version)
    )
    seen = []
    for sheet in sheets:
        signed = json.loads(sheet.lines).get(meal.receipt)
        seen.append(SheetSeen(values_of(sheet), None if signed is None else signed == mark))
    return seen
