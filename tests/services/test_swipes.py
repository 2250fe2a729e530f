"""The swipe: each outcome in its order, the same answer to the same id, money that adds up."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import LedgerEntry, Purse
from canteen.models.meals import Meal, Share
from canteen.models.sites import Reader
from canteen.models.swipes import Swipe
from canteen.rules.errors import Conflict
from canteen.services.counter_sales import SaleAsked, put_sale
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.cards import report_lost, return_card
from tests.factories.people import make_card, make_elder, make_fact
from tests.factories.taps import tap
from tests.factories.world import (
    CHENGNAN,
    World,
    close_day,
    event_id,
    make_swipe,
    make_world,
    set_price,
    shanghai,
)


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _count(session: Session, model: type) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def _balance(session: Session, elder_id: int) -> int:
    return session.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id)).scalar_one()


def test_a_subsidised_lunch_is_split_booked_and_answered(database: Database, world: World) -> None:
    body = tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    assert body["outcome"] == "subsidised"
    assert body["receipt"] == "C1-20261125-0001"
    assert body["elder"]["name"] == "黄桂兰"
    assert body["elder"]["age_band"] == "80-89"
    meal = body["meal"]
    assert (meal["price_fen"], meal["elder_fen"], meal["subsidy_fen"]) == (1200, 700, 500)
    assert meal["shares"] == [{"rule": "80", "payer": "gov", "payer_name": "政府", "fen": 500}]
    assert body["purse"] == {"balance_fen": 4300}
    assert body["late"] is False
    assert database.read(lambda s: s.execute(select(func.sum(LedgerEntry.fen))).scalar_one()) == 0


def test_the_same_id_gets_the_same_answer_and_no_second_meal(
    database: Database, world: World
) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    first = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at
    )
    again = database.run(
        record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=asked,
        now=asked.read_at + timedelta(days=2),
    )
    assert first.is_new
    assert not again.is_new
    assert again.body == first.body
    assert database.read(_count, Meal) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda a: {"card_uid": "em4100:0A00B0C1D3"},
        lambda a: {"read_at": a.read_at + timedelta(seconds=1)},
        lambda a: {"offline": "taken"},
        lambda a: {"seq": 7},
    ],
)
def test_the_same_id_with_other_contents_is_a_conflict(
    database: Database, world: World, change: Callable[[SwipeAsked], dict[str, Any]]
) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    tap(database, world, asked)
    other = SwipeAsked(
        **{
            "id": asked.id,
            "card_uid": asked.card_uid,
            "read_at": asked.read_at,
            **change(asked),
        }
    )
    with pytest.raises(Conflict, match="id_reused"):
        tap(database, world, other)


def test_the_same_id_from_another_reader_is_a_conflict(database: Database, world: World) -> None:
    asked = make_swipe(world, "P01", "11:32:10", "a")
    tap(database, world, asked)
    with pytest.raises(Conflict, match="id_reused"):
        tap(database, world, asked, reader="C1-R2")


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
    assert database.read(_count, Meal) == 0
    assert database.read(_count, Swipe) == 1
    assert database.read(_balance, world.elders["P01"]) == 5000


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [
        ("10:29:59", "outside_mealtime"),
        ("10:30:00", "subsidised"),
        ("13:29:59", "subsidised"),
        ("13:44:59", "subsidised"),
        ("13:45:00", "outside_mealtime"),
    ],
)
def test_a_window_includes_its_start_and_its_grace_and_excludes_its_end(
    database: Database, world: World, clock: str, outcome: str
) -> None:
    assert tap(database, world, make_swipe(world, "P01", clock, "a"))["outcome"] == outcome


def test_a_repeat_within_twenty_seconds_gets_the_first_meal_and_balance(
    database: Database, world: World
) -> None:
    first = tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    again = tap(database, world, make_swipe(world, "P01", "11:32:30", "b"))
    later = tap(database, world, make_swipe(world, "P01", "11:32:31", "c"))
    assert again["outcome"] == "repeat"
    assert again["meal"] == first["meal"]
    assert again["purse"] == first["purse"]
    assert later["outcome"] == "already_eaten"
    assert database.read(_count, Meal) == 1


def test_a_repeat_at_another_counter_is_already_eaten(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P01", "11:32:10", "a"))
    body = tap(database, world, make_swipe(world, "P01", "11:32:15", "b"), reader="C1-R2")
    assert body["outcome"] == "already_eaten"


def test_validity_is_told_before_repetition(database: Database, world: World) -> None:
    tap(database, world, make_swipe(world, "P05", "11:05", "a"))
    database.run(
        report_lost, uid=world.cards["P05"], reported_by="家人", by="t", origin=None,
        now=shanghai("11:05:05"),
    )  # fmt: skip
    body = tap(database, world, make_swipe(world, "P05", "11:05:10", "b"))
    assert body["outcome"] == "card_lost"
    assert body["messages"][0]["zh"] == "卡已挂失，请收卡"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"clock_ok": False}, "clock_unknown"),
        ({"clock_ok": False, "age_ms": 2**53 - 1}, "too_old"),
        ({}, "clock_ahead"),
    ],
)
def test_an_absurd_clock_is_held_and_charges_nobody(
    database: Database, world: World, given: dict[str, Any], reason: str
) -> None:
    asked = make_swipe(world, "P01", "11:32", "a", **given)
    late = timedelta(minutes=-3) if reason == "clock_ahead" else timedelta()
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at + late
    ).body
    assert (body["outcome"], body["reason"]) == ("held", reason)
    assert database.read(_count, Meal) == 0


def test_a_swipe_older_than_seven_days_is_held(database: Database, world: World) -> None:
    asked = make_swipe(world, "P01", "11:32", "a", offline="taken")
    body = database.run(
        record_swipe,
        reader_id=world.readers["C1-R1"],
        asked=asked,
        now=asked.read_at + timedelta(days=7, seconds=1),
    ).body
    assert (body["outcome"], body["reason"]) == ("held", "too_old")


def test_a_distrusted_clock_is_replaced_by_arrival_minus_age(
    database: Database, world: World
) -> None:
    asked = make_swipe(world, "P01", "03:00", "a", clock_ok=False, age_ms=4000)
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("11:32:10")
    ).body
    assert body["outcome"] == "subsidised"
    stored = database.read(lambda s: s.execute(select(Swipe)).scalar_one())
    assert stored.read_at == shanghai("11:32:06")
    assert stored.raw_read_at == shanghai("03:00")


def test_overdraft_serves_down_to_its_floor_and_says_so(database: Database) -> None:
    world = database.run(make_world, overdraft_fen=1200, balance_fen=100)
    first = tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    assert first["outcome"] == "subsidised"
    assert first["purse"] == {"balance_fen": -600}
    assert "overdrawn" in [message["code"] for message in first["messages"]]
    second = tap(database, world, make_swipe(world, "P01", "17:00", "b"))
    assert second["outcome"] == "subsidised"
    assert second["purse"] == {"balance_fen": -1100}
    third = tap(database, world, make_swipe(world, "P01", "11:00", "c", day=date(2026, 11, 26)))
    assert third["outcome"] == "insufficient_balance"


def test_no_scheme_bound_sells_at_full_price_and_raises_an_alarm(database: Database) -> None:
    world = database.run(make_world, scheme=None)
    body = tap(database, world, make_swipe(world, "P01", "11:32", "a"))
    assert (body["outcome"], body["reason"]) == ("full_price", "no_scheme")
    assert body["meal"]["elder_fen"] == 1200
    assert database.read(_count, Share) == 0


def test_a_late_swipe_is_booked_below_the_floor_and_flagged(database: Database) -> None:
    world = database.run(make_world, balance_fen=100)
    asked = make_swipe(world, "P01", "11:32", "a", offline="taken")
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("12:20")
    ).body
    assert body["outcome"] == "subsidised"
    assert body["late"] is True
    assert body["purse"] == {"balance_fen": -600}
    purse = database.read(
        lambda s: s.execute(select(Purse).where(Purse.elder_id == world.elders["P01"])).scalar_one()
    )
    assert purse.below_floor_since == shanghai("12:20")


def test_a_swipe_refused_offline_never_becomes_a_meal(database: Database, world: World) -> None:
    asked = make_swipe(world, "P01", "11:32", "a", offline="refused")
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("12:20")
    ).body
    assert body["meal"] is None
    assert body["outcome"] == "card_blocked"
    assert database.read(_count, Meal) == 0


def test_order_of_booking_decides_not_order_of_reading(database: Database, world: World) -> None:
    online = tap(database, world, make_swipe(world, "P01", "11:55", "a"))
    asked = make_swipe(world, "P01", "11:40", "b", offline="taken")
    late = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("12:20")
    ).body
    assert online["outcome"] == "subsidised"
    assert late["outcome"] == "already_eaten"


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


def test_a_slow_readers_tap_takes_the_sale_that_was_keyed_before_it(
    database: Database, world: World
) -> None:
    def measure(session: Session) -> None:
        session.execute(update(Reader).values(clock_offset_ms=-3000))

    database.run(measure)
    sale = SaleAsked(event_id("sale"), "amount", amount_fen=1600)
    database.run(
        put_sale, counter_id=world.counters["C1-1"], asked=sale, by="t", now=shanghai("11:32:05")
    )
    tapped = SwipeAsked(event_id("a"), world.cards["P01"], shanghai("11:32:03"))
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=tapped, now=shanghai("11:32:06")
    ).body
    assert body["meal"]["price_fen"] == 1600


def test_event_ids_are_those_of_the_field_cases() -> None:
    assert event_id("C1-R1-000101") == event_id("C1-R1-000101") != event_id("C1-R1-000102")


def test_O_067_a_measured_clock_offset_is_taken_off_and_the_raw_stamp_kept(
    database: Database, world: World
) -> None:
    ahead = timedelta(hours=27, minutes=21)

    def measure(session: Session) -> None:
        session.execute(update(Reader).values(clock_offset_ms=int(ahead.total_seconds() * 1000)))

    database.run(measure)
    raw = shanghai("11:32") + ahead
    asked = SwipeAsked(event_id("a"), world.cards["P01"], raw)
    body = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("11:32:05")
    ).body
    assert body["outcome"] == "subsidised"
    assert body["meal"]["service_date"] == "2026-11-25"
    stored = database.read(lambda s: s.execute(select(Swipe)).scalar_one())
    assert (stored.read_at, stored.raw_read_at) == (shanghai("11:32"), raw)
