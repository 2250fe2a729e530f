"""Whatever is eaten, voided, corrected, held, drawn, sent and sent back in whatever order: each share is in
at most one living claim, every total is its lines, and in the end all of it was asked for once."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.meals import Meal
from canteen.models.sites import Funder
from canteen.rules.claim_totals import add_rows
from canteen.rules.errors import CanteenError, Refused
from canteen.services import books, claim_drafts, claim_steps
from canteen.services.books_claims import check_claims, recount_claims
from canteen.services.books_corrections import check_corrections
from canteen.services.books_funders import check_funders
from canteen.services.claim_steps import CutAsked
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.claim_rows import load_rows
from canteen.till.claims import OPEN, SENT
from canteen.till.day_state import get_canteen_by_code, list_unsigned
from tests.factories.claims import draw_claim, eat, sign, submit_claim
from tests.factories.corrections import approve, ask_back
from tests.factories.sent_claims import TWO_PAYERS, make_funded_world
from tests.factories.world import World, bind_scheme, close_day, event_id, shanghai
from tests.services.test_random_histories import SEEDS

#: the last days of a month and the first of the next; all others are closed
DAYS = [date(2026, 10, 29) + timedelta(number) for number in range(5)]
PERIODS, PAYERS = ("2026-10", "2026-11"), (None, None, "district", "love")
EATERS = ("P01", "P02", "P03", "P04", "P05", "P08")
BESIDE = """
[[service]]
id = "each"
payer = "fund"
per = "subsidised_meal"
amount_fen = 30
to_whom = "operator"
[[grant]]
id = "tier"
payer = "district"
per = "month"
basis = "average_elder_meals_per_open_day"
tiers = [ { min = 2, amount_fen = 700 }, { min = 4, amount_fen = 900 } ]
"""
FINANCE, SECOND = {"by": "staff:finance", "origin": None}, {"by": "staff:boss", "origin": None}
ACTS = 50


def _make_world(session: Session) -> World:
    world = make_funded_world(session)
    funders = {row.code: row.id for row in session.execute(select(Funder.code, Funder.id))}
    bind_scheme(
        session,
        TWO_PAYERS.replace("two-payers", "and-beside") + BESIDE,
        payers={"district": funders["qinnan"], "fund": funders["love"]},
        canteen_id=world.canteens["C1"],
    )
    for offset in range(28):
        close_day(session, world.canteens["C1"], DAYS[-1] + timedelta(offset + 1))
    sign(session, date(2020, 1, 1), now=shanghai("08:00", DAYS[0]))
    return world


class _Office:
    """One random act after another at the counter, the secretary's and finance's desks."""

    def __init__(self, database: Database, world: World, seed: int) -> None:
        self.database, self.world, self.chance = database, world, random.Random(seed)
        self.days = list(DAYS)
        self.minute = 0

    @property
    def now(self) -> Any:
        return shanghai("20:00", self.days[0] if self.days else DAYS[-1] + timedelta(7))

    def act(self) -> None:
        acts: list[Callable[[], object]] = [*[self.tap] * 7, self.void, self.end_day, self.end_day]
        acts += [self.correct, self.correct, *[self.draw] * 3, self.send, self.send, self.approve]
        acts += [self.come_back, self.discard, self.hold, self.hold, self.lift]
        with suppress(CanteenError):  # refused: nothing may have changed, and the check proves it
            self.chance.choice(acts)()

    def tap(self) -> None:
        if self.days:
            self.minute += 1
            clock = f"{11 + self.minute // 60}:{self.minute % 60:02d}"
            elder = self.chance.choice(EATERS)
            self.database.run(eat, self.world, elder, self.days[0], clock)

    def void(self) -> None:
        meal = self.one(select(Meal.uid).where(Meal.voided_at.is_(None)))
        if meal:
            asked = VoidAsked(event_id(f"void {meal}"), meal, "not_wanted")
            self.database.run(void_meal, asked=asked, may_void_any=True, now=self.now, **FINANCE)

    def end_day(self) -> None:
        if self.days:
            self.database.run(sign, self.days[0], now=self.now)
            self.days.pop(0)
            self.minute = 0

    def correct(self) -> None:
        receipt = self.one(select(Meal.receipt).where(Meal.voided_at.is_(None)))
        if receipt:
            uid = ask_back(self.database, receipt, self.now)
            approve(self.database, uid, self.now)

    def draw(self) -> None:
        period, payer = self.chance.choice(PERIODS), self.chance.choice(PAYERS)
        self.database.run(draw_claim, period=period, payer=payer, now=self.now)

    def send(self) -> None:
        if number := self.one_claim(*OPEN):
            self.database.run(submit_claim, number, self.now)

    def approve(self) -> None:
        if number := self.one_claim("submitted"):
            line = self.database.read(
                lambda s: s.execute(
                    select(ClaimLine.source, ClaimLine.fen)
                    .join(Claim, Claim.id == ClaimLine.claim_id)
                    .where(Claim.number == number, Claim.state == "submitted")
                    .limit(1)
                ).one()
            )
            cuts = [CutAsked(line.source, 1 if line.fen > 0 else -1, "审减")]
            self.database.run(
                claim_steps.approve, number=number, now=self.now, **SECOND,
                cuts=self.chance.choice(([], cuts)),
            )  # fmt: skip

    def come_back(self) -> None:
        if number := self.one_claim("submitted", "approved"):
            given = {"number": number, "reason": "退", "now": self.now, **FINANCE}
            if self.chance.random() < 0.5:
                self.database.run(claim_steps.withdraw, **given)
            else:
                self.database.run(claim_steps.return_claim, remarks={}, **given)

    def discard(self) -> None:
        if number := self.one_claim(*OPEN):
            self.database.run(
                claim_drafts.discard, number=number, reason="重来", now=self.now, **FINANCE
            )

    def hold(self) -> None:
        if number := self.one_claim(*OPEN):
            claim = self.one(select(Claim.id).where(Claim.number == number, Claim.state.in_(OPEN)))
            rows = self.database.read(lambda s: [row.item for row in load_rows(s, claim)])
            item = self.chance.choice(rows or [""])
            self.database.run(
                claim_drafts.hold, number=number, items=[item], reason="等", now=self.now, **FINANCE
            )

    def lift(self) -> None:
        if item := self.one(select(ClaimHold.item).where(ClaimHold.lifted_at.is_(None))):
            self.database.run(
                claim_drafts.lift, canteen="C1", item=item, reason="可以", now=self.now, **FINANCE
            )

    def one_claim(self, *states: str) -> Any:
        return self.one(select(Claim.number).where(Claim.state.in_(states)))

    def one(self, query: Any) -> Any:
        """One of what a query finds, or None."""
        return self.chance.choice(self.database.read(lambda s: s.scalars(query).all()) or [None])

    def finish(self) -> None:
        """Everything signed, nothing held, every draft sent, until nothing is left to claim."""
        while self.days:
            self.end_day()
        place = self.database.read(get_canteen_by_code, code="C1")
        for day in self.database.read(list_unsigned, place, date(2026, 11, 30)):
            self.database.run(sign, day, now=self.now)
        while self.one(select(ClaimHold.item).where(ClaimHold.lifted_at.is_(None))):
            self.lift()
        while number := self.one_claim(*OPEN):
            self.discard_or_send(number)
        for period in PERIODS:
            with suppress(CanteenError):
                self.database.run(draw_claim, period=period, now=self.now)
            while number := self.one_claim(*OPEN):
                self.discard_or_send(number)

    def discard_or_send(self, number: str) -> None:
        try:
            self.database.run(submit_claim, number, self.now)
        except Refused:  # an empty one
            self.database.run(
                claim_drafts.discard, number=number, reason="空", now=self.now, **FINANCE
            )


def _check_books(database: Database) -> None:
    assert database.read(books.check).breaches == []
    for look in (check_claims, recount_claims, check_corrections, check_funders):
        assert database.read(look)[0] == []


def _check_rows(session: Session) -> None:
    for claim in session.scalars(select(Claim).where(Claim.state != "discarded")):
        rows = list(load_rows(session, claim.id))
        for row in rows:
            if row.kind in ("meal", "correction"):
                parts = row.elder_fen + row.discount_fen + row.asked_fen + row.other_fen
                assert row.price_fen == parts, row
        meals = [row for row in rows if row.kind == "meal"]
        other_fen = sum(row.other_fen for row in meals)
        parts = claim.elder_fen + claim.discount_fen + claim.subsidy_fen + other_fen
        assert claim.price_fen == parts
        assert add_rows(rows).total_fen == claim.total_fen


def _owed_fen(session: Session) -> tuple[int, int]:
    """What submitted claims ask for; and what the books say was ever owed, cuts left aside."""
    asked = session.execute(
        select(func.coalesce(func.sum(Claim.total_fen), 0)).where(Claim.state.in_(SENT))
    ).scalar_one()
    cut = session.execute(
        text(
            "SELECT coalesce(sum(x.fen), 0) FROM claim_cuts x JOIN claims c ON c.id = x.claim_id"
            " WHERE c.state IN ('approved', 'paid')"
        )
    ).scalar_one()
    booked = session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(Account.kind == "receivable")
    ).scalar_one()
    return int(asked), int(cut) - int(booked)


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_end_everything_was_asked_for_once(database: Database, seed: int) -> None:
    office = _Office(database, database.run(_make_world), seed)
    for _ in range(ACTS):
        office.act()
    _check_books(database)
    database.read(_check_rows)
    office.finish()
    _check_books(database)
    database.read(_check_rows)
    asked_fen, owed_fen = database.read(_owed_fen)
    assert asked_fen == owed_fen
