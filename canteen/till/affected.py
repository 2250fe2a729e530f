"""Meals already served that a fact learnt late speaks of: shown to people, and left as they are."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.meals import IS_EATEN, Meal
from canteen.models.sites import Canteen
from canteen.till.persons import rows_of_person
from canteen.till.rejudging import rejudge


@dataclass(frozen=True, slots=True)
class AffectedMeal:
    """A standing meal as it was booked; `again` is the elder's part and the subsidy as they would be
    split now, None for a meal after she had gone: that is for a person to judge."""

    receipt: str
    served_on: date
    mealtime: str
    channel: str
    canteen: str
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    again: tuple[int, int] | None = None


def list_meals_since(session: Session, elder_id: int, first: date) -> list[AffectedMeal]:
    """Her standing meals served on that day and after it."""
    return [_line(meal, canteen) for meal, canteen in _meals_since(session, elder_id, first)]


def list_other_splits(session: Session, elder_id: int, first: date) -> list[AffectedMeal]:
    """Of her standing meals since that day those that would be split otherwise now."""
    found = []
    for one in rejudge(session, elder_id, first):
        canteen = session.get_one(Canteen, one.meal.canteen_id).name
        after = one.after
        line = _line(one.meal, canteen, (after.elder_fen, after.subsidy_fen))
        found.append(replace(line, elder_fen=one.net.elder_fen, subsidy_fen=one.net.subsidy_fen))
    return sorted(found, key=lambda line: line.served_on)


def _meals_since(session: Session, elder_id: int, first: date) -> list[tuple[Meal, str]]:
    rows = session.execute(
        select(Meal, Canteen.name)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(
            Meal.elder_id.in_(rows_of_person(elder_id)),
            Meal.served_on >= first,
            IS_EATEN,
        )
        .order_by(Meal.served_on, Meal.id)
    )
    return [(meal, canteen) for meal, canteen in rows]


def _line(meal: Meal, canteen: str, again: tuple[int, int] | None = None) -> AffectedMeal:
    return AffectedMeal(
        meal.receipt,
        meal.served_on,
        meal.mealtime,
        meal.channel,
        canteen,
        meal.price_fen,
        meal.elder_fen,
        meal.subsidy_fen,
        again,
    )
