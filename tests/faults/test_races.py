"""Many at once give the same result as one after another, on both databases, with real processes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import LedgerEntry, Purse
from canteen.models.meals import Meal
from canteen.rules.outcomes import ACCEPTED
from canteen.services.counter_meals import MealAsked
from canteen.services.swipes import SwipeAsked
from canteen.till import ledger
from canteen.till.rejudging import rejudge
from tests.factories.people import make_elder
from tests.factories.schemes import RULE_SET_B
from tests.factories.world import (
    CHENGNAN,
    HEDONG,
    World,
    event_id,
    make_canteen,
    make_world,
    shanghai,
)
from tests.faults.crowd import Act, act_at_once, do

NOW = shanghai("11:40")


def _add_two_canteens(session: Session, world: World) -> None:
    for code, area in (("C3", CHENGNAN), ("C4", HEDONG)):
        make_canteen(session, world, code, f"食堂 {code}", area, (f"{code}-1",), 0, 10)


def _money_for_twenty_five(session: Session, world: World) -> int:
    _add_two_canteens(session, world)
    elder_id = make_elder(
        session,
        number="R1",
        card="em4100:0B00000001",
        canteen_id=world.canteens["C1"],
        balance_fen=700 + 24 * 1200,
    )
    world.elders["R1"] = elder_id
    return elder_id


def _sixty_four_taps(world: World) -> list[Act]:
    """Half are the card's own taps, half a second portion on purpose, at four canteens."""
    counters = [world.counters[code] for code in ("C1-1", "C2-1", "C3-1", "C4-1")]
    readers = [world.readers[code] for code in ("C1-R1", "C2-R1", "C3-R1", "C4-R1")]
    acts: list[Act] = []
    for number in range(64):
        if number % 2:
            asked = MealAsked(event_id(f"m{number}"), elder="R1", reason="no_card", second=True)
            acts.append(("meal", counters[number % 4], asked))
        else:
            swipe = SwipeAsked(event_id(f"s{number}"), "em4100:0B00000001", NOW)
            acts.append(("swipe", readers[number % 4], swipe))
    return acts


def _prove(session: Session, elder_id: int) -> list[Meal]:
    """The books add up, and each meal's split is the one its place in the order of booking gives."""
    assert session.execute(select(func.sum(LedgerEntry.fen))).scalar_one() == 0
    kept = session.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id)).scalar_one()
    assert kept == ledger.balance(session, elder_id) >= 0
    meals = list(session.scalars(select(Meal).where(Meal.elder_id == elder_id).order_by(Meal.id)))
    assert rejudge(session, elder_id, NOW.date()) == []
    serials = sorted(meal.receipt for meal in session.scalars(select(Meal)))
    assert len(serials) == len(set(serials))
    return meals


def test_sixty_four_taps_at_four_canteens_are_served_as_far_as_the_money_goes(
    database: Database,
) -> None:
    world = database.run(make_world, balance_fen=0)
    elder_id = database.run(_money_for_twenty_five, world)
    outcomes = Counter(act_at_once(str(database.url.render_as_string(hide_password=False)),
                                   _sixty_four_taps(world), NOW))  # fmt: skip
    meals = database.read(_prove, elder_id)
    assert sum(outcomes[code] for code in ACCEPTED) == len(meals)
    assert len(meals) == 25
    assert sum(1 for meal in meals if meal.subsidy_fen) == 1
    assert [meal.portion for meal in meals] == list(range(1, 26))
    assert outcomes["subsidised"] == 1
    assert set(outcomes) <= {
        "subsidised", "full_price", "already_eaten", "repeat", "insufficient_balance",
    }  # fmt: skip


def test_the_writer_thread_gives_what_one_after_another_gives(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url, writer=True)
    try:
        world = database.run(make_world, balance_fen=0)
        elder_id = database.run(_money_for_twenty_five, world)
        acts = _sixty_four_taps(world)
        with ThreadPoolExecutor(64) as pool:
            outcomes = Counter(pool.map(lambda act: do(database, act, NOW), acts))
        meals = database.read(_prove, elder_id)
    finally:
        database.close()
    assert len(meals) == 25
    assert outcomes["subsidised"] == 1


def _make_elders(session: Session, world: World, times: int) -> list[int]:
    return [
        make_elder(
            session,
            number=f"Q{number:03d}",
            born=date(1948, 9, 9),
            card=f"em4100:0C{number:08X}",
            canteen_id=world.canteens["C1"],
            balance_fen=900,
        )
        for number in range(times)
    ]


@pytest.mark.parametrize("times", [8, pytest.param(200, marks=pytest.mark.soak)])
def test_O_021_ten_at_once_on_money_for_one_serve_exactly_one(
    database: Database, times: int
) -> None:
    world = database.run(make_world, balance_fen=0)
    ids = database.run(_make_elders, world, times)
    acts: list[Act] = []
    for number in range(times):
        for turn in range(5):
            reader = world.readers["C1-R1" if turn % 2 else "C1-R2"]
            swipe = SwipeAsked(event_id(f"{number}s{turn}"), f"em4100:0C{number:08X}", NOW)
            acts.append(("swipe", reader, swipe))
            second = MealAsked(
                event_id(f"{number}m{turn}"), elder=f"Q{number:03d}", reason="no_card", second=True
            )
            acts.append(("meal", world.counters["C1-1"], second))
    outcomes = Counter(
        act_at_once(database.url.render_as_string(hide_password=False), acts, NOW, threads=5)
    )
    assert outcomes["subsidised"] == times
    assert outcomes["full_price"] == 0
    for elder_id in ids[::10]:
        [meal] = database.read(_prove, elder_id)
        assert (meal.elder_fen, meal.subsidy_fen) == (900, 300)
    left = database.read(lambda s: s.execute(select(func.sum(Purse.balance_fen))).scalar_one())
    assert left == 0


def test_O_003_two_processes_at_two_canteens_subsidise_once(database: Database) -> None:
    world = database.run(make_world)
    acts: list[Act] = [
        ("swipe", world.readers["C1-R1"], SwipeAsked(event_id("a"), world.cards["P04"], NOW)),
        ("swipe", world.readers["C2-R1"], SwipeAsked(event_id("b"), world.cards["P04"], NOW)),
    ]
    outcomes = sorted(
        act_at_once(
            database.url.render_as_string(hide_password=False), acts, NOW, processes=2, threads=1
        )
    )
    assert outcomes == ["already_eaten", "subsidised"]


@pytest.mark.parametrize("scheme", [RULE_SET_B])
def test_a_monthly_ceiling_holds_under_a_crowd(database: Database, scheme: str) -> None:
    world = database.run(make_world, scheme=scheme, balance_fen=200_000)
    acts: list[Act] = [
        (
            "meal",
            world.counters["C1-1" if number % 2 else "C2-1"],
            MealAsked(
                event_id(f"m{number}"), elder="P05", reason="no_card", kind="amount",
                amount_fen=5000, second=True,
            ),
        )
        for number in range(24)
    ]  # fmt: skip
    act_at_once(database.url.render_as_string(hide_password=False), acts, NOW)
    meals = database.read(_prove, world.elders["P05"])
    assert len(meals) == 24
    assert sum(meal.subsidy_fen for meal in meals) <= 6000
