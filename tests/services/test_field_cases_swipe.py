"""Field cases of the area *swipe* (and the day boundary), by their ids, on both databases.

What needs a browser, an agent or several processes is tried in tests/e2e, tests/card_reader and
tests/faults under the same ids."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.meals import Meal
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.swipes import Swipe
from canteen.rules.errors import Busy
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.swipes import SwipeAsked
from tests.factories.cards import issue_card, report_lost
from tests.factories.people import make_card
from tests.factories.schemes import RULE_SET_B
from tests.factories.taps import tap
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai


def _meals(database: Database) -> list[Meal]:
    return database.read(lambda s: list(s.scalars(select(Meal).order_by(Meal.id))))


def _balance(database: Database, elder_id: int) -> int:
    return database.read(
        lambda s: s.execute(
            select(Purse.balance_fen).where(Purse.elder_id == elder_id)
        ).scalar_one()
    )


def test_O_001_a_card_left_on_the_reader_makes_one_meal(database: Database, world: World) -> None:
    # The agent's debounce makes one swipe of it; here the server sees all five all the same.
    answers = [
        tap(database, world, make_swipe(world, "P01", f"11:32:00.{ms:03d}", f"lies-{ms}"))
        for ms in (0, 240, 480, 720, 960)
    ]
    assert [a["outcome"] for a in answers] == ["subsidised"] + ["repeat"] * 4
    [meal] = _meals(database)
    assert (meal.elder_fen, meal.subsidy_fen) == (700, 500)
    assert {a["receipt"] for a in answers} == {meal.receipt}
    assert _balance(database, world.elders["P01"]) == 4300


def test_O_002_a_second_tap_later_is_told_when_lunch_was(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P02", "11:32:10", "a"))
    second = tap(database, world, make_swipe(world, "P02", "11:32:50", "b"))
    third = tap(database, world, make_swipe(world, "P02", "12:20", "c"), reader="C1-R2")
    for answer in (second, third):
        assert answer["outcome"] == "already_eaten"
        assert answer["messages"][0]["zh"] == "今天午餐已刷 11:32"
    assert len(_meals(database)) == 1
    assert _balance(database, world.elders["P02"]) == 4300


def test_O_002_a_second_portion_on_purpose_has_no_subsidy(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P02", "11:32:10", "a"))
    refused = make_swipe(world, "P02", "11:32:50", "b")
    tap(database, world, refused)
    answer = database.run(
        serve_meal,
        counter_id=world.counters["C1-1"],
        asked=MealAsked(event_id("second"), swipe=refused.id, second=True),
        by="cashier:li",
        now=shanghai("11:33:10"),
    ).body
    assert (answer["outcome"], answer["reason"]) == ("full_price", "second_portion")
    assert answer["meal"]["elder_fen"] == 1200
    assert answer["meal"]["shares"] == []
    assert [meal.portion for meal in _meals(database)] == [1, 2]


def test_O_003_a_cloned_card_at_two_canteens_is_subsidised_once(
    database: Database, world: World
) -> None:
    first = tap(database, world, make_swipe(world, "P04", "12:00:20.100", "a"))
    second = tap(database, world, make_swipe(world, "P04", "12:00:22.900", "b"), reader="C2-R1")
    assert first["outcome"] == "subsidised"
    assert second["outcome"] == "already_eaten"
    assert second["messages"][0]["zh"] == "今天午餐已在城南食堂刷过 12:00"


def test_O_004_lost_is_told_before_already_eaten(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P05", "11:05", "a"))
    database.run(
        report_lost, uid=world.cards["P05"], reported_by="家人", by="secretary:wang", origin=None,
        now=shanghai("11:20"),
    )  # fmt: skip
    body = tap(database, world, make_swipe(world, "P05", "11:40", "b"), reader="C1-R2")
    assert body["outcome"] == "card_lost"
    assert body["messages"][0]["zh"] == "卡已挂失，请收卡"
    swipe = database.read(
        lambda s: s.execute(select(Swipe).where(Swipe.id == event_id("b"))).scalar_one()
    )
    assert (swipe.outcome, swipe.elder_id) == ("card_lost", world.elders["P05"])
    assert _balance(database, world.elders["P05"]) == 4100


def test_O_005_retries_after_a_lost_reply_get_the_first_receipt(
    database: Database, world: World
) -> None:
    asked = make_swipe(world, "P01", "11:31:02", "C1-R1-000101")
    answers = [
        tap(database, world, asked, now=asked.read_at + timedelta(seconds=wait))
        for wait in (1, 3, 10, 4000)
    ]
    assert all(answer == answers[0] for answer in answers)
    assert _balance(database, world.elders["P01"]) == 4300


def test_O_006_when_the_id_cannot_be_kept_nothing_is(sqlite_database: Database) -> None:
    world = sqlite_database.run(make_world)
    fault = "CREATE TRIGGER fault BEFORE INSERT ON swipes BEGIN SELECT RAISE(ABORT, 'fault'); END"
    sqlite_database.run(lambda s: s.connection().exec_driver_sql(fault))
    asked = make_swipe(world, "P01", "11:32", "a")
    with pytest.raises((DBAPIError, Busy)):
        tap(sqlite_database, world, asked)
    assert _meals(sqlite_database) == []
    assert _balance(sqlite_database, world.elders["P01"]) == 5000
    sqlite_database.run(lambda s: s.connection().exec_driver_sql("DROP TRIGGER fault"))
    assert tap(sqlite_database, world, asked)["outcome"] == "subsidised"
    assert len(_meals(sqlite_database)) == 1


def test_O_007_a_replayed_line_gets_its_first_answer(database: Database, world: World) -> None:
    lines = Path(__file__).parent / "data" / "21_offline_late_upload.jsonl"
    printed = {card: number for number, card in world.cards.items()}
    by_number = database.read(_list_printed)
    answers = []
    for text in lines.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        uid = by_number[line["card"]]
        assert uid in printed
        asked = SwipeAsked(
            event_id(line["event_id"]),
            uid,
            shanghai(line["swiped_at"][11:19], date(2026, 11, 24)),
            seq=line["device_seq"],
            offline="taken",
        )
        answers.append(tap(database, world, asked, now=shanghai(line["received_at"][11:19])))
    assert answers[5] == answers[0]
    meals = _meals(database)
    assert len(meals) == 5
    assert {meal.served_on for meal in meals} == {date(2026, 11, 24)}
    assert all(meal.is_late for meal in meals)
    assert meals[0].subsidy_fen == 300  # P01 was 79 on the 24th


def _list_printed(session: Session) -> dict[str, str]:
    return {row.printed: row.uid for row in session.scalars(select(Card)) if row.printed}


@pytest.mark.parametrize("uid", ["em4100:0A00FFFFFF", "em4100:0000000000"])
def test_O_008_a_strangers_card_makes_no_row_and_matches_nobody(
    database: Database, world: World, uid: str
) -> None:
    before = database.read(_count_people)
    body = tap(database, world, make_swipe(world, "P01", "11:32", "a", card=uid))
    assert body["outcome"] == "unknown_card"
    assert "未登记的卡" in body["messages"][0]["zh"]
    assert body["elder"] is None
    assert database.read(_count_people) == before
    served = database.run(
        serve_meal,
        counter_id=world.counters["C1-1"],
        asked=MealAsked(event_id("by-name"), elder="P01", reason="no_card"),
        by="cashier:li",
        now=shanghai("11:33"),
    ).body
    assert served["outcome"] == "subsidised"
    [meal] = _meals(database)
    assert (meal.is_manual, meal.manual_reason) == (True, "no_card")


def _count_people(session: Session) -> tuple[int, int]:
    return tuple(  # type: ignore[return-value]
        session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (Elder, Card)
    )


@pytest.mark.parametrize(
    ("day", "clock", "subsidy_fen"),
    [
        (date(2026, 11, 24), "11:40", 300),
        (date(2026, 11, 24), "17:00", 300),
        (date(2026, 11, 25), "07:00", 0),
        (date(2026, 11, 25), "11:40", 500),
    ],
)
def test_O_009_the_birthday_itself_counts(
    database: Database, world: World, day: date, clock: str, subsidy_fen: int
) -> None:
    body = tap(database, world, make_swipe(world, "P01", clock, "a", day=day))
    assert body["meal"]["subsidy_fen"] == subsidy_fen


def test_O_040_born_on_29_february_she_is_90_on_28_february(
    database: Database, world: World
) -> None:
    # For this case without her 低保: withdrawn before the first tap.
    known = shanghai("10:00", date(2026, 2, 1))
    database.run(
        lambda s: s.execute(
            update(ElderFact)
            .where(ElderFact.elder_id == world.elders["P03"], ElderFact.kind == "category")
            .values(withdrawn_at=known, withdrawn_by="secretary:wang")
        )
    )
    days = (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1))
    subsidies = [
        tap(database, world, make_swipe(world, "P03", "11:40", f"{day}", day=day))["meal"]
        for day in days
    ]
    assert [meal["subsidy_fen"] for meal in subsidies] == [500, 800, 800]


def test_O_010_the_finder_is_refused_and_the_balance_stays_hers(database: Database) -> None:
    world = database.run(make_world, balance_fen=3500)
    database.run(
        report_lost, uid=world.cards["P02"], reported_by="本人", by="secretary:wang", origin=None,
        now=shanghai("10:00"),
    )  # fmt: skip
    database.run(
        issue_card, elder="P02", uid="em4100:0A01312D01", by="secretary:wang", origin=None,
        now=shanghai("10:10"),
    )  # fmt: skip
    old = tap(database, world, make_swipe(world, "P02", "11:30", "a"))
    new = tap(database, world, make_swipe(world, "P02", "11:31", "b", card="em4100:0A01312D01"))
    assert old["outcome"] == "card_lost"
    assert new["outcome"] == "subsidised"
    assert new["purse"] == {"balance_fen": 2800}
    held = database.read(
        lambda s: s.execute(
            select(func.count())
            .select_from(CardHolding)
            .where(CardHolding.elder_id == world.elders["P02"])
        ).scalar_one()
    )
    assert held == 2


def test_O_011_two_cards_of_one_elder_eat_once(database: Database, world: World) -> None:
    database.run(make_card, world.elders["P05"], "iso14443a:B0864D25")
    first = tap(database, world, make_swipe(world, "P05", "11:00", "a"))
    second = tap(
        database, world, make_swipe(world, "P05", "11:45", "b", card="iso14443a:B0864D25"),
        reader="C2-R1",
    )  # fmt: skip
    assert first["outcome"] == "subsidised"
    assert second["outcome"] == "already_eaten"
    assert _balance(database, world.elders["P05"]) == 4100


@pytest.mark.parametrize("clock", ["06:31", "07:30", "07:59:59", "08:00:00"])
def test_O_066_breakfast_belongs_to_its_own_local_day(
    database: Database, world: World, clock: str
) -> None:
    tap(database, world, make_swipe(world, "P01", clock, "a"))
    [meal] = _meals(database)
    assert (meal.served_on, meal.booked_on, meal.mealtime) == (TODAY, TODAY, "breakfast")


def test_O_070_dinner_booked_before_lunch_used_the_quota(database: Database) -> None:
    world = database.run(make_world, scheme=RULE_SET_B, balance_fen=100_000)
    day = date(2026, 11, 28)
    for number in range(33):  # 27 lunches of 1.80 and 6 dinners of 1.50: 57.60 of 60.00
        when = date(2026, 11, 1) + timedelta(days=number % 27)
        clock = "11:40" if number < 27 else "17:00"
        tap(database, world, make_swipe(world, "P05", clock, f"h{number}", day=when))
    used = sum(meal.subsidy_fen for meal in _meals(database))
    dinner = tap(
        database, world, make_swipe(world, "P05", "17:00", "dinner", day=day), reader="C2-R1"
    )
    lunch = tap(
        database, world, make_swipe(world, "P05", "11:40", "lunch", day=day, offline="taken"),
        now=shanghai("19:00", day),
    )  # fmt: skip
    assert dinner["meal"]["subsidy_fen"] == min(150, 6000 - used)
    assert lunch["meal"]["subsidy_fen"] == 6000 - used - dinner["meal"]["subsidy_fen"]
    assert sum(meal.subsidy_fen for meal in _meals(database)) == 6000
