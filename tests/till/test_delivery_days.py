"""A day's deliveries are what is wanted, however often and from however many sides that is asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryOrder, DeliveryRun
from canteen.models.people import Elder, ElderFact
from canteen.models.sites import ClosedDay
from canteen.models.volunteers import Volunteer
from canteen.till.delivery_days import make, make_due, sync, sync_elder, touch
from tests.factories.delivery_orders import list_deliveries, make_order, make_pause
from tests.factories.people import make_elder, make_fact
from tests.factories.world import CHENGNAN, TODAY, World, close_day, make_world, shanghai

BY = "job:deliveries"
TOMORROW = TODAY + timedelta(days=1)
EVENING = shanghai("18:00")


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _order(database: Database, world: World, elder: str, canteen: str = "C1", **given: Any) -> int:
    return database.run(make_order, world.elders[elder], world.canteens[canteen], **given)


def _make(database: Database, world: World, canteen: str = "C1", day: date = TOMORROW) -> bool:
    return database.run(make, world.canteens[canteen], day, "lunch", by=BY, now=EVENING)


def _sync(database: Database, world: World, canteen: str = "C1", **given: Any) -> bool:
    args: dict[str, Any] = {"by": BY, "now": EVENING, **given}
    return bool(database.run(sync, world.canteens[canteen], TOMORROW, "lunch", **args))


def _states(database: Database, **given: Any) -> list[tuple[str, str | None]]:
    rows = database.read(list_deliveries, **given)
    return [(row.state, row.cancel_code) for row in rows]


def _version(database: Database, world: World, canteen: str = "C1") -> int:
    return database.read(
        lambda session: session.execute(
            select(DeliveryDay.version).where(DeliveryDay.canteen_id == world.canteens[canteen])
        ).scalar_one()
    )


def _set_state(database: Database, state: str) -> None:
    """As if a volunteer had them; `run` is any run."""

    def work(session: Any) -> None:
        volunteer = session.execute(
            insert(Volunteer)
            .values(number="V1", name="陈姨", area_code=CHENGNAN, capacity=20)
            .returning(Volunteer.id)
        ).scalar_one()
        row = session.scalars(select(Delivery)).first()
        run = session.execute(
            insert(DeliveryRun)
            .values(
                uid="run-1", canteen_id=row.canteen_id, day=row.day, mealtime=row.mealtime,
                volunteer_id=volunteer, trip=1, state="planned",
            )
            .returning(DeliveryRun.id)
        ).scalar_one()  # fmt: skip
        session.execute(update(Delivery).values(state=state, run_id=run, place=1))

    database.run(work)


def test_an_order_makes_one_delivery_however_often_the_list_is_made(
    database: Database, world: World
) -> None:
    _order(database, world, "P10")
    assert [_make(database, world) for _ in range(3)] == [True, False, False]
    [made] = database.read(list_deliveries)
    assert (made.day, made.mealtime, made.state, made.portions) == (TOMORROW, "lunch", "queued", 1)
    assert made.ground == "age"
    assert not _sync(database, world)


def test_a_list_that_is_not_made_is_left_alone(database: Database, world: World) -> None:
    _order(database, world, "P10")
    assert not _sync(database, world)
    assert _states(database) == []


def test_syncs_at_once_make_each_delivery_once(database: Database, world: World) -> None:
    _make(database, world)
    for elder in ("P01", "P02", "P03", "P04", "P10"):
        _order(database, world, elder)
    with ThreadPoolExecutor(3) as pool:
        waits = [pool.submit(_sync, database, world) for _ in range(6)]
        waits += [pool.submit(_make, database, world) for _ in range(3)]
        done = [wait.result() for wait in waits]
    assert done.count(True) == 1
    assert _states(database) == [("queued", None)] * 5


def test_the_same_elder_of_two_canteens_at_once_is_one_delivery(
    database: Database, world: World
) -> None:
    """The newer order holds, whichever list is made first and however both are made."""
    _order(database, world, "P10", "C1")
    _order(database, world, "P10", "C2")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda canteen: _make(database, world, canteen), ["C1", "C2"] * 4))
    [made] = database.read(list_deliveries)
    assert (made.canteen_id, made.state) == (world.canteens["C2"], "queued")


def test_an_order_of_another_canteen_takes_the_delivery_over(
    database: Database, world: World
) -> None:
    _order(database, world, "P10", "C1")
    _make(database, world, "C1")
    _set_state(database, "assigned")
    _make(database, world, "C2")
    _order(database, world, "P10", "C2", kind="single", from_on=TOMORROW, to_on=TOMORROW)
    assert _sync(database, world, "C2")
    [row] = database.read(list_deliveries)
    assert (row.canteen_id, row.state, row.run_id) == (world.canteens["C2"], "queued", None)
    assert not _sync(database, world, "C1")


def test_what_left_for_another_canteen_is_cancelled_there_and_made_here(
    database: Database, world: World
) -> None:
    _order(database, world, "P10", "C1")
    _make(database, world, "C1")
    _order(database, world, "P10", "C2")
    assert _sync(database, world, "C1")
    assert _states(database) == [("cancelled", "elsewhere")]
    _make(database, world, "C2")
    assert _states(database, canteen_id=world.canteens["C2"]) == [("queued", None)]


@pytest.mark.parametrize(
    ("code", "why"),
    [("in_hospital", "away"), ("nursing_home", "away"), ("deceased", "gone"), ("moved", "gone")],
)
def test_who_is_away_is_brought_nothing_and_again_when_that_was_wrong(
    database: Database, world: World, code: str, why: str
) -> None:
    _order(database, world, "P10")
    _make(database, world)
    kind = "category" if why == "away" else "status"
    database.run(make_fact, world.elders["P10"], kind, code, from_on=TOMORROW)
    assert _sync(database, world)
    assert _states(database) == [("cancelled", why)]
    database.run(
        lambda session: session.execute(
            update(ElderFact)
            .where(ElderFact.code == code)
            .values(withdrawn_at=EVENING, withdrawn_by="test")
        ).close()
    )
    assert _sync(database, world)
    assert _states(database) == [("queued", None)]


def test_a_pause_takes_one_out_and_its_run_keeps_its_place_open(
    database: Database, world: World
) -> None:
    _order(database, world, "P10")
    _make(database, world)
    _set_state(database, "assigned")
    before = _version(database, world)
    database.run(make_pause, world.elders["P10"], TOMORROW, mealtime="lunch")
    assert _sync(database, world)
    assert _states(database) == [("cancelled", "paused")]
    assert _version(database, world) == before + 1


@pytest.mark.parametrize("state", ["out", "delivered"])
def test_what_is_out_is_never_touched(database: Database, world: World, state: str) -> None:
    _order(database, world, "P10")
    _make(database, world)
    _set_state(database, state)
    _order(database, world, "P10", portions=3)
    assert not _sync(database, world)
    database.run(make_pause, world.elders["P10"], TOMORROW)
    assert not _sync(database, world)
    assert _states(database) == [(state, None)]


def test_what_a_person_or_the_door_cancelled_stays_cancelled(
    database: Database, world: World
) -> None:
    _order(database, world, "P10")
    _make(database, world)
    database.run(
        lambda session: session.execute(
            update(Delivery).values(state="cancelled", cancel_code="already_eaten")
        ).close()
    )
    assert not _sync(database, world)


def test_nothing_is_made_or_brought_back_after_the_mealtime(
    database: Database, world: World
) -> None:
    _make(database, world)
    _order(database, world, "P10")
    late = shanghai("13:30", TOMORROW)
    assert not _sync(database, world, now=late)
    assert _sync(database, world, now=late - timedelta(seconds=1))
    pause = database.run(make_pause, world.elders["P10"], TOMORROW)
    assert _sync(database, world, now=late)
    assert pause
    assert _states(database) == [("cancelled", "paused")]


def test_a_closed_mealtime_takes_all_out(database: Database, world: World) -> None:
    _order(database, world, "P10")
    _make(database, world)
    database.run(close_day, world.canteens["C1"], TOMORROW, "lunch")
    assert _sync(database, world)
    assert _states(database) == [("cancelled", "closed")]
    database.run(
        lambda session: session.execute(update(ClosedDay).values(withdrawn_at=EVENING)).close()
    )
    assert _sync(database, world)
    assert _states(database) == [("queued", None)]


def test_portions_follow_the_order_until_it_goes_out(database: Database, world: World) -> None:
    first = _order(database, world, "P10")
    _make(database, world)
    second = _order(
        database, world, "P10", kind="single", from_on=TOMORROW, to_on=TOMORROW, portions=2
    )
    assert _sync(database, world)
    [row] = database.read(list_deliveries)
    assert (row.order_id, row.portions) == (second, 2)
    database.run(
        lambda session: session.execute(
            update(DeliveryOrder)
            .where(DeliveryOrder.id == second)
            .values(ended_on=TODAY, ended_at=EVENING, ended_by="test")
        ).close()
    )
    assert _sync(database, world)
    [row] = database.read(list_deliveries)
    assert (row.order_id, row.portions) == (first, 1)


def test_the_ground_is_that_of_the_meals_day(database: Database, world: World) -> None:
    """P05 is 76 and has been brought her meals by a reason; a category gives it from Thursday on."""
    _order(database, world, "P05")
    _make(database, world)
    [row] = database.read(list_deliveries)
    assert row.ground is None
    database.run(make_fact, world.elders["P05"], "category", "limited_mobility", from_on=TOMORROW)
    assert _sync(database, world)
    [row] = database.read(list_deliveries)
    assert row.ground == "limited_mobility"


def test_two_rows_of_one_person_are_brought_one_meal(database: Database, world: World) -> None:
    twin = database.run(make_elder, number="P91", name="覃大珊", canteen_id=world.canteens["C1"])
    _order(database, world, "P10")
    database.run(make_order, twin, world.canteens["C1"])
    _make(database, world)
    assert _states(database) == [("queued", None)] * 2
    _merge(database, twin, world.elders["P10"])
    database.run(sync_elder, world.elders["P10"], by="staff:wang", now=EVENING)
    assert sorted(_states(database)) == [("cancelled", "merged"), ("queued", None)]
    assert _states(database, elder_id=world.elders["P10"]) == [("queued", None)]
    assert not _sync(database, world)


def test_a_merged_rows_delivery_becomes_its_persons(database: Database, world: World) -> None:
    twin = database.run(make_elder, number="P91", name="覃大珊", canteen_id=world.canteens["C1"])
    database.run(make_order, twin, world.canteens["C1"])
    _make(database, world)
    _merge(database, twin, world.elders["P10"])
    assert _sync(database, world)
    [row] = database.read(list_deliveries)
    assert (row.elder_id, row.state) == (world.elders["P10"], "queued")


def _merge(database: Database, away: int, into: int) -> None:
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.id == away).values(merged_into_id=into)
        ).close()
    )


def test_lists_are_made_when_they_are_due_and_never_for_closed_days(
    database: Database, world: World
) -> None:
    canteen_id = world.canteens["C1"]
    assert database.run(make_due, canteen_id, by=BY, now=EVENING) == 0  # nobody has asked
    _order(database, world, "P10", mealtimes="breakfast,lunch,dinner")
    database.run(close_day, canteen_id, TOMORROW)

    def due(clock: str, day: date = TODAY) -> int:
        return database.run(make_due, canteen_id, by=BY, now=shanghai(clock, day))

    assert due("12:00") == 2  # today's lunch and dinner
    assert due("12:01") == 0
    assert due("18:00") == 3  # the day after the closed one
    assert due("06:00", TOMORROW) == 0
    days = {row.day for row in database.read(list_deliveries)}
    assert days == {TODAY, TODAY + timedelta(days=2)}


def test_a_change_of_one_person_is_in_her_lists_at_once(database: Database, world: World) -> None:
    _order(database, world, "P10")
    database.run(make_due, world.canteens["C1"], by=BY, now=EVENING)
    _order(database, world, "P02")
    database.run(sync_elder, world.elders["P02"], by="staff:wang", now=EVENING)
    database.run(sync_elder, world.elders["P05"], by="staff:wang", now=EVENING)  # asked for nothing
    assert [row.elder_id for row in database.read(list_deliveries, day=TOMORROW)] == [
        world.elders["P10"],
        world.elders["P02"],
    ]
    lines = database.read(
        lambda session: session.scalars(
            select(AuditLine.object_id).where(AuditLine.action == "deliveries.sync")
        ).all()
    )
    assert lines == ["C1 2026-11-26 lunch"] * 2


def test_a_touched_board_has_a_new_version(database: Database, world: World) -> None:
    _make(database, world)
    database.run(touch, world.canteens["C1"], TOMORROW, "lunch")
    assert _version(database, world) == 1
