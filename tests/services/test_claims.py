"""Claims from draft to approval and back, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claim_money import ClaimPayment
from canteen.models.claims import Claim
from canteen.rules.claim_totals import add_rows
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.services import claim_drafts, claim_steps
from canteen.services.claim_steps import CutAsked
from canteen.services.claim_view import Undrawn, find_claim, list_claims, show_claim
from canteen.services.day_signing import reopen_day
from canteen.services.elder_facts import record_departure
from canteen.till.claim_rows import load_rows
from tests.factories.claims import (
    DAYS,
    FINANCE,
    NOW,
    NUMBER,
    SECOND,
    approve_claim,
    check_claim_books,
    claim_of,
    draw_claim,
    eat,
    make_claim,
    refused,
    sign,
    submit_claim,
)
from tests.factories.world import World

WHO: dict[str, Any] = {"by": FINANCE, "origin": None, "now": NOW}
TOTAL_FEN = 3 * (300 + 500 + 800 + 300)
#: the first tap of the month: P08, 70 years old
FIRST = "share:1:70:gov"


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_claim)


def _receivable_fen(session: Session, *kinds: str) -> int:
    fen: int = session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(Account.kind == "receivable", JournalEntry.kind.in_(kinds) if kinds else True)
    ).scalar_one()
    return int(fen)


def test_a_signed_month_is_drawn_checked_submitted_and_approved(
    database: Database, world: World
) -> None:
    claim = claim_of(database)
    assert (claim.state, claim.meals, claim.persons, claim.lines) == ("draft", 12, 4, 12)
    assert claim.total_fen == claim.subsidy_fen == TOTAL_FEN
    assert claim.price_fen == claim.elder_fen + claim.discount_fen + claim.subsidy_fen
    rows = database.read(lambda session: list(load_rows(session, claim.id)))
    assert add_rows(rows).total_fen == TOTAL_FEN == -database.read(_receivable_fen)
    assert [row.n for row in rows] == list(range(1, 13))
    first = rows[0]
    assert (first.elder, first.name, first.age, first.category) == ("P08", "莫有福", 70, "plain")
    assert (first.proof, first.shares, first.scheme is None) == ("card", {"政府": 300}, False)
    sha256 = database.run(submit_claim)
    database.run(approve_claim)
    page = database.read(show_claim, number=NUMBER, now=NOW)
    assert (page.head.state, page.head.sha256, page.stopping) == ("approved", sha256, [])
    assert [step.action for step in page.history][:2] == ["claim.approve", "claim.submit"]
    listed = database.read(list_claims, areas=("45",), now=NOW)
    assert (listed.open_fen, listed.claims[0].next_step) == (TOTAL_FEN, "pay")
    for elsewhere in (("4503",), ()):
        assert database.read(list_claims, areas=elsewhere, now=NOW).claims == []
    check_claim_books(database)


def test_only_a_checked_claim_is_submitted_and_never_twice(
    database: Database, world: World
) -> None:
    def submit() -> str:
        return database.run(claim_steps.submit, number=NUMBER, **WHO)

    refused(Conflict, "state_step", submit)
    database.run(submit_claim)
    refused(Conflict, "claim_submitted", submit)
    refused(NotFound, "claim_unknown", lambda: claim_of(database, "C9-2026-10"))
    refused(Conflict, "state_step", lambda: database.run(
        claim_drafts.discard, number=NUMBER, reason="重来", **WHO
    ))  # fmt: skip


def test_who_submitted_does_not_approve_and_nobody_approves_twice(
    database: Database, world: World
) -> None:
    database.run(submit_claim)
    refused(Refused, "claim_four_eyes", lambda: database.run(
        claim_steps.approve, number=NUMBER, **WHO
    ))  # fmt: skip
    database.run(approve_claim)
    refused(Conflict, "claim_approved", lambda: database.run(approve_claim))


def test_an_approval_in_part_cuts_lines_and_the_canteen_bears_them(
    database: Database, world: World
) -> None:
    database.run(submit_claim)

    def approve(*cuts: CutAsked) -> None:
        database.run(claim_steps.approve, number=NUMBER, cuts=cuts, **{**WHO, "by": SECOND})

    for wrong in (CutAsked(FIRST, 301, "多"), CutAsked(FIRST, 0, "无"), CutAsked(FIRST, -1, "负")):
        refused(Invalid, "claim_cut", lambda wrong=wrong: approve(wrong))  # type: ignore[misc]
    twice = CutAsked(FIRST, 100, "重复")
    refused(Invalid, "claim_cut", lambda: approve(twice, twice))
    refused(Invalid, "claim_words", lambda: approve(CutAsked(FIRST, 100, " ")))
    refused(NotFound, "claim_line_unknown", lambda: approve(CutAsked("share:1:90:gov", 1, "没有")))
    approve(CutAsked(FIRST, 100, "外区已补"))
    head = database.read(show_claim, number=NUMBER, now=NOW).head
    assert (head.total_fen, head.cut_fen, head.owed[0].open_fen) == (
        TOTAL_FEN,
        100,
        TOTAL_FEN - 100,
    )
    assert database.read(_receivable_fen) == 100 - TOTAL_FEN
    check_claim_books(database)


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_returned_claim_is_drawn_again_and_carries_what_was_said_of_its_lines(
    database: Database, world: World, is_approved: bool
) -> None:
    sha256 = database.run(submit_claim)
    if is_approved:
        cut = [CutAsked(FIRST, 100, "外区已补")]
        database.run(claim_steps.approve, number=NUMBER, cuts=cut, **{**WHO, "by": SECOND})
    database.run(
        claim_steps.return_claim, number=NUMBER, reason="缺签字",
        remarks={FIRST: "请核实这一餐"}, **WHO,
    )  # fmt: skip
    again = claim_of(database)
    assert (again.version, again.state, again.total_fen) == (2, "draft", TOTAL_FEN)
    page = database.read(show_claim, number=NUMBER, now=NOW)
    assert [(note.version, note.source, note.text) for note in page.notes] == [
        (1, None, "缺签字"), (1, FIRST, "请核实这一餐"),
    ]  # fmt: skip
    assert page.versions == [(1, "returned"), (2, "draft")]
    assert database.read(_receivable_fen) == -TOTAL_FEN
    database.run(submit_claim)
    assert claim_of(database).previous_sha256 == sha256
    assert database.read(show_claim, number=NUMBER, version=1, now=NOW).head.sha256 == sha256
    check_claim_books(database)


def test_a_withdrawn_claim_is_drawn_again_an_approved_one_only_returned(
    database: Database, world: World
) -> None:
    def withdraw() -> None:
        database.run(claim_steps.withdraw, number=NUMBER, reason="漏了送餐", **WHO)

    database.run(submit_claim)
    withdraw()
    assert claim_of(database, version=1).state == "withdrawn"
    assert database.read(find_claim, canteen="C1", period="2026-10").version == 2
    database.run(submit_claim)
    database.run(approve_claim)
    refused(Conflict, "state_step", withdraw)
    database.run(_pay, claim_of(database))
    refused(Conflict, "claim_has_payments", lambda: database.run(
        claim_steps.return_claim, number=NUMBER, reason="退", remarks={}, **WHO
    ))  # fmt: skip


def _pay(session: Session, claim: Claim) -> None:
    """A payment that is only a row: what is tried is whether a claim with one comes back."""
    entry = session.scalars(select(JournalEntry.id).limit(1)).one()
    session.add(
        ClaimPayment(
            uid="p1", claim_id=claim.id, funder_id=1, fen=1, source="bank", arrived_on=DAYS[0],
            reference="1", journal_entry_id=entry, recorded_at=NOW, recorded_by=FINANCE,
        )
    )  # fmt: skip


def test_a_draft_thrown_away_frees_its_lines_and_the_next_is_its_second_version(
    database: Database, world: World
) -> None:
    refused(Invalid, "claim_words", lambda: database.run(
        claim_drafts.discard, number=NUMBER, reason="", **WHO
    ))  # fmt: skip
    database.run(claim_drafts.discard, number=NUMBER, reason="重来", **WHO)
    assert database.read(list_claims, areas=("",), now=NOW).undrawn == [
        Undrawn("C1", "城南食堂", "2026-10")
    ]
    drawn = database.run(draw_claim)
    assert (drawn.number, drawn.version, drawn.total_fen) == (NUMBER, 2, TOTAL_FEN)
    assert database.read(list_claims, areas=("",), now=NOW).undrawn == []
    # a day before the service began, on which nobody ate, is no claim that somebody forgot
    database.run(sign, date(2026, 9, 30), now=NOW)
    assert database.read(list_claims, areas=("",), now=NOW).undrawn == []


def test_a_claim_of_one_funder_is_compared_with_what_all_together_were_asked_before(
    database: Database, world: World
) -> None:
    december = NOW + timedelta(30)
    later = database.run(draw_claim, period="2026-11", payer="qinnan", now=december)
    page = database.read(show_claim, number=later.number, now=december)
    assert page.before_fen == {"qinnan": TOTAL_FEN}


def test_a_day_in_a_submitted_claim_stays_signed_and_a_draft_is_drawn_anew(
    database: Database, world: World
) -> None:
    def reopen() -> None:
        database.run(reopen_day, canteen="C1", day=DAYS[2], reason="漏记", **WHO)

    reopen()
    stale = claim_of(database)
    assert (stale.stale_reason, stale.total_fen) == (f"reopened:{DAYS[2]}", TOTAL_FEN)
    checked = database.run(claim_steps.check, number=NUMBER, **WHO)
    assert [one.code for one in checked.stopping] == ["unsigned_days"]
    assert claim_of(database).total_fen == TOTAL_FEN // 3 * 2
    database.run(eat, world, "P04", DAYS[2], "12:10")
    database.run(sign, DAYS[2])
    assert claim_of(database).stale_reason == f"signed:{DAYS[2]}"
    database.run(submit_claim)
    assert claim_of(database).total_fen == TOTAL_FEN + 500
    refused(Conflict, "day_claimed", reopen)


def test_what_changes_between_check_and_submission_stops_it(
    database: Database, world: World
) -> None:
    database.run(claim_steps.check, number=NUMBER, **WHO)
    database.run(reopen_day, canteen="C1", day=DAYS[2], reason="漏记", **WHO)
    refused(Conflict, "claim_stale", lambda: database.run(
        claim_steps.submit, number=NUMBER, **WHO
    ))  # fmt: skip
    database.run(sign, DAYS[2], now=NOW)
    database.run(claim_steps.check, number=NUMBER, **WHO)
    database.run(
        record_departure, number="P02", status="deceased", from_on=DAYS[1], source=None,
        document=None, **WHO,
    )  # fmt: skip
    refused(Refused, "claim_checks", lambda: database.run(
        claim_steps.submit, number=NUMBER, **WHO
    ))  # fmt: skip
    database.run(submit_claim)
    assert (
        claim_of(database).total_fen == TOTAL_FEN - 500
    )  # of the day after; on the day itself he may have eaten


def test_an_empty_claim_is_not_submitted(database: Database, world: World) -> None:
    drawn = database.run(draw_claim, period="2026-09")
    database.run(claim_steps.check, number=drawn.number, **WHO)
    refused(Refused, "claim_empty", lambda: database.run(
        claim_steps.submit, number=drawn.number, **WHO
    ))  # fmt: skip


def test_the_database_itself_keeps_a_submitted_claim_and_lets_no_share_in_two(
    database: Database, world: World
) -> None:
    claim = claim_of(database)
    double = (
        "INSERT INTO claim_lines (claim_id, n, kind, source, rule, payer, payer_name, funder_id,"
        " served_on, booked_on, fen) SELECT claim_id, n + 100, kind, source, rule, payer,"
        " payer_name, funder_id, served_on, booked_on, fen FROM claim_lines"
    )
    with pytest.raises(DBAPIError):
        database.run(lambda session: session.execute(text(double)))
    database.run(submit_claim)
    for statement in (
        f"UPDATE claims SET total_fen = 1, subsidy_fen = 1 WHERE id = {claim.id}",
        f"UPDATE claim_lines SET fen = 1 WHERE claim_id = {claim.id}",
        f"DELETE FROM claim_lines WHERE claim_id = {claim.id}",
        f"DELETE FROM claims WHERE id = {claim.id}",
    ):
        with pytest.raises(DBAPIError):
            database.run(lambda session, said=statement: session.execute(text(said)))
    assert claim_of(database).total_fen == TOTAL_FEN


def test_remarks_of_a_claim_stay(database: Database, world: World) -> None:
    database.run(claim_drafts.remark, number=NUMBER, source=FIRST, text="已核实", **WHO)
    refused(NotFound, "claim_line_unknown", lambda: database.run(
        claim_drafts.remark, number=NUMBER, source="share:1:90:gov", text="没有", **WHO
    ))  # fmt: skip
    notes = database.read(show_claim, number=NUMBER, now=NOW).notes
    assert [(note.kind, note.source, note.text) for note in notes] == [("remark", FIRST, "已核实")]
