"""The price list: dated lines, half-portions and food by weight, and never behind a meal that was sold."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.meals import Meal
from canteen.models.tariffs import Price
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.rules.price_file import PriceRow
from canteen.rules.price_list import PriceAsked
from canteen.services import counter_meals, counter_sales, counter_view, prices, swipes
from canteen.services.counter_meals import MealAsked
from canteen.services.counter_sales import SaleAsked
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

NOW = shanghai("11:45:00")
BEEF = PriceAsked("lunch", "dish", "卤牛肉", 3980, "BEEF", unit="weight", unit_grams=500)
TOFU = PriceAsked("lunch", "dish", "豆腐", 230, "TOFU")


def _set(
    database: Database, world: World, asked: PriceAsked, at: datetime = NOW
) -> prices.PriceSet:
    return database.run(
        prices.set_price,
        canteen_id=world.canteens["C1"],
        asked=asked,
        valid_from=at,
        by="staff:li",
        origin=None,
        now=NOW,
    )


def _swipe(database: Database, world: World, elder: str, clock: str) -> dict[str, Any]:
    asked = make_swipe(world, elder, clock, f"{elder}-{clock}")
    return database.run(
        swipes.record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai(clock)
    ).body


def _total(session: Session) -> int:
    total: int = session.execute(select(func.sum(Meal.price_fen))).scalar_one()
    return total


def test_a_price_set_at_1145_changes_nothing_before_it(database: Database, world: World):
    """O-035: lunches before the change keep 12.00, those after cost 13.00, and nothing is rewritten."""
    before = [_swipe(database, world, f"P0{n}", f"11:{29 + n}:00") for n in range(1, 5)]

    done = _set(database, world, PriceAsked("lunch", "set", "两菜一汤", 1300, "set", key=1))
    after = [_swipe(database, world, f"P0{n}", f"11:{45 + n}:00") for n in range(5, 7)]

    assert done.action == "change"
    assert {body["meal"]["price_fen"] for body in before} == {1200}
    assert {body["meal"]["price_fen"] for body in after} == {1300}
    assert database.read(_total) == 4 * 1200 + 2 * 1300


def test_a_price_never_reaches_behind_a_meal_that_was_sold(database: Database, world: World):
    _swipe(database, world, "P01", "11:30:00")

    with pytest.raises(Conflict) as refused:
        _set(
            database,
            world,
            PriceAsked("lunch", "set", "两菜一汤", 1300, "set", key=1),
            prices.begin(TODAY),
        )
    assert refused.value.code == "price_used"
    assert "11:30:00" in refused.value.zh

    # A new dish has charged nobody yet; its next price has.
    assert _set(database, world, TOFU, prices.begin(TODAY)).action == "add"
    with pytest.raises(Conflict):
        _set(database, world, replace(TOFU, price_fen=250), prices.begin(TODAY))
    dinner = PriceAsked("dinner", "set", "两菜一汤", 900, "set", key=1)
    assert _set(database, world, dinner, prices.begin(TODAY)).action == "change"


def test_asked_twice_is_once_and_the_trail_tells_of_it(database: Database, world: World):
    done = [_set(database, world, TOFU).action for _ in range(2)]

    assert done == ["add", "same"]
    told = database.read(
        lambda session: session.scalars(
            select(AuditLine.object_id).where(AuditLine.action == "price_set")
        ).all()
    )
    assert told == [f"{world.canteens['C1']}/lunch/TOFU"]


def test_a_dish_without_a_code_gets_one_and_keeps_it(database: Database, world: World):
    first = _set(database, world, PriceAsked("lunch", "dish", "红烧肉", 1200))
    other = _set(database, world, PriceAsked("lunch", "dish", "黄笋肉", 1100))
    half = _set(database, world, PriceAsked("lunch", "dish", "红烧肉", 650, unit="half_portion"))
    again = _set(database, world, PriceAsked("lunch", "dish", "红烧肉", 1300), NOW + timedelta(1))
    new_set = _set(database, world, PriceAsked("lunch", "set", "三菜一汤", 1600, key=2))

    assert (first.code, again.code, again.action) == ("hsr", "hsr", "change")
    assert len({first.code, other.code, half.code}) == 3
    assert new_set.code != "set"


def test_a_line_is_ended_and_shown_as_it_stands(database: Database, world: World):
    _set(database, world, TOFU)
    canteen_id = world.canteens["C1"]
    line_id = database.read(
        lambda session: session.execute(select(Price.id).where(Price.code == "TOFU")).scalar_one()
    )
    who: dict[str, Any] = {"by": "staff:li", "origin": None, "now": NOW}
    tomorrow = NOW + timedelta(days=1)
    database.run(
        prices.end_price, price_id=line_id, canteen_id=canteen_id, valid_from=tomorrow, **who
    )

    lines = database.read(prices.list_price_lines, canteen_id=canteen_id, now=NOW)
    assert [(line.state, line.price_fen) for line in lines if line.code == "TOFU"] == [
        ("now", 230),
        ("coming", None),
    ]
    later = database.read(prices.list_price_lines, canteen_id=canteen_id, now=tomorrow)
    assert [line.state for line in later if line.code == "TOFU"] == ["past", "now"]
    with pytest.raises(NotFound) as refused:
        database.run(
            prices.end_price, price_id=999, canteen_id=canteen_id, valid_from=tomorrow, **who
        )
    assert refused.value.code == "price_unknown"


def test_a_key_of_the_counter_names_one_set_meal(database: Database, world: World):
    with pytest.raises(Conflict) as refused:
        _set(database, world, PriceAsked("lunch", "set", "三菜一汤", 1600, key=1))

    assert refused.value.code == "price_key_taken"


@pytest.mark.parametrize(
    "asked",
    [
        PriceAsked("tea", "dish", "茶", 100),
        PriceAsked("lunch", "drink", "茶", 100),
        PriceAsked("lunch", "dish", "", 100),
        PriceAsked("lunch", "dish", "茶", -1),
        PriceAsked("lunch", "dish", "茶", 100, "a@b"),
        PriceAsked("lunch", "dish", "茶", 100, key=2),
        PriceAsked("lunch", "set", "茶", 100, unit="weight", unit_grams=500),
        PriceAsked("lunch", "dish", "茶", 100, unit="weight"),
        PriceAsked("lunch", "dish", "茶", 100, unit_grams=500),
        PriceAsked("lunch", "dish", "茶", 100, channel="delivery"),
    ],
)
def test_what_can_be_no_price_is_refused(sqlite_database: Database, asked: PriceAsked):
    world = sqlite_database.run(make_world)

    with pytest.raises(Invalid) as refused:
        _set(sqlite_database, world, asked)

    assert refused.value.code == "price_wrong"


def test_food_by_weight_is_sold_at_the_counter_to_the_fen(database: Database, world: World):
    _set(database, world, BEEF, prices.begin(TODAY))
    _set(database, world, TOFU, prices.begin(TODAY))
    counter_id = world.counters["C1-1"]
    asked = SaleAsked(event_id("sale"), "dishes", dishes=("BEEF@137", "TOFU"))

    sale = database.run(
        counter_sales.put_sale, counter_id=counter_id, asked=asked, by="cashier:wu", now=NOW
    )
    body = _swipe(database, world, "P01", "11:45:20")

    assert sale["label_zh"] == "卤牛肉 137 克、豆腐"
    assert sale["amount_fen"] == 1091 + 230  # 39.80 a 500 g: 10.9052
    assert body["meal"]["price_fen"] == 1321
    shown = database.read(counter_view.counter_state, counter_id=counter_id, now=NOW)["dishes"]
    assert {dish["code"]: (dish["unit"], dish["unit_grams"]) for dish in shown} == {
        "BEEF": ("weight", 500),
        "TOFU": ("portion", None),
    }


def test_a_guest_may_have_food_by_weight_too(database: Database, world: World):
    _set(database, world, BEEF, prices.begin(TODAY))
    asked = MealAsked(event_id("m"), guest=True, pay="cash", kind="dishes", dishes=("BEEF@250",))

    made = database.run(
        counter_meals.serve_meal,
        counter_id=world.counters["C1-1"],
        asked=asked,
        by="cashier:wu",
        now=NOW,
    )

    assert made.body["meal"]["price_fen"] == 1990


@pytest.mark.parametrize("dishes", [("BEEF",), ("TOFU@100",), ("PHEASANT",), ()])
def test_a_dish_that_is_not_sold_so_is_not_keyed(
    sqlite_database: Database, dishes: tuple[str, ...]
):
    world = sqlite_database.run(make_world)
    _set(sqlite_database, world, BEEF, prices.begin(TODAY))
    _set(sqlite_database, world, TOFU, prices.begin(TODAY))

    with pytest.raises(CanteenError) as refused:
        sqlite_database.run(
            counter_sales.put_sale,
            counter_id=world.counters["C1-1"],
            asked=SaleAsked(event_id("sale"), "dishes", dishes=dishes),
            by="cashier:wu",
            now=NOW,
        )

    assert refused.value.code in {"dish_weight", "not_sold"}


def test_a_file_is_taken_whole_or_not_at_all(database: Database, world: World):
    good, bad = PriceRow(2, "豆腐", TOFU), PriceRow(3, "鱼", None, "金额只能写数字", "digits only")
    asked = {"canteen_id": world.canteens["C1"], "valid_from": NOW}
    who: dict[str, Any] = {"by": "staff:li", "origin": None, "now": NOW}

    tried = database.read(prices.try_rows, rows=[good, bad], **asked)
    assert [row.action for row in tried] == ["add", "refuse"]
    with pytest.raises(Invalid) as refused:
        database.run(prices.take_rows, rows=[good, bad], **asked, **who)
    assert refused.value.code == "price_file_faults"
    assert database.read(prices.try_rows, rows=[good], **asked)[0].action == "add"
    taken = [database.run(prices.take_rows, rows=[good], **asked, **who) for _ in range(2)]
    assert [row[0].action for row in taken] == ["add", "same"]


def test_what_a_file_leaves_out_stays_as_it_is_listed(database: Database, world: World):
    row = PriceRow(2, "两菜一汤", PriceAsked("lunch", "dish", "两菜一汤", 1300))
    asked = {"canteen_id": world.canteens["C1"], "valid_from": NOW}
    database.run(prices.take_rows, rows=[row], **asked, by="staff:li", origin=None, now=NOW)

    lines = database.read(prices.list_price_lines, canteen_id=world.canteens["C1"], now=NOW)
    line = next(line for line in lines if line.price_fen == 1300)
    assert (line.kind, line.code, line.key, line.name_en) == ("set", "set", 1, "2 dishes + soup")
