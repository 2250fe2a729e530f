"""Corrections decided from two sides at once, while a day is signed, a meal voided or a claim submitted: one
truth, and a clear Conflict for who came second."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from canteen.cli.books import check_all
from canteen.db.run import Database
from canteen.rules.errors import CanteenError
from canteen.services.claim_steps import approve
from canteen.services.correction_lists import list_decided, list_waiting
from canteen.services.corrections import ask_not_eaten, decide
from canteen.services.day_sheets import show_day
from canteen.services.day_signing import reopen_day, sign_day
from canteen.services.elder_facts import add_fact
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.claims import get_claim
from tests.factories.claims import DAYS, NUMBER, make_claim, submit_claim
from tests.factories.corrections import ASKER, SECOND, ask_back, balance_of, eat, judge_again
from tests.factories.days import settle, sign, sign_before
from tests.factories.world import TODAY, World, event_id, make_world, shanghai

YESTERDAY = TODAY - timedelta(days=1)
EVENING = shanghai("20:00")


@pytest.fixture
def world(database: Database) -> World:
    """P02 ate yesterday, a signed day; P05 today."""
    world = database.run(make_world)
    sign_before(database, YESTERDAY)
    eat(database, world, "P02", YESTERDAY)
    settle(database, YESTERDAY)
    sign(database, YESTERDAY)
    eat(database, world, "P05")
    return world


def _at_once(database: Database, *acts: tuple[Callable[..., Any], dict[str, Any]]) -> list[str]:
    """Run the acts at the same instant, each with a connection of its own: "done", or why not."""
    start = Barrier(len(acts))
    url = database.url.render_as_string(hide_password=False)

    def work(act: tuple[Callable[..., Any], dict[str, Any]]) -> str:
        own = Database(url, key_ring=database.key_ring)
        start.wait()
        try:
            own.run(act[0], origin=None, now=EVENING, **act[1])
        except CanteenError as error:
            return error.code
        finally:
            own.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(work, act) for act in acts]]


def _prove(database: Database) -> None:
    assert database.read(check_all, deep=True).breaches == []


def test_of_many_who_approve_at_once_one_books(database: Database, world: World) -> None:
    uid = ask_back(database, "C1-20261124-0001", EVENING)
    acts = [(decide, {"uid": uid, "is_approved": True, "by": f"staff:{n}"}) for n in range(6)]
    assert sorted(_at_once(database, *acts)) == ["correction_decided"] * 5 + ["done"]
    assert balance_of(database, world.elders["P02"]) == 5000
    _prove(database)


def test_of_many_who_ask_at_once_one_waits(database: Database, world: World) -> None:
    acts = [
        (ask_not_eaten, {"uid": event_id(str(n)), "meal": "C1-20261124-0001", "reason": "没吃",
                         "by": f"staff:{n}"})
        for n in range(5)
    ]  # fmt: skip
    assert sorted(_at_once(database, *acts)) == ["correction_waits"] * 4 + ["done"]
    assert len(database.read(list_waiting, areas=("",))) == 1


def test_an_approval_while_the_day_is_signed_is_on_that_sheet_or_the_next(
    database: Database, world: World
) -> None:
    uid = ask_back(database, "C1-20261124-0001", EVENING)
    settle(database, TODAY)
    done = _at_once(
        database,
        (sign_day, {"canteen": "C1", "day": TODAY, "remark": "没有联网", "by": "staff:w"}),
        (decide, {"uid": uid, "is_approved": True, "by": SECOND}),
    )
    assert done == ["done", "done"]
    (one,) = database.read(list_decided, areas=("",))
    signed = database.read(show_day, canteen="C1", day=TODAY, now=EVENING)
    on_today = signed.figures.get("corrections", {}).get("count", 0)
    assert (one.booked_on, on_today) in ((TODAY, 1), (TODAY + timedelta(days=1), 0))
    _prove(database)


def test_an_approval_while_the_day_is_opened_again_is_a_correction_or_a_void(
    database: Database, world: World
) -> None:
    uid = ask_back(database, "C1-20261124-0001", EVENING)
    done = _at_once(
        database,
        (reopen_day, {"canteen": "C1", "day": YESTERDAY, "reason": "漏了", "by": "staff:street"}),
        (decide, {"uid": uid, "is_approved": True, "by": SECOND}),
    )
    assert done in (["done", "done"], ["done", "void_instead"])
    # Opened again with a correction booked: the sheet of yesterday is signed anew as it was.
    settle(database, YESTERDAY, now=EVENING)
    sign(database, YESTERDAY, now=EVENING)
    _prove(database)


def test_a_correction_and_a_void_of_one_meal_are_never_both(
    database: Database, world: World
) -> None:
    database.run(
        add_fact, number="P05", kind="category", code="dibao", from_on=YESTERDAY, source=None,
        document=None, by=ASKER, origin=None, now=shanghai("13:00"),
    )  # fmt: skip
    judge_again(database, "P05", TODAY, EVENING)
    (one,) = database.read(list_waiting, areas=("",))
    voided = VoidAsked(event_id("void"), one.meal, "not_wanted")
    done = _at_once(
        database,
        (decide, {"uid": one.uid, "is_approved": True, "by": SECOND}),
        (void_meal, {"asked": voided, "may_void_any": True, "by": "staff:w"}),
    )
    assert done in (
        ["done", "meal_corrected"],
        ["meal_voided", "done"],
        ["correction_stale", "done"],
    )
    balance = balance_of(database, world.elders["P05"])
    assert balance == (4600 if done[0] == "done" else 5000)
    _prove(database)


def test_a_correction_while_its_claim_is_approved_leaves_the_claim_as_it_was_submitted(
    database: Database,
) -> None:
    database.run(make_claim)
    database.run(submit_claim)
    uid = ask_back(database, "C1-20261012-0002", EVENING)
    done = _at_once(
        database,
        (approve, {"number": NUMBER, "by": "staff:district"}),
        (decide, {"uid": uid, "is_approved": True, "by": SECOND}),
    )
    assert done == ["done", "done"]
    claim = database.read(get_claim, NUMBER)
    assert (claim.state, claim.corrections_fen, claim.total_fen) == ("approved", 0, 3 * 1900)
    (one,) = database.read(list_decided, areas=("",))
    assert (one.subsidy_fen, one.booked_on) == (-500, DAYS[-1] + timedelta(days=1))
    _prove(database)
