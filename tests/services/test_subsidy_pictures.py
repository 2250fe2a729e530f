"""The figures of the pictures: by hand for a small month, of claims as they stand, net of corrections."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.funder_asked import PaymentAsked
from canteen.services.claim_pages import RowsAsked, list_rows
from canteen.services.claim_payments import record_payment
from canteen.services.claim_steps import CutAsked, approve
from canteen.services.subsidy_pictures import (
    CanteenMonth,
    list_canteen_months,
    list_funder_years,
)
from canteen.services.swipes import record_swipe
from tests.factories.claims import NOW, NUMBER, PERIOD, SECOND, make_claim, submit_claim
from tests.factories.meals import make_meal
from tests.factories.world import TODAY, World, make_swipe, make_world, shanghai

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def world(database: Database) -> World:
    """P01 ate twice on one day and once on another at C1, P03 once, P07 of C2 once at C1; a guest, and a
    meal without subsidy, that no picture counts."""
    world = database.run(make_world)
    for elder, clock, name in (("P01", "11:32", "a"), ("P03", "11:33", "b"), ("P07", "11:40", "c")):
        asked = make_swipe(world, elder, clock, name)
        database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    database.run(_eat_more, world)
    return world


def _eat_more(session: Session, world: World) -> None:
    c1, p01 = world.canteens["C1"], world.elders["P01"]
    given = {"elder_fen": 700, "cash_fen": 700, "subsidy_fen": 500}
    make_meal(session, c1, p01, date(2026, 11, 24), **given)
    make_meal(session, c1, p01, date(2026, 11, 24), mealtime="dinner", **given)
    make_meal(session, c1, p01, date(2026, 10, 31), **given)
    make_meal(session, c1, world.elders["P02"], date(2026, 11, 24))
    make_meal(session, c1, None, date(2026, 11, 24), **given)


def _months(database: Database, *codes: str) -> Mapping[str, CanteenMonth]:
    found = database.read(
        list_canteen_months, canteens=codes, first=FIRST, last=LAST, now=shanghai("20:00")
    )
    return {one.code: one for one in found}


def test_a_day_of_an_elder_counts_once_however_often_she_ate(
    database: Database, world: World
) -> None:
    c1 = _months(database, "C1")["C1"]
    swiped_fen = database.read(_subsidy_of_today)
    assert (c1.elders, c1.elder_days, c1.subsidy_fen) == (3, 4, swiped_fen + 1000)
    assert c1.per_day_fen == (2 * c1.subsidy_fen + 4) // 8


def _subsidy_of_today(session: Session) -> int:
    return sum(session.connection().exec_driver_sql(
        "SELECT subsidy_fen FROM meals WHERE swipe_id IS NOT NULL"
    ).scalars())  # fmt: skip


def test_take_up_counts_the_entitled_of_the_canteen_and_who_of_them_came_anywhere(
    database: Database, world: World
) -> None:
    months = _months(database, "C1", "C2")
    assert (months["C1"].entitled, months["C1"].came) == (7, 2)
    assert (months["C2"].entitled, months["C2"].came) == (3, 1)  # P07 ate at C1
    assert _months(database, "C2")["C2"].came == 0  # C1 is not asked for


def test_a_month_of_nobody_is_all_zero(database: Database) -> None:
    database.run(make_world, scheme=None)
    month = _months(database, "C1")["C1"]
    assert (month.elders, month.per_day_fen, month.entitled, month.came) == (0, 0, 0, 0)
    assert TODAY <= LAST


def test_claimed_cut_and_paid_stand_by_funder_and_period(database: Database) -> None:
    database.run(make_claim)
    years = {"canteens": ["C1"], "first": date(2025, 11, 1), "last": LAST}
    assert database.read(list_funder_years, **years) == []  # a draft is not claimed
    database.run(submit_claim)
    database.run(_cut_and_pay)
    (funder,) = database.read(list_funder_years, **years)
    (period,) = funder.periods
    assert (funder.code, period.period) == ("qinnan", PERIOD)
    assert (period.claimed_fen, period.cut_fen, period.paid_fen) == (5700, 100, 2000)
    assert period.open_fen == 3600
    assert database.read(list_funder_years, **{**years, "canteens": ["C2"]}) == []


def _cut_and_pay(session: Session) -> None:
    source = list_rows(session, number=NUMBER, version=None, asked=RowsAsked()).rows[0].sources[0]
    cuts = [CutAsked(source, 100, "重复")]
    approve(session, number=NUMBER, cuts=cuts, by=SECOND, origin=None, now=NOW)
    asked = PaymentAsked(
        uid="paid", claim=NUMBER, funder="qinnan", fen=2000, source="bank",
        arrived_on=NOW.date(), reference="T1", note="先拨一部分",
    )  # fmt: skip
    record_payment(session, asked=asked, by=SECOND, origin=None, now=NOW)
