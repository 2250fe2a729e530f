"""Field cases of the area *money*, by their ids, on both databases. Races are in tests/faults."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry, Purse, TopUp
from canteen.models.meals import Meal
from canteen.models.sites import Funder
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.money import parse_yuan
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.top_ups import TopUpAsked, take_top_up
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.people import make_top_up
from tests.factories.schemes import RULE_SET_B
from tests.factories.world import (
    World,
    bind_scheme,
    event_id,
    make_swipe,
    make_world,
    set_price,
    shanghai,
)


@pytest.fixture
def world_b(database: Database) -> World:
    return database.run(make_world, scheme=RULE_SET_B, balance_fen=100_000)


def _tap(database: Database, world: World, asked: SwipeAsked, **given: Any) -> dict[str, Any]:
    return database.run(
        record_swipe,
        reader_id=world.readers[given.get("reader", "C1-R1")],
        asked=asked,
        now=asked.read_at + timedelta(seconds=1),
    ).body


def _balance(database: Database, elder_id: int) -> int:
    return database.read(
        lambda s: s.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id))
        .scalar_one()
    )  # fmt: skip


def _keyed_lunch(database: Database, world: World, elder: str, fen: int, name: str) -> Any:
    return database.run(
        serve_meal,
        counter_id=world.counters["C1-1"],
        asked=MealAsked(
            event_id(name), elder=elder, reason="no_card", kind="amount", amount_fen=fen
        ),
        by="cashier:li",
        now=shanghai("11:32"),
    ).body


def _top_up(database: Database, world: World, elder: str, fen: int, name: str) -> dict[str, Any]:
    return database.run(
        take_top_up,
        asked=TopUpAsked(event_id(name), world.counters["C1-1"], elder, fen),
        by="cashier:li",
        origin=None,
        now=shanghai("11:00"),
    ).body


def _void(database: Database, meal: str, name: str, **given: Any) -> dict[str, Any]:
    return database.run(
        void_meal,
        asked=VoidAsked(event_id(name), meal, "wrong_person"),
        may_void_any=True,
        by="secretary:wang",
        origin=None,
        now=given.get("now", shanghai("11:40")),
    ).body


def test_O_022_the_subsidy_follows_the_price_not_the_balance(database: Database) -> None:
    world = database.run(make_world, scheme=RULE_SET_B, balance_fen=2000)
    database.run(make_top_up, world.elders["P05"], world.canteens["C1"], 8000, shanghai("09:00"))
    for elder, left in (("P05", 8980), ("P07", 980)):
        body = _tap(database, world, make_swipe(world, elder, "11:32", elder))
        assert body["meal"]["subsidy_fen"] == 180
        assert body["meal"]["elder_fen"] == 1020
        assert body["purse"] == {"balance_fen": left}


def test_O_023_what_is_left_of_the_ceiling_is_used(database: Database, world_b: World) -> None:
    # 39.3333.. lunches: key one that uses 59.00 of the 60.00 at once.
    used = _keyed_lunch(database, world_b, "P05", 39_333, "big")
    assert used["meal"]["subsidy_fen"] == 5900
    last = _tap(database, world_b, make_swipe(world_b, "P05", "17:00", "a"))
    assert last["meal"]["subsidy_fen"] == 100
    after = _tap(
        database, world_b, make_swipe(world_b, "P05", "11:32", "b", day=date(2026, 11, 26))
    )
    assert (after["outcome"], after["reason"]) == ("full_price", "quota_used")
    assert after["meal"]["subsidy_fen"] == 0
    december = _tap(
        database, world_b, make_swipe(world_b, "P05", "11:32", "c", day=date(2026, 12, 1))
    )
    assert december["meal"]["subsidy_fen"] == 180


def test_O_024_a_refusal_uses_up_nothing(database: Database) -> None:
    world = database.run(make_world, scheme=RULE_SET_B, balance_fen=500)
    refused = _tap(database, world, make_swipe(world, "P07", "11:32", "a"), reader="C2-R1")
    assert refused["outcome"] == "insufficient_balance"
    assert refused["messages"][0]["zh"] == "余额不足，差 5.20"
    _top_up(database, world, "P07", 2000, "top-up")
    served = _tap(database, world, make_swipe(world, "P07", "11:40", "b"), reader="C2-R1")
    assert served["outcome"] == "subsidised"
    assert served["meal"]["subsidy_fen"] == 180
    assert served["purse"] == {"balance_fen": 1480}


@pytest.mark.parametrize(
    ("price_fen", "subsidy_fen", "elder_fen"),
    [(1150, 173, 977), (1230, 185, 1045), (1490, 224, 1266)],
)
def test_O_025_half_a_fen_is_rounded_up_once(
    database: Database, world_b: World, price_fen: int, subsidy_fen: int, elder_fen: int
) -> None:
    body = _keyed_lunch(database, world_b, "P05", price_fen, "a")
    assert (body["meal"]["subsidy_fen"], body["meal"]["elder_fen"]) == (subsidy_fen, elder_fen)


THIRDS = """
code = "thirds"
name = "三家各出三分之一"
source = "field case O-027"

[payer.district]
name = "区"
kind = "government"

[payer.street]
name = "街道"
kind = "government"

[payer.community]
name = "社区"
kind = "government"

[[rule]]
id = "80"
payer = { district = 1, street = 1, community = 1 }
group = "age"
amount = { fixed_fen = 500 }
who = { age_min = 80 }
quota = { mealtime = 1 }
"""


def _three_funders(session: Session) -> World:
    world = make_world(session, scheme=None, balance_fen=100_000)
    funders = {
        code: session.execute(
            insert(Funder).values(code=code, name=code, area_code="450702").returning(Funder.id)
        ).scalar_one()
        for code in ("district", "street", "community")
    }
    bind_scheme(session, THIRDS, "450702", funders)
    return world


def test_O_027_no_fen_of_a_share_in_three_belongs_to_nobody(database: Database) -> None:
    world = database.run(_three_funders)
    for number in range(31):
        day = date(2026, 12, 1) + timedelta(days=number)
        body = _tap(database, world, make_swipe(world, "P01", "11:32", f"d{number}", day=day))
        parts = [(share["payer"], share["fen"]) for share in body["meal"]["shares"]]
        # by largest remainder, ties in the order of the scheme's file: the same each day
        assert parts == [("district", 167), ("street", 167), ("community", 166)]
    rows = database.read(
        lambda s: s.execute(
            select(Funder.code, func.sum(LedgerEntry.fen))
            .join(Account, Account.funder_id == Funder.id)
            .join(LedgerEntry, LedgerEntry.account_id == Account.id)
            .group_by(Funder.code)
        ).all()
    )
    owed = {code: -int(fen) for code, fen in rows if fen}
    assert sum(owed.values()) == 31 * 500
    assert all(abs(3 * fen - 31 * 500) < 3 * 31 for fen in owed.values()), owed


def test_O_028_ten_breakfasts_from_forty_two_yuan(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    _top_up(database, world, "P09", 4200, "top-up")
    for number in range(10):
        day = date(2026, 11, 26) + timedelta(days=number)
        body = _tap(database, world, make_swipe(world, "P09", "07:00", f"b{number}", day=day))
        assert body["outcome"] == "full_price"
        assert body["meal"]["elder_fen"] == 420
    assert body["purse"] == {"balance_fen": 0}


@pytest.mark.parametrize(
    "text", ["5e1", "+5e", "-50", "0.001", "1e3", "NaN", "Infinity", "50元", ""]
)
def test_O_029_what_is_no_amount_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_yuan(text)
    assert caught.value.zh
    assert caught.value.en


@pytest.mark.parametrize("text", [" 50 ", "５０"])
def test_O_029_blanks_and_full_width_digits_are_fifty(text: str) -> None:
    assert parse_yuan(text) == 5000


@pytest.mark.parametrize("fen", [-5000, 0, 99_999_999_900])
def test_O_029_an_amount_out_of_bounds_books_nothing(
    database: Database, world: World, fen: int
) -> None:
    before = database.read(_count_entries)
    with pytest.raises(Invalid):
        _top_up(database, world, "P01", fen, "a")
    assert database.read(_count_entries) == before


def _count_entries(session: Session) -> int:
    return session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one()


def test_O_030_the_same_form_twice_is_one_top_up(database: Database, world: World) -> None:
    answers = [_top_up(database, world, "P02", 10_000, "form-1") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert _balance(database, world.elders["P02"]) == 15_000
    fresh = _top_up(database, world, "P02", 10_000, "form-2")
    assert fresh["receipt"] != answers[0]["receipt"]
    assert _balance(database, world.elders["P02"]) == 25_000


def test_O_031_the_same_void_twice_gives_back_once(database: Database, world: World) -> None:
    meal = _tap(database, world, make_swipe(world, "P01", "11:32", "a"))["meal"]["id"]
    first = _void(database, meal, "v1")
    assert (first["purse_fen"], first["subsidy_fen"], first["balance_fen"]) == (700, 500, 5000)
    assert _void(database, meal, "v1") == first
    with pytest.raises(Conflict, match="already_voided") as caught:
        _void(database, meal, "v2")
    assert caught.value.zh == "已撤销"
    assert _balance(database, world.elders["P01"]) == 5000


@pytest.mark.parametrize(
    "meal", ["?", ".*", "%", "_", "0", "-1", "1 OR 1=1", "１２", "", "[1, 2]", "C1-20261125-%"]
)
def test_O_032_only_one_exact_meal_can_be_voided(
    database: Database, world: World, meal: str
) -> None:
    _tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    with pytest.raises(NotFound):
        _void(database, meal, "v")
    assert _balance(database, world.elders["P01"]) == 4300


def test_O_033_a_void_mirrors_the_split(database: Database, world: World) -> None:
    served = _tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    _void(database, served["receipt"], "v")
    assert _balance(database, world.elders["P01"]) == 5000
    sums = database.read(_sums_by_kind)
    assert sums["sales"] == 0
    assert sums["receivable"] == 0
    assert sums["purse"] == -sums["bank"]  # only the opening balances are left
    again = _tap(database, world, make_swipe(world, "P01", "11:45", "b"))
    assert again["outcome"] == "subsidised"
    assert again["meal"]["subsidy_fen"] == 500


def _sums_by_kind(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(Account.kind, func.sum(LedgerEntry.fen))
        .join(LedgerEntry, LedgerEntry.account_id == Account.id)
        .group_by(Account.kind)
    )
    return {kind: int(total) for kind, total in rows}


def test_O_037_a_subsidy_leaves_no_change(database: Database, world: World) -> None:
    noodles = _keyed_lunch(database, world, "P10", 600, "noodles")
    assert (noodles["meal"]["subsidy_fen"], noodles["meal"]["elder_fen"]) == (600, 0)
    database.run(set_price, world.canteens["C1"], "lunch", 0, shanghai("00:00"))
    free = _tap(database, world, make_swipe(world, "P03", "11:32", "free"))
    assert (free["outcome"], free["meal"]["elder_fen"]) == ("full_price", 0)
    assert free["purse"] == {"balance_fen": 5000}
    meals = database.read(lambda s: list(s.scalars(select(Meal).order_by(Meal.id))))
    assert [meal.price_fen for meal in meals] == [600, 0]


def test_a_top_up_belongs_to_the_day_it_was_taken_and_has_a_receipt(
    database: Database, world: World
) -> None:
    body = _top_up(database, world, "P01", 5000, "a")
    row = database.read(lambda s: s.execute(select(TopUp).where(TopUp.pay == "cash")).scalar_one())
    assert (row.receipt, row.booked_on) == (body["receipt"], date(2026, 11, 25))
