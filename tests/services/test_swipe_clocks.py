"""When a swipe was read and when it came: clocks that are wrong, taps sent late or after sign-off."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal
from canteen.models.sites import Reader
from canteen.models.swipes import Swipe
from canteen.services.counter_sales import SaleAsked, put_sale
from canteen.services.swipes import SwipeAsked, record_swipe
from tests.factories.rows import count_rows
from tests.factories.taps import tap
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai


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
    assert database.read(count_rows, Meal) == 0


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
    assert database.read(count_rows, Meal) == 0


def test_order_of_booking_decides_not_order_of_reading(database: Database, world: World) -> None:
    online = tap(database, world, make_swipe(world, "P01", "11:55", "a"))
    asked = make_swipe(world, "P01", "11:40", "b", offline="taken")
    late = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("12:20")
    ).body
    assert online["outcome"] == "subsidised"
    assert late["outcome"] == "already_eaten"


def test_what_comes_after_sign_off_is_booked_on_the_first_open_day(
    database: Database, world: World
) -> None:
    tap(database, world, make_swipe(world, "P01", "11:30", "a"))
    database.run(
        lambda s: s.execute(
            update(CanteenDay).values(signed_at=shanghai("19:00"), signed_by="secretary:wang")
        )
    )
    asked = make_swipe(world, "P02", "11:40", "b", offline="taken")
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=shanghai("20:00"))
    late = database.read(
        lambda s: s.execute(select(Meal).where(Meal.uid == event_id("b"))).scalar_one()
    )
    assert (late.served_on, late.booked_on) == (TODAY, date(2026, 11, 26))
    assert late.receipt == "C1-20261126-0001"


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
