"""The demonstration's kitchen: what came in, menus, samples, temperatures, what was cooked and left."""

import random
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.demo.dishes import DISHES, menu_of
from canteen.demo.places import KITCHEN, Place, acting, at, one_a_canteen
from canteen.models.meals import IS_EATEN, Meal
from canteen.services import day_counts, food_records, food_supplies, menus
from canteen.services.food_supplies import SupplyAsked

#: mealtime → when its samples are taken, and when the portions left are counted
MEALTIMES = {"lunch": (time(10, 25), time(13, 50)), "dinner": (time(16, 25), time(18, 48))}
#: one count in so many does not agree with what was served, one sample in so many is too light
MISCOUNTED, LIGHT = 9, 40
#: kind, item, grams and fen a meal, from whom
FOOD = (
    ("staple", "大米", 85, 55, "惠民粮油店"),
    ("meat", "猪肉、鸡蛋", 90, 260, "榕荫里菜市场"),
    ("vegetable", "时令蔬菜", 220, 190, "榕荫里菜市场"),
)
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)


def begin(session: Session, *, places: Iterable[Place], first: date) -> None:
    """What the dishes hold, and the menu of the first week."""
    for place in one_a_canteen(places):
        for code, dish in DISHES.items():
            menus.set_contents(
                session,
                canteen_id=place.canteen_id,
                dish=code,
                contents=dish.contents,
                **acting(KITCHEN, at(first - ONE_DAY, time(15, 0))),
            )
        _write_menu(session, place, first, written=first - ONE_DAY)


def finish(session: Session, *, places: Iterable[Place], today: date) -> None:
    """The menus of today's week and of the next, as the kitchen had written them by yesterday."""
    monday, yesterday = today - timedelta(days=today.weekday()), today - ONE_DAY
    for place in one_a_canteen(places):
        if today == monday:
            _write_menu(session, place, today, written=yesterday)
        _write_menu(session, place, monday + ONE_WEEK, written=yesterday)


def open_day(session: Session, rng: random.Random, *, day: date, place: Place) -> None:
    """On Mondays the week's menu; each day the old samples are thrown away and new ones taken."""
    if day.weekday() == 0:
        _write_menu(session, place, day, written=day - ONE_DAY)
    _buy(session, day, place)
    early = at(day, time(8, 20))
    here = {"canteen_id": place.canteen_id, **acting(KITCHEN, early)}
    for sample in food_records.show_records(
        session, canteen_id=place.canteen_id, now=early
    ).samples:
        if sample.is_due and sample.discarded_at is None:
            food_records.discard_sample(session, sample_id=sample.id, **here)
    for kind, subject, low, high in (
        ("fridge", "1 号冰箱", 25, 60),
        ("freezer", "冷冻柜", -200, -150),
    ):
        food_records.read_temperature(
            session,
            kind=kind,
            subject=subject,
            celsius_tenths=rng.randint(low, high),
            **here,
        )
    for mealtime, (sampled, _) in MEALTIMES.items():
        here["now"] = at(day, sampled)
        dishes = [DISHES[code].zh for code in menu_of(day.weekday(), mealtime)]
        for dish in dishes:
            grams = 110 if rng.randrange(LIGHT) == 0 else rng.randrange(125, 160, 5)
            food_records.take_sample(session, mealtime=mealtime, dish=dish, grams=grams, **here)
        food_records.read_temperature(
            session,
            kind="hot_food",
            subject=dishes[0],
            celsius_tenths=rng.randint(615, 745),
            **here,
        )


def _buy(session: Session, day: date, place: Place) -> None:
    """In the morning the market brings food for as many as ate the day before."""
    eaten = session.execute(
        select(func.count())
        .select_from(Meal)
        .where(Meal.canteen_id == place.canteen_id, Meal.booked_on == day - ONE_DAY, IS_EATEN)
    ).scalar_one()
    for kind, item, grams, cost_fen, supplier in FOOD if eaten else ():
        food_supplies.record_supply(
            session,
            canteen_id=place.canteen_id,
            asked=SupplyAsked(day, kind, item, grams * eaten, cost_fen * eaten, supplier),
            **acting(KITCHEN, at(day, time(7, 10))),
        )


def count(
    session: Session, rng: random.Random, *, day: date, canteen: str, given: Mapping[str, int]
) -> None:
    """Portions cooked and left of each mealtime; now and then somebody counts wrongly."""
    for mealtime, (_, counted) in MEALTIMES.items():
        left = rng.randint(2, 7)
        cooked = given[mealtime] + left
        if rng.randrange(MISCOUNTED) == 0:
            left -= 1
        day_counts.count_portions(
            session,
            canteen=canteen,
            mealtime=mealtime,
            day=day,
            cooked=cooked,
            left=left,
            **acting(KITCHEN, at(day, counted)),
        )


def _write_menu(session: Session, place: Place, first: date, *, written: date) -> None:
    """The menu from a day to the end of its week."""
    for days in range(7 - first.weekday()):
        day = first + timedelta(days=days)
        for mealtime in MEALTIMES:
            menus.set_menu(
                session,
                canteen_id=place.canteen_id,
                day=day,
                mealtime=mealtime,
                dishes=menu_of(day.weekday(), mealtime),
                **acting(KITCHEN, at(written, time(15, 0))),
            )
