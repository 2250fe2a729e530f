"""A canteen's booked meals as the checks see them: net of approved corrections, with the rules that paid.

A few questions for a whole month or year; the persons of the meals' elders are named by the row that
goes on.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.meals import IS_EATEN, Meal, Share
from canteen.models.people import Elder
from canteen.models.sites import Canteen, Counter
from canteen.models.swipes import Swipe
from canteen.rules.claim_checks.facts import MealFact, TapFact
from canteen.till.day_lines import day_bounds
from canteen.till.places import CanteenPlace

#: paying rules of a meal: rule → fen, net
Paid = dict[int, dict[str, int]]
_KEPT = aliased(Elder)
_PAYING = ("government", "charity")


def load_meals(session: Session, canteen: CanteenPlace, first: date, last: date) -> list[MealFact]:
    """The eaten meals of these booked days, in the order of their receipts."""
    of_month = (Meal.canteen_id == canteen.id, Meal.booked_on.between(first, last), IS_EATEN)
    rows = session.execute(_meals().where(*of_month).order_by(Meal.receipt)).all()
    taken, paid = _load_corrected(session, of_month)
    for share in session.execute(
        select(Share.meal_id, Share.rule, Share.fen)
        .join(Meal, Meal.id == Share.meal_id)
        .where(*of_month, Share.payer_kind.in_(_PAYING))
    ):
        rules = paid[share.meal_id]
        rules[share.rule] = rules.get(share.rule, 0) + share.fen
    return _facts([row for row in rows if row.id not in taken], paid)


def load_elsewhere(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> list[MealFact]:
    """What the persons who ate here had at other canteens on these service days."""
    rows = session.execute(
        _meals()
        .where(
            Meal.elder_id.in_(_rows_of_eaters(canteen, first, last)),
            Meal.canteen_id != canteen.id,
            Meal.served_on.between(first, last),
            IS_EATEN,
        )
        .order_by(Meal.receipt)
    ).all()
    return _facts(rows, defaultdict(dict))


def load_refused(session: Session, canteen: CanteenPlace, first: date, last: date) -> list[TapFact]:
    """Taps of their cards that made no meal: anywhere else, and here when they had eaten already."""
    begins, ends = day_bounds(first)[0], day_bounds(last)[1]
    rows = session.execute(
        select(
            _KEPT.number,
            Canteen.code,
            Canteen.name,
            Swipe.outcome,
            Swipe.read_at,
        )
        .join(Canteen, Canteen.id == Swipe.canteen_id)
        .join(Elder, Elder.id == Swipe.elder_id)
        .join(_KEPT, _KEPT.id == func.coalesce(Elder.merged_into_id, Elder.id))
        .where(
            Swipe.elder_id.in_(_rows_of_eaters(canteen, first, last)),
            Swipe.read_at >= begins,
            Swipe.read_at < ends,
            Swipe.outcome == "already_eaten",
        )
        .order_by(Swipe.read_at, Swipe.id)
    )
    return [
        TapFact(elder=number, canteen=code, canteen_name=name, outcome=outcome, read_at=at)
        for number, code, name, outcome, at in rows
    ]


def list_last_eaten(
    session: Session, canteen: CanteenPlace, first: date, last: date
) -> dict[str, date]:
    """Register number → the last day before `first` on which a person of these meals ate, anywhere."""
    rows = session.execute(
        select(_KEPT.number, func.max(Meal.served_on))
        .join(Elder, Elder.id == Meal.elder_id)
        .join(_KEPT, _KEPT.id == func.coalesce(Elder.merged_into_id, Elder.id))
        .where(
            Meal.elder_id.in_(_rows_of_eaters(canteen, first, last)),
            Meal.served_on < first,
            IS_EATEN,
        )
        .group_by(_KEPT.number)
    )
    return dict(rows.all())


def _rows_of_eaters(canteen: CanteenPlace, first: date, last: date) -> Select[int]:
    """The register rows of everybody who ate here, those merged into hers among them."""
    ate = select(func.coalesce(_KEPT.merged_into_id, _KEPT.id)).join(
        Meal, Meal.elder_id == _KEPT.id
    )
    persons = ate.where(Meal.canteen_id == canteen.id, Meal.booked_on.between(first, last))
    twin = aliased(Elder)
    return select(twin.id).where(func.coalesce(twin.merged_into_id, twin.id).in_(persons))


def _meals() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Meal.id, Meal.receipt, Canteen.code.label("canteen"),
            Canteen.name.label("canteen_name"), _KEPT.number, _KEPT.name, Meal.served_on,
            Meal.booked_on, Meal.mealtime, Meal.portion, Meal.channel, Meal.read_at,
            Counter.name.label("counter"), Meal.price_fen, Meal.subsidy_fen, Meal.price_id,
            Meal.is_late, Meal.is_manual, Meal.booked_by, Meal.scheme_version_id,
        )
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .outerjoin(Counter, Counter.id == Meal.counter_id)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .outerjoin(_KEPT, _KEPT.id == func.coalesce(Elder.merged_into_id, Elder.id))
    )  # fmt: skip


def _load_corrected(
    session: Session, of_month: Iterable[ColumnElement[bool]]
) -> tuple[set[int], Paid]:
    """Meals that nobody ate after all, and what corrections changed of the others' shares, by rule."""
    approved = (*of_month, Correction.booked_on.is_not(None))
    taken = session.scalars(
        select(Correction.meal_id)
        .join(Meal, Meal.id == Correction.meal_id)
        .where(*approved, Correction.meals < 0)
    )
    paid: Paid = defaultdict(dict)
    for row in session.execute(
        select(Correction.meal_id, CorrectionShare.rule, CorrectionShare.fen)
        .join(Correction, Correction.id == CorrectionShare.correction_id)
        .join(Meal, Meal.id == Correction.meal_id)
        .where(*approved, CorrectionShare.payer_kind.in_(_PAYING))
    ):
        paid[row.meal_id][row.rule] = paid[row.meal_id].get(row.rule, 0) + row.fen
    return set(taken), paid


def _facts(rows: Iterable[Any], paid: Paid) -> list[MealFact]:
    return [
        MealFact(
            item=f"meal:{row.id}",
            receipt=row.receipt,
            canteen=row.canteen,
            canteen_name=row.canteen_name,
            elder=row.number,
            name=row.name,
            served_on=row.served_on,
            booked_on=row.booked_on,
            mealtime=row.mealtime,
            portion=row.portion,
            channel=row.channel,
            read_at=row.read_at,
            counter=row.counter,
            price_fen=row.price_fen,
            subsidy_fen=sum(paid[row.id].values()),
            is_listed_price=row.price_id is not None,
            is_late=row.is_late,
            is_manual=row.is_manual,
            by=row.booked_by,
            version=row.scheme_version_id,
            rules=tuple(rule for rule, fen in paid[row.id].items() if fen > 0),
        )
        for row in rows
    ]
