"""Meals of the past for tests that only count them: rows without entries, as no till would book them."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from tests.factories.world import shanghai


def make_meal(
    session: Session,
    canteen_id: int,
    elder_id: int | None,
    day: date,
    *,
    mealtime: str = "lunch",
    channel: str = "dine_in",
    number: int = 1,
    **written: object,
) -> None:
    """One standing meal at half past eleven; `number` tells several guests of a day apart. What is
    `written` stands in place of a column's usual value."""
    uid = f"{canteen_id}-{elder_id or f'guest{number}'}-{day}-{mealtime}"
    columns: dict[str, object] = {
        "uid": uid, "elder_id": elder_id, "is_guest": elder_id is None, "canteen_id": canteen_id,
        "served_on": day, "booked_on": day, "mealtime": mealtime, "portion": 1, "channel": channel,
        "read_at": shanghai("11:30", day), "booked_at": shanghai("11:30", day), "is_late": False,
        "is_manual": False, "booked_by": "test", "label_zh": "两菜一汤",
        "label_en": "2 dishes + soup", "price_fen": 1200, "elder_fen": 1200, "subsidy_fen": 0,
        "discount_fen": 0, "purse_fen": 0, "cash_fen": 1200, "external_fen": 0, "rounding_fen": 0,
        "explanation": "[]", "receipt": uid, "below_floor": False,
    }  # fmt: skip
    session.execute(insert(Meal).values({**columns, **written}))
