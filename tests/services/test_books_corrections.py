"""`canteen check` of corrections: clean ones are called clean, each kind of damage is found and named."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.breaches import Breach
from canteen.services.books_corrections import RULES, check_corrections
from canteen.services.books_days import recount_days
from tests.factories.corrections import approve, ask_back, eat
from tests.factories.damage import look_at_damage
from tests.factories.days import settle, sign, sign_before
from tests.factories.world import TODAY, make_world, shanghai

DAMAGE = {
    "correction_is_not_its_shares": "UPDATE correction_shares SET fen = fen - 1",
    "correction_booked_unapproved": "UPDATE corrections SET is_approved = false",
    "correction_of_a_void": "UPDATE corrections SET booked_on = '2026-11-20'",
    "more_taken_back_than_given": "UPDATE correction_shares SET fen = fen - 1",
    "meal_taken_back_twice": "UPDATE corrections SET price_fen = price_fen - 1,"
    " elder_fen = elder_fen - 1, purse_fen = purse_fen + 1",
    "correction_is_not_its_entry": "UPDATE corrections SET delivery_fee_fen = 1",
    "corrected_funder_owes_another_sum": "UPDATE correction_shares SET fen = fen + 1",
    "entry_of_no_correction": "UPDATE corrections SET journal_entry_id = NULL, booked_on = NULL,"
    " receipt = NULL",
}


def _find(session: Session) -> list[Breach]:
    return check_corrections(session)[0]


@pytest.fixture
def corrected(database: Database) -> None:
    """A lunch of yesterday taken back today, and today signed."""
    world = database.run(make_world)
    yesterday = TODAY - timedelta(days=1)
    sign_before(database, yesterday)
    receipt = eat(database, world, "P02", yesterday)
    settle(database, yesterday)
    sign(database, yesterday)
    approve(database, ask_back(database, receipt, shanghai("09:00")), shanghai("09:30"))
    settle(database, TODAY)
    sign(database, TODAY)


def test_each_kind_of_damage_to_corrections_is_found_and_named(
    database: Database, corrected: None
) -> None:
    assert database.read(check_corrections) == ([], 1)
    missed = {
        code: found
        for code, statement in DAMAGE.items()
        if code not in (found := look_at_damage(database, statement, _find))
    }
    assert missed == {}
    assert set(RULES) == set(DAMAGE)


def test_a_correction_that_its_signed_day_does_not_count_is_found(
    database: Database, corrected: None
) -> None:
    moved = "UPDATE corrections SET booked_on = '2026-11-24'"
    found = look_at_damage(database, moved, lambda session: recount_days(session)[0])
    assert {"signed_line_missing", "line_added_after_signing", "sheet_is_not_the_ledger"} <= found
