"""Orders, pauses and exceptions: who may ask until when, what holds at once, what is told of what stands."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import DeliveryOrder, DeliveryPause
from canteen.models.register import ElderDoor
from canteen.rules.delivery_asked import OrderAsked, PauseAsked
from canteen.rules.errors import CanteenError, Conflict
from canteen.services import delivery_exceptions, delivery_orders, delivery_pauses
from canteen.services.delivery_door_notes import write_door
from canteen.till.delivery_days import make_due
from canteen.till.delivery_next_day import take_next_day
from tests.factories.deliveries import make_queue
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.doors import send_out, tell
from tests.factories.people import make_fact
from tests.factories.world import TODAY, World, close_day, make_world, shanghai

TOMORROW = TODAY + timedelta(days=1)
MORNING, EVENING = shanghai("09:00"), shanghai("18:00")
STANDING = OrderAsked("o-1", "standing", "1234567", ("lunch",), TOMORROW)
SINGLE = OrderAsked("s-1", "single", "", ("lunch",), TOMORROW)


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _ask(
    database: Database,
    number: str,
    asked: OrderAsked = STANDING,
    *,
    role: str = "staff",
    **given: Any,
) -> delivery_orders.Taken:
    values: dict[str, Any] = {"canteen": "C1", "now": MORNING, **given}
    return database.run(
        delivery_orders.ask, number=number, asked=asked, is_secretary=role == "staff",
        by=f"{role}:wang", origin=None, **values,
    )  # fmt: skip


def _pause(
    database: Database, number: str, from_on: date, to_on: date | None = None, *,
    role: str = "staff", uid: str = "p-1", mealtime: str | None = None, **given: Any,
) -> delivery_pauses.Paused:  # fmt: skip
    asked = PauseAsked(uid, from_on, to_on, mealtime, "住院", "family", "女儿 李小梅")
    return database.run(
        delivery_pauses.pause, number=number, asked=asked, is_secretary=role == "staff",
        by=f"{role}:wang", origin=None, now=given.get("now", MORNING),
    )  # fmt: skip


def _resume(database: Database, number: str, pause_id: int, back_on: date, **given: Any) -> None:
    values: dict[str, Any] = {"is_secretary": True, "now": MORNING, **given}
    database.run(
        delivery_pauses.resume, number=number, pause_id=pause_id, back_on=back_on,
        by="staff:wang", origin=None, **values,
    )  # fmt: skip


def _make(database: Database, world: World, canteen: str = "C1", at: Any = EVENING) -> None:
    database.run(make_due, world.canteens[canteen], by="job:deliveries", now=at)


def _states(database: Database, **given: Any) -> list[tuple[str, str | None]]:
    rows = database.read(list_deliveries, **given)
    return [(row.state, row.cancel_code) for row in rows]


def _code(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(CanteenError) as raised:
        call(*args, **given)
    return raised.value.code


def _order(database: Database, order_id: int) -> DeliveryOrder:
    return database.read(
        lambda session: session.scalars(
            select(DeliveryOrder).where(DeliveryOrder.id == order_id)
        ).one()
    )


def test_o009_the_day_before_her_birthday_she_may_order_for_it(
    database: Database, world: World
) -> None:
    """P01 is 80 on 25 November: ordered on the 24th, allowed for the 25th and not for the 24th."""
    eve = TODAY - timedelta(days=1)
    taken = _ask(database, "P01", replace(SINGLE, from_on=TODAY), now=shanghai("09:00", eve))
    assert taken.state == "approved"
    assert taken.ground is not None
    assert (taken.ground.code, taken.ground.from_on) == ("age", TODAY)
    early = replace(SINGLE, uid="s-2", from_on=eve)
    assert _code(_ask, database, "P01", early, now=shanghai("08:00", eve)) == "order_reason"


def test_the_secretary_gives_a_reason_where_nothing_else_does(
    database: Database, world: World
) -> None:
    assert _code(_ask, database, "P05") == "order_reason"
    taken = _ask(database, "P05", replace(STANDING, reason="家人出差，出不了门"))
    assert (taken.state, taken.ground) == ("approved", None)
    assert _order(database, taken.order_id).decision_note == "家人出差，出不了门"
    _make(database, world)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert row.ground is None


@pytest.mark.parametrize(
    ("role", "source"), [("cashier", "cashier"), ("cashier", "phone"), ("family", "family")]
)
def test_what_others_ask_waits_for_the_secretary_and_says_who_asked(
    database: Database, world: World, role: str, source: str
) -> None:
    asked = replace(STANDING, source=source, asked_by_name="女儿 李小梅")
    taken = _ask(database, "P10", asked, role=role)
    assert taken.state == "asked"
    _make(database, world)
    assert _states(database) == []
    order = _order(database, taken.order_id)
    assert (order.source, order.asked_by_name, order.asked_by) == (
        source, "女儿 李小梅", f"{role}:wang",
    )  # fmt: skip
    database.run(
        delivery_orders.approve, order_id=taken.order_id, reason=None, by="staff:wang",
        origin=None, now=EVENING,
    )  # fmt: skip
    assert _states(database, day=TOMORROW) == [("queued", None)]


def test_an_order_is_decided_once(database: Database, world: World) -> None:
    taken = _ask(database, "P05", role="family")
    decide = {"order_id": taken.order_id, "by": "staff:wang", "origin": None, "now": MORNING}
    assert _code(database.run, delivery_orders.approve, reason=None, **decide) == "order_reason"
    database.run(delivery_orders.decline, reason="不在范围内", **decide)
    assert _order(database, taken.order_id).decision_note == "不在范围内"
    for use_case in (delivery_orders.approve, delivery_orders.decline):
        assert _code(database.run, use_case, reason="x", **decide) == "order_decided"
    unknown = {**decide, "order_id": 9999}
    assert _code(database.run, delivery_orders.decline, reason="x", **unknown) == "order_unknown"
    late = {**decide, "order_id": _ask(database, "P10", SINGLE, role="family").order_id}
    late["now"] = EVENING + timedelta(days=2)
    assert _code(database.run, delivery_orders.approve, reason=None, **late) == "order_past"


def test_what_has_left_the_canteen_is_ordered_no_more(database: Database) -> None:
    _, (carried,) = make_queue(database, ("P10",))
    send_out(database, carried)
    asked = replace(SINGLE, uid="late", from_on=TODAY, to_on=TODAY, portions=2)
    assert _code(_ask, database, "P10", asked, now=shanghai("11:40")) == "order_under_way"
    tell(database, carried, "refused")
    assert _code(_ask, database, "P10", asked, now=shanghai("12:10")) == "order_under_way"


def test_a_form_sent_twice_is_one_order(database: Database, world: World) -> None:
    first, again = _ask(database, "P10"), _ask(database, "P10")
    assert first == again
    assert _code(_ask, database, "P01") == "order_uid_used"


def test_o063_by_hand_although_the_job_made_one(database: Database, world: World) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    _make(database, world)
    by_hand = SINGLE
    assert _code(_ask, database, "P10", by_hand) == "order_exists"
    assert _code(_ask, database, "P10", by_hand) == "order_exists"
    two = replace(by_hand, uid="s-2", portions=2)
    _ask(database, "P10", two, now=EVENING)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert (row.state, row.portions) == ("queued", 2)
    assert _code(_ask, database, "P10", replace(two, uid="s-3"), now=EVENING) == "order_exists"


def test_the_same_asked_twice_by_different_ways_is_told(database: Database, world: World) -> None:
    _ask(database, "P10", role="family")
    assert _code(_ask, database, "P10", replace(STANDING, uid="o-2")) == "order_exists"


def test_a_new_standing_order_takes_the_place_of_the_old(database: Database, world: World) -> None:
    old = _ask(database, "P10").order_id
    new = replace(
        STANDING, uid="o-2", weekdays="12345", portions=2, from_on=TODAY + timedelta(days=4)
    )
    _ask(database, "P10", new)
    assert _order(database, old).ended_on == TODAY + timedelta(days=3)
    week = replace(STANDING, uid="o-3", from_on=TODAY + timedelta(days=8), portions=3)
    week = replace(week, to_on=TODAY + timedelta(days=9))
    _ask(database, "P10", week)
    assert _order(database, old).ended_on == TODAY + timedelta(days=3)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mealtimes": ()}, "order_mealtimes"),
        ({"mealtimes": ("tea",)}, "order_mealtimes"),
        ({"weekdays": ""}, "order_weekdays"),
        ({"portions": 0}, "order_portions"),
        ({"portions": 10}, "order_portions"),
        ({"from_on": TODAY - timedelta(days=1)}, "order_past"),
        ({"to_on": TODAY}, "order_to_before_from"),
    ],
)
def test_a_wrong_order_names_its_field(
    database: Database, world: World, changed: dict[str, Any], code: str
) -> None:
    assert _code(_ask, database, "P10", replace(STANDING, **changed)) == code


def test_a_single_order_needs_an_open_day_ahead(database: Database, world: World) -> None:
    database.run(close_day, world.canteens["C1"], TOMORROW)
    assert _code(_ask, database, "P10", SINGLE) == "order_day_closed"
    late = {"asked": replace(SINGLE, from_on=TODAY), "now": shanghai("13:30")}
    assert _code(_ask, database, "P10", **late) == "order_too_late"
    late["now"] = shanghai("13:29")
    assert _ask(database, "P10", **late).state == "approved"
    assert len(_states(database, day=TODAY)) == 1


def test_who_is_gone_orders_nothing(database: Database, world: World) -> None:
    database.run(make_fact, world.elders["P10"], "status", "deceased", from_on=TODAY)
    assert _code(_ask, database, "P10") == "elder_gone"


def test_families_and_cashiers_ask_until_the_cut_off_and_the_secretary_after_it(
    database: Database, world: World
) -> None:
    """Lunch opens at 10:30; an hour before it the list is the secretary's alone."""
    today = replace(SINGLE, from_on=TODAY)
    ask = {"role": "family", "now": shanghai("09:29:59")}
    assert _ask(database, "P02", today, **ask).state == "asked"
    ask["now"] = shanghai("09:30")
    assert _code(_ask, database, "P10", replace(today, uid="s-2"), **ask) == "delivery_cut_off"
    standing = replace(STANDING, from_on=TODAY)
    with pytest.raises(CanteenError) as raised:
        _ask(database, "P10", standing, **ask)
    assert raised.value.facts["first_on"] == TOMORROW
    assert _ask(database, "P10", standing, now=shanghai("09:30")).state == "approved"
    assert _states(database, day=TODAY) == [("queued", None)]


def test_an_order_ends_for_all_and_one_only_asked_for_is_taken_back(
    database: Database, world: World
) -> None:
    taken = _ask(database, "P10", replace(STANDING, from_on=TODAY))
    given: dict[str, Any] = {
        "number": "P10", "order_id": taken.order_id, "reason": "搬去女儿家",
        "is_secretary": False, "by": "family:7", "origin": None, "now": shanghai("09:30"),
    }  # fmt: skip
    ends = delivery_orders.end
    yesterday = TODAY - timedelta(days=1)
    assert _code(database.run, ends, last_on=yesterday, **given) == "delivery_cut_off"
    before = yesterday - timedelta(days=1)
    assert _code(database.run, ends, last_on=before, **given) == "order_end_past"
    assert _code(database.run, ends, last_on=TODAY, **{**given, "number": "P01"}) == "order_unknown"
    database.run(ends, last_on=TODAY, **given)
    _make(database, world)
    assert _states(database) == [("queued", None)]  # today's, none for tomorrow
    database.run(ends, last_on=yesterday, **{**given, "is_secretary": True})
    assert _states(database) == [("cancelled", "order_ended")]
    asked = _ask(database, "P02", replace(STANDING, uid="o-2"), role="family")
    database.run(ends, last_on=TODAY, **{**given, "number": "P02", "order_id": asked.order_id})
    approve = {"by": "staff:wang", "origin": None, "now": MORNING, "reason": None}
    order_id = asked.order_id
    assert _code(database.run, delivery_orders.approve, order_id=order_id, **approve) == (
        "order_decided"
    )


def test_o062_a_pause_after_the_list_was_made_withdraws_it_and_ends_by_itself(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C2"])
    first, last = date(2026, 12, 1), date(2026, 12, 5)
    _make(database, world, "C2", shanghai("18:00", date(2026, 11, 30)))
    assert _states(database, day=first) == [("queued", None)]
    _pause(database, "P10", first, last, now=shanghai("20:00", date(2026, 11, 30)))
    assert _states(database, day=first) == [("cancelled", "paused")]
    for ahead in range(1, 6):
        _make(database, world, "C2", shanghai("18:00", date(2026, 11, 30) + timedelta(days=ahead)))
    kept = database.read(list_deliveries, state="queued")
    assert [row.day for row in kept if row.day >= first] == [date(2026, 12, 6)]


def test_a_pause_is_entered_once_and_until_the_cut_off_by_others(
    database: Database, world: World
) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    late = {"role": "family", "now": shanghai("09:30")}
    assert _code(_pause, database, "P10", TODAY, TODAY, **late) == "delivery_cut_off"
    dinner = _pause(database, "P10", TODAY, TODAY, mealtime="dinner", **late)
    assert dinner == _pause(database, "P10", TODAY, TODAY, mealtime="dinner", **late)
    assert _code(_pause, database, "P01", TODAY, TODAY) == "pause_uid_used"
    assert _pause(database, "P10", TODAY, TODAY, uid="p-2", now=shanghai("09:30")).under_way == 0


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
    assert _code(_pause, database, "P10", from_on, to_on, mealtime=mealtime) == code


def test_a_single_order_on_a_paused_day_is_told(database: Database, world: World) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    _pause(database, "P10", TOMORROW, TOMORROW)
    assert _code(_ask, database, "P10", SINGLE) == "order_paused"


def test_she_is_brought_her_meals_again_from_a_day_on(database: Database, world: World) -> None:
    """The days paused before it stay paused, in the records as well."""
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    pause_id = _pause(database, "P10", TODAY, None).pause_id
    _make(database, world)
    late = {"is_secretary": False, "now": shanghai("09:30")}
    assert _code(_resume, database, "P10", pause_id, TODAY, **late) == "delivery_cut_off"
    assert _code(_resume, database, "P01", pause_id, TODAY) == "pause_unknown"
    yesterday = TODAY - timedelta(days=1)
    assert _code(_resume, database, "P10", pause_id, yesterday) == "pause_past"
    _resume(database, "P10", pause_id, TOMORROW, **late)
    _resume(database, "P10", pause_id, TOMORROW, **late)
    _make(database, world)
    assert _states(database, day=TOMORROW) == [("queued", None)]
    standing = database.read(
        lambda session: session.execute(
            select(DeliveryPause.from_on, DeliveryPause.to_on).where(
                DeliveryPause.withdrawn_at.is_(None)
            )
        ).all()
    )
    assert [tuple(row) for row in standing] == [(TODAY, TODAY)]


def test_an_exception_gives_the_fee_of_the_entitled_on_its_days(
    database: Database, world: World
) -> None:
    given: dict[str, Any] = {
        "number": "P05", "reason": "骨折", "by": "staff:wang", "origin": None, "now": MORNING,
    }  # fmt: skip
    add = delivery_exceptions.approve_exception
    days = {"from_on": TOMORROW, "to_on": TOMORROW}
    assert _code(database.run, add, ground="tired", **days, **given) == "exception_ground"
    turned = {"from_on": TOMORROW, "to_on": TODAY}
    assert _code(database.run, add, ground="other", **turned, **given) == "exception_to_before_from"
    database.run(add, ground="illness", **days, **given)
    taken = _ask(database, "P05", SINGLE)
    assert taken.ground is not None
    assert (taken.ground.code, taken.ground.kind) == ("exception", "illness")
    _make(database, world)
    withdraw = delivery_exceptions.withdraw_exception
    del given["reason"]
    other = {**given, "number": "P01"}
    assert _code(database.run, withdraw, exception_id=1, **other) == "exception_unknown"
    for _ in range(2):
        database.run(withdraw, exception_id=1, **given)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert row.ground is None


def test_the_door_is_written_anew_and_the_old_word_stays_to_be_read(
    database: Database, world: World
) -> None:
    def write(**given: Any) -> None:
        values: dict[str, Any] = {
            "number": "P10", "note": "耳背，敲门用力些", "has_lift": None, "floor": 5,
            "must_serve": True, "by": "staff:wang", "origin": None, "now": MORNING,
        }  # fmt: skip
        database.run(write_door, **(values | given))

    assert _code(write, floor=0) == "door_floor"
    write()
    write()
    write(note=None, has_lift=True)
    rows = database.read(lambda session: session.scalars(select(ElderDoor)).all())
    assert [(row.note, row.withdrawn_at is None) for row in rows] == [
        ("耳背，敲门用力些", False), (None, True),
    ]  # fmt: skip
    trail = database.read(
        lambda session: session.scalars(
            select(AuditLine.after).where(AuditLine.action == "door.write")
        ).all()
    )
    assert len(trail) == 2
    assert not any("敲门" in str(after) for after in trail)


def _at_the_door(database: Database, world: World, elder: str, is_wanted: bool, uid: str) -> str:
    code, _ = database.run(
        take_next_day, uid=uid, elder_id=world.elders[elder], canteen_id=world.canteens["C1"],
        day=TODAY, mealtime="lunch", is_wanted=is_wanted, by="volunteer:V1", asked_by_name="V1",
        now=shanghai("11:30"),
    )  # fmt: skip
    return code


def test_the_next_days_meal_is_taken_at_the_door(database: Database, world: World) -> None:
    database.run(close_day, world.canteens["C1"], TOMORROW)
    assert _at_the_door(database, world, "P10", False, "r-0") == "kept"
    assert _at_the_door(database, world, "P10", True, "r-1") == "ordered"
    assert _at_the_door(database, world, "P10", True, "r-1") == "kept"
    assert _at_the_door(database, world, "P05", True, "r-2") == "asked"
    _make(database, world)
    rows = database.read(list_deliveries)
    assert [(row.elder_id, row.day) for row in rows] == [
        (world.elders["P10"], TODAY + timedelta(days=2))
    ]
    assert _at_the_door(database, world, "P10", False, "r-3") == "called_off"
    assert _states(database) == [("cancelled", "paused")]
    assert _at_the_door(database, world, "P10", True, "r-4") == "waits"


def test_where_no_open_day_is_known_nothing_is_taken(database: Database, world: World) -> None:
    for ahead in range(1, 61):
        database.run(close_day, world.canteens["C1"], TODAY + timedelta(days=ahead))
    assert _at_the_door(database, world, "P10", True, "r-1") == "closed"


def test_what_many_ask_and_decide_at_once_is_asked_and_decided_once(
    database: Database, world: World
) -> None:
    """The same form by four, other forms for the same by four; then four hands decide."""

    def ask(number: int) -> str:
        uid = "same" if number % 2 else f"other-{number}"
        try:
            return _ask(database, "P10", replace(STANDING, uid=uid), role="family").state
        except Conflict as told:
            return told.code

    def decide(_: int) -> str:
        given = {"order_id": 1, "by": "staff:wang", "origin": None, "now": MORNING}
        try:
            database.run(delivery_orders.approve, reason=None, **given)
        except Conflict as told:
            return told.code
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(ask, range(8)))
        decided = list(pool.map(decide, range(4)))
    assert set(asked) == {"asked", "order_exists"}
    assert sorted(decided) == ["approved"] + ["order_decided"] * 3
    orders = database.read(lambda session: session.scalars(select(DeliveryOrder.id)).all())
    assert orders == [1]
    _make(database, world)
    assert _states(database, day=TOMORROW) == [("queued", None)]
