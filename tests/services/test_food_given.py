"""Food given, not charged: settled once, by a reason or as a meal of the tap's own instant."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.audit import AuditLine
from canteen.models.days import CanteenDay
from canteen.models.desk import FoodGiven
from canteen.models.meals import Meal
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services import books, books_days, food_given, swipes
from canteen.services.day_sheets import show_day
from canteen.services.food_given import FoodLine
from tests.factories.days import sign, sign_before
from tests.factories.people import make_fact
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

NOW = shanghai("15:00")
WHO: dict[str, Any] = {"by": "staff:li", "origin": "10.0.0.9", "now": NOW}
STRAY = "em4100:0A77777777"


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world, overdraft_fen=0, balance_fen=300)


def _tap(
    database: Database, world: World, elder: str, clock: str, *, day: date = TODAY, **given: Any
) -> dict[str, Any]:
    """A tap that arrives at three, by default taken while the counter was offline."""
    asked = make_swipe(
        world, elder, clock, f"{elder}-{clock}", day=day, **{"offline": "taken", **given}
    )
    return database.run(
        swipes.record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=NOW
    ).body


def _list(database: Database, world: World, canteen: str = "C1") -> list[FoodLine]:
    return database.read(food_given.list_food, canteen_id=world.canteens[canteen], now=NOW)


def _settle(database: Database, world: World, swipe: str, **given: Any) -> str:
    asked = {
        "canteen_id": world.canteens["C1"], "swipe_id": event_id(swipe), "number": "",
        "stated_at": None, "reason": "当时在场，吃了",
    }  # fmt: skip
    return database.run(food_given.make_meal, **{**asked, **WHO, **given})


def _meal(database: Database, receipt: str) -> Meal:
    return database.read(
        lambda session: session.execute(select(Meal).where(Meal.receipt == receipt)).scalar_one()
    )


def _is_clean(database: Database) -> bool:
    return database.read(books.check).is_clean


def test_the_list_holds_late_refusals_and_held_taps_and_nothing_else(
    database: Database, world: World
):
    _tap(database, world, "P01", "11:30")
    _tap(database, world, "P02", "03:00")  # outside every mealtime
    _tap(database, world, "X", "11:32", card=STRAY)
    _tap(database, world, "P03", "11:33", clock_ok=False)
    _tap(database, world, "P04", "11:34", offline="refused")
    _tap(database, world, "P05", "03:05", offline=None)  # refused at the counter: no food was given

    lines = _list(database, world)

    assert [(line.outcome, line.is_held, line.number) for line in lines] == [
        ("outside_mealtime", False, "P02"),
        ("unknown_card", False, None),
        ("held", True, "P03"),
    ]
    assert _list(database, world, "C2") == []


def test_a_line_is_closed_once_with_a_reason(database: Database, world: World):
    _tap(database, world, "P02", "03:00")
    asked = {"canteen_id": world.canteens["C1"], "swipe_id": event_id("P02-03:00")}

    with pytest.raises(Invalid) as empty:
        database.run(food_given.close_food, **asked, reason=" ", **WHO)
    assert empty.value.code == "reason"
    database.run(food_given.close_food, **asked, reason="试卡", **WHO)
    with pytest.raises(Conflict) as twice:
        database.run(food_given.close_food, **asked, reason="试卡", **WHO)

    assert twice.value.code == "food_settled"
    line = _list(database, world)[0]
    assert (line.decision, line.why, line.decided_by) == ("closed", "试卡", "staff:li")
    told = database.read(
        lambda session: session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    )
    assert told.count("food.closed") == 1


def test_a_late_refusal_of_a_card_nobody_knew_becomes_a_meal_of_its_own_time(
    database: Database, world: World
):
    _tap(database, world, "X", "11:32", card=STRAY)

    with pytest.raises(Invalid) as refused:
        _settle(database, world, "X-11:32")
    assert refused.value.code == "food_whose"
    receipt = _settle(database, world, "X-11:32", number="P02")

    meal = _meal(database, receipt)
    assert meal.elder_id == world.elders["P02"]
    assert meal.read_at == shanghai("11:32")
    assert (meal.served_on, meal.booked_on, meal.mealtime) == (TODAY, TODAY, "lunch")
    assert meal.subsidy_fen == 500
    assert (meal.is_late, meal.is_manual, meal.manual_reason) == (True, True, "当时在场，吃了")
    assert _list(database, world)[0].receipt == receipt
    assert _is_clean(database)


def test_the_same_tests_refuse_and_nothing_is_booked(database: Database, world: World):
    _tap(database, world, "P02", "11:30")
    _tap(database, world, "P02", "11:40")
    _tap(database, world, "P01", "03:00")
    database.run(make_fact, world.elders["P08"], "status", "deceased", from_on=date(2026, 11, 1))
    _tap(database, world, "P08", "11:41")

    for swipe, outcome in (
        ("P02-11:40", "already_eaten"),
        ("P01-03:00", "outside_mealtime"),
        ("P08-11:41", "elder_inactive"),
    ):
        with pytest.raises(Conflict) as refused:
            _settle(database, world, swipe)
        assert refused.value.code == "food_refused"
        assert refused.value.facts["outcome"] == outcome
    assert [line.decision for line in _list(database, world)] == [None, None, None]


def test_a_held_tap_becomes_a_meal_on_the_day_a_person_states(database: Database, world: World):
    yesterday = TODAY - timedelta(days=1)
    _tap(database, world, "P02", "11:33", day=date(2020, 1, 1), offline=None, clock_ok=False)
    _sign(database, world, yesterday)

    receipt = _settle(database, world, "P02-11:33", stated_at=shanghai("11:33", yesterday))

    meal = _meal(database, receipt)
    assert (meal.served_on, meal.booked_on) == (yesterday, TODAY)
    assert meal.is_manual is False
    assert meal.elder_id == world.elders["P02"]
    assert _is_clean(database)


def _sign(database: Database, world: World, day: date) -> None:
    values = {"canteen_id": world.canteens["C1"], "day": day, "receipt_serial": 0}
    signed = {"signed_at": NOW, "signed_by": "staff:li"}
    database.run(
        lambda session: session.execute(insert(CanteenDay).values(**values, **signed)).close()
    )


def test_a_short_purse_does_not_stop_a_meal_that_was_eaten(database: Database, world: World):
    _tap(database, world, "X", "11:32", card=STRAY)
    _settle(database, world, "X-11:32", number="P02")
    # 12.00 − 5.00 of a purse of 3.00 yuan
    line = database.read(
        lambda session: session.execute(
            select(Purse.balance_fen).where(Purse.elder_id == world.elders["P02"])
        ).scalar_one()
    )
    assert line == 300 - 700


@pytest.mark.parametrize(
    "stated_at",
    [shanghai("15:01"), shanghai("11:30", TODAY - timedelta(days=63)), None],
    ids=["ahead", "long ago", "as stamped"],
)
def test_a_held_tap_needs_a_time_that_can_be(sqlite_database: Database, stated_at: datetime | None):
    world = sqlite_database.run(make_world)
    _tap(sqlite_database, world, "P02", "11:33", day=date(2020, 1, 1), clock_ok=False)

    with pytest.raises(Invalid) as refused:
        _settle(sqlite_database, world, "P02-11:33", stated_at=stated_at)

    assert refused.value.code == "food_time"


def test_what_is_settled_or_not_on_the_list_stays_as_it_is(database: Database, world: World):
    _tap(database, world, "P02", "11:30")
    _tap(database, world, "X", "11:32", card=STRAY)
    _tap(database, world, "P03", "11:33", clock_ok=False, offline="refused")
    _settle(database, world, "X-11:32", number="P06")

    refusals: list[tuple[dict[str, Any], type[CanteenError], str]] = [
        ({"swipe": "X-11:32"}, Conflict, "food_settled"),
        ({"swipe": "P02-11:30"}, NotFound, "food_unknown"),
        ({"swipe": "nothing"}, NotFound, "food_unknown"),
        ({"swipe": "X-11:32", "canteen_id": world.canteens["C2"]}, NotFound, "food_unknown"),
        ({"swipe": "P03-11:33"}, Invalid, "food_never"),
    ]
    for given, kind, code in refusals:
        with pytest.raises(kind) as refused:
            _settle(database, world, **given)
        assert refused.value.code == code
    rows = database.read(lambda session: session.scalars(select(FoodGiven.decision)).all())
    assert rows == ["meal"]


def test_a_day_signed_before_it_is_settled_keeps_its_figures(database: Database, world: World):
    _tap(database, world, "P01", "11:30")
    _tap(database, world, "X", "11:32", card=STRAY)
    held = _tap(database, world, "P03", "11:33", clock_ok=False)
    assert held["outcome"] == "held"
    evening = shanghai("20:00")
    must = [one["key"] for one in _anomalies(database, evening) if one["level"] == "must"]
    assert must == [f"held:{event_id('P03-11:33')}"]

    database.run(
        food_given.close_food,
        canteen_id=world.canteens["C1"],
        swipe_id=event_id("P03-11:33"),
        reason="没有打饭",
        **WHO,
    )
    assert not [one for one in _anomalies(database, evening) if one["level"] == "must"]
    sign_before(database, TODAY)
    sign(database, TODAY)
    receipt = _settle(database, world, "X-11:32", number="P02", now=evening)

    meal = _meal(database, receipt)
    assert (meal.served_on, meal.booked_on) == (TODAY, TODAY + timedelta(days=1))
    assert database.read(books_days.check_chain)[0] == []
    assert _is_clean(database)


def _anomalies(database: Database, at: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = database.read(show_day, canteen="C1", day=TODAY, now=at).anomalies
    return found
