"""Claims from draft to approval, on both databases."""

import pytest

from canteen.db.run import Database
from canteen.rules.claim_totals import add_rows
from canteen.services.claim_view import list_claims, show_claim
from canteen.till.claim_rows import load_rows
from canteen.till.claims import get_claim
from tests.factories.claims import NOW, NUMBER, approve_claim, make_claim, submit_claim
from tests.factories.world import World


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_claim)


def test_a_signed_month_is_drawn_checked_submitted_and_approved(
    database: Database, world: World
) -> None:
    claim = database.read(get_claim, number=NUMBER)
    assert (claim.state, claim.meals, claim.persons, claim.lines) == ("draft", 12, 4, 12)
    assert claim.total_fen == claim.subsidy_fen == 3 * (300 + 500 + 800 + 300)
    rows = database.read(lambda session: list(load_rows(session, claim.id)))
    assert add_rows(rows).total_fen == claim.total_fen
    database.run(submit_claim)
    database.run(approve_claim)
    page = database.read(show_claim, number=NUMBER, now=NOW)
    assert page.head.state == "approved"
    assert database.read(list_claims, areas=("45",), now=NOW).open_fen == claim.total_fen
