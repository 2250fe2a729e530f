"""Claims when several people press at once: one truth, and the others are told who was first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import JournalEntry
from canteen.models.claims import Claim
from canteen.models.meals import Meal
from canteen.rules.errors import CanteenError
from canteen.services import claim_steps
from canteen.services.day_signing import reopen_day
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
    make_claim,
    make_month,
    sign,
    submit_claim,
)
from tests.factories.corrections import approve, ask_back
from tests.factories.world import World

WHO: dict[str, Any] = {"origin": None, "now": NOW}
Act = Callable[[], object]


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_claim)


def _together(*acts: Act) -> list[str]:
    """What came of acts that began at once: "done", or the code of what stopped it."""

    def tried(act: Act) -> str:
        try:
            act()
        except CanteenError as stopped:
            return stopped.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(tried, acts))


def _step(database: Database, step: Callable[..., object], by: str, **given: Any) -> Act:
    return lambda: database.run(step, number=NUMBER, by=by, **given, **WHO)


def _reopen(database: Database) -> None:
    database.run(reopen_day, canteen="C1", day=DAYS[2], reason="漏记", by=SECOND, **WHO)


def test_one_draft_is_made_however_many_draw_it(database: Database) -> None:
    database.run(make_month)
    told = _together(*[lambda: database.run(draw_claim)] * 4)
    drawn = database.read(lambda s: s.execute(select(Claim.version, Claim.lines)).all())
    assert (told, [tuple(row) for row in drawn]) == (["done"] * 4, [(1, 12)])


def test_of_two_who_submit_one_does_and_the_other_is_told(database: Database, world: World) -> None:
    database.run(claim_steps.check, number=NUMBER, by=FINANCE, **WHO)
    people = (FINANCE, SECOND, FINANCE, SECOND)
    told = _together(*(_step(database, claim_steps.submit, by) for by in people))
    assert sorted(told) == ["claim_submitted"] * 3 + ["done"]
    assert claim_of(database).submitted_by == people[told.index("done")]
    booked = select(func.count()).where(JournalEntry.kind == "claim")
    assert database.read(lambda s: s.execute(booked).scalar_one()) == 1
    check_claim_books(database)


def test_of_approval_return_and_withdrawal_one_thing_happens(
    database: Database, world: World
) -> None:
    database.run(submit_claim)
    told = _together(
        _step(database, claim_steps.approve, SECOND),
        _step(database, claim_steps.withdraw, FINANCE, reason="漏了"),
    )
    assert sorted(told) == ["done", "state_step"]
    versions = database.read(lambda s: s.scalars(select(Claim.state).order_by(Claim.id)).all())
    assert versions in (["approved"], ["withdrawn", "draft"])
    check_claim_books(database)


def test_a_day_signed_while_the_draft_is_drawn_is_in_it_or_makes_it_stale(
    database: Database, world: World
) -> None:
    for _ in range(3):
        _reopen(database)
        told = _together(
            lambda: database.run(draw_claim), lambda: database.run(sign, DAYS[2], now=NOW)
        )
        claim = claim_of(database)
        assert told == ["done", "done"]
        assert (claim.lines, claim.stale_reason) in {(12, None), (8, f"signed:{DAYS[2]}")}
    database.run(submit_claim)
    assert claim_of(database).lines == 12


def test_a_day_is_opened_again_or_its_claim_submitted_never_both(
    database: Database, world: World
) -> None:
    database.run(claim_steps.check, number=NUMBER, by=FINANCE, **WHO)
    told = _together(_step(database, claim_steps.submit, FINANCE), lambda: _reopen(database))
    assert told in (["done", "day_claimed"], ["claim_stale", "done"])
    assert claim_of(database).state == ("submitted" if told[0] == "done" else "checked")


def test_a_correction_approved_while_the_claim_is_goes_into_the_next(
    database: Database, world: World
) -> None:
    database.run(submit_claim)
    uid = ask_back(database, database.read(_first_receipt), NOW)
    told = _together(lambda: database.run(approve_claim), lambda: approve(database, uid, NOW))
    assert told == ["done", "done"]
    assert claim_of(database).total_fen == 5700
    database.run(sign, DAYS[-1] + timedelta(days=1), now=NOW)
    assert database.run(draw_claim).total_fen == -300
    check_claim_books(database)


def _first_receipt(session: Session) -> str:
    return session.scalars(select(Meal.receipt).order_by(Meal.id).limit(1)).one()
