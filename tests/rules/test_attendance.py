"""Who has not come: regulars by their meals on open days; closed days and known absences count for nobody."""

from datetime import date, timedelta

import pytest

from canteen.rules.attendance import (
    ABSENT_OPEN_DAYS,
    WATCHED,
    Absence,
    Away,
    Diner,
    find_absent,
)

DAY = date(2026, 11, 25)  # a Wednesday
ALL_DAYS = {DAY - timedelta(days=n) for n in range(2 * WATCHED.days)}


def _meals(last: date, days: set[date], every: int = 1) -> dict[date, int]:
    """A meal on each open day up to `last`, or on every n-th of them."""
    eaten = sorted(day for day in days if day <= last)
    return dict.fromkeys(eaten[::-1][::every], 1)


def _find(diner: Diner, days: set[date] = ALL_DAYS, days_a_week: int = 7) -> list[Absence]:
    return find_absent([diner], open_days=days, days_a_week=days_a_week, day=DAY)


@pytest.mark.parametrize("missed", range(6))
def test_three_open_days_missed_are_an_absence_and_two_are_not(missed: int):
    last = DAY - timedelta(days=missed)

    found = _find(Diner(1, _meals(last, ALL_DAYS)))

    assert [(a.last_seen_on, a.missed) for a in found] == (
        [(last, missed)] if missed >= ABSENT_OPEN_DAYS else []
    )


def test_closed_days_count_for_nobody():
    closed = {DAY, DAY - timedelta(days=1), DAY - timedelta(days=2)}
    diner = Diner(1, _meals(DAY - timedelta(days=3), ALL_DAYS))

    assert _find(diner, ALL_DAYS - closed) == []
    assert [
        a.missed
        for a in _find(Diner(1, _meals(DAY - timedelta(days=6), ALL_DAYS)), ALL_DAYS - closed)
    ] == [3]


def test_a_regular_eats_four_times_a_week_over_the_open_days():
    last = DAY - timedelta(days=4)

    assert _find(Diner(1, _meals(last, ALL_DAYS, every=1)))
    assert not _find(Diner(1, _meals(last, ALL_DAYS, every=2)))  # 3.5 a week
    weekdays = {day for day in ALL_DAYS if day.weekday() < 5}
    assert not _find(Diner(1, _meals(last, weekdays, every=2)), weekdays, 5)
    most = {day: 1 for day in _meals(last, weekdays) if day.weekday() != 0}  # four of five
    assert _find(Diner(1, most), weekdays, 5)


def test_two_meals_a_day_are_two_and_a_voided_day_is_none():
    last = DAY - timedelta(days=4)
    twice = dict.fromkeys(_meals(last, ALL_DAYS, every=3), 2)

    assert _find(Diner(1, twice))
    assert not _find(Diner(1, dict.fromkeys(twice, 0)))


def test_a_week_of_closed_days_does_not_make_a_regular_irregular():
    holiday = {DAY - timedelta(days=n) for n in range(8, 18)}
    open_days = ALL_DAYS - holiday

    assert _find(Diner(1, _meals(DAY - timedelta(days=4), open_days)), open_days)


def test_who_has_not_been_seen_for_four_weeks_is_no_news():
    assert _find(Diner(1, _meals(DAY - timedelta(days=27), ALL_DAYS)))
    assert not _find(Diner(1, _meals(DAY - timedelta(days=28), ALL_DAYS)))
    assert not _find(Diner(1, {}))


@pytest.mark.parametrize("code", ["in_hospital", "nursing_home", "moved", "deceased"])
def test_who_is_known_to_be_away_is_left_out_and_that_is_said(code: str):
    last = DAY - timedelta(days=5)
    diner = Diner(1, _meals(last, ALL_DAYS), (Away(code, last, None),))

    assert [(a.left_out, a.missed) for a in _find(diner)] == [(code, 5)]


@pytest.mark.parametrize(("back_since", "owed"), [(1, False), (2, False), (3, True)])
def test_out_of_hospital_the_days_count_from_the_last_day_there(back_since: int, owed: bool):
    last = DAY - timedelta(days=10)
    home = DAY - timedelta(days=back_since)
    diner = Diner(1, _meals(last, ALL_DAYS), (Away("in_hospital", last, home),))

    assert [a.missed for a in _find(diner)] == ([3] if owed else [])


def test_what_comes_after_the_day_says_she_is_here():
    meals = _meals(DAY - timedelta(days=5), ALL_DAYS) | {DAY + timedelta(days=1): 1}

    assert _find(Diner(1, meals)) == []
