"""The national calendar with its make-up workdays, and what happens without a list."""

from datetime import date, timedelta

import pytest

from canteen.rules.workdays import PUBLISHED, WorkdayCalendar, missing_year_warning

WORKDAYS_A_YEAR = {  # SOURCE: the State Council's notices; 2020 with its longer Spring Festival
    2019: 250,
    2020: 249,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 248,
    2026: 248,
}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-09-25", False),
        ("2026-10-10", True),
        ("2026-09-20", True),
        ("2026-10-07", False),
        ("2026-01-02", False),
        ("2021-02-07", True),
        ("2023-01-23", False),
        ("2021-06-05", False),
        ("2026-03-02", True),
        ("2026-03-01", False),
    ],
)
def test_published_days(day: str, works: bool) -> None:
    assert PUBLISHED.is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize("year", WORKDAYS_A_YEAR)
def test_the_table_has_every_day_of_its_years(year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    assert sum(PUBLISHED.is_workday(day) for day in days) == WORKDAYS_A_YEAR[year]
    assert PUBLISHED.is_known(first)


def test_the_table_holds_only_differences_inside_its_years() -> None:
    for day, works in PUBLISHED.overrides.items():
        assert works != (day.weekday() < 5)
        assert PUBLISHED.is_known(day)


def test_a_year_without_a_list_is_monday_to_friday() -> None:
    assert not PUBLISHED.is_known(date(2027, 1, 4))
    assert PUBLISHED.is_workday(date(2027, 1, 4))
    assert not PUBLISHED.is_workday(date(2027, 1, 3))


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2026-10-31", None),
        ("2026-11-01", 2027),
        ("2026-12-31", 2027),
        ("2027-01-04", 2027),
        ("2025-11-30", None),
    ],
)
def test_a_missing_list_is_asked_for_from_november_on(today: str, year: int | None) -> None:
    assert missing_year_warning(date.fromisoformat(today), PUBLISHED) == year


def test_days_of_the_administrator_win() -> None:
    day = date(2027, 1, 1)
    calendar = PUBLISHED.with_days({day: False, date(2026, 3, 2): False}, frozenset({2027}))
    assert isinstance(calendar, WorkdayCalendar)
    assert not calendar.is_workday(day)
    assert not calendar.is_workday(date(2026, 3, 2))
    assert calendar.is_known(day)
    assert calendar.is_workday(date(2026, 10, 10))
    assert missing_year_warning(date(2026, 12, 1), calendar) is None
