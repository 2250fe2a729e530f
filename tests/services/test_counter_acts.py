"""What a cashier does at her counter: keyed sales, cash, guests, second portions, voids, top-ups."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, LedgerEntry, Purse
from canteen.models.audit import AuditLine
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal
from canteen.models.swipes import Sale
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.services.cards import assign_unknown_card, keep_lost_card
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.counter_sales import SaleAsked, clear_sale, put_sale
from canteen.services.swipes import SwipeAsked, record_swipe, record_typed_swipe
from canteen.services.top_ups import (
    PayOutAsked,
    TopUpAsked,
    TopUpVoidAsked,
    pay_out,
    take_top_up,
    void_top_up,
)
from canteen.services.voids import VoidAsked, find_meal_place, void_meal
from tests.factories.cards import issue_card, lift_block, report_lost, return_card
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

BY = "staff:li"


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _tap(
    database: Database, world: World, elder: str, clock: str, name: str, **given: Any
) -> dict[str, Any]:
    reader = given.pop("reader", "C1-R1")
    asked: SwipeAsked = make_swipe(world, elder, clock, name, **given)
    return database.run(
        record_swipe, reader_id=world.readers[reader], asked=asked, now=asked.read_at
    ).body


def _key(database: Database, world: World, clock: str, name: str, **given: Any) -> dict[str, Any]:
    asked = SaleAsked(event_id(name), **{"kind": "amount", "amount_fen": 1600, **given})
    return database.run(
        put_sale, counter_id=world.counters["C1-1"], asked=asked, by=BY, now=shanghai(clock)
    )


def _serve(
    database: Database, world: World, clock: str, name: str, counter: str = "C1-1", **given: Any
) -> dict[str, Any]:
    return database.run(
        serve_meal,
        counter_id=world.counters[counter],
        asked=MealAsked(event_id(name), **given),
        by=BY,
        now=shanghai(clock),
    ).body


def _void(database: Database, clock: str, name: str, meal: str, **given: Any) -> dict[str, Any]:
    may_void_any = given.pop("may_void_any", False)
    counter_id = None if may_void_any else given.pop("counter_id")
    return database.run(
        void_meal,
        asked=VoidAsked(event_id(name), meal, "wrong_person", counter_id=counter_id),
        may_void_any=may_void_any,
        by=BY,
        origin=None,
        now=shanghai(clock),
    ).body


def _sum(database: Database, kind: str) -> int:
    def add(session: Session) -> int:
        return int(
            session.execute(
                select(func.coalesce(func.sum(LedgerEntry.fen), 0))
                .join(Account, Account.id == LedgerEntry.account_id)
                .where(Account.kind == kind)
            ).scalar_one()
        )

    return database.read(add)


def _sale_state(database: Database, name: str) -> str:
    return database.read(
        lambda s: s.execute(select(Sale.state).where(Sale.id == event_id(name))).scalar_one()
    )


# ------------------------------------------------------------------------------------ pending sale


def test_a_keyed_sale_is_consumed_by_the_next_accepted_swipe(
    database: Database, world: World
) -> None:
    keyed = _key(database, world, "11:30:00", "sale")
    assert keyed["expires_at"] == "2026-11-25T03:31:00.000Z"
    refused = _tap(database, world, "P01", "11:30:05", "a", card="em4100:0A00FFFFFF")
    assert refused["outcome"] == "unknown_card"
    assert _sale_state(database, "sale") == "pending"
    served = _tap(database, world, "P01", "11:30:10", "b")
    assert served["meal"]["price_fen"] == 1600
    assert _sale_state(database, "sale") == "consumed"
    plain = _tap(database, world, "P02", "11:30:20", "c")
    assert plain["meal"]["price_fen"] == 1200


@pytest.mark.parametrize(
    ("clock", "given", "price_fen"),
    [
        ("11:31:00", {}, 1600),
        ("11:31:01", {}, 1200),
        ("11:29:59", {}, 1200),
        ("11:30:10", {"offline": "taken"}, 1200),
        ("11:30:10", {"reader": "C1-R2"}, 1200),
    ],
    ids=["at 60 s", "dead after 60 s", "read before it was keyed", "late", "other counter"],
)
def test_a_keyed_sale_is_for_swipes_of_its_counter_within_a_minute(
    database: Database, world: World, clock: str, given: dict[str, Any], price_fen: int
) -> None:
    _key(database, world, "11:30:00", "sale")
    assert _tap(database, world, "P01", clock, "a", **given)["meal"]["price_fen"] == price_fen


def test_a_set_sale_that_names_no_meal_is_the_first_one_sold(
    database: Database, world: World
) -> None:
    keyed = _key(database, world, "11:30:00", "sale", kind="set", amount_fen=None)
    assert (keyed["amount_fen"], keyed["channel"]) == (1200, "dine_in")


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_fen": 1700},
        {"second": True},
        {"pay": "cash"},
        {"channel": "take_away"},
        {"kind": "set", "amount_fen": None},
    ],
)
def test_a_sale_sent_again_is_the_same_sale_or_a_conflict(
    database: Database, world: World, changed: dict[str, Any]
) -> None:
    first = _key(database, world, "11:30:00", "sale")
    assert _key(database, world, "11:30:02", "sale") == first
    with pytest.raises(Conflict, match="id_reused"):
        _key(database, world, "11:30:04", "sale", **changed)


def test_a_counter_has_at_most_one_pending_sale(database: Database, world: World) -> None:
    first = _key(database, world, "11:30:00", "one")
    assert _key(database, world, "11:30:05", "one") == first
    _key(database, world, "11:30:10", "two", amount_fen=900)
    assert _sale_state(database, "one") == "replaced"
    database.run(clear_sale, counter_id=world.counters["C1-1"], now=shanghai("11:30:20"))
    assert _sale_state(database, "two") == "cleared"


@pytest.mark.parametrize(
    "given",
    [
        {"amount_fen": None},
        {"amount_fen": -1},
        {"amount_fen": 11_583_955},
        {"kind": "set", "set_meal": "lobster"},
        {"kind": "dishes", "dishes": ()},
        {"pay": "external"},
    ],
)
def test_a_sale_that_fits_nothing_is_refused_with_a_reason(
    database: Database, world: World, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as caught:
        _key(database, world, "11:30", "sale", **given)
    assert caught.value.zh


def test_a_repeat_is_no_repeat_while_a_second_portion_is_keyed(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:30:00", "a")
    _key(database, world, "11:30:05", "sale", kind="set", set_meal="set", amount_fen=None,
         second=True)  # fmt: skip
    body = _tap(database, world, "P01", "11:30:10", "b")
    assert (body["outcome"], body["reason"]) == ("full_price", "second_portion")
    assert body["meal"]["elder_fen"] == 1200


def test_second_while_the_first_does_not_stand_is_an_ordinary_first(
    database: Database, world: World
) -> None:
    body = _serve(database, world, "11:30", "m", elder="P01", reason="no_card", second=True)
    assert (body["outcome"], body["meal"]["subsidy_fen"]) == ("subsidised", 500)


# ---------------------------------------------------------------------------------- ways of paying


@pytest.mark.parametrize(
    ("unit", "cash_fen", "rounding_fen"), [(1, 1023, 0), (10, 1020, 3), (100, 1000, 23)]
)
def test_cash_is_taken_in_its_unit_rounded_down_and_the_split_untouched(
    database: Database, unit: int, cash_fen: int, rounding_fen: int
) -> None:
    world = database.run(make_world, cash_unit_fen=unit)
    body = _serve(
        database, world, "11:30", "m", elder="P01", reason="no_card", kind="amount",
        amount_fen=1523, pay="cash",
    )  # fmt: skip
    assert (body["meal"]["elder_fen"], body["meal"]["subsidy_fen"]) == (1023, 500)
    assert _sum(database, "cash_drawer") == -cash_fen
    assert _sum(database, "cash_rounding") == -rounding_fen
    assert body["purse"] == {"balance_fen": 5000}


def test_the_purse_pays_what_it_has_and_cash_the_rest_in_one_meal_and_one_void(
    database: Database,
) -> None:
    world = database.run(make_world, balance_fen=320)
    refused = _tap(database, world, "P01", "11:30", "a")
    assert refused["outcome"] == "insufficient_balance"
    body = _serve(database, world, "11:30:20", "m", swipe=event_id("a"), pay="purse_then_cash")
    assert body["outcome"] == "subsidised"
    meal = database.read(lambda s: s.execute(select(Meal)).scalar_one())
    assert (meal.purse_fen, meal.cash_fen, meal.is_manual) == (320, 380, False)
    back = _void(database, "11:35", "v", body["meal"]["id"], counter_id=world.counters["C1-1"])
    assert (back["purse_fen"], back["cash_fen"], back["balance_fen"]) == (320, 380, 320)
    assert _sum(database, "cash_drawer") == 0


def test_a_refused_swipe_let_through_takes_the_sale_that_waited_for_it(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    _key(database, world, "11:30", "s", kind="amount", amount_fen=1500)
    assert _tap(database, world, "P01", "11:30:05", "a")["outcome"] == "insufficient_balance"
    assert _sale_state(database, "s") == "pending"
    body = _serve(
        database, world, "11:30:20", "m", swipe=event_id("a"), kind="amount", amount_fen=1500,
        pay="cash",
    )  # fmt: skip
    assert body["meal"]["price_fen"] == 1500
    assert _sale_state(database, "s") == "consumed"


def test_a_meal_by_name_a_late_tap_and_a_tap_before_the_keying_leave_the_sale(
    database: Database,
) -> None:
    world = database.run(make_world, balance_fen=700)
    for clock, name in (("11:29:30", "first"), ("11:29:59", "before")):
        _tap(database, world, "P01", clock, name)
    _key(database, world, "11:30", "s")
    late = _tap(database, world, "P01", "11:30:05", "late", offline="taken")
    assert late["outcome"] == "already_eaten"
    _serve(database, world, "11:30:10", "m1", swipe=event_id("before"), pay="cash", second=True)
    _serve(database, world, "11:30:11", "m2", swipe=event_id("late"), pay="cash", second=True)
    _serve(database, world, "11:30:12", "m3", elder="P03", reason="no_card", pay="cash")
    assert database.read(lambda s: s.scalar(select(func.count(Meal.id)))) == 4
    assert _sale_state(database, "s") == "pending"


def test_a_refused_swipe_is_answered_once_and_only_while_it_is_fresh(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    _tap(database, world, "P01", "11:30", "a")
    _tap(database, world, "P02", "11:31", "b")
    _serve(database, world, "11:30:30", "m", swipe=event_id("a"), pay="cash")
    with pytest.raises(Conflict, match="swipe_answered"):
        _serve(database, world, "11:31", "n", swipe=event_id("a"), pay="cash")
    with pytest.raises(Conflict, match="swipe_too_old"):
        _serve(database, world, "11:41:01", "o", swipe=event_id("b"), pay="cash")
    with pytest.raises(NotFound):
        _serve(database, world, "11:31", "p", "C1-2", swipe=event_id("b"), pay="cash")


def test_a_late_refusal_is_not_answered_at_the_counter(database: Database, world: World) -> None:
    _tap(database, world, "P01", "11:30", "a")
    late = make_swipe(world, "P01", "11:40", "b", offline="taken")
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=late, now=shanghai("12:20"))
    with pytest.raises(Conflict, match="swipe_too_old"):
        _serve(database, world, "12:20", "m", swipe=event_id("b"), second=True)


def test_an_external_payment_keeps_its_reference(database: Database, world: World) -> None:
    _serve(
        database, world, "11:30", "m", elder="P01", reason="no_card", pay="external",
        reference="WX-1",
    )  # fmt: skip
    assert _sum(database, "external") == -700
    meal = database.read(lambda s: s.execute(select(Meal)).scalar_one())
    assert meal.external_reference == "WX-1"


def test_a_guest_pays_full_price_and_has_no_purse(database: Database, world: World) -> None:
    body = _serve(database, world, "11:30", "m", guest=True, pay="cash")
    assert (body["outcome"], body["reason"], body["elder"]) == ("full_price", "guest", None)
    with pytest.raises(Invalid, match="guest_purse"):
        _serve(database, world, "11:31", "n", guest=True)


@pytest.mark.parametrize("given", [{}, {"elder": "P01", "guest": True}, {"elder": "P01"}])
def test_a_meal_by_hand_says_whose_and_why(
    database: Database, world: World, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        _serve(database, world, "11:30", "m", **given)


# ------------------------------------------------------------------------------------------- voids


def test_a_cashier_voids_in_the_running_mealtime_only(database: Database, world: World) -> None:
    meal = _tap(database, world, "P01", "11:30", "a")["meal"]["id"]
    own = {"counter_id": world.counters["C1-1"]}
    with pytest.raises(Refused, match="mealtime_over"):
        _void(database, "14:00", "v1", meal, **own)
    assert _void(database, "13:40", "v2", meal, **own)["purse_fen"] == 700


def test_a_cashier_voids_another_counters_meal_only_from_its_panel(
    database: Database, world: World
) -> None:
    meal = _tap(database, world, "P01", "11:30", "a")["meal"]["id"]
    other = world.counters["C1-2"]
    with pytest.raises(Refused, match="other_counter"):
        _void(database, "11:31", "v1", meal, counter_id=other)
    _tap(database, world, "P01", "11:32", "b", reader="C1-R2")
    assert _void(database, "11:33", "v2", meal, counter_id=other)["purse_fen"] == 700


def test_a_panel_shown_for_a_name_lets_its_counter_void_the_meal_too(
    database: Database, world: World
) -> None:
    meal = _tap(database, world, "P01", "11:30", "a")["meal"]["id"]
    told = _serve(database, world, "11:32", "m", "C1-2", elder="P01", reason="no_card")
    assert told["outcome"] == "already_eaten"
    other = world.counters["C1-2"]
    assert _void(database, "11:33", "v", meal, counter_id=other)["purse_fen"] == 700


def test_a_cashier_who_names_no_counter_acts_at_the_meals_own(
    database: Database, world: World
) -> None:
    meal = _tap(database, world, "P01", "11:30", "a")["meal"]["id"]
    with pytest.raises(Refused, match="mealtime_over"):
        _void(database, "14:00", "v1", meal, counter_id=None)
    assert _void(database, "11:31", "v2", meal, counter_id=None)["purse_fen"] == 700


def test_after_sign_off_nothing_is_voided(database: Database, world: World) -> None:
    meal = _tap(database, world, "P01", "11:30", "a")["meal"]["id"]
    database.run(
        lambda s: s.execute(
            update(CanteenDay).values(signed_at=shanghai("19:00"), signed_by="secretary:wang")
        )
    )
    with pytest.raises(Conflict, match="day_signed"):
        _void(database, "19:10", "v", meal, may_void_any=True)


def test_what_comes_after_sign_off_is_booked_on_the_first_open_day(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:30", "a")
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


def test_a_void_lists_the_meals_whose_split_would_now_differ(database: Database) -> None:
    scheme = (
        'code = "once"\nname = "n"\nsource = "s"\n[payer.gov]\nname = "政府"\nkind = "government"\n'
        '[[rule]]\nid = "r"\npayer = "gov"\namount = { fixed_fen = 300 }\nquota = { day = 1 }\n'
    )
    world = database.run(make_world, scheme=scheme)
    lunch = _tap(database, world, "P01", "11:30", "a")
    dinner = _tap(database, world, "P01", "17:00", "b")
    assert dinner["meal"]["subsidy_fen"] == 0
    body = _void(database, "17:05", "v", lunch["meal"]["id"], may_void_any=True)
    assert body["changed"] == [dinner["receipt"]]


def test_the_place_of_a_meal_is_told_by_id_and_by_exact_receipt(
    database: Database, world: World
) -> None:
    body = _tap(database, world, "P01", "11:30", "a")
    for meal in (body["meal"]["id"], body["receipt"]):
        place = database.read(find_meal_place, meal=meal)
        assert place is not None
        assert place.canteen_code == "C1"
    assert database.read(find_meal_place, meal="%") is None


# ---------------------------------------------------------------------------------------- top-ups


def _top_up(database: Database, world: World, elder: str, fen: int, name: str) -> dict[str, Any]:
    asked = TopUpAsked(event_id(name), world.counters["C1-1"], elder, fen)
    return database.run(take_top_up, asked=asked, by=BY, origin=None, now=shanghai("11:00")).body


def _void_top_up(
    database: Database, at: datetime, name: str, *, by: str = BY, may_void_any: bool = False,
    debt_asked_by: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    asked = TopUpVoidAsked(event_id(name), event_id("t"), "wrong_person", debt_asked_by)
    return database.run(
        void_top_up, asked=asked, may_void_any=may_void_any, by=by, origin=None, now=at
    ).body


def test_O_034_a_spent_top_up_is_voided_only_with_a_second_person(database: Database) -> None:
    world = database.run(make_world, balance_fen=0)
    _top_up(database, world, "P02", 2000, "t")
    _tap(database, world, "P02", "11:30", "a")
    with pytest.raises(Refused, match="top_up_spent") as caught:
        _void_top_up(database, shanghai("11:40"), "v")
    assert "差 7.00" in caught.value.zh
    with pytest.raises(Refused, match="second_person"):
        _void_top_up(database, shanghai("11:40"), "v", debt_asked_by=BY)
    body = _void_top_up(database, shanghai("11:41"), "v", by="staff:wang", debt_asked_by=BY)
    assert (body["debt_fen"], body["balance_fen"]) == (700, 0)
    assert _sum(database, "elder_debt") == -700
    assert _sum(database, "cash_drawer") == 0


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
        return database.run(pay_out, asked=asked, by=BY, origin=None, now=shanghai("11:00")).body

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


# ------------------------------------------------------------------------------------------- cards


def test_an_unknown_card_is_assigned_in_two_steps_and_then_served(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", "11:30", "a", card="em4100:0A0055AA55")
    assigned = database.run(
        assign_unknown_card, id=event_id("c"), counter_id=world.counters["C1-1"],
        swipe=event_id("a"), elder="P07", by=BY, origin=None, now=shanghai("11:30:30"),
    ).body  # fmt: skip
    assert assigned["elder"]["number"] == "P07"
    body = _serve(database, world, "11:30:40", "m", swipe=event_id("a"))
    assert body["outcome"] == "subsidised"
    later = _tap(database, world, "P07", "17:00", "b", card="em4100:0A0055AA55")
    assert later["elder"]["number"] == "P07"


def test_a_lost_card_that_was_kept_is_a_line_of_the_audit_trail(
    database: Database, world: World
) -> None:
    database.run(
        report_lost, uid=world.cards["P02"], reported_by="本人", by=BY, origin=None,
        now=shanghai("10:00"),
    )  # fmt: skip
    _tap(database, world, "P02", "11:30", "a")
    database.run(
        keep_lost_card, id=event_id("k"), counter_id=world.counters["C1-1"], swipe=event_id("a"),
        by=BY, origin="127.0.0.1", now=shanghai("11:31"),
    )  # fmt: skip
    actions = database.read(
        lambda s: list(s.scalars(select(AuditLine.action).order_by(AuditLine.id)))
    )
    assert "card.kept" in actions


def test_a_card_in_anothers_hands_must_be_returned_first(database: Database, world: World) -> None:
    uid = world.cards["P04"]
    with pytest.raises(Conflict, match="card_held"):
        database.run(issue_card, elder="P09", uid=uid, by=BY, origin=None, now=shanghai("09:00"))
    database.run(return_card, uid=uid, by=BY, origin=None, now=shanghai("09:00"))
    database.run(issue_card, elder="P09", uid=uid, by=BY, origin=None, now=shanghai("09:01"))
    early = make_swipe(world, "P04", "11:30", "y", day=TODAY - timedelta(days=1), offline="taken")
    past = database.run(
        record_swipe, reader_id=world.readers["C1-R1"], asked=early, now=shanghai("11:00")
    ).body
    assert past["elder"]["number"] == "P04"
    assert _tap(database, world, "P04", "11:30", "a")["elder"]["number"] == "P09"


def test_a_found_card_works_again(database: Database, world: World) -> None:
    uid = world.cards["P04"]
    database.run(report_lost, uid=uid, reported_by=None, by=BY, origin=None, now=shanghai("09:00"))
    database.run(report_lost, uid=uid, reported_by=None, by=BY, origin=None, now=shanghai("09:05"))
    database.run(lift_block, uid=uid, by=BY, origin=None, now=shanghai("10:00"))
    assert _tap(database, world, "P04", "11:30", "a")["outcome"] == "subsidised"


@pytest.mark.parametrize(
    "uid", ["iso14443a:8804A3C6", "iso14443a:083F6C4A", "em4100:0000000000", "BED96"]
)
def test_a_number_that_names_no_one_card_is_never_enrolled(
    database: Database, world: World, uid: str
) -> None:
    with pytest.raises(Invalid):
        database.run(issue_card, elder="P07", uid=uid, by=BY, origin=None, now=shanghai("09:00"))


def test_a_typed_swipe_is_read_when_it_arrives(database: Database, world: World) -> None:
    answer = database.run(
        record_typed_swipe, counter_id=world.counters["C1-1"], id=event_id("t"),
        typed=world.cards["P06"], by=BY, now=shanghai("11:30"),
    )  # fmt: skip
    assert answer.body["elder"]["number"] == "P06"
    again = database.run(
        record_typed_swipe, counter_id=world.counters["C1-1"], id=event_id("t"),
        typed=world.cards["P06"], by=BY, now=shanghai("11:35"),
    )  # fmt: skip
    assert again.body == answer.body
