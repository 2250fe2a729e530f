"""What is held out of claims, and claims of one funder alone, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.sites import Funder
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.services import claim_drafts
from canteen.services.claim_view import HeldOut, find_claim, show_claim
from tests.factories.claims import (
    DAYS,
    FINANCE,
    NOW,
    NUMBER,
    check_claim_books,
    claim_of,
    draw_claim,
    make_claim,
    refused,
    serve_month,
    submit_claim,
)
from tests.factories.schemes import RULE_SET_A
from tests.factories.sent_claims import make_funded_world
from tests.factories.world import World, bind_scheme

WHO: dict[str, Any] = {"by": FINANCE, "origin": None, "now": NOW}
TOTAL_FEN = 3 * (300 + 500 + 800 + 300)


def _held(database: Database) -> list[HeldOut]:
    return list(database.read(show_claim, number=NUMBER, now=NOW).holds)


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_claim)


def test_what_is_held_out_waits_until_it_is_lifted_and_is_offered_to_the_next_claim(
    database: Database, world: World
) -> None:
    def hold(item: str) -> None:
        database.run(claim_drafts.hold, number=NUMBER, items=[item], reason="等低保证", **WHO)

    refused(NotFound, "claim_item_unknown", lambda: hold("meal:999"))
    # a share of a meal is no row: held alone it would be claimed all the same
    for no_row in ("meal:x", "meal:²", f"meal:{10**30}", "share:1:70:gov"):
        refused(NotFound, "claim_item_unknown", lambda item=no_row: hold(item))  # type: ignore[misc]
    hold("meal:1")
    database.run(submit_claim)
    assert claim_of(database).total_fen == TOTAL_FEN - 300
    refused(Conflict, "claim_nothing", lambda: database.run(draw_claim))

    def lift() -> None:
        database.run(claim_drafts.lift, canteen="C1", item="meal:1", reason="证补齐", **WHO)

    november = database.run(draw_claim, period="2026-11")
    assert november.lines == 0
    lift()
    refused(NotFound, "claim_item_unheld", lift)
    # in the words that people have for a meal, not in the row's key
    receipt = f"C1-{DAYS[0]:%Y%m%d}-0001"
    assert claim_of(database, november.number).stale_reason == f"lifted:{receipt}"
    assert database.run(draw_claim, period="2026-11").total_fen == 300
    refused(Conflict, "claim_nothing", lambda: database.run(draw_claim))
    database.run(claim_drafts.discard, number=november.number, reason="单独补报", **WHO)
    supplement = database.run(draw_claim)
    assert (supplement.number, supplement.total_fen) == (f"{NUMBER}-S1", 300)


def test_rows_held_out_together_are_held_all_or_none_and_the_draft_is_drawn_once(
    database: Database, world: World
) -> None:
    def hold(*items: str) -> None:
        database.run(claim_drafts.hold, number=NUMBER, items=items, reason="等名单", **WHO)

    refused(NotFound, "claim_item_unknown", lambda: hold("meal:1", "meal:999"))
    assert claim_of(database).total_fen == TOTAL_FEN
    hold("meal:1", "meal:2", "meal:3")
    assert (claim_of(database).meals, len(_held(database))) == (9, 3)
    hold()
    assert len(_held(database)) == 3


def test_a_period_to_come_is_not_drawn_and_the_running_one_is(
    database: Database, world: World
) -> None:
    assert database.run(draw_claim, period="2026-11").lines == 0
    for ahead in ("2026-12", "2027-Q1"):
        refused(
            Refused, "claim_ahead", lambda period=ahead: database.run(draw_claim, period=period)
        )  # type: ignore[misc]


def test_one_funder_may_be_asked_alone_and_the_rest_is_left(
    database: Database, world: World
) -> None:
    refused(NotFound, "funder_unknown", lambda: database.run(draw_claim, payer="village"))
    database.run(claim_drafts.discard, number=NUMBER, reason="按出资方报", **WHO)
    for payer in ("gov", "政府", "qinnan"):
        assert database.run(draw_claim, payer=payer).number == f"{NUMBER}-qinnan"
    assert database.read(find_claim, canteen="C1", period="2026-10", payer="gov").total_fen == (
        TOTAL_FEN
    )


def test_a_payers_word_is_found_that_only_an_earlier_scheme_of_the_period_knew(
    database: Database, world: World
) -> None:
    def bind(session: Session) -> None:
        (funder_id,) = session.scalars(select(Funder.id).where(Funder.code == "qinnan"))
        later = RULE_SET_A.replace("rule-set-a", "later").replace("政府", "财政")
        later = later.replace("payer.gov", "payer.purse").replace(
            'payer = "gov"', 'payer = "purse"'
        )
        bind_scheme(session, later, "450702", {"purse": funder_id}, from_on=DAYS[-1])

    database.run(bind)
    database.run(claim_drafts.discard, number=NUMBER, reason="按出资方报", **WHO)
    for payer in ("gov", "政府", "purse", "财政"):
        assert database.run(draw_claim, payer=payer).number == f"{NUMBER}-qinnan"
    refused(
        NotFound, "funder_unknown", lambda: database.run(draw_claim, period="2026-11", payer="gov")
    )


def test_what_one_funders_draft_holds_out_no_other_claims(database: Database) -> None:
    served = database.run(make_funded_world)
    database.run(serve_month, served)
    of_district, of_fund = (
        database.run(draw_claim, payer=payer).number for payer in ("district", "love")
    )

    def hold(number: str) -> None:
        database.run(claim_drafts.hold, number=number, items=["meal:1"], reason="等", **WHO)

    hold(of_district)
    assert claim_of(database, of_fund).stale_reason == f"held:C1-{DAYS[0]:%Y%m%d}-0001"
    refused(Conflict, "claim_item_held", lambda: hold(of_fund))
    database.run(submit_claim, of_fund)
    assert claim_of(database, of_fund).lines == 11
    check_claim_books(database)
