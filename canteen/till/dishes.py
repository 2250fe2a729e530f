"""The dishes a cashier keyed, looked up on the price list of the moment and priced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from canteen.rules.dishes import keyed_fen, parse_dish
from canteen.rules.errors import Invalid
from canteen.till.hours import list_prices, look_up_hours
from canteen.till.places import CanteenPlace


@dataclass(frozen=True, slots=True)
class ChosenDishes:
    """What was keyed as one meal: its labels, its list price, and how the first dish is taken."""

    label_zh: str
    label_en: str
    price_fen: int
    channel: str


def choose_dishes(
    session: Session, canteen: CanteenPlace, keyed: Sequence[str], at: datetime
) -> ChosenDishes:
    """Price the keyed dishes ("TOFU", "BEEF@250") by the list in force at `at`.

    Raises `Invalid` `not_sold` when one of them is not on it, or nothing was chosen."""
    dishes = [parse_dish(text) for text in keyed]
    mealtime = look_up_hours(session, canteen, at).mealtime
    sold = list_prices(session, canteen.id, mealtime, at, "dish") if mealtime else []
    by_code = {dish.code: dish for dish in sold}
    missing = [dish.code for dish in dishes if dish.code not in by_code]
    if missing or not dishes:
        raise not_sold(missing)
    zh, en, price_fen = [], [], 0
    for dish in dishes:
        row = by_code[dish.code]
        zh.append(row.name if dish.grams is None else f"{row.name} {dish.grams} 克")
        en.append(row.name_en if dish.grams is None else f"{row.name_en} {dish.grams} g")
        price_fen += keyed_fen(row.price_fen, row.unit_grams, dish)
    return ChosenDishes("、".join(zh), ", ".join(en), price_fen, by_code[dishes[0].code].channel)


def not_sold(codes: Sequence[str]) -> Invalid:
    """The refusal of what is not on the price list now."""
    return Invalid(
        "not_sold",
        f"现在不卖：{'、'.join(codes) or '没有选菜'}",
        f"Not sold now: {', '.join(codes) or 'nothing chosen'}",
    )
