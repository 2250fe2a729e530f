"""Swipes refused, each for its reason and without money; numbers read in part, and whose card they are."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.meals import Meal
from canteen.models.swipes import Swipe
from canteen.services.swipes import record_swipe
from tests.factories.cards import report_lost, return_card
from tests.factories.people import make_card, make_elder, make_fact
from tests.factories.rows import count_rows
from tests.factories.taps import tap
from tests.factories.world import CHENGNAN, World, close_day, make_swipe, set_price, shanghai


def _balance(session: Session, elder_id: int) -> int:
    return session.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id)).scalar_one()


def _plan_unknown(session: Session, world: World) -> str:
    return "em4100:0A00FFFFFF"


def _plan_cut(session: Session, world: World) -> str:
    return "iso14443a:8804A3C6"


def _plan_random(session: Session, world: World) -> str:
    return "iso14443a:083F6C4A"


def _plan_two_fit(session: Session, world: World) -> str:
    make_elder(
        session, number="X1", community=CHENGNAN, card="em4100:0B00B0C1D2",
        canteen_id=world.canteens["C1"],
    )  # fmt: skip
    return "partial:32:00B0C1D2"


def _plan_test_card(session: Session, world: World) -> str:
    make_card(session, None, "em4100:0A0000AAAA", is_test=True)
    return "em4100:0A0000AAAA"


def _plan_lost(session: Session, world: World) -> str:
    report_lost(
        session, uid=world.cards["P01"], reported_by="女儿", by="t", origin=None,
        now=shanghai("11:00"),
    )  # fmt: skip
    return world.cards["P01"]


def _plan_blocked(session: Session, world: World) -> str:
    report_lost(
        session, uid=world.cards["P01"], reported_by=None, by="t", origin=None,
        now=shanghai("11:00"), kind="blocked",
    )  # fmt: skip
    return world.cards["P01"]


def _plan_unassigned(session: Session, world: World) -> str:
    make_card(session, None, "em4100:0A0000BBBB")
    return "em4100:0A0000BBBB"


def _plan_moved(session: Session, world: World) -> str:
    make_fact(session, world.elders["P01"], "status", "moved", from_on=date(2026, 11, 1))
    return world.cards["P01"]


def _plan_closed(session: Session, world: World) -> str:
    close_day(session, world.canteens["C1"], date(2026, 11, 25))
    return world.cards["P01"]


def _plan_no_price(session: Session, world: World) -> str:
    set_price(session, world.canteens["C1"], "lunch", None, shanghai("00:00"))
    return world.cards["P01"]


REFUSALS = [
    (_plan_unknown, "unknown_card"),
    (_plan_cut, "card_ambiguous"),
    (_plan_random, "card_ambiguous"),
    (_plan_two_fit, "card_ambiguous"),
    (_plan_test_card, "test_card"),
    (_plan_lost, "card_lost"),
    (_plan_blocked, "card_blocked"),
    (_plan_unassigned, "card_unassigned"),
    (_plan_moved, "elder_inactive"),
    (_plan_closed, "canteen_closed"),
    (_plan_no_price, "price_missing"),
]


@pytest.mark.parametrize(("plan", "outcome"), REFUSALS, ids=[r[0].__name__[6:] for r in REFUSALS])
def test_a_refusal_is_recorded_and_changes_no_money(
    database: Database, world: World, plan: Callable[[Session, World], str], outcome: str
) -> None:
    card = database.run(plan, world)
    body = tap(database, world, make_swipe(world, "P01", "11:32", "a", card=card))
    assert body["outcome"] == outcome
    assert body["meal"] is None
    assert body["receipt"] is None
    assert body["messages"][0]["code"] == outcome
    assert body["messages"][0]["zh"]
    assert database.read(count_rows, Meal) == 0
    assert database.read(count_rows, Swipe) == 1
    assert database.read(_balance, world.elders["P01"]) == 5000


def test_validity_is_told_before_repetition(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P05", "11:05", "a"))
    database.run(
        report_lost, uid=world.cards["P05"], reported_by="家人", by="t", origin=None,
        now=shanghai("11:05:05"),
    )  # fmt: skip
    body = tap(database, world, make_swipe(world, "P05", "11:05:10", "b"))
    assert body["outcome"] == "card_lost"
    assert body["messages"][0]["zh"] == "卡已挂失，请收卡"


def test_a_partial_number_finds_the_only_card_of_the_canteen_that_fits(
    database: Database, world: World
) -> None:
    body = tap(database, world, make_swipe(world, "P01", "11:32", "a", card="partial:24:B0C1D2"))
    assert body["outcome"] == "subsidised"
    assert body["elder"]["number"] == "P01"
    elsewhere = tap(
        database, world, make_swipe(world, "P02", "11:33", "b", card="partial:24:B0C1D3"),
        reader="C2-R1",
    )  # fmt: skip
    assert elsewhere["outcome"] == "unknown_card"


def test_a_partial_number_that_fits_only_the_morning_card_is_that_card(
    database: Database, world: World
) -> None:
    database.run(make_card, None, "em4100:0A00AAAAAA", is_test=True)
    for name, card, reader in (
        ("a", "partial:24:AAAAAA", "C1-R1"),
        ("b", "partial:32:00AAAAAA", "C2-R1"),
    ):
        asked = make_swipe(world, "P01", "11:32", name, card=card)
        assert tap(database, world, asked, reader=reader)["outcome"] == "test_card"
    database.run(make_card, None, "em4100:0B00B0C1D2", is_test=True)
    asked = make_swipe(world, "P01", "11:33", "c", card="partial:24:B0C1D2")
    assert tap(database, world, asked)["outcome"] == "card_ambiguous"


def test_a_late_partial_number_finds_who_held_the_card_when_it_was_read(
    database: Database, world: World
) -> None:
    database.run(return_card, uid=world.cards["P01"], by="t", origin=None, now=shanghai("12:00"))
    late = make_swipe(world, "P01", "11:32", "a", card="partial:24:B0C1D2", offline="taken")
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=late, now=shanghai("12:20")
    ).body
    assert (body["outcome"], body["elder"]["number"]) == ("subsidised", "P01")
    after = make_swipe(world, "P01", "12:10", "b", card="partial:24:B0C1D2")
    assert tap(database, world, after)["outcome"] == "unknown_card"
