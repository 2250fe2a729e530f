"""Months judged from their rows: the same findings as from the plain facts, on both databases."""

import random
from datetime import date

from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.claim_checks import judge
from canteen.rules.claim_checks.check import Known
from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.claim_findings import CheckResult
from canteen.till.claim_judging import judge_month
from canteen.till.day_state import get_canteen_by_code
from tests.factories.canteen_months import live_month, make_town
from tests.factories.frauds import FRAUDS
from tests.factories.month_rows import instant_after, write_district, write_month, write_town
from tests.factories.world import make_world, shanghai

FIRST = date(2026, 3, 1)
#: planted in one month together; each finds its own all the same
PLANTED = (
    "after_death", "not_entitled", "closed_day", "doors_too_fast", "manual_share", "late_share",
    "woken_card", "two_canteens", "too_close", "above_register", "food_bought", "own_card",
    "at_floor", "too_fast",
)  # fmt: skip


def _keys(results: list[CheckResult]) -> dict[str, int]:
    return {one.key: len(one.rows) for check in results for one in check.findings}


def _judge(session: Session, code: str, facts: MonthFacts) -> list[CheckResult]:
    place = get_canteen_by_code(session, code)
    return judge_month(session, place, facts.first, facts.last, instant_after(facts))


def test_an_empty_month_passes_every_check(database: Database) -> None:
    database.run(make_world)
    results = database.read(
        lambda session: judge_month(
            session, get_canteen_by_code(session, "C1"), date(2026, 11, 1), date(2026, 11, 30),
            shanghai("12:00"),
        )
    )  # fmt: skip
    assert [one.code for one in results if not one.is_passed] == []


def test_rows_are_judged_as_the_plain_facts_are(database: Database) -> None:
    town, other = make_town("C1", persons=50), make_town("C2", persons=2)
    honest = live_month(town, FIRST)
    facts = honest
    for code in PLANTED:
        facts = FRAUDS[code](town, facts, random.Random(f"plant {code}"))

    def write(session: Session) -> None:
        written = write_district(session)
        write_town(session, written, town)
        write_town(session, written, other)
        write_month(session, written, town, facts)

    database.run(write)
    found = _keys(database.read(lambda session: _judge(session, "C1", facts)))
    assert found == _keys(judge([facts], {}, Known()))
    assert set(PLANTED) <= {key.partition(":")[0] for key in found}
