"""What a meal would cost an elder now: gathers her facts and earlier meals and asks the rules.

Nothing is written here. The caller holds the purse, so what is read stays true to the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.meals import IS_EATEN, Meal, Share
from canteen.models.sites import Canteen, Counter
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, MealFacts
from canteen.rules.scheme import Scheme, history_end
from canteen.rules.split import Split, full_price, split
from canteen.till.facts import ElderFacts
from canteen.till.persons import rows_of_person
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import InForce, workday_calendar


@dataclass(frozen=True, slots=True)
class Terms:
    """The meal as asked for: what, when, at what list price."""

    price_fen: int
    read_at: datetime
    served_on: date
    mealtime: str
    channel: str
    portion: int


@dataclass(frozen=True, slots=True)
class FirstMeal:
    """The standing first portion that makes another swipe `already_eaten`."""

    uid: str
    read_at: datetime
    elder_fen: int
    channel: str
    canteen_id: int
    canteen_name: str
    counter_name: str | None


def list_portions(session: Session, elder_id: int, served_on: date, mealtime: str) -> set[int]:
    """The portions of this mealtime that stand, on any row of this person."""
    return set(
        session.scalars(
            select(Meal.portion).where(
                Meal.elder_id.in_(rows_of_person(elder_id)),
                Meal.served_on == served_on,
                Meal.mealtime == mealtime,
                IS_EATEN,
            )
        )
    )


def lowest_free(portions: set[int]) -> int:
    """The lowest portion number that does not stand."""
    number = 1
    while number in portions:
        number += 1
    return number


def get_first_meal(session: Session, elder_id: int, served_on: date, mealtime: str) -> FirstMeal:
    """The standing portion 1, with where it was served; of two rows found to be one person the first."""
    return _get_line(
        session,
        Meal.elder_id.in_(rows_of_person(elder_id)),
        Meal.served_on == served_on,
        Meal.mealtime == mealtime,
        Meal.portion == 1,
        IS_EATEN,
    )


def get_meal_line(session: Session, uid: str) -> FirstMeal:
    """A meal by its handle, with where it was served."""
    return _get_line(session, Meal.uid == uid)


def _get_line(session: Session, *conditions: ColumnElement[bool]) -> FirstMeal:
    row = session.execute(
        select(
            Meal.uid,
            Meal.read_at,
            Meal.elder_fen,
            Meal.channel,
            Meal.canteen_id,
            Canteen.name.label("canteen_name"),
            Counter.name.label("counter_name"),
        )
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .outerjoin(Counter, Counter.id == Meal.counter_id)
        .where(*conditions)
        .order_by(Meal.id)
        .limit(1)
    ).one()
    return FirstMeal(*row)


def list_earlier(session: Session, elder_id: int, scheme: Scheme, day: date) -> list[EarlierMeal]:
    """The person's standing meals, net of corrections, that the scheme's quotas may count, in booking
    order, all canteens.

    Also meals served later than `day` but booked before: order of booking decides."""
    start = scheme.history_start(day)
    if start is None:
        return []
    end = history_end(day, scheme.widest_quota or "day")
    week_end = history_end(day, "week")
    rows = rows_of_person(elder_id)
    counted = [Meal.served_on.between(start, max(end, week_end)), IS_EATEN]
    meal = (Meal.id, Meal.served_on, Meal.mealtime, Meal.portion)
    booked = (
        select(*meal, Share.quota_scope, Share.quota_group, Share.fen, literal(0).label("meals"))
        .outerjoin(Share, Share.meal_id == Meal.id)
        .where(Meal.elder_id.in_(rows), *counted)
    )
    change = CorrectionShare
    corrected = (
        select(*meal, change.quota_scope, change.quota_group, change.fen, Correction.meals)
        .join(Correction, Correction.meal_id == Meal.id)
        .outerjoin(change, change.correction_id == Correction.id)
        .where(Correction.elder_id.in_(rows), IS_BOOKED, *counted)
    )
    return _fold(session.execute(booked.union_all(corrected).order_by("id")).all())


def _fold(rows: Sequence[Any]) -> list[EarlierMeal]:
    """Net of corrections: a meal that nobody ate is none, a share that was taken back counts nothing."""
    meals: dict[int, tuple[date, str, int, dict[tuple[str, str], int]]] = {}
    not_eaten = {row.id for row in rows if row.meals < 0}
    for meal_id, served_on, mealtime, portion, scope, group, fen, _ in rows:
        if meal_id in not_eaten:
            continue
        shares = meals.setdefault(meal_id, (served_on, mealtime, portion, {}))[3]
        if scope is not None:
            shares[scope, group] = shares.get((scope, group), 0) + fen
    return [
        EarlierMeal(
            served_on,
            mealtime,
            portion,
            tuple(EarlierShare(scope, group, fen) for (scope, group), fen in shares.items() if fen),
        )
        for served_on, mealtime, portion, shares in meals.values()
    ]


def quote(
    session: Session,
    *,
    canteen: CanteenPlace,
    elder: ElderFacts | None,
    in_force: InForce | None,
    terms: Terms,
) -> Split:
    """Split the list price. A guest pays it whole; so does anyone where no scheme is bound."""
    if elder is None:
        return full_price(terms.price_fen, "guest")
    if in_force is None:
        return full_price(terms.price_fen, "no_scheme")
    meal = MealFacts(
        terms.price_fen,
        terms.read_at,
        terms.served_on,
        terms.mealtime,
        terms.channel,
        canteen.area_code,
        terms.portion,
    )
    earlier = list_earlier(session, elder.id, in_force.scheme, terms.served_on)
    calendar = workday_calendar(session, in_force.scheme)
    return split(in_force.scheme, elder.person, meal, earlier, calendar)
