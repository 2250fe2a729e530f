"""Pauses of deliveries: asked until the cut-off, ended by themselves or by a word."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.deliveries import DeliveryPause
from canteen.services import delivery_pauses
from tests.factories.delivery_asks import (
    MORNING,
    SINGLE,
    TOMORROW,
    ask_order,
    ask_pause,
    code_of,
    list_states,
    make_list,
)
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.world import TODAY, World, shanghai


def _resume(database: Database, number: str, pause_id: int, back_on: date, **given: Any) -> None:
    values: dict[str, Any] = {"is_secretary": True, "now": MORNING, **given}
    database.run(
        delivery_pauses.resume, number=number, pause_id=pause_id, back_on=back_on,
        by="staff:wang", origin=None, **values,
    )  # fmt: skip


def test_o062_a_pause_after_the_list_was_made_withdraws_it_and_ends_by_itself(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C2"])
    first, last = date(2026, 12, 1), date(2026, 12, 5)
    make_list(database, world, "C2", shanghai("18:00", date(2026, 11, 30)))
    assert list_states(database, day=first) == [("queued", None)]
    ask_pause(database, "P10", first, last, now=shanghai("20:00", date(2026, 11, 30)))
    assert list_states(database, day=first) == [("cancelled", "paused")]
    for ahead in range(1, 6):
        make_list(
            database, world, "C2", shanghai("18:00", date(2026, 11, 30) + timedelta(days=ahead))
        )
    kept = database.read(list_deliveries, state="queued")
    assert [row.day for row in kept if row.day >= first] == [date(2026, 12, 6)]


def test_a_pause_is_entered_once_and_until_the_cut_off_by_others(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    late = {"role": "family", "now": shanghai("09:30")}
    assert code_of(ask_pause, database, "P10", TODAY, TODAY, **late) == "delivery_cut_off"
    dinner = ask_pause(database, "P10", TODAY, TODAY, mealtime="dinner", **late)
    assert dinner == ask_pause(database, "P10", TODAY, TODAY, mealtime="dinner", **late)
    assert code_of(ask_pause, database, "P01", TODAY, TODAY) == "pause_uid_used"
    assert ask_pause(database, "P10", TODAY, TODAY, uid="p-2", now=shanghai("09:30")).under_way == 0


@pytest.mark.parametrize(
    ("from_on", "to_on", "mealtime", "code"),
    [
        (TODAY - timedelta(days=1), None, None, "pause_past"),
        (TOMORROW, TODAY, None, "pause_to_before_from"),
        (TOMORROW, None, "tea", "mealtime"),
    ],
)
def test_a_wrong_pause_names_its_field(
    database: Database, world: World, from_on: date, to_on: date | None, mealtime: str | None, code: str
) -> None:  # fmt: skip
    assert code_of(ask_pause, database, "P10", from_on, to_on, mealtime=mealtime) == code


def test_a_single_order_on_a_paused_day_is_told(database: Database, world: World) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    ask_pause(database, "P10", TOMORROW, TOMORROW)
    assert code_of(ask_order, database, "P10", SINGLE) == "order_paused"


def test_she_is_brought_her_meals_again_from_a_day_on(database: Database, world: World) -> None:
    """The days paused before it stay paused, in the records as well."""
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    pause_id = ask_pause(database, "P10", TODAY, None).pause_id
    make_list(database, world)
    late = {"is_secretary": False, "now": shanghai("09:30")}
    assert code_of(_resume, database, "P10", pause_id, TODAY, **late) == "delivery_cut_off"
    assert code_of(_resume, database, "P01", pause_id, TODAY) == "pause_unknown"
    yesterday = TODAY - timedelta(days=1)
    assert code_of(_resume, database, "P10", pause_id, yesterday) == "pause_past"
    _resume(database, "P10", pause_id, TOMORROW, **late)
    _resume(database, "P10", pause_id, TOMORROW, **late)
    make_list(database, world)
    assert list_states(database, day=TOMORROW) == [("queued", None)]
    standing = database.read(
        lambda session: session.execute(
            select(DeliveryPause.from_on, DeliveryPause.to_on).where(
                DeliveryPause.withdrawn_at.is_(None)
            )
        ).all()
    )
    assert [tuple(row) for row in standing] == [(TODAY, TODAY)]
