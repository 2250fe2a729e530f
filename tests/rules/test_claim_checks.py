"""Each check finds the fraud planted for it, shows its rows, and is silent on the honest twin."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from canteen.rules.claim_checks import BY_CODE, CHECKS, judge
from canteen.rules.claim_checks.check import Known
from canteen.rules.claim_checks.facts import ClaimFact, MonthFacts
from canteen.rules.claim_findings import LEVELS, CheckResult
from tests.factories.canteen_months import Town, live_month, make_town
from tests.factories.frauds import FRAUDS

FIRST = date(2026, 3, 1)


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town()


@pytest.fixture(scope="module")
def honest(town: Town) -> MonthFacts:
    return live_month(town, FIRST)


def _judge(facts: MonthFacts, known: Known | None = None) -> dict[str, CheckResult]:
    return {one.code: one for one in judge([facts], {}, known or Known())}


def _found(facts: MonthFacts) -> set[str]:
    return {code for code, one in _judge(facts).items() if not one.is_passed}


def test_an_honest_month_passes_every_check_and_shows_its_figures(honest: MonthFacts) -> None:
    results = _judge(honest)
    assert {code for code, one in results.items() if not one.is_passed} == set()
    assert results["unsigned_days"].shown == "31 / 31"
    assert results["persons_meals"].shown.startswith("59 ≤ ")
    assert not any(one.stops for one in results.values())


@pytest.mark.parametrize("code", FRAUDS)
def test_each_check_finds_the_fraud_planted_for_it(
    code: str, town: Town, honest: MonthFacts
) -> None:
    planted = FRAUDS[code](town, honest, random.Random(f"fraud {code}"))
    result = _judge(planted)[code]
    assert result.findings, f"{code} found nothing"
    for finding in result.findings:
        assert finding.key.startswith(f"{code}:2026-03")
        assert "" not in (finding.zh, finding.en)
        assert finding.rows or code == "above_entitled"
    assert result.stops


def test_nothing_else_is_found_beside_the_fraud(town: Town, honest: MonthFacts) -> None:
    beside = {
        # so many ghosts fill the rest days, too, or make more meals than people
        "above_peers": {"rest_dip", "above_register", "flat_counts", "food_bought"},
        "above_entitled": {"above_register", "above_peers", "food_bought"},
        "doors_too_fast": {"overloaded", "carrier_away"},
    }
    for code in FRAUDS:
        planted = FRAUDS[code](town, honest, random.Random(f"fraud {code}"))
        assert _found(planted) - beside.get(code, set()) == {code}, code


def test_every_check_speaks_both_languages_and_names_its_level() -> None:
    assert list(BY_CODE) == [check.code for check in CHECKS]
    for check in CHECKS:
        assert check.level in LEVELS
        assert "" not in (check.zh, check.en, check.about_zh, check.about_en)
    blocking = {check.code for check in CHECKS if check.level == "block"}
    assert blocking == {"unsigned_days", "sheet_total", "claimed_twice"}
    holding = {check.code for check in CHECKS if check.holds_out}
    assert holding == {"after_death", "after_moving"}


def test_what_a_claim_says_of_itself_is_held_against_its_sheets(honest: MonthFacts) -> None:
    claim = ClaimFact(number="C1-2026-03", meals=10, persons=9, subsidy_fen=500, shares_fen=500)
    day = date(2026, 3, 4)
    assert _found(replace(honest, claim=claim)) == set()
    shown = _judge(replace(honest, claim=claim))["persons_meals"].shown
    assert shown == "9 ≤ 10", "the figures at the claim's head"
    for changed, code in (
        ({"sheets": {**honest.sheets, day: (100, 300)}}, "sheet_total"),
        ({"claim": replace(claim, subsidy_fen=501)}, "sheet_total"),
        ({"claim": replace(claim, wrong={"share:1:age-60:city": 200})}, "sheet_total"),
        ({"claim": replace(claim, elsewhere={"share:1:age-60:city": "C1-2026-02"})},
         "claimed_twice"),
        ({"claim": replace(claim, persons=11)}, "persons_meals"),
        ({"claim": replace(claim, persons=0)}, "persons_meals"),
        ({"unsigned": [day]}, "unsigned_days"),
        ({"meals": [replace(honest.meals[0], receipt=""), *honest.meals[1:]]}, "receipts"),
        ({"meals": [*honest.meals, honest.meals[0]]}, "receipts"),
    ):  # fmt: skip
        results = _judge(replace(honest, **changed))  # type: ignore[arg-type]
        assert [one.code for one in results.values() if not one.is_passed] == [code]
        assert results[code].stops


def test_an_answer_holds_for_what_was_there_when_it_was_written(
    town: Town, honest: MonthFacts
) -> None:
    planted = FRAUDS["after_death"](town, honest, random.Random(3))
    finding = _judge(planted)["after_death"].findings[0]
    last = max(row.at for row in finding.rows if row.at is not None)
    for written_at, is_answered in ((last, True), (last - timedelta(seconds=1), False)):
        known = Known(remarks={finding.key: ("家属领的丧宴", written_at)})
        result = _judge(planted, known)["after_death"]
        assert (result.answers == {finding.key: "家属领的丧宴"}) is is_answered
        assert result.stops is not is_answered


def test_what_is_held_out_is_answered_by_the_reason_of_the_hold(
    town: Town, honest: MonthFacts
) -> None:
    planted = FRAUDS["after_death"](town, honest, random.Random(3))
    finding = _judge(planted)["after_death"].findings[0]
    holds = {row.item: "等家属说明" for row in finding.rows if row.item is not None}
    assert _judge(planted, Known(holds=holds))["after_death"].answers == {finding.key: "等家属说明"}
    holds.popitem()
    assert _judge(planted, Known(holds=holds))["after_death"].stops


def test_a_district_makes_a_check_harder_or_softer(town: Town, honest: MonthFacts) -> None:
    planted = FRAUDS["closed_day"](town, honest, random.Random(3))
    for level, stops in (("block", True), ("explain", True), ("note", False)):
        (result,) = (
            one for one in judge([planted], {"closed_day": level}, Known())
            if one.code == "closed_day"
        )  # fmt: skip
        assert (result.level, result.stops) == (level, stops)


def test_a_meal_on_the_day_of_death_is_not_after_it(town: Town, honest: MonthFacts) -> None:
    planted = FRAUDS["after_death"](town, honest, random.Random(3))
    finding = _judge(planted)["after_death"].findings[0]
    died_on = next(p for p in planted.persons.values() if p.gone_since("deceased")).gone_since(
        "deceased"
    )
    number = finding.key.rpartition(":")[2]
    after = [m for m in planted.meals if m.elder == number and m.served_on > (died_on or FIRST)]
    assert {row.item for row in finding.rows} == {meal.item for meal in after}
