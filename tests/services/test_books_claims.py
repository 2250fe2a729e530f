"""`canteen check` of claims: clean ones are called clean, each kind of damage is found and named."""

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.breaches import Breach
from canteen.services import claim_steps
from canteen.services.books_claims import RULES, check_claims, recount_claims
from canteen.services.claim_steps import CutAsked
from tests.factories.claims import (
    FINANCE,
    NOW,
    NUMBER,
    SECOND,
    draw_claim,
    make_month,
    submit_claim,
)
from tests.factories.damage import look_at_damage
from tests.factories.schemes import BESIDE, RULE_SET_A

_FIRST_OF = "(SELECT min(id) FROM claim_lines WHERE kind = '{kind}' AND released_at IS NULL)"
SHARE, SERVICE = _FIRST_OF.format(kind="share"), _FIRST_OF.format(kind="service")
DAMAGE = {
    "claim_line_is_not_its_share": f"UPDATE claim_lines SET fen = 7 WHERE id = {SHARE}",
    "claim_line_is_not_its_correction": f"UPDATE claim_lines SET kind = 'correction' WHERE id = {SHARE}",
    "claim_line_is_not_its_service": f"UPDATE claim_lines SET source = 'service:9' WHERE id = {SERVICE}",
    "service_taken_back_alone": f"UPDATE claim_lines SET source = 'service_change:9:each:gov'"
    f" WHERE id = {SERVICE}",
    "claim_is_not_its_lines": "UPDATE claims SET meals = meals + 1",
    "claimed_twice": "UPDATE claim_lines SET source = 'share:1:70:gov' WHERE kind = 'share'",
    "line_alive_in_an_ended_claim": "UPDATE claim_lines SET released_at = NULL",
    "held_out_and_claimed": "INSERT INTO claim_holds (canteen_id, item, claim_id, reason, held_at,"
    " held_by) VALUES (1, 'meal:2', 1, 'x', '2026-01-01T00:00:00.000000Z', 'x')",
    "claimed_day_is_not_signed": "UPDATE canteen_days SET signed_at = NULL, signed_by = NULL",
    "approved_by_who_submitted": "UPDATE claims SET approved_by = submitted_by",
    "cut_is_not_of_its_line": "UPDATE claim_cuts SET fen = 99999",
    "claim_is_not_its_entry": "UPDATE journal_entries SET cause = 'x' WHERE kind = 'claim'",
    "cut_is_not_its_entry": "UPDATE claim_cuts SET fen = fen - 1",
    "claim_that_came_back_is_booked": "UPDATE journal_entries SET reverses_id = NULL"
    " WHERE kind = 'claim_back'",
}
#: PostgreSQL keeps its CHECKs also from who may do everything
ONLY_ON_SQLITE = {"approved_by_who_submitted"}


def _find(session: Session) -> list[Breach]:
    return check_claims(session)[0]


def _recount(session: Session) -> list[Breach]:
    return recount_claims(session)[0]


@pytest.fixture
def sent(database: Database) -> None:
    """A claim that was returned, and its second version approved in part."""
    database.run(make_month, scheme=RULE_SET_A + BESIDE)
    database.run(draw_claim)
    database.run(submit_claim)
    database.run(
        claim_steps.return_claim, number=NUMBER, reason="缺签字", remarks={}, by=FINANCE,
        origin=None, now=NOW,
    )  # fmt: skip
    database.run(submit_claim)
    database.run(
        claim_steps.approve, number=NUMBER, cuts=[CutAsked("share:1:70:gov", 100, "外区已补")],
        by=SECOND, origin=None, now=NOW,
    )  # fmt: skip


def test_each_kind_of_damage_to_claims_is_found_and_named(database: Database, sent: None) -> None:
    assert database.read(check_claims) == ([], 2)
    assert database.read(recount_claims) == ([], 2)
    possible = DAMAGE.keys() - (ONLY_ON_SQLITE if database.dialect == "postgresql" else set())
    missed = {
        code: found
        for code in possible
        if code not in (found := look_at_damage(database, DAMAGE[code], _find))
    }
    assert missed == {}
    assert set(RULES) == set(DAMAGE)
    chain = "UPDATE claims SET previous_sha256 = '' WHERE version = 2"
    assert "claim_chain_broken" in look_at_damage(database, chain, _find)
    lost = "UPDATE claims SET previous_sha256 = 'x' WHERE version = 2"
    assert "claim_chain_broken" in look_at_damage(database, lost, _find)


def test_a_submitted_claim_is_added_up_and_hashed_again(database: Database, sent: None) -> None:
    for code, statement in (
        ("claim_changed", "UPDATE claims SET note = 'x'"),
        ("claim_changed", "UPDATE meals SET receipt = 'C1-20261012-0099' WHERE id = 1"),
        ("claim_rows_add_up_otherwise", "UPDATE claim_lines SET fen = fen + 1"),
    ):
        assert code in look_at_damage(database, statement, _recount)
