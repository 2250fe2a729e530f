"""The kitchen: how many to cook and why, diets as counts, menus and their clashes, samples, temperatures."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.people import Elder
from canteen.models.register import ElderDiet
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.rules.price_list import PriceAsked
from canteen.services import day_counts, food_records, kitchen, menus, prices
from canteen.services.kitchen import KitchenMeal
from tests.factories.meals import make_meal
from tests.factories.people import LONG_AGO, make_fact
from tests.factories.rows import build_once
from tests.factories.world import TODAY, World, close_day, make_world, shanghai

NOW = shanghai("09:00")
WHO: dict[str, Any] = {"by": "staff:huang", "origin": None, "now": NOW}
USUAL = ("P01", "P02", "P03", "P04")


@pytest.fixture
def world(database: Database) -> World:
    return database.run(build_once, _fill)


def _fill(session: Session) -> World:
    """Four people have lunch on each of the last four Wednesdays, and P05 on one of them."""
    world = make_world(session)
    for weeks in range(1, 5):
        day = TODAY - timedelta(weeks=weeks)
        for elder in USUAL:
            channel = "take_away" if elder == "P04" else "dine_in"
            make_meal(session, world.canteens["C1"], world.elders[elder], day, channel=channel)
    make_meal(session, world.canteens["C1"], world.elders["P05"], TODAY - timedelta(weeks=1))
    return world


def _show(database: Database, world: World, day: date = TODAY, meal: str = "lunch") -> KitchenMeal:
    return database.read(
        kitchen.show_meal, canteen_id=world.canteens["C1"], day=day, mealtime=meal, now=NOW
    )


def _give_diet(session: Session, elder_id: int, code: str) -> None:
    session.execute(
        insert(ElderDiet).values(
            elder_id=elder_id, code=code, recorded_at=LONG_AGO, recorded_by="test"
        )
    )


def test_the_estimate_is_last_month_s_same_weekday_with_its_reasons(
    database: Database, world: World
):
    meal = _show(database, world)

    assert meal.estimate.days == tuple(TODAY - timedelta(weeks=weeks) for weeks in range(1, 5))
    assert (meal.estimate.least, meal.estimate.most) == (4, 5)
    assert (meal.portions, meal.estimate.spare) == (6, 1)
    assert meal.ways == {"dine_in": 5, "take_away": 1}
    assert meal.estimate.left_out == ()  # nobody ordered: nothing is to be brought
    assert meal.expected_people == 4


def test_days_before_the_first_meal_are_no_days_on_which_nobody_came(
    database: Database, world: World
):
    friday = TODAY + timedelta(days=2)

    def begin(session: Session) -> None:
        for weeks in (1, 2):
            day = friday - timedelta(weeks=weeks)
            make_meal(session, world.canteens["C2"], world.elders["P07"], day)

    database.run(begin)
    meal = database.read(
        kitchen.show_meal,
        canteen_id=world.canteens["C2"], day=friday, mealtime="lunch", now=NOW,
    )  # fmt: skip
    assert (meal.estimate.least, len(meal.estimate.days)) == (1, 2)


def test_a_closed_day_is_no_day_on_which_nobody_came(database: Database, world: World):
    closed = TODAY - timedelta(weeks=2)
    database.run(close_day, world.canteens["C1"], closed, "lunch")

    assert closed not in _show(database, world).estimate.days


def test_who_is_known_to_be_away_is_taken_off_and_said(database: Database, world: World):
    database.run(make_fact, world.elders["P02"], "category", "in_hospital", from_on=TODAY)

    meal = _show(database, world)
    assert (meal.estimate.away, meal.portions, meal.expected_people) == (1, 5, 3)


def test_a_mealtime_nobody_ate_yet_says_so(database: Database, world: World):
    meal = _show(database, world, meal="dinner")

    assert (meal.portions, "no_history" in meal.estimate.left_out) == (0, True)
    assert meal.window is not None


def test_today_s_unfinished_lunch_is_not_tomorrow_s_history(database: Database, world: World):
    def eat(session: Session) -> None:
        make_meal(session, world.canteens["C1"], world.elders["P01"], TODAY)

    database.run(eat)
    assert TODAY not in _show(database, world, TODAY + timedelta(days=1)).estimate.days
    assert _show(database, world).served == 1


def test_the_kitchen_s_number_holds_and_the_newest_of_them(database: Database, world: World):
    asked = {"canteen_id": world.canteens["C1"], "day": TODAY, "mealtime": "lunch"}
    for portions in (9, 8):
        database.run(kitchen.set_plan, **asked, portions=portions, **WHO)

    meal = _show(database, world)
    assert meal.plan is not None
    assert (meal.portions, meal.plan.recorded_by, meal.estimate.portions) == (8, "staff:huang", 6)
    assert sum(meal.ways.values()) == 8
    for wrong, code in (
        ({"mealtime": "tea"}, "mealtime"),
        ({"day": TODAY - timedelta(days=1)}, "day_past"),
        ({"portions": -1}, "portions"),
    ):
        with pytest.raises(Invalid) as refused:
            database.run(kitchen.set_plan, **{**asked, "portions": 1, **wrong}, **WHO)
        assert refused.value.code == code


def test_the_mealtimes_of_today_and_tomorrow_are_listed(database: Database, world: World):
    found = database.read(
        kitchen.list_mealtimes, canteen_id=world.canteens["C1"], now=shanghai("14:00")
    )

    assert [(day, window.mealtime, is_over) for day, window, is_over in found] == [
        (TODAY, "breakfast", True),
        (TODAY, "lunch", True),
        (TODAY, "dinner", False),
        *((TODAY + timedelta(days=1), name, False) for name in ("breakfast", "lunch", "dinner")),
    ]


def test_what_was_cooked_and_left_is_shown(database: Database, world: World):
    database.run(
        day_counts.count_portions,
        canteen="C1", mealtime="lunch", day=TODAY, cooked=7, left=2, **WHO,
    )  # fmt: skip

    meal = _show(database, world)
    assert (meal.cooked, meal.left) == (7, 2)


def test_diets_are_counts_of_those_expected_and_no_names(database: Database, world: World):
    def give(session: Session) -> None:
        for elder, code in (
            ("P01", "no_pork"), ("P02", "no_pork"), ("P03", "allergy_fish"), ("P05", "no_pork"),
        ):  # fmt: skip
            _give_diet(session, world.elders[elder], code)
        session.execute(update(Elder).where(Elder.number == "P04").values(diet="不吃香菜"))

    database.run(give)
    meal = _show(database, world)

    assert meal.diets == (("no_pork", 2), ("allergy_fish", 1))
    assert meal.words_only == 1
    assert "黄桂兰" not in repr(meal)


def _put_dish(database: Database, world: World, name: str, code: str, fen: int = 1200) -> None:
    database.run(
        prices.set_price,
        canteen_id=world.canteens["C1"],
        asked=PriceAsked("lunch", "dish", name, fen, code),
        valid_from=LONG_AGO,
        **WHO,
    )


def _put_menu(database: Database, world: World, *dishes: str, day: date = TODAY) -> None:
    database.run(
        menus.set_menu,
        canteen_id=world.canteens["C1"],
        day=day,
        mealtime="lunch",
        dishes=dishes,
        **WHO,
    )


def test_a_dish_that_clashes_with_a_diet_is_flagged_with_how_many(database: Database, world: World):
    _put_dish(database, world, "红烧肉", "hsr")
    _put_dish(database, world, "豆腐", "df", 230)
    database.run(_give_diet, world.elders["P01"], "no_pork")
    database.run(
        menus.set_contents,
        canteen_id=world.canteens["C1"],
        dish="hsr",
        contents=["pork", "sugar"],
        **WHO,
    )
    _put_menu(database, world, "hsr", "df")

    meal = _show(database, world)
    assert [(dish.name, dish.price and dish.price.price_fen) for dish in meal.menu] == [
        ("红烧肉", 1200),
        ("豆腐", 230),
    ]
    assert [(clash.dish.code, clash.diets) for clash in meal.clashes] == [
        ("hsr", (("no_pork", 1),))
    ]


def test_a_menu_is_written_again_in_its_order_and_printed_with_prices(
    database: Database, world: World
):
    _put_dish(database, world, "红烧肉", "hsr")
    _put_dish(database, world, "豆腐", "df", 230)
    _put_menu(database, world, "hsr")
    _put_menu(database, world, "df", "hsr", "df")
    monday = TODAY - timedelta(days=2)

    week = database.read(menus.show_week, canteen_id=world.canteens["C1"], first=monday)
    book = database.read(menus.week_book, canteen_id=world.canteens["C1"], first=monday, now=NOW)

    lunch = dict(week[2].meals)["lunch"]
    assert [dish.code for dish in lunch] == ["df", "hsr"]
    assert len(week) == 7
    rows = book.pages[0].tables[0].rows
    assert ("11-25 周三", "午餐", "豆腐 2.30；红烧肉 12.00") in rows


def test_what_is_in_no_table_is_refused(database: Database, world: World):
    _put_dish(database, world, "红烧肉", "hsr")
    canteen = {"canteen_id": world.canteens["C1"]}
    menu = {**canteen, "day": TODAY, "mealtime": "lunch", "dishes": ["hsr"]}
    wrong: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
        (menus.set_menu, {**menu, "dishes": ["pheasant"]}, "menu_dish"),
        (menus.set_menu, {**menu, "mealtime": "tea"}, "mealtime"),
        (menus.set_contents, {**canteen, "dish": "pheasant", "contents": []}, "menu_dish"),
        (menus.set_contents, {**canteen, "dish": "hsr", "contents": ["gold"]}, "dish_content"),
    ]
    for use_case, asked, code in wrong:
        with pytest.raises(Invalid) as refused:
            database.run(use_case, **asked, **WHO)
        assert refused.value.code == code


def _sample(database: Database, world: World, grams: int = 125, **given: Any) -> None:
    asked = {"canteen_id": world.canteens["C1"], "mealtime": "lunch", "dish": "红烧肉"}
    database.run(food_records.take_sample, **{**asked, "grams": grams, **WHO, **given})


def test_a_sample_is_kept_48_hours_and_thrown_away_once(database: Database, world: World):
    _sample(database, world)
    _sample(database, world, 124, dish="豆腐")
    records = database.read(food_records.show_records, canteen_id=world.canteens["C1"], now=NOW)
    light, whole = records.samples
    assert (whole.is_light, whole.is_due, light.is_light) == (False, False, True)
    asked = {"canteen_id": world.canteens["C1"], "sample_id": whole.id, "by": "x", "origin": None}
    due = NOW + timedelta(hours=48)

    with pytest.raises(Conflict) as early:
        database.run(food_records.discard_sample, **asked, now=due - timedelta(seconds=1))
    assert early.value.code == "sample_early"
    database.run(food_records.discard_sample, **asked, now=due)
    with pytest.raises(Conflict) as gone:
        database.run(food_records.discard_sample, **asked, now=due)
    assert gone.value.code == "sample_gone"
    with pytest.raises(NotFound) as unknown:
        database.run(food_records.discard_sample, **{**asked, "sample_id": 99}, now=due)
    assert unknown.value.code == "sample_unknown"
    later = database.read(food_records.show_records, canteen_id=world.canteens["C1"], now=due)
    assert [(one.discarded_by, one.is_due) for one in later.samples] == [(None, True), ("x", False)]


def test_a_dish_of_today_s_menu_without_a_sample_is_told(database: Database, world: World):
    _put_dish(database, world, "红烧肉", "hsr")
    _put_menu(database, world, "hsr")
    asked = {"canteen_id": world.canteens["C1"], "now": NOW}

    assert database.read(food_records.show_records, **asked).missing == (
        ("lunch", "红烧肉", "红烧肉"),
    )
    _sample(database, world)
    assert database.read(food_records.show_records, **asked).missing == ()


def test_a_temperature_outside_its_limit_is_flagged_and_kept(database: Database, world: World):
    asked = {"canteen_id": world.canteens["C1"], "subject": "红烧肉"}
    for kind, tenths, holds in (
        ("hot_food", 600, True),
        ("hot_food", 599, False),
        ("fridge", 81, False),
    ):
        told = database.run(
            food_records.read_temperature, **asked, kind=kind, celsius_tenths=tenths, **WHO
        )
        assert told is holds

    records = database.read(food_records.show_records, canteen_id=world.canteens["C1"], now=NOW)
    assert [one.is_outside for one in records.temperatures] == [True, True, False]
    actions = database.read(
        lambda session: session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    )
    assert actions.count("temperature_read") == 3


def test_what_cannot_be_in_the_book_is_refused(database: Database, world: World):
    temperature = {"canteen_id": world.canteens["C1"], "celsius_tenths": 650}
    refusals: list[tuple[Callable[[], None], type[CanteenError], str]] = [
        (lambda: _sample(database, world, 0), Invalid, "sample"),
        (lambda: _sample(database, world, dish=""), Invalid, "sample"),
        (lambda: _sample(database, world, mealtime="tea"), Invalid, "mealtime"),
        (
            lambda: (
                database.run(
                    food_records.read_temperature, **temperature, kind="oven", subject="x", **WHO
                )
                and None
            ),
            Invalid,
            "temperature",
        ),
    ]
    for act, kind, code in refusals:
        with pytest.raises(kind) as refused:
            act()
        assert refused.value.code == code
