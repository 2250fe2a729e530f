"""What cannot be done at a counter is refused by its code, and no money moves."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import LedgerEntry
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services.cards import assign_unknown_card, keep_lost_card
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.counter_sales import SaleAsked, put_sale
from canteen.services.swipes import record_swipe
from canteen.services.top_ups import TopUpAsked, TopUpVoidAsked, take_top_up, void_top_up
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.cards import issue_card
from tests.factories.world import World, event_id, make_swipe, make_world, shanghai

NOON = shanghai("12:00")
BY: dict[str, Any] = {"by": "staff:li", "now": NOON}
FROM: dict[str, Any] = BY | {"origin": None}
UNKNOWN_CARD = "em4100:0AFFFFFFFF"


@pytest.fixture
def world(database: Database) -> World:
    """The base world; swipe "ate" was served and swipe "who" was of an unknown card at C1-1."""
    world = database.run(make_world)
    for name, card in (
        ("ate", world.cards["P01"]),
        ("who", UNKNOWN_CARD),
        ("cut", "partial:24:4D86B0"),
    ):
        asked = make_swipe(world, "P01", "11:59:00", name, card=card)
        database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    return world


def _meal(**given: Any) -> dict[str, Any]:
    return {"counter": "C1-1", "asked": MealAsked(event_id("new"), **given)} | BY


def _sale(**given: Any) -> dict[str, Any]:
    return {"counter": "C1-1", "asked": SaleAsked(event_id("new"), **given)} | BY


def _card(swipe: str, counter: str = "C1-1", elder: str = "P02") -> dict[str, Any]:
    return {
        "id": event_id("new"),
        "counter": counter,
        "swipe": event_id(swipe),
        "elder": elder,
    } | FROM


def _keep(swipe: str) -> dict[str, Any]:
    given = _card(swipe)
    del given["elder"]
    return given


#: (use case, its arguments with the counter's code, kind of error, code)
REFUSED: list[tuple[Callable[..., Any], dict[str, Any], type[CanteenError], str]] = [
    (serve_meal, _meal(elder="P02", reason="no_card", pay="external"), Invalid, "reference"),
    (serve_meal, _meal(swipe=event_id("none")), NotFound, "swipe_unknown"),
    (serve_meal, _meal(swipe=event_id("ate")), Conflict, "swipe_not_answerable"),
    (serve_meal, _meal(guest=True, pay="cash", kind="dishes", dishes=("pheasant",)), Invalid, "not_sold"),
    (serve_meal, _meal(guest=True, pay="cash", kind="dishes"), Invalid, "not_sold"),
    (serve_meal, _meal(guest=True, pay="cash", kind="amount"), Invalid, "amount_fen"),
    (serve_meal, _meal(guest=True, pay="cash", kind="amount", amount_fen=100_001), Invalid, "amount_fen"),
    (put_sale, _sale(kind="amount", amount_fen=900, pay="external"), Invalid, "reference"),
    (put_sale, _sale(kind="set", set_meal="banquet"), Invalid, "not_sold"),
    (put_sale, _sale(kind="dishes"), Invalid, "not_sold"),
    (assign_unknown_card, _card("none"), NotFound, "swipe_unknown"),
    (assign_unknown_card, _card("who", counter="C2-1"), NotFound, "swipe_unknown"),
    (assign_unknown_card, _card("ate"), Conflict, "swipe_other"),
    (assign_unknown_card, _card("cut"), Invalid, "card_partial"),
    (keep_lost_card, _keep("who"), Conflict, "swipe_other"),
    (issue_card, {"elder": "P02", "uid": "em4100:0000000000"} | FROM, Invalid, "card_unusable"),
]  # fmt: skip


def _count_entries(session: Session) -> int:
    return session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one()


def test_each_is_refused_by_its_code_and_moves_no_money(database: Database, world: World):
    before = database.read(_count_entries)

    for use_case, given, kind, code in REFUSED:
        arguments = dict(given)
        if "counter" in arguments:
            arguments["counter_id"] = world.counters[arguments.pop("counter")]
        with pytest.raises(kind) as refused:
            database.run(use_case, **arguments)
        assert refused.value.code == code, (use_case, given)

    assert database.read(_count_entries) == before


def test_a_top_up_from_outside_needs_its_reference(database: Database, world: World):
    asked = TopUpAsked(
        event_id("new"),
        counter_id=world.counters["C1-1"],
        elder="P02",
        amount_fen=5000,
        pay="external",
    )

    with pytest.raises(Invalid) as refused:
        database.run(take_top_up, asked=asked, **FROM)

    assert refused.value.code == "reference"


@pytest.mark.usefixtures("world")
def test_what_was_never_booked_cannot_be_taken_back(database: Database):
    with pytest.raises(NotFound) as of_top_up:
        database.run(
            void_top_up,
            may_void_any=False,
            asked=TopUpVoidAsked(event_id("v"), event_id("none"), "other"),
            **FROM,
        )
    with pytest.raises(NotFound) as of_meal:
        database.run(
            void_meal,
            asked=VoidAsked(event_id("v"), event_id("none"), "other"),
            may_void_any=True,
            **FROM,
        )

    assert of_top_up.value.code == "top_up_unknown"
    assert of_meal.value.code == "meal_unknown"
