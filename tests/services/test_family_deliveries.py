"""What a family may ask to have brought, what is coming, and what it may call off."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from canteen.db.run import Database
from canteen.models.deliveries import DeliveryPause
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.delivery_asked import PauseAsked
from canteen.rules.errors import Invalid, NotFound
from canteen.services import delivery_pauses, elder_notes, family_deliveries
from canteen.services.family_deliveries import FamilyDeliveries, Offer
from tests.factories.deliveries import (
    make_delivery,
    make_order,
    make_pause,
    make_run,
    make_volunteer,
)
from tests.factories.world import TODAY, World, close_day, shanghai

MORNING = shanghai("08:00")
TOMORROW = TODAY + timedelta(days=1)
BY_FAMILY: dict[str, Any] = {"by": "family:1", "origin": None}


def _offer(database: Database, number: str = "P01", now: datetime = MORNING) -> Offer | None:
    return database.read(family_deliveries.find_offer, number=number, now=now)


def _list(database: Database, now: datetime = MORNING) -> FamilyDeliveries:
    return database.read(family_deliveries.list_deliveries, number="P01", now=now)


def _order(database: Database, world: World, **given: Any) -> int:
    return database.run(make_order, world.elders["P01"], world.canteens["C1"], **given)


def test_the_days_offered_are_those_not_cut_off(database: Database, world: World) -> None:
    offer = _offer(database)
    assert offer is not None
    # Lunch opens at 10:30, dinner at 16:30; an hour before is the end.
    assert [(one.day, one.until) for one in offer.days] == [
        (TODAY, shanghai("09:30")),
        (TOMORROW, shanghai("05:30", TOMORROW)),
    ]
    lunch = offer.meals[1]
    assert (lunch.mealtime, f"{lunch.from_at:%H:%M}", f"{lunch.by_at:%H:%M}") == (
        "lunch",
        "10:30",
        "12:30",
    )
    late = _offer(database, now=shanghai("16:00"))
    assert late is not None
    assert late.days[0].day == TOMORROW
    database.run(close_day, world.canteens["C1"], TOMORROW)
    closed = _offer(database, now=shanghai("16:00"))
    assert closed is not None
    assert closed.days[0].day == TOMORROW + timedelta(days=1)


def test_O_009_the_fee_follows_the_day_of_the_meal(database: Database, world: World) -> None:
    """O-009: P01 is 80 on 25 November; P06 is 78."""
    free = {"delivery_fee_fen": 0, "delivery_fee_other_fen": 300}
    database.run(lambda s: s.execute(update(Canteen).values(free)))
    offer, other = _offer(database), _offer(database, "P06")
    assert offer is not None
    assert other is not None
    assert (offer.is_entitled, offer.is_of_age, offer.fee_fen) == (True, True, 0)
    assert (other.is_entitled, other.is_of_age, other.fee_fen) == (False, False, 300)


def test_nothing_is_offered_where_nobody_cooks(database: Database, world: World) -> None:
    gone = {"canteen_id": None, "community_code": "450702003"}
    database.run(lambda s: s.execute(update(Elder).where(Elder.number == "P01").values(gone)))
    assert _offer(database) is None


def test_a_phone_that_is_kept_is_known_and_shown_masked(database: Database, world: World) -> None:
    for name, phone in (("女儿 李小梅", "13900000852"), ("邻居", "13800000002")):
        database.run(
            elder_notes.add_contact, number="P01", name=name, relation="家属", phone=phone,
            now=MORNING, **BY_FAMILY,
        )  # fmt: skip
    offer = _offer(database)
    assert offer is not None
    assert offer.phone_masked == "139****0852"
    known = [
        database.read(family_deliveries.is_known_phone, number="P01", phone=phone)
        for phone in ("139 0000 0852", "13900000853")
    ]
    assert known == [True, False]
    with pytest.raises(Invalid):
        database.read(family_deliveries.is_known_phone, number="P01", phone="12")


def test_the_next_days_are_what_the_orders_want(database: Database, world: World) -> None:
    _order(database, world, weekdays="35")
    coming = _list(database).coming
    assert [(meal.day, meal.state, meal.may_change) for meal in coming[:3]] == [
        (TODAY, "planned", True),
        (TODAY + timedelta(days=2), "planned", True),
        (TODAY + timedelta(days=7), "planned", True),
    ]
    assert not _list(database, shanghai("09:31")).coming[0].may_change


@pytest.mark.parametrize(
    ("state", "told"), [("queued", "on_list"), ("delivered", "done"), ("cancelled", "planned")]
)
def test_what_is_made_is_told_as_it_stands(
    database: Database, world: World, state: str, told: str
) -> None:
    order_id = _order(database, world, day=TODAY)
    run_id = database.run(lambda s: make_run(s, world.canteens["C1"], make_volunteer(s)))
    database.run(
        make_delivery, world.elders["P01"], world.canteens["C1"], order_id=order_id, state=state,
        run_id=run_id, cancel_code="paused" if state == "cancelled" else None,
    )  # fmt: skip
    assert [meal.state for meal in _list(database).coming] == [told]


def test_a_meal_called_off_may_be_taken_back_by_who_called_it_off(
    database: Database, world: World
) -> None:
    _order(database, world)
    asked = PauseAsked("u1", TODAY, TODAY, "lunch", "家属说不送", "family", "女儿")
    database.run(
        delivery_pauses.pause,
        number="P01",
        asked=asked,
        is_secretary=False,
        now=MORNING,
        **BY_FAMILY,
    )
    first, second = _list(database).coming[:2]
    assert (first.state, first.pause_id, second.state) == ("off", 1, "planned")
    (off,) = _list(database).pauses
    assert (off.from_on, off.may_take_back) == (TODAY, True)
    database.run(make_pause, world.elders["P01"], TOMORROW, TOMORROW)
    assert _list(database).coming[1].pause_id is None
    with pytest.raises(NotFound):
        database.read(family_deliveries.get_own_pause, number="P01", pause_id=2, now=MORNING)
    own = database.read(family_deliveries.get_own_pause, number="P01", pause_id=1, now=MORNING)
    assert own.from_on == TODAY
    database.run(
        lambda s: s.execute(update(DeliveryPause).values(withdrawn_at=MORNING, withdrawn_by="x"))
    )
    assert _list(database).pauses == ()


def test_wishes_are_listed_while_they_matter(database: Database, world: World) -> None:
    standing = _order(database, world)
    asked = _order(database, world, day=TOMORROW, state="asked")
    _order(database, world, day=date(2026, 11, 1))
    _order(database, world, day=TOMORROW, state="declined", asked_at=MORNING)
    wishes = _list(database).wishes
    assert [(wish.state, wish.may_end) for wish in wishes] == [
        ("declined", False),
        ("asked", True),
        ("approved", True),
    ]
    for order_id in (standing, asked):
        got = database.read(
            family_deliveries.get_wish, number="P01", order_id=order_id, now=MORNING
        )
        assert got.id == order_id
    with pytest.raises(NotFound):
        database.read(family_deliveries.get_wish, number="P02", order_id=standing, now=MORNING)
