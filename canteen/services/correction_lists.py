"""Corrections as people see them: what waits for a second person, what was decided, one of them whole."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.deliveries import Delivery, DeliveryMeal
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.models.tariffs import SchemeVersion
from canteen.rules.roles import Place

#: decided ones a page lists
DECIDED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ShareChange:
    """The change of one payer's share; `scheme` is code@version."""

    rule: str
    payer: str
    payer_name: str
    scheme: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    """A correction with the meal it changes. Amounts are deltas in fen."""

    uid: str
    kind: str
    reason: str
    basis: Mapping[str, Any]
    canteen: str
    canteen_name: str
    place: Place
    #: the meal: receipt, day, whose
    meal: str
    served_on: date
    meal_booked_on: date
    mealtime: str
    elder: str | None
    name: str | None
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    purse_fen: int
    cash_fen: int
    borne_fen: int
    delivery_fee_fen: int
    meals: int
    shares: Sequence[ShareChange]
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str | None
    is_approved: bool | None
    decision_note: str | None
    booked_on: date | None
    receipt: str | None

    @property
    def rise_fen(self) -> int:
        """The rise of the elder's part: borne by the canteen unless the approver charges her."""
        return max(self.elder_fen, 0) if self.kind == "rejudged" else 0


def is_at(areas: Sequence[str], canteen: str | None = None) -> ColumnElement[bool]:
    """Canteens within these areas ("" is everywhere), or one of them."""
    if canteen is not None:
        return Canteen.code == canteen
    if "" in areas:
        return true()
    return or_(
        Canteen.id.is_(None),
        *(Canteen.area_code.startswith(area, autoescape=True) for area in areas),
    )


def list_waiting(
    session: Session, *, areas: Sequence[str] = (), canteen: str | None = None
) -> list[CorrectionLine]:
    """What waits for a second person, oldest first."""
    return _load(
        session, Correction.decided_at.is_(None), is_at(areas, canteen), order=Correction.id
    )


def list_decided(session: Session, *, areas: Sequence[str]) -> list[CorrectionLine]:
    """What was decided last, newest first."""
    newest = Correction.decided_at.desc()
    return _load(
        session, Correction.decided_at.is_not(None), is_at(areas), order=newest, most=DECIDED_SHOWN
    )


def find_correction(session: Session, *, uid: str) -> CorrectionLine | None:
    """One correction; None when there is none. Its `place` is for the check of the asker's scope."""
    found = _load(session, Correction.uid == uid, order=Correction.id)
    return found[0] if found else None


def list_of_meal(session: Session, *, meal: str) -> list[CorrectionLine]:
    """All corrections of a meal (its receipt), in the order they were asked for."""
    return _load(session, Meal.receipt == meal, order=Correction.id)


def list_of_delivery(session: Session, *, delivery: str) -> list[CorrectionLine]:
    """All corrections of a delivery's meals, in the order they were asked for."""
    meals = (
        select(DeliveryMeal.meal_id)
        .join(Delivery, Delivery.id == DeliveryMeal.delivery_id)
        .where(Delivery.uid == delivery)
    )
    return _load(session, Correction.meal_id.in_(meals), order=Correction.id)


def _load(
    session: Session, *where: ColumnElement[bool], order: Any, most: int | None = None
) -> list[CorrectionLine]:
    rows = session.execute(
        select(Correction, Meal, Canteen, Elder.number, Elder.name)
        .join(Meal, Meal.id == Correction.meal_id)
        .join(Canteen, Canteen.id == Correction.canteen_id)
        .outerjoin(Elder, Elder.id == Correction.elder_id)
        .where(*where)
        .order_by(order)
        .limit(most)
    ).all()
    shares = _load_shares(session, [row.Correction.id for row in rows])
    return [
        CorrectionLine(
            basis=json.loads(row.Correction.explanation),
            canteen=row.Canteen.code,
            canteen_name=row.Canteen.name,
            place=Place(row.Canteen.area_code, row.Canteen.code),
            meal=row.Meal.receipt,
            served_on=row.Meal.served_on,
            meal_booked_on=row.Meal.booked_on,
            mealtime=row.Meal.mealtime,
            elder=row.number,
            name=row.name,
            shares=shares[row.Correction.id],
            **{name: getattr(row.Correction, name) for name in _SAME},
        )
        for row in rows
    ]


_SAME = (
    "uid", "kind", "reason", "price_fen", "elder_fen", "subsidy_fen", "discount_fen", "purse_fen",
    "cash_fen", "borne_fen", "delivery_fee_fen", "meals", "asked_at", "asked_by", "decided_at",
    "decided_by", "is_approved", "decision_note", "booked_on", "receipt",
)  # fmt: skip


def _load_shares(session: Session, ids: Sequence[int]) -> defaultdict[int, list[ShareChange]]:
    found: defaultdict[int, list[ShareChange]] = defaultdict(list)
    rows = session.execute(
        select(CorrectionShare, SchemeVersion.code, SchemeVersion.version)
        .join(SchemeVersion, SchemeVersion.id == CorrectionShare.scheme_version_id)
        .where(CorrectionShare.correction_id.in_(ids))
        .order_by(CorrectionShare.correction_id, CorrectionShare.payer, CorrectionShare.fen)
    )
    for share, code, version in rows:
        found[share.correction_id].append(
            ShareChange(share.rule, share.payer, share.payer_name, f"{code}@{version}", share.fen)
        )
    return found
