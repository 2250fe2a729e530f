"""Claims for tests: a canteen with a signed month of real meals, and the steps of its claim.

The month is October 2026: lunches on three days, all other days closed, so that nothing is left to sign.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.claim_checks import CheckRemark
from canteen.models.claims import Claim
from canteen.rules.claim_periods import parse_period
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.errors import CanteenError
from canteen.services import claim_drafts, claim_steps
from canteen.services.books_claims import check_claims, recount_claims
from canteen.services.books_funders import check_funders
from canteen.services.claim_drafts import Drawn
from canteen.services.day_counts import write_remark
from canteen.services.day_sheets import show_day
from canteen.services.day_signing import sign_day
from canteen.services.swipes import record_swipe
from canteen.till.claim_rows import load_rows
from canteen.till.claims import get_claim
from canteen.till.day_state import get_canteen_by_code, list_unsigned
from tests.factories.rows import build_once
from tests.factories.world import World, close_day, make_swipe, make_world, shanghai

PERIOD, NUMBER = "2026-10", "C1-2026-10"
DAYS = (date(2026, 10, 12), date(2026, 10, 13), date(2026, 10, 14))
#: 2, 5, 8 and 3 yuan each lunch by rule set A
EATERS = ("P08", "P02", "P03", "P05")
#: finance's first day after the month
NOW = shanghai("09:00", date(2026, 11, 2))
FINANCE, SECOND, SECRETARY = "staff:finance", "staff:district", "staff:wang"


def make_month(session: Session, **world: Any) -> World:
    """The base world with the signed month at C1: twelve lunches of four elders."""
    return build_once(session, _build_month, **world)


def make_claim(session: Session, **world: Any) -> World:
    """The same with the month's draft drawn: its number is `NUMBER`."""
    return build_once(session, _build_claim, **world)


def _build_month(session: Session, **world: Any) -> World:
    made = make_world(session, **world)
    serve_month(session, made)
    return made


def _build_claim(session: Session, **world: Any) -> World:
    made = make_month(session, **world)
    draw_claim(session)
    return made


def serve_month(
    session: Session,
    world: World,
    *,
    canteen: str = "C1",
    period: str = PERIOD,
    days: Sequence[date] = DAYS,
    eaters: Sequence[str] = EATERS,
) -> None:
    """Lunches of these elders on these days of the period, its other days closed, each day signed."""
    span = parse_period(period)
    for offset in range((span.last - span.first).days + 1):
        if (day := span.first + timedelta(offset)) not in days:
            close_day(session, world.canteens[canteen], day)
    place = get_canteen_by_code(session, canteen)
    for owed in list_unsigned(session, place, span.first):  # the purses' opening balances
        sign(session, owed, canteen, now=shanghai("20:00", span.first))
    for day in days:
        for minute, elder in enumerate(eaters):
            eat(session, world, elder, day, f"11:{30 + minute}", canteen=canteen)
        sign(session, day, canteen)


def eat(
    session: Session,
    world: World,
    elder: str,
    day: date,
    clock: str = "11:30",
    *,
    canteen: str = "C1",
    **given: Any,
) -> dict[str, Any]:
    """A tap that is answered a second later; the answer."""
    name = f"{canteen} {elder} {day} {clock}"
    asked = make_swipe(world, elder, clock, name, day=day, **given)
    return record_swipe(
        session,
        reader_id=world.readers[f"{canteen}-R1"],
        asked=asked,
        now=asked.read_at + timedelta(seconds=1),
    ).body


def sign(session: Session, day: date, canteen: str = "C1", now: datetime | None = None) -> None:
    """Sign a day in the evening, every anomaly remarked."""
    at = now or shanghai("20:00", day)
    for anomaly in show_day(session, canteen=canteen, day=day, now=at).anomalies:
        write_remark(
            session, canteen=canteen, day=day, key=anomaly["key"], remark="看过了",
            by=SECRETARY, origin=None, now=at,
        )  # fmt: skip
    sign_day(
        session,
        canteen=canteen,
        day=day,
        remark="读卡器没有联网",
        by=SECRETARY,
        origin=None,
        now=at,
    )


def draw_claim(
    session: Session,
    canteen: str = "C1",
    period: str = PERIOD,
    payer: str | None = None,
    now: datetime = NOW,
) -> Drawn:
    """The period's draft, drawn by finance."""
    return claim_drafts.draft(
        session, canteen=canteen, period=period, payer=payer, by=FINANCE, origin=None, now=now
    )


def submit_claim(session: Session, number: str = NUMBER, now: datetime = NOW) -> str:
    """Answer what asks for an answer, check and submit; the SHA-256."""
    claim = get_claim(session, number)
    checked = claim_steps.check(session, number=number, by=FINANCE, origin=None, now=now)
    waits = [finding.key for result in checked.results for finding in result.waits]
    for key in waits:
        answer(session, claim.canteen_id, key, now)
    if waits:
        claim_steps.check(session, number=number, by=FINANCE, origin=None, now=now)
    return claim_steps.submit(session, number=number, by=FINANCE, origin=None, now=now)


def answer(session: Session, canteen_id: int, key: str, now: datetime = NOW) -> None:
    """Somebody's word about a finding."""
    session.add(
        CheckRemark(
            canteen_id=canteen_id, key=key, text="核实过", written_at=now, written_by=FINANCE
        )
    )
    session.flush()


def approve_claim(session: Session, number: str = NUMBER, now: datetime = NOW) -> None:
    """The district's yes to all of it, written down by a second person."""
    claim_steps.approve(session, number=number, by=SECOND, origin=None, now=now)


def claim_of(database: Database, number: str = NUMBER, version: int | None = None) -> Claim:
    """A version of a claim, the newest unless said otherwise."""
    return database.read(get_claim, number=number, version=version)


def rows_of(database: Database, number: str = NUMBER) -> list[ClaimRow]:
    """Every row of a claim's newest version."""
    claim = claim_of(database, number)
    return database.read(lambda session: list(load_rows(session, claim.id)))


def check_claim_books(database: Database) -> None:
    """Every line is its source, every total its lines, every hash still fits, and funders owe that much."""
    for look in (check_claims, recount_claims, check_funders):
        assert database.read(look)[0] == []


def refused(kind: type[CanteenError], code: str, act: Callable[[], object]) -> None:
    """The act is refused by an error of this kind and code."""
    with pytest.raises(kind) as stopped:
        act()
    assert stopped.value.code == code
