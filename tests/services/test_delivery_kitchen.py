"""The kitchen cooks for the doors what the list says: no less and no more."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.delivery_asked import PauseAsked
from canteen.services import kitchen
from canteen.services.delivery_pauses import pause
from canteen.services.kitchen import KitchenMeal
from canteen.till.delivery_days import make_due
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.meals import make_meal
from tests.factories.world import TODAY, World, make_world, shanghai

TOMORROW = TODAY + timedelta(days=1)
SIX = ("P01", "P02", "P03", "P04", "P05", "P10")


@pytest.fixture
def world(database: Database) -> World:
    return database.run(_fill)


def _fill(session: Session) -> World:
    """On the last four Thursdays six people ate in, P06 too, and three had it brought."""
    world = make_world(session)
    for weeks in range(1, 5):
        day = TOMORROW - timedelta(weeks=weeks)
        for elder in (*SIX[:3], "P06"):
            make_meal(session, world.canteens["C1"], world.elders[elder], day)
        for elder in SIX[3:]:
            eaten = {"channel": "delivery"}
            make_meal(session, world.canteens["C1"], world.elders[elder], day, **eaten)
    return world


def _order(database: Database, world: World, *elders: str, portions: int = 1) -> None:
    for elder in elders:
        database.run(
            make_order, world.elders[elder], world.canteens["C1"], from_on=TOMORROW,
            portions=portions,
        )  # fmt: skip


def _make(database: Database, world: World) -> None:
    at = shanghai("18:00")
    database.run(make_due, world.canteens["C1"], by="job:deliveries", now=at)


def _show(database: Database, world: World) -> KitchenMeal:
    return database.read(
        kitchen.show_meal, canteen_id=world.canteens["C1"], day=TOMORROW, mealtime="lunch",
        now=shanghai("20:00"),
    )  # fmt: skip


def test_o058_a_delivery_called_off_after_the_list_is_not_cooked(
    database: Database, world: World
) -> None:
    _order(database, world, *SIX)
    _make(database, world)
    assert _show(database, world).estimate.deliveries == 6
    asked = PauseAsked("p-1", TOMORROW, TOMORROW, None, "家里来人")
    database.run(
        pause, number="P03", asked=asked, is_secretary=True, by="staff:wang", origin=None,
        now=shanghai("18:30"),
    )  # fmt: skip
    meal = _show(database, world)
    assert meal.estimate.deliveries == 5
    assert meal.ways["delivery"] == 5


def test_o061_who_has_no_run_or_no_address_is_cooked_for(database: Database, world: World) -> None:
    """The base world's elders have no address, and nobody has planned a round."""
    _order(database, world, "P03", "P10")
    _make(database, world)
    rows = database.read(list_deliveries)
    assert [(row.state, row.run_id) for row in rows] == [("queued", None)] * 2
    assert _show(database, world).estimate.deliveries == 2


def test_the_habit_counts_without_what_was_brought_once_the_list_is_made(
    database: Database, world: World
) -> None:
    _order(database, world, *SIX[3:], portions=2)
    before = _show(database, world)
    assert (before.estimate.expected, before.estimate.left_out) == (7, ("orders",))
    _make(database, world)
    after = _show(database, world)
    assert (after.estimate.expected, after.estimate.spare, after.estimate.deliveries) == (4, 1, 6)
    assert (after.portions, after.estimate.left_out) == (11, ())
    assert after.ways == {"dine_in": 5, "delivery": 6}


def test_who_usually_comes_and_is_brought_it_today_is_not_cooked_for_twice(
    database: Database, world: World
) -> None:
    _order(database, world, "P01")
    _make(database, world)
    meal = _show(database, world)
    assert (meal.estimate.expected, meal.estimate.away, meal.estimate.deliveries) == (4, 1, 1)
    assert (meal.portions, meal.expected_people) == (5, 4)
