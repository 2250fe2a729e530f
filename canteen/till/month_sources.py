"""Who paid for the meals of a month: elders, guests, each payer, the canteen itself; corrections counted.

Beside the till, because it knows how meals and corrections are paid; it only reads.
"""

from collections import defaultdict
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.meals import Meal, Share

OWN, GUESTS = ("own", "own"), ("business", "guests")


class MonthSources:
    """The meals of some booked days and their corrections by who paid: `fen` by (source, word), where the
    word is a payer's name or own, guests, discount, rounding, borne. They add up to the price."""

    def __init__(self, session: Session, canteen_id: int, first: date, last: date) -> None:
        self.fen: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.meals = self.persons = self.price_fen = self.fees_fen = 0
        of_month = (Meal.canteen_id == canteen_id, Meal.booked_on.between(first, last))
        standing = (*of_month, Meal.voided_at.is_(None))
        changed = (Correction.canteen_id == canteen_id, Correction.booked_on.between(first, last))
        self._add_meals(session, standing)
        self._add_corrections(session, changed)
        for kind, name, fen in session.execute(
            select(Share.payer_kind, Share.payer_name, func.sum(Share.fen))
            .join(Meal, Meal.id == Share.meal_id)
            .where(*standing, Share.payer_kind != "canteen")
            .group_by(Share.payer_kind, Share.payer_name)
        ):
            self.fen[kind, name] += int(fen)
        share = CorrectionShare
        for kind, name, fen in session.execute(
            select(share.payer_kind, share.payer_name, func.sum(share.fen))
            .join(Correction, Correction.id == share.correction_id)
            .where(*changed, share.payer_kind != "canteen")
            .group_by(share.payer_kind, share.payer_name)
        ):
            self.fen[kind, name] += int(fen)
        assert sum(self.fen.values()) == self.price_fen, "the sources add up to the meals' price"

    def _add_meals(self, session: Session, standing: tuple[ColumnElement[bool], ...]) -> None:
        for row in session.execute(
            select(
                Meal.is_guest,
                Meal.is_kept,
                func.count().label("meals"),
                func.sum(Meal.price_fen).label("price"),
                func.sum(Meal.purse_fen + Meal.cash_fen + Meal.external_fen).label("paid"),
                func.sum(Meal.rounding_fen).label("rounding"),
                func.sum(Meal.discount_fen).label("discount"),
                func.sum(Meal.delivery_fee_fen).label("fees"),
            )
            .where(*standing)
            .group_by(Meal.is_guest, Meal.is_kept)
        ):
            self.meals += 0 if row.is_kept else row.meals
            self.price_fen += int(row.price)
            self.fees_fen += int(row.fees)
            self.fen[GUESTS if row.is_guest else OWN] += int(row.paid)
            self.fen["business", "rounding"] += int(row.rounding)
            self.fen["business", "discount"] += int(row.discount)
        self.persons = session.execute(
            select(func.count(func.distinct(Meal.elder_id))).where(*standing, ~Meal.is_kept)
        ).scalar_one()

    def _add_corrections(self, session: Session, changed: tuple[ColumnElement[bool], ...]) -> None:
        for row in session.scalars(select(Correction).where(*changed)):
            self.meals += row.meals
            self.price_fen += row.price_fen
            self.fees_fen += row.delivery_fee_fen
            self.fen[GUESTS if row.elder_id is None else OWN] -= row.purse_fen + row.cash_fen
            self.fen["business", "borne"] += row.borne_fen
            self.fen["business", "discount"] += row.discount_fen
