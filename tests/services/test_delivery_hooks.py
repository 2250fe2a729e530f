"""What changes elsewhere is in the made lists at once: death and its withdrawal, merges, moves, calendar."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.deliveries import DeliveryDay, DeliveryOrder
from canteen.models.people import ElderFact
from canteen.models.sites import ClosedDay
from canteen.services import calendar, closed_days, moves
from canteen.services.elder_facts import add_fact, record_departure, withdraw_fact
from canteen.services.merges import merge_elders
from canteen.services.swipes import record_swipe
from canteen.till.delivery_days import make_due
from canteen.till.facts import load_facts
from canteen.till.register_facts import Recorded
from canteen.till.register_rows import change_elder_row
from tests.factories.cards import report_lost
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.people import make_elder
from tests.factories.world import CHENGNAN, HEDONG, TODAY, World, make_swipe, make_world, shanghai

ONE_DAY = timedelta(days=1)
TOMORROW = TODAY + ONE_DAY
EVENING, LATER = shanghai("18:00"), shanghai("18:15")
TAPS = count()
ACTING: dict[str, Any] = {"by": "staff:wang", "origin": None, "now": EVENING}


@pytest.fixture
def world(database: Database) -> World:
    """P10 of Hedong is brought his lunch by C2; the list of tomorrow is made."""
    made = database.run(make_world)
    database.run(make_order, made.elders["P10"], made.canteens["C2"])
    database.run(make_due, made.canteens["C2"], by="job:deliveries", now=EVENING)
    return made


def _states(database: Database, day: date = TOMORROW) -> list[tuple[str, str | None]]:
    return [(row.state, row.cancel_code) for row in database.read(list_deliveries, day=day)]


def _death(database: Database) -> int:
    return database.read(
        lambda session: session.scalars(
            select(ElderFact.id).where(ElderFact.kind == "status", ElderFact.withdrawn_at.is_(None))
        ).one()
    )


def _version(database: Database) -> int:
    return database.read(
        lambda session: session.scalars(
            select(DeliveryDay.version).where(
                DeliveryDay.day == TOMORROW, DeliveryDay.mealtime == "lunch"
            )
        ).one()
    )


def test_o065_nothing_comes_after_a_death_and_all_is_back_when_it_was_a_mix_up(
    database: Database, world: World
) -> None:
    given = {**ACTING, "now": shanghai("18:10")}
    # A card that somebody had blocked before is no part of the mix-up.
    blocked = {"uid": world.cards["P10"], "kind": "blocked", "reported_by": None}
    database.run(report_lost, **blocked, **ACTING)
    database.run(
        record_departure, number="P10", status="deceased", from_on=TODAY, source=None,
        document=None, **given,
    )  # fmt: skip
    assert _states(database) == [("cancelled", "gone")]
    next_day = shanghai("18:00", TOMORROW)
    database.run(make_due, world.canteens["C2"], by="job:deliveries", now=next_day)
    assert _states(database, TODAY + timedelta(days=2)) == []
    fact_id = _death(database)
    given = {**ACTING, "now": shanghai("18:30", TOMORROW)}
    database.run(withdraw_fact, number="P10", fact_id=fact_id, **given)
    assert _states(database, TODAY + timedelta(days=2)) == [("queued", None)]
    assert _taps(database, world) == "card_blocked"


def test_o065_withdrawn_on_the_same_evening_tomorrows_meal_is_back(
    database: Database, world: World
) -> None:
    database.run(
        record_departure, number="P10", status="deceased", from_on=TODAY, source=None,
        document=None, **ACTING,
    )  # fmt: skip
    assert _taps(database, world) == "card_blocked"
    fact_id = _death(database)
    database.run(withdraw_fact, number="P10", fact_id=fact_id, **{**ACTING, "now": LATER})
    assert _states(database) == [("queued", None)]
    assert _taps(database, world) == "subsidised"
    _check_category(database, world)


def test_o065_reported_twice_the_earlier_day_last_a_mix_up_is_undone_whole(
    database: Database, world: World
) -> None:
    for days, clock in ((1, "18:01"), (2, "18:02"), (3, "18:03")):
        day, given = TODAY - timedelta(days), {**ACTING, "now": shanghai(clock)}
        database.run(
            record_departure, number="P10", status="deceased", from_on=day, source=None,
            document=None, **given,
        )  # fmt: skip
    fact_id = _death(database)
    database.run(withdraw_fact, number="P10", fact_id=fact_id, **{**ACTING, "now": LATER})
    assert _taps(database, world) == "subsidised"
    _check_category(database, world)


def _check_category(database: Database, world: World) -> None:
    """P10's category goes on as if nothing had been, once."""
    held = database.read(load_facts, world.elders["P10"], TOMORROW).person.categories
    assert [(one.code, one.from_on, one.to_on) for one in held] == [
        ("limited_mobility", None, None)
    ]


def _taps(database: Database, world: World) -> str:
    asked = make_swipe(world, "P10", "18:20", f"tap {next(TAPS)}")
    answer = database.run(
        record_swipe, reader_id=world.readers["C2-R1"], asked=asked, now=shanghai("18:20")
    )
    return str(answer.body["outcome"])


def test_a_stay_in_hospital_takes_its_days_out(database: Database, world: World) -> None:
    database.run(
        add_fact, number="P10", kind="category", code="in_hospital", from_on=TOMORROW,
        to_on=TOMORROW, source=None, document=None, **ACTING,
    )  # fmt: skip
    assert _states(database) == [("cancelled", "away")]


def test_two_rows_that_become_one_person_are_brought_one_meal(
    database: Database, world: World
) -> None:
    twin = database.run(
        make_elder, number="P91", name="覃大珊", community=HEDONG, canteen_id=world.canteens["C2"]
    )
    database.run(make_order, twin, world.canteens["C2"])
    database.run(
        add_fact, number="P91", kind="born", born=date(1931, 1, 1), source=None, document=None,
        **ACTING,
    )  # fmt: skip
    assert _states(database) == [("queued", None)] * 2
    database.run(merge_elders, kept="P10", merged="P91", reason="同一人", **ACTING)
    assert sorted(_states(database)) == [("cancelled", "merged"), ("queued", None)]


def test_who_moves_to_another_community_is_asked_for_there(
    database: Database, world: World
) -> None:
    given = {**ACTING, "now": shanghai("18:30")}
    past = {"kind": "single", "from_on": TODAY - ONE_DAY, "to_on": TODAY - ONE_DAY}
    database.run(make_order, world.elders["P10"], world.canteens["C2"], **past)
    move_id = database.run(
        moves.ask_to_leave, number="P10", to_code=CHENGNAN, moves_on=TODAY, reason="随女儿", **given
    )
    database.run(moves.confirm_move, move_id=move_id, **given)
    assert _states(database) == [("cancelled", "order_ended")]
    [asked] = database.read(
        lambda session: session.scalars(
            select(DeliveryOrder).where(DeliveryOrder.state == "asked")
        ).all()
    )
    assert (asked.canteen_id, asked.from_on, asked.to_on) == (world.canteens["C1"], TODAY, None)
    assert asked.reason == "转社区前由河东食堂送餐"


def test_a_closed_day_and_its_withdrawal_are_followed(database: Database, world: World) -> None:
    given = {**ACTING, "canteen_id": world.canteens["C2"]}
    closing = {"closed_on": TOMORROW, "mealtime": None, "reason": "停电"}
    assert database.run(closed_days.close_day, **closing, **given).deliveries == 1
    assert _states(database) == [("cancelled", "closed")]
    # The next open day is the one after, and its list is due since 18:00.
    assert _states(database, TODAY + timedelta(days=2)) == [("queued", None)]
    closed_id = database.read(lambda session: session.scalars(select(ClosedDay.id)).one())
    database.run(closed_days.withdraw_closed_day, closed_id=closed_id, **given)
    assert _states(database) == [("queued", None)]


def test_weekdays_and_hours_are_followed(database: Database, world: World) -> None:
    given = {**ACTING, "canteen_id": world.canteens["C2"]}
    database.run(calendar.set_open_weekdays, weekdays=(1, 2, 3, 5), **given)
    assert _states(database) == [("cancelled", "closed")]
    database.run(calendar.set_open_weekdays, weekdays=(1, 2, 3, 4, 5), **given)
    assert _states(database) == [("queued", None)]
    database.run(calendar.set_window, mealtime="lunch", hours=None, from_on=TOMORROW, **given)
    assert _states(database) == [("cancelled", "closed")]


def test_a_new_address_is_on_the_board_at_once(database: Database, world: World) -> None:
    before = _version(database)
    how = Recorded("test", None, "staff:wang", None, EVENING)
    database.run(change_elder_row, world.elders["P10"], {"address": "3栋2单元501"}, how)
    assert _version(database) == before + 1
