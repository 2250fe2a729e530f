"""Months and claims judged: the same findings by the same keys, with a district's levels and what people wrote."""

from datetime import date

from canteen.db.run import Database
from canteen.till.claim_judging import judge_month
from canteen.till.day_state import get_canteen_by_code
from tests.factories.world import TODAY, make_world, shanghai


def test_an_empty_month_passes_every_check(database: Database) -> None:
    database.run(make_world)
    results = database.read(
        lambda session: judge_month(
            session,
            get_canteen_by_code(session, "C1"),
            date(2026, 11, 1),
            date(2026, 11, 30),
            shanghai("12:00", TODAY),
        )
    )
    assert [one.code for one in results if not one.is_passed] == []
