"""Two rows are merged while their cards are tapped: no fen is lost, no quota used twice, no circle."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.rules.errors import Busy, Conflict
from canteen.services import books
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.merges import merge_elders
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.people import make_elder
from tests.factories.world import World, event_id, make_world, shanghai

NOW = shanghai("11:40")
TWIN_CARD = "em4100:0A0000AAAA"


def _make(database: Database) -> World:
    world = database.run(make_world)
    world.elders["P91"] = database.run(
        make_elder, number="P91", name="黄桂岚", card=TWIN_CARD, balance_fen=5000,
        canteen_id=world.canteens["C1"],
    )  # fmt: skip
    return world


def _merge(database: Database, kept: str, merged: str) -> None:
    with suppress(Conflict):
        database.run(
            merge_elders, kept=kept, merged=merged, reason="x", by="t", origin=None, now=NOW
        )


def _tap(database: Database, world: World, number: int) -> None:
    """Half are taps of one of the two cards, half second portions by one of the two numbers."""
    with suppress(Busy):
        if number % 2:
            card = (world.cards["P01"], TWIN_CARD)[number % 4 == 1]
            reader_id = world.readers[("C1-R1", "C1-R2", "C2-R1")[number % 3]]
            asked = SwipeAsked(event_id(f"s{number}"), card, NOW)
            database.run(record_swipe, reader_id=reader_id, asked=asked, now=NOW)
        else:
            elder = ("P01", "P91")[number % 4 == 0]
            counter_id = world.counters[("C1-1", "C1-2", "C2-1")[number % 3]]
            meal = MealAsked(event_id(f"m{number}"), elder=elder, reason="no_card", second=True)
            database.run(serve_meal, counter_id=counter_id, asked=meal, by="t", now=NOW)


def test_a_merge_among_taps_keeps_every_fen_and_the_quota(database: Database) -> None:
    world = _make(database)
    with ThreadPoolExecutor(8) as pool:
        waits = [pool.submit(_tap, database, world, number) for number in range(6)]
        waits.append(pool.submit(_merge, database, "P01", "P91"))
        waits += [pool.submit(_tap, database, world, number) for number in range(6, 14)]
        for wait in waits:
            wait.result()

    hers = (world.elders["P01"], world.elders["P91"])
    balances = dict(
        database.read(
            lambda s: [
                (row.elder_id, row.balance_fen)
                for row in s.execute(
                    select(Purse.elder_id, Purse.balance_fen).where(Purse.elder_id.in_(hers))
                )
            ]
        )
    )
    eaten_fen = database.read(
        lambda s: s.execute(
            select(func.coalesce(func.sum(Meal.purse_fen), 0)).where(Meal.elder_id.in_(hers))
        ).scalar_one()
    )
    assert balances == {hers[0]: 10_000 - eaten_fen, hers[1]: 0}
    assert database.read(books.check).breaches == []


def test_two_merges_of_the_same_rows_make_no_circle(database: Database) -> None:
    world = _make(database)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: _merge(database, *pair), [("P01", "P91"), ("P91", "P01")]))
    into = database.read(
        lambda s: list(
            s.scalars(
                select(Elder.merged_into_id).where(
                    Elder.id.in_((world.elders["P01"], world.elders["P91"]))
                )
            )
        )
    )
    assert into.count(None) == 1
