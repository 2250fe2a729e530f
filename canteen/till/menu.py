"""The menu of a canteen's days: which dishes, at what price that day, and what they hold.

Beside the till because the kitchen's page and the weekly menu show the same.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.kitchen import DishContent, MenuLine
from canteen.models.tariffs import Price
from canteen.rules.days import SHANGHAI
from canteen.till.hours import SetMeal, list_prices

END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class MenuDish:
    """A dish on a menu. `price` None: not on the price list that day."""

    code: str
    name: str
    name_en: str
    price: SetMeal | None
    contents: frozenset[str]


def list_menu(
    session: Session, canteen_id: int, first: date, last: date
) -> dict[tuple[date, str], list[MenuDish]]:
    """The dishes by day and mealtime, in the order they were written."""
    rows = session.execute(
        select(MenuLine.day, MenuLine.mealtime, MenuLine.dish)
        .where(MenuLine.canteen_id == canteen_id, MenuLine.day.between(first, last))
        .order_by(MenuLine.day, MenuLine.id)
    ).all()
    names = list_dish_names(session, canteen_id)
    contents = list_contents(session, canteen_id)
    menu: dict[tuple[date, str], list[MenuDish]] = defaultdict(list)
    sold: dict[tuple[date, str], dict[str, SetMeal]] = {}
    for day, mealtime, code in rows:
        if (day, mealtime) not in sold:
            at = datetime.combine(day, END_OF_DAY, SHANGHAI)
            dishes = list_prices(session, canteen_id, mealtime, at, "dish")
            sold[day, mealtime] = {dish.code: dish for dish in dishes}
        name, name_en = names.get(code, (code, code))
        menu[day, mealtime].append(
            MenuDish(
                code, name, name_en, sold[day, mealtime].get(code), contents.get(code, frozenset())
            )
        )
    return menu


def list_dish_names(session: Session, canteen_id: int) -> dict[str, tuple[str, str]]:
    """Every dish that ever stood on the price list, by its code, under its newest names."""
    rows = session.execute(
        select(Price.code, Price.name, Price.name_en)
        .where(Price.canteen_id == canteen_id, Price.kind == "dish")
        .order_by(Price.valid_from, Price.id)
    )
    return {row.code: (row.name, row.name_en or row.name) for row in rows}


def list_contents(session: Session, canteen_id: int) -> dict[str, frozenset[str]]:
    """What each dish holds."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(
        select(DishContent.dish, DishContent.content).where(DishContent.canteen_id == canteen_id)
    ):
        found[row.dish].add(row.content)
    return {dish: frozenset(contents) for dish, contents in found.items()}
