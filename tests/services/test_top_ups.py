"""Money put on a purse at a counter and paid out of it; top-ups taken back, and the debt they leave."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.services.swipes import record_swipe
from canteen.services.top_ups import (
    PayOutAsked,
    TopUpAsked,
    TopUpVoidAsked,
    pay_out,
    take_top_up,
    void_top_up,
)
from tests.factories.counter import CASHIER, sum_account
from tests.factories.taps import tap_at
from tests.factories.world import World, event_id, make_swipe, make_world, shanghai


def _top_up(database: Database, world: World, elder: str, fen: int, name: str) -> dict[str, Any]:
    asked = TopUpAsked(event_id(name), world.counters["C1-1"], elder, fen)
    return database.run(
        take_top_up, asked=asked, by=CASHIER, origin=None, now=shanghai("11:00")
    ).body


def _void_top_up(
    database: Database, at: datetime, name: str, *, by: str = CASHIER, may_void_any: bool = False,
    debt_asked_by: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    asked = TopUpVoidAsked(event_id(name), event_id("t"), "wrong_person", debt_asked_by)
    return database.run(
        void_top_up, asked=asked, may_void_any=may_void_any, by=by, origin=None, now=at
    ).body


def test_O_034_a_spent_top_up_is_voided_only_with_a_second_person(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    _top_up(database, world, "P02", 2000, "t")
    tap_at(database, world, "P02", "11:30", "a")
    with pytest.raises(Refused, match="top_up_spent") as caught:
        _void_top_up(database, shanghai("11:40"), "v")
    assert "差 7.00" in caught.value.zh
    with pytest.raises(Refused, match="second_person"):
        _void_top_up(database, shanghai("11:40"), "v", debt_asked_by=CASHIER)
    body = _void_top_up(database, shanghai("11:41"), "v", by="staff:wang", debt_asked_by=CASHIER)
    assert (body["debt_fen"], body["balance_fen"]) == (700, 0)
    assert sum_account(database, "elder_debt") == -700
    assert sum_account(database, "cash_drawer") == 0


def test_an_unspent_top_up_is_voided_whole_and_once(database: Database, world: World) -> None:
    _top_up(database, world, "P02", 2000, "t")
    assert _void_top_up(database, shanghai("11:40"), "v")["balance_fen"] == 5000
    with pytest.raises(Conflict, match="already_voided"):
        _void_top_up(database, shanghai("11:41"), "w")


def test_a_cashier_voids_a_top_up_of_today_the_secretary_also_an_older_one(
    database: Database, world: World
) -> None:
    _top_up(database, world, "P02", 2000, "t")
    tomorrow = shanghai("00:00") + timedelta(days=1)
    with pytest.raises(Refused, match="top_up_of_another_day"):
        _void_top_up(database, tomorrow, "v")
    assert _void_top_up(database, tomorrow, "v", may_void_any=True)["balance_fen"] == 5000


def test_a_pay_out_needs_the_money_and_a_name(database: Database, world: World) -> None:
    def ask(fen: int, name: str, to: str = "女儿 黄小红") -> dict[str, Any]:
        asked = PayOutAsked(event_id(name), world.counters["C1-1"], "P01", fen, to)
        return database.run(
            pay_out, asked=asked, by=CASHIER, origin=None, now=shanghai("11:00")
        ).body

    with pytest.raises(Refused, match="pay_out_over_balance"):
        ask(5001, "a")
    with pytest.raises(Invalid, match="paid_to"):
        ask(100, "b", " ")
    body = ask(5000, "c")
    assert body["balance_fen"] == 0
    assert ask(5000, "c") == body


def test_a_top_up_pays_debt_first_and_lifts_the_flag(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    asked = make_swipe(world, "P01", "11:30", "a", offline="taken")
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("12:30"))
    body = _top_up(database, world, "P01", 1000, "t")
    assert body["balance_fen"] == 300
    since = database.read(
        lambda s: s.execute(
            select(Purse.below_floor_since).where(Purse.elder_id == world.elders["P01"])
        ).scalar_one()
    )
    assert since is None
