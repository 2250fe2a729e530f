"""How many meals stand in a canteen's days: what a change of calendar or prices may not reach behind."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.meals import IS_EATEN, Meal


def count_served(
    session: Session, canteen_id: int, *, first: date, last: date | None, mealtime: str | None
) -> int:
    """Meals not voided that were served from `first` to `last` (None: since then), of one mealtime
    or of all."""
    query = select(func.count()).where(
        Meal.canteen_id == canteen_id, Meal.served_on >= first, IS_EATEN
    )
    if last is not None:
        query = query.where(Meal.served_on <= last)
    if mealtime is not None:
        query = query.where(Meal.mealtime == mealtime)
    counted: int = session.execute(query).scalar_one()
    return counted
