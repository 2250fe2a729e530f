"""The clock's part: lists made when due and never for closed days, kept in step, birthdays foreseen once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from canteen import clock
from canteen.db.run import Database
from canteen.delivery_job import plan_rounds
from canteen.models.deliveries import DeliveryDay, DeliveryOrder
from canteen.models.people import Elder
from canteen.services import delivery_jobs
from tests.factories.deliveries import make_volunteer
from tests.factories.delivery_orders import list_deliveries, make_order, make_pause
from tests.factories.people import make_elder, make_fact
from tests.factories.world import TODAY, World, close_day, shanghai

TOMORROW = TODAY + timedelta(days=1)
EVENING = shanghai("18:00")


def _make(database: Database, now: datetime) -> int:
    return sum(
        database.run(delivery_jobs.make_lists, canteen_id=canteen_id, now=now)
        for canteen_id in database.read(delivery_jobs.list_canteens)
    )


def test_lists_missed_while_the_machine_was_off_are_made_while_they_are_ahead(
    database: Database, world: World
) -> None:
    """Off from Wednesday noon to Friday noon: Friday's dinner is made, nothing that is past."""
    friday = TODAY + timedelta(days=2)
    meals = "breakfast,lunch,dinner"
    database.run(make_order, world.elders["P10"], world.canteens["C2"], mealtimes=meals)
    assert _make(database, shanghai("13:30", friday)) == 1
    assert _make(database, shanghai("13:31", friday)) == 0
    assert [(row.day, row.mealtime) for row in database.read(list_deliveries)] == [
        (friday, "dinner")
    ]
    assert _make(database, shanghai("18:00", friday)) == 3


def test_before_a_rest_the_next_open_days_list_is_made(database: Database, world: World) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C2"])
    for ahead in (1, 2, 3):
        database.run(close_day, world.canteens["C2"], TODAY + timedelta(days=ahead))
    _make(database, EVENING)
    _make(database, shanghai("18:00", TOMORROW))
    rows = database.read(list_deliveries)
    assert [row.day for row in rows] == [TODAY + timedelta(days=4)]


def test_lists_out_of_step_are_found_without_writing_and_mended(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C2"])
    _make(database, EVENING)
    assert database.read(delivery_jobs.find_out_of_step, now=EVENING) == []
    database.run(make_pause, world.elders["P10"], TOMORROW)  # behind everybody's back
    lists = database.read(delivery_jobs.find_out_of_step, now=EVENING)
    assert lists == [(world.canteens["C2"], TOMORROW, "lunch")]
    bring = [database.run(delivery_jobs.bring_in_step, of=lists[0], now=EVENING) for _ in range(2)]
    assert bring == [True, False]
    [row] = database.read(list_deliveries)
    assert (row.state, row.cancel_code) == ("cancelled", "paused")


def test_a_list_is_to_be_planned_from_its_cut_off_until_it_is_or_the_meal_is_over(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C2"], from_on=TOMORROW)
    _make(database, EVENING)
    wanted = [(world.canteens["C2"], TOMORROW, "lunch")]
    for at, found in (("09:29", []), ("09:30", wanted), ("13:29", wanted), ("13:30", [])):
        now = shanghai(at, TOMORROW)
        assert database.read(delivery_jobs.find_unplanned, now=now) == found, at
    database.run(
        lambda session: session.execute(update(DeliveryDay).values(planned_at=EVENING)).close()
    )
    assert database.read(delivery_jobs.find_unplanned, now=shanghai("09:30", TOMORROW)) == []


def _draft(database: Database, today: date = TODAY) -> int:
    return database.run(delivery_jobs.draft_birthdays, today=today, now=EVENING)


def _drafts(database: Database) -> list[DeliveryOrder]:
    return database.read(
        lambda session: list(
            session.scalars(
                select(DeliveryOrder)
                .where(DeliveryOrder.source == "birthday")
                .order_by(DeliveryOrder.id)
            )
        )
    )


def test_o009_an_offer_is_drafted_for_who_turns_80_within_two_weeks_once(
    database: Database, world: World
) -> None:
    """P01 is 80 on the 25th: seen from the 11th on, and not after it."""
    assert _draft(database, TODAY - timedelta(days=15)) == 0
    assert _draft(database, TODAY - timedelta(days=14)) == 1
    assert _draft(database, TODAY - timedelta(days=13)) == 0
    [order] = _drafts(database)
    assert (order.state, order.from_on, order.elder_id, order.canteen_id, order.mealtimes) == (
        "asked", TODAY, world.elders["P01"], world.canteens["C1"], "lunch",
    )  # fmt: skip
    database.run(
        lambda session: session.execute(
            update(DeliveryOrder).values(state="declined", decided_at=EVENING, decided_by="t")
        ).close()
    )
    assert _draft(database) == 0


def test_no_offer_for_who_has_an_order_or_will_be_gone_or_has_no_canteen(
    database: Database, world: World
) -> None:
    c1 = world.canteens["C1"]
    soon = date(1946, 12, 1)
    has = database.run(make_elder, number="D1", born=soon, canteen_id=c1)
    database.run(make_order, has, c1)
    gone = database.run(make_elder, number="D2", born=soon, canteen_id=c1)
    database.run(make_fact, gone, "status", "moved", from_on=TODAY)
    database.run(make_elder, number="D3", born=soon, community="450702")
    database.run(make_elder, number="D4", born=date(1946, 12, 31), canteen_id=c1)
    assert _draft(database, TODAY + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("born", "today", "birthday"),
    [
        (date(1948, 2, 29), date(2028, 2, 20), date(2028, 2, 29)),
        (date(1947, 1, 3), date(2026, 12, 25), date(2027, 1, 3)),
        (date(1946, 3, 31), date(2026, 3, 31), date(2026, 3, 31)),
    ],
)
def test_birthdays_are_found_over_the_ends_of_months_and_years(
    database: Database, world: World, born: date, today: date, birthday: date
) -> None:
    database.run(make_elder, number="D1", born=born, canteen_id=world.canteens["C1"])
    assert _draft(database, today) == 1
    assert [order.from_on for order in _drafts(database)] == [birthday]


def test_the_rounds_are_drawn_once_when_the_cut_off_has_passed(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A volunteer of the community gets the list by itself; afterwards the board draws it."""
    database.run(make_volunteer, "V1")
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.number == "P02").values(address="3栋2单元501")
        ).close()
    )
    database.run(make_order, world.elders["P02"], world.canteens["C1"], from_on=TOMORROW)
    _make(database, EVENING)

    def plan(at: str) -> str:
        monkeypatch.setattr(clock, "instant", lambda: shanghai(at, TOMORROW))
        return database.run(plan_rounds(database))

    assert plan("09:29") == "0 lists planned"
    assert plan("09:30") == "1 lists planned"
    assert plan("09:31") == "0 lists planned"
    assert [row.state for row in database.read(list_deliveries)] == ["assigned"]
