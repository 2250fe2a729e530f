"""Corrections of every kind of meal: guests, cash, deliveries, merged rows, people who had gone; and what
changes between the asking and the deciding."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from canteen.cli.books import check_all
from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.models.people import ElderFact
from canteen.rules.corrections import claw_back
from canteen.rules.errors import Conflict, Refused
from canteen.services.correction_lists import list_waiting
from canteen.services.corrections import find_meal
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.day_sheets import show_day
from canteen.services.elder_account import get_statement
from canteen.services.elder_facts import add_fact, record_departure, withdraw_fact
from canteen.services.merges import merge_elders
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.corrections import Asked, Decided, ask, book, hold_correction, hold_meals
from canteen.till.net_meals import list_net
from tests.factories.corrections import (
    ASKER,
    SECOND,
    approve,
    approve_all,
    ask_back,
    balance_of,
    eat,
    judge_again,
)
from tests.factories.days import settle, sign, sign_before
from tests.factories.people import make_elder
from tests.factories.world import TODAY, World, event_id, make_world, shanghai

YESTERDAY = TODAY - timedelta(days=1)
MORNING, AFTERNOON = shanghai("09:00"), shanghai("15:00")
HOW: dict[str, Any] = {"source": "民政", "document": None, "by": ASKER, "origin": None}


@pytest.fixture
def world(database: Database) -> World:
    world = database.run(make_world)
    sign_before(database, YESTERDAY)
    return world


def _sign(database: Database, day: date = YESTERDAY) -> None:
    settle(database, day)
    sign(database, day)


def _serve(database: Database, world: World, name: str, **asked: Any) -> str:
    body = database.run(
        serve_meal,
        counter_id=world.counters["C1-1"],
        asked=MealAsked(event_id(name), **asked),
        by="cashier:li",
        now=shanghai("11:45", YESTERDAY),
    ).body
    receipt: str = body["receipt"]
    return receipt


def _net(database: Database, receipt: str) -> Any:
    meal = database.read(find_meal, meal=receipt)
    assert meal is not None
    return meal.net


def _prove(database: Database) -> None:
    report = database.read(check_all, deep=True)
    assert report.breaches == []


def test_a_guest_gets_her_money_back_from_the_drawer_of_the_day(
    database: Database, world: World
) -> None:
    receipt = _serve(database, world, "guest", guest=True, pay="cash")
    _sign(database)
    approve(database, ask_back(database, receipt, MORNING), MORNING)
    today = database.read(show_day, canteen="C1", day=TODAY, now=MORNING)
    (drawer,) = today.figures["drawers"]
    assert (drawer["pay_outs_fen"], drawer["expected_fen"]) == (1200, -1200)
    _prove(database)


def test_what_was_paid_in_cash_goes_to_her_purse_without_the_rounding(
    database: Database, world: World
) -> None:
    receipt = _serve(
        database, world, "cash", elder="P02", reason="no_card", kind="amount", amount_fen=1205,
        pay="cash",
    )  # fmt: skip
    _sign(database)
    approve(database, ask_back(database, receipt, MORNING), MORNING)
    assert balance_of(database, world.elders["P02"]) == 5000 + 700
    statement = database.read(get_statement, number="P02", from_on=TODAY, to_on=TODAY)
    (line,) = statement.lines
    assert (line.kind, line.receipt, line.change_fen, line.price_fen) == (
        "correction", receipt, 700, -1205,
    )  # fmt: skip
    assert statement.closing_fen == 5700
    _prove(database)


def test_her_part_is_kept_and_given_back_after_all(database: Database, world: World) -> None:
    receipt = eat(database, world, "P02", YESTERDAY)
    _sign(database)
    paid = balance_of(database, world.elders["P02"])
    approve(database, ask_back(database, receipt, MORNING, keeps_part=True), MORNING)
    net = _net(database, receipt)
    assert (net.price_fen, net.elder_fen, net.subsidy_fen, net.discount_fen, net.meals) == (
        1200, 700, 0, 500, 0,
    )  # fmt: skip
    assert balance_of(database, world.elders["P02"]) == paid
    with pytest.raises(
        Conflict, match="nothing_left"
    ):  # to keep her part once more changes nothing
        ask_back(database, receipt, AFTERNOON, keeps_part=True)
    approve(database, ask_back(database, receipt, AFTERNOON), AFTERNOON)
    assert balance_of(database, world.elders["P02"]) == paid + 700
    assert _net(database, receipt).is_empty
    _prove(database)


def test_what_was_corrected_is_not_voided_but_corrected_again(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P05")
    with pytest.raises(Conflict, match="void_instead"):
        ask_back(database, receipt, shanghai("11:40"))
    _be_poor(database)
    assert judge_again(database, "P05", TODAY, shanghai("13:10")) == 1
    approve_all(database, AFTERNOON)
    net = _net(database, receipt)
    assert (net.elder_fen, net.subsidy_fen) == (400, 800)
    voided = VoidAsked(event_id("void"), receipt, "not_wanted")
    with pytest.raises(Conflict, match="meal_corrected"):
        database.run(
            void_meal, asked=voided, may_void_any=True, by=ASKER, origin=None, now=AFTERNOON
        )
    approve(database, ask_back(database, receipt, AFTERNOON), AFTERNOON)
    assert balance_of(database, world.elders["P05"]) == 5000
    today = database.read(show_day, canteen="C1", day=TODAY, now=AFTERNOON)
    changed = today.figures["corrections"]
    assert (changed["count"], changed["meals"], changed["price_fen"]) == (2, -1, -1200)
    _prove(database)


def _be_poor(database: Database) -> None:
    """After lunch the office learns that P05 has had the allowance since yesterday."""
    database.run(
        add_fact, number="P05", kind="category", code="dibao", from_on=YESTERDAY,
        now=shanghai("13:00"), **HOW,
    )  # fmt: skip


def test_a_fact_withdrawn_between_asking_and_deciding_makes_it_stale(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P05")
    _be_poor(database)
    assert judge_again(database, "P05", TODAY, shanghai("13:10")) == 1
    (one,) = database.read(list_waiting, areas=("",))
    fact_id = database.read(lambda s: s.scalars(select(func.max(ElderFact.id))).one())
    database.run(withdraw_fact, number="P05", fact_id=fact_id, by=ASKER, origin=None, now=AFTERNOON)
    with pytest.raises(Conflict, match="correction_stale"):
        approve(database, one.uid, AFTERNOON)
    approve(database, one.uid, AFTERNOON, is_approved=False)
    assert _net(database, receipt).corrections == 0


def test_O_012_no_subsidy_is_claimed_for_meals_after_she_had_moved_away(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P05", YESTERDAY)
    _sign(database)
    database.run(
        record_departure, number="P05", status="moved", from_on=YESTERDAY, now=MORNING, **HOW
    )
    assert judge_again(database, "P05", YESTERDAY, MORNING) == 1
    assert approve_all(database, MORNING) == 1
    net = _net(database, receipt)
    assert (net.subsidy_fen, net.elder_fen, net.paid_fen, net.borne_fen) == (0, 1200, 900, 300)
    assert balance_of(database, world.elders["P05"]) == 5000 - 900
    _prove(database)


def test_what_comes_back_to_a_merged_row_is_her_persons(database: Database, world: World) -> None:
    card = "em4100:0A0000AAAA"
    twin = database.run(
        make_elder, number="P91", name="韦得胜", born=date(1941, 5, 3), card=card,
        canteen_id=world.canteens["C1"], balance_fen=2000, now=shanghai("08:00", YESTERDAY),
    )  # fmt: skip
    world.cards["P91"] = card
    receipt = eat(database, world, "P91", YESTERDAY)
    _sign(database)
    database.run(
        merge_elders, kept="P02", merged="P91", reason="同一人", by=ASKER, origin=None, now=MORNING
    )
    kept = balance_of(database, world.elders["P02"])
    approve(database, ask_back(database, receipt, AFTERNOON), AFTERNOON)
    assert balance_of(database, world.elders["P02"]) == kept + 700
    assert balance_of(database, twin) == 0
    _prove(database)


def test_nobody_is_charged_beyond_what_her_purse_may_owe(database: Database) -> None:
    world = database.run(make_world, balance_fen=400)
    eat(database, world, "P03")
    late = shanghai("13:00")
    database.run(add_fact, number="P03", kind="born", born=date(1970, 1, 1), now=late, **HOW)
    assert judge_again(database, "P03", TODAY, AFTERNOON) == 1
    (one,) = database.read(list_waiting, areas=("",))
    with pytest.raises(Refused, match="purse_too_low"):
        approve(database, one.uid, AFTERNOON, charge_reason="借卡")
    approve(database, one.uid, AFTERNOON)
    assert balance_of(database, world.elders["P03"]) == 0


def test_what_a_funder_took_back_is_borne_and_is_not_given_again_by_judging_again(
    database: Database, world: World
) -> None:
    receipt = eat(database, world, "P02", YESTERDAY)
    _sign(database)

    def claw(session: Any) -> None:
        meal = session.scalars(select(Meal).where(Meal.receipt == receipt)).one()
        net = list_net(session, hold_meals(session, [meal.id]))[meal.id]
        delta = claw_back(net, {net.shares[0].key: 200})
        asked = ask(session, meal, delta, Asked("claw", "追回", "{}", ASKER, MORNING))
        correction, meal = hold_correction(session, asked.uid)
        book(session, correction, meal, Decided(None, SECOND, MORNING))

    database.run(claw)
    net = _net(database, receipt)
    assert (net.subsidy_fen, net.elder_fen, net.paid_fen, net.borne_fen) == (300, 900, 700, 200)
    with pytest.raises(Conflict, match="nothing_to_change"):
        judge_again(database, "P02", YESTERDAY, MORNING)
    _prove(database)
