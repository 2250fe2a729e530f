"""Dishes and what they hold, the menu of each day, and the week's menu to print for the wall."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from canteen.models.kitchen import DishContent, MenuLine
from canteen.rules.days import MEALTIMES
from canteen.rules.diets import CONTENTS
from canteen.rules.errors import Invalid
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import MEALTIMES as MEALTIME_NAMES
from canteen.till.day_state import load_state
from canteen.till.menu import MenuDish, list_contents, list_dish_names, list_menu
from canteen.till.places import get_canteen
from canteen.trail.audit import append_audit
from reports.sheets import Book, Column, Sheet, Table

WEEK = timedelta(days=6)
DISHES_MAX = 40
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of the canteen's price list and what it holds."""

    code: str
    name: str
    name_en: str
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class MenuDay:
    """One day of the week: its mealtimes that are served, each with its dishes."""

    day: date
    meals: tuple[tuple[str, tuple[MenuDish, ...]], ...]


def list_dishes(session: Session, *, canteen_id: int) -> list[Dish]:
    """Every dish that is or was on the price list, by code."""
    contents = list_contents(session, canteen_id)
    return [
        Dish(code, name, name_en, contents.get(code, frozenset()))
        for code, (name, name_en) in sorted(list_dish_names(session, canteen_id).items())
    ]


def show_week(session: Session, *, canteen_id: int, first: date) -> list[MenuDay]:
    """The seven days from `first` on."""
    canteen = get_canteen(session, canteen_id)
    menu = list_menu(session, canteen_id, first, first + WEEK)
    days = []
    for offset in range(7):
        day = first + timedelta(days=offset)
        windows = load_state(session, canteen, day).windows
        meals = [(w.mealtime, tuple(menu.get((day, w.mealtime), ()))) for w in windows]
        days.append(MenuDay(day, tuple(meals)))
    return days


def set_menu(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    dishes: Sequence[str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Put these dishes on the menu of a mealtime, in this order, in place of what stood there.

    Raises `Invalid` `menu_dish` for a dish that is on no price list of the canteen."""
    if mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    wanted = list(dict.fromkeys(dishes))[:DISHES_MAX]
    _check_dishes(session, canteen_id, wanted)
    session.execute(
        delete(MenuLine).where(
            MenuLine.canteen_id == canteen_id, MenuLine.day == day, MenuLine.mealtime == mealtime
        )
    )
    rows = [
        {"canteen_id": canteen_id, "day": day, "mealtime": mealtime, "dish": dish}
        for dish in wanted
    ]
    if rows:
        session.execute(insert(MenuLine), rows)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="menu_set",
        object_kind="canteen",
        object_id=str(canteen_id),
        after={"day": day, "mealtime": mealtime, "dishes": wanted},
        now=now,
    )


def set_contents(
    session: Session,
    *,
    canteen_id: int,
    dish: str,
    contents: Collection[str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Say what a dish holds, in place of what was said before.

    Raises `Invalid` `menu_dish` or `dish_content` for what is in no table."""
    _check_dishes(session, canteen_id, [dish])
    if not set(contents) <= set(CONTENTS):
        raise Invalid("dish_content", "没有这种成分", "No such content")
    before = list_contents(session, canteen_id).get(dish, frozenset())
    session.execute(
        delete(DishContent).where(DishContent.canteen_id == canteen_id, DishContent.dish == dish)
    )
    rows = [
        {"canteen_id": canteen_id, "dish": dish, "content": one} for one in sorted(set(contents))
    ]
    if rows:
        session.execute(insert(DishContent), rows)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="dish_contents_set",
        object_kind="dish",
        object_id=f"{canteen_id}/{dish}",
        before={"contents": sorted(before)},
        after={"contents": sorted(set(contents))},
        now=now,
    )


def week_book(session: Session, *, canteen_id: int, first: date, now: datetime) -> Book:
    """The week's menu with its prices, for the wall."""
    canteen = get_canteen(session, canteen_id)
    rows = tuple(
        (
            f"{day.day:%m-%d} {WEEKDAYS[day.day.weekday()]}",
            MEALTIME_NAMES[mealtime][0],
            _dishes(dishes),
        )
        for day in show_week(session, canteen_id=canteen_id, first=first)
        for mealtime, dishes in day.meals
    )
    sheet = Sheet(
        title=f"{canteen.name} 一周菜单",
        head=(f"{first} 至 {first + WEEK}", "价格单位：元"),
        table=Table(
            columns=(Column("日期"), Column("餐次"), Column("菜和价格", width=60)), rows=rows
        ),
        notes=("括号里是菜里含的，忌口、过敏的长者请看清楚，或者问工作人员。",),
    )
    return Book(title=f"{first} {canteen.name} 一周菜单", made_at=now, pages=(sheet,))


def _dishes(dishes: Sequence[MenuDish]) -> str | None:
    told = []
    for dish in dishes:
        price = ""
        if dish.price is not None:
            unit = {"weight": f"/{dish.price.unit_grams} 克", "half_portion": "/半份"}
            price = f" {yuan_text(dish.price.price_fen)}{unit.get(dish.price.unit, '')}"
        held = [CONTENTS[one][0] for one in CONTENTS if one in dish.contents]
        told.append(dish.name + price + (f"（{'、'.join(held)}）" if held else ""))
    return "；".join(told) or None


def _check_dishes(session: Session, canteen_id: int, dishes: Sequence[str]) -> None:
    unknown = [dish for dish in dishes if dish not in list_dish_names(session, canteen_id)]
    if unknown:
        raise Invalid(
            "menu_dish",
            f"价目表里没有：{'、'.join(unknown)[:60]}",
            f"Not on the price list: {', '.join(unknown)[:60]}",
            field="dishes",
        )
