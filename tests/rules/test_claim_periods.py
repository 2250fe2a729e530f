"""Periods of claims and grants: both ends included, and what a claim is called."""

from datetime import date

import pytest

from canteen.rules.claim_periods import claim_number, list_grant_periods, parse_period
from canteen.rules.errors import Invalid


@pytest.mark.parametrize(
    ("text", "first", "last", "previous"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-01"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        (" 2026-Q4 ", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
    ],
)
def test_a_period_holds_its_first_and_last_day(
    text: str, first: date, last: date, previous: str
) -> None:
    period = parse_period(text)
    assert (period.first, period.last, period.previous.code) == (first, last, previous)


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-Q5",
        "2026",
        "26-01",
        "2026-1",
        "2026-02-01",
        "",
        "0000-01",
        "0001-Q1",
        "9999-12",
    ],
)
def test_what_is_no_period_is_refused_with_what_one_is(text: str) -> None:
    with pytest.raises(Invalid, match="claim_period"):
        parse_period(text)


@pytest.mark.parametrize(
    ("period", "per", "wanted"),
    [
        ("2026-02", "month", ["2026-02"]),
        ("2026-Q1", "month", ["2026-01", "2026-02", "2026-03"]),
        ("2026-02", "quarter", []),
        ("2026-03", "quarter", ["2026-Q1"]),
        ("2026-Q4", "quarter", ["2026-Q4"]),
        ("2026-11", "year", []),
        ("2026-12", "year", ["2026"]),
        ("2026-Q4", "year", ["2026"]),
    ],
)
def test_a_grant_is_claimed_with_the_end_of_its_period(
    period: str, per: str, wanted: list[str]
) -> None:
    assert [one.code for one in list_grant_periods(per, parse_period(period))] == wanted


def test_a_claim_is_called_by_canteen_period_funder_and_supplement() -> None:
    assert claim_number("C1", "2026-02", None, 0) == "C1-2026-02"
    assert claim_number("C1", "2026-02", "city", 0) == "C1-2026-02-city"
    assert claim_number("C1", "2026-Q1", "city", 2) == "C1-2026-Q1-city-S2"
