"""Orders of deliveries: who may ask until when, what holds at once, what is told of what stands."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.deliveries import DeliveryOrder
from canteen.rules.errors import CanteenError, Conflict
from canteen.services import delivery_orders
from tests.factories.deliveries import make_queue
from tests.factories.delivery_asks import (
    EVENING,
    MORNING,
    SINGLE,
    STANDING,
    TOMORROW,
    ask_order,
    code_of,
    list_states,
    make_list,
)
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.doors import send_out, tell
from tests.factories.people import make_fact
from tests.factories.world import TODAY, World, close_day, shanghai


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
    taken = ask_order(database, "P01", replace(SINGLE, from_on=TODAY), now=shanghai("09:00", eve))
    assert taken.state == "approved"
    assert taken.ground is not None
    assert (taken.ground.code, taken.ground.from_on) == ("age", TODAY)
    early = replace(SINGLE, uid="s-2", from_on=eve)
    assert code_of(ask_order, database, "P01", early, now=shanghai("08:00", eve)) == "order_reason"


def test_the_secretary_gives_a_reason_where_nothing_else_does(
    database: Database, world: World
) -> None:
    assert code_of(ask_order, database, "P05") == "order_reason"
    taken = ask_order(database, "P05", replace(STANDING, reason="家人出差，出不了门"))
    assert (taken.state, taken.ground) == ("approved", None)
    assert _order(database, taken.order_id).decision_note == "家人出差，出不了门"
    make_list(database, world)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert row.ground is None


@pytest.mark.parametrize(
    ("role", "source"), [("cashier", "cashier"), ("cashier", "phone"), ("family", "family")]
)
def test_what_others_ask_waits_for_the_secretary_and_says_who_asked(
    database: Database, world: World, role: str, source: str
) -> None:
    asked = replace(STANDING, source=source, asked_by_name="女儿 李小梅")
    taken = ask_order(database, "P10", asked, role=role)
    assert taken.state == "asked"
    make_list(database, world)
    assert list_states(database) == []
    order = _order(database, taken.order_id)
    assert (order.source, order.asked_by_name, order.asked_by) == (
        source, "女儿 李小梅", f"{role}:wang",
    )  # fmt: skip
    database.run(
        delivery_orders.approve, order_id=taken.order_id, reason=None, by="staff:wang",
        origin=None, now=EVENING,
    )  # fmt: skip
    assert list_states(database, day=TOMORROW) == [("queued", None)]


def test_an_order_is_decided_once(database: Database, world: World) -> None:
    taken = ask_order(database, "P05", role="family")
    decide = {"order_id": taken.order_id, "by": "staff:wang", "origin": None, "now": MORNING}
    assert code_of(database.run, delivery_orders.approve, reason=None, **decide) == "order_reason"
    database.run(delivery_orders.decline, reason="不在范围内", **decide)
    assert _order(database, taken.order_id).decision_note == "不在范围内"
    for use_case in (delivery_orders.approve, delivery_orders.decline):
        assert code_of(database.run, use_case, reason="x", **decide) == "order_decided"
    unknown = {**decide, "order_id": 9999}
    assert code_of(database.run, delivery_orders.decline, reason="x", **unknown) == "order_unknown"
    late = {**decide, "order_id": ask_order(database, "P10", SINGLE, role="family").order_id}
    late["now"] = EVENING + timedelta(days=2)
    assert code_of(database.run, delivery_orders.approve, reason=None, **late) == "order_past"


def test_what_has_left_the_canteen_is_ordered_no_more(database: Database) -> None:
    _, (carried,) = make_queue(database, ("P10",))
    send_out(database, carried)
    asked = replace(SINGLE, uid="late", from_on=TODAY, to_on=TODAY, portions=2)
    assert code_of(ask_order, database, "P10", asked, now=shanghai("11:40")) == "order_under_way"
    tell(database, carried, "refused")
    assert code_of(ask_order, database, "P10", asked, now=shanghai("12:10")) == "order_under_way"


def test_a_form_sent_twice_is_one_order(database: Database, world: World) -> None:
    first, again = ask_order(database, "P10"), ask_order(database, "P10")
    assert first == again
    assert code_of(ask_order, database, "P01") == "order_uid_used"


def test_o063_by_hand_although_the_job_made_one(database: Database, world: World) -> None:
    database.run(make_order, world.elders["P10"], world.canteens["C1"])
    make_list(database, world)
    by_hand = SINGLE
    assert code_of(ask_order, database, "P10", by_hand) == "order_exists"
    assert code_of(ask_order, database, "P10", by_hand) == "order_exists"
    two = replace(by_hand, uid="s-2", portions=2)
    ask_order(database, "P10", two, now=EVENING)
    [row] = database.read(list_deliveries, day=TOMORROW)
    assert (row.state, row.portions) == ("queued", 2)
    assert (
        code_of(ask_order, database, "P10", replace(two, uid="s-3"), now=EVENING) == "order_exists"
    )


def test_the_same_asked_twice_by_different_ways_is_told(database: Database, world: World) -> None:
    ask_order(database, "P10", role="family")
    assert code_of(ask_order, database, "P10", replace(STANDING, uid="o-2")) == "order_exists"


def test_a_new_standing_order_takes_the_place_of_the_old(database: Database, world: World) -> None:
    old = ask_order(database, "P10").order_id
    new = replace(
        STANDING, uid="o-2", weekdays="12345", portions=2, from_on=TODAY + timedelta(days=4)
    )
    ask_order(database, "P10", new)
    assert _order(database, old).ended_on == TODAY + timedelta(days=3)
    week = replace(STANDING, uid="o-3", from_on=TODAY + timedelta(days=8), portions=3)
    week = replace(week, to_on=TODAY + timedelta(days=9))
    ask_order(database, "P10", week)
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
    assert code_of(ask_order, database, "P10", replace(STANDING, **changed)) == code


def test_a_single_order_needs_an_open_day_ahead(database: Database, world: World) -> None:
    database.run(close_day, world.canteens["C1"], TOMORROW)
    assert code_of(ask_order, database, "P10", SINGLE) == "order_day_closed"
    late = {"asked": replace(SINGLE, from_on=TODAY), "now": shanghai("13:30")}
    assert code_of(ask_order, database, "P10", **late) == "order_too_late"
    late["now"] = shanghai("13:29")
    assert ask_order(database, "P10", **late).state == "approved"
    assert len(list_states(database, day=TODAY)) == 1


def test_who_is_gone_orders_nothing(database: Database, world: World) -> None:
    database.run(make_fact, world.elders["P10"], "status", "deceased", from_on=TODAY)
    assert code_of(ask_order, database, "P10") == "elder_gone"


def test_families_and_cashiers_ask_until_the_cut_off_and_the_secretary_after_it(
    database: Database, world: World
) -> None:
    """Lunch opens at 10:30; an hour before it the list is the secretary's alone."""
    today = replace(SINGLE, from_on=TODAY)
    ask = {"role": "family", "now": shanghai("09:29:59")}
    assert ask_order(database, "P02", today, **ask).state == "asked"
    ask["now"] = shanghai("09:30")
    assert (
        code_of(ask_order, database, "P10", replace(today, uid="s-2"), **ask) == "delivery_cut_off"
    )
    standing = replace(STANDING, from_on=TODAY)
    with pytest.raises(CanteenError) as raised:
        ask_order(database, "P10", standing, **ask)
    assert raised.value.facts["first_on"] == TOMORROW
    assert ask_order(database, "P10", standing, now=shanghai("09:30")).state == "approved"
    assert list_states(database, day=TODAY) == [("queued", None)]


def test_an_order_ends_for_all_and_one_only_asked_for_is_taken_back(
    database: Database, world: World
) -> None:
    taken = ask_order(database, "P10", replace(STANDING, from_on=TODAY))
    given: dict[str, Any] = {
        "number": "P10", "order_id": taken.order_id, "reason": "搬去女儿家",
        "is_secretary": False, "by": "family:7", "origin": None, "now": shanghai("09:30"),
    }  # fmt: skip
    ends = delivery_orders.end
    yesterday = TODAY - timedelta(days=1)
    assert code_of(database.run, ends, last_on=yesterday, **given) == "delivery_cut_off"
    before = yesterday - timedelta(days=1)
    assert code_of(database.run, ends, last_on=before, **given) == "order_end_past"
    assert (
        code_of(database.run, ends, last_on=TODAY, **{**given, "number": "P01"}) == "order_unknown"
    )
    database.run(ends, last_on=TODAY, **given)
    make_list(database, world)
    assert list_states(database) == [("queued", None)]  # today's, none for tomorrow
    database.run(ends, last_on=yesterday, **{**given, "is_secretary": True})
    assert list_states(database) == [("cancelled", "order_ended")]
    asked = ask_order(database, "P02", replace(STANDING, uid="o-2"), role="family")
    database.run(ends, last_on=TODAY, **{**given, "number": "P02", "order_id": asked.order_id})
    approve = {"by": "staff:wang", "origin": None, "now": MORNING, "reason": None}
    order_id = asked.order_id
    assert code_of(database.run, delivery_orders.approve, order_id=order_id, **approve) == (
        "order_decided"
    )


def test_what_many_ask_and_decide_at_once_is_asked_and_decided_once(
    database: Database, world: World
) -> None:
    """The same form by four, other forms for the same by four; then four hands decide."""

    def ask(number: int) -> str:
        uid = "same" if number % 2 else f"other-{number}"
        try:
            return ask_order(database, "P10", replace(STANDING, uid=uid), role="family").state
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
    make_list(database, world)
    assert list_states(database, day=TOMORROW) == [("queued", None)]
