"""The month as a family sees it: weeks from Monday, and the months on either side."""

from datetime import date, timedelta

from canteen.rules.family import month_after, month_before, month_weeks


def test_a_month_is_weeks_from_monday_with_the_other_months_left_blank() -> None:
    weeks = month_weeks(date(2026, 11, 1))
    assert [len(week) for week in weeks] == [7] * 6
    assert weeks[0] == [None] * 6 + [date(2026, 11, 1)]
    assert weeks[-1] == [date(2026, 11, 30)] + [None] * 6


def test_every_day_stands_once_in_its_month() -> None:
    for number in range(24):
        first = date(2027 + number // 12, number % 12 + 1, 1)
        days = [day for week in month_weeks(first) for day in week if day is not None]
        assert days == [first + timedelta(days=ahead) for ahead in range(len(days))]
        assert days[-1] + timedelta(days=1) == month_after(first)
        assert month_before(month_after(first)) == first


def test_a_year_turns_over() -> None:
    assert month_before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)
