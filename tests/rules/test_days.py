"""Service dates, mealtime windows and natural periods."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from canteen.rules.days import (
    SHANGHAI,
    Window,
    check_windows,
    find_mealtime,
    local_date,
    local_time,
    period_start,
)
from canteen.rules.errors import Invalid

BREAKFAST = Window("breakfast", time(6, 30), time(8, 30))
LUNCH = Window("lunch", time(10, 30), time(13, 30))
DINNER = Window("dinner", time(16, 30), time(18, 30))
WINDOWS = (BREAKFAST, LUNCH, DINNER)


@pytest.mark.parametrize("clock", ["22:31:00", "23:30:00", "23:59:59"])
def test_breakfast_before_eight_belongs_to_its_own_day(clock: str) -> None:
    instant = datetime.fromisoformat(f"2026-11-24T{clock}+00:00")
    assert local_date(instant) == date(2026, 11, 25)


def test_midnight_in_shanghai_begins_the_day() -> None:
    midnight = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert local_date(midnight) == date(2026, 11, 25)
    assert local_date(midnight - timedelta(microseconds=1)) == date(2026, 11, 24)
    assert local_date(midnight, UTC) == date(2026, 11, 24)


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI).replace(tzinfo=None)
    with pytest.raises(Invalid, match="instant_naive"):
        local_time(naive)


@pytest.mark.parametrize(
    ("clock", "mealtime", "in_grace"),
    [
        ("06:29:59", None, False),
        ("06:30:00", "breakfast", False),
        ("08:29:59", "breakfast", False),
        ("08:30:00", "breakfast", True),
        ("08:44:59", "breakfast", True),
        ("08:45:00", None, False),
        ("10:30:00", "lunch", False),
        ("13:30:00", "lunch", True),
        ("18:44:59", "dinner", True),
        ("18:45:00", None, False),
        ("00:10:00", None, False),
    ],
)
def test_a_window_has_its_start_not_its_end_and_a_grace(
    clock: str, mealtime: str | None, in_grace: bool
) -> None:
    found = find_mealtime(WINDOWS, time.fromisoformat(clock), grace_min=15)
    assert (found and (found[0].mealtime, found[1])) == (mealtime and (mealtime, in_grace))


def test_the_grace_ends_where_the_next_window_begins() -> None:
    tea = Window("dinner", time(13, 35), time(13, 40))
    both = (LUNCH, tea)
    assert find_mealtime(both, time(13, 34), 15) == (LUNCH, True)
    assert find_mealtime(both, time(13, 35), 15) == (tea, False)
    assert find_mealtime(both, time(13, 41), 15) == (tea, True)


def test_without_grace_or_windows_nothing_is_open() -> None:
    assert find_mealtime(WINDOWS, time(8, 30)) is None
    assert find_mealtime((), time(12, 0), 15) is None


def test_windows_come_back_in_order_of_the_clock() -> None:
    assert check_windows([DINNER, BREAKFAST, LUNCH]) == WINDOWS
    touching = Window("breakfast", time(6, 30), time(10, 30))
    assert check_windows([LUNCH, touching]) == (touching, LUNCH)


def test_every_fault_of_the_windows_is_named() -> None:
    wrong = [
        Window("breakfast", time(8, 0), time(8, 0)),
        Window("lunch", time(13, 0), time(11, 0)),
        Window("lunch", time(16, 0), time(18, 0)),
        Window("dinner", time(17, 59), time(19, 0)),
    ]
    with pytest.raises(Invalid, match="windows_wrong") as refused:
        check_windows(wrong)
    assert set(refused.value.errors) == {
        ("breakfast", "window_empty"),
        ("lunch", "window_empty"),
        ("lunch", "window_twice"),
        ("dinner", "window_overlaps"),
    }


def test_natural_periods_begin_on_monday_the_first_and_new_year() -> None:
    assert period_start(date(2026, 3, 1), "week") == date(2026, 2, 23)
    assert period_start(date(2026, 3, 2), "week") == date(2026, 3, 2)
    assert period_start(date(2026, 1, 1), "week") == date(2025, 12, 29)
    assert period_start(date(2026, 3, 31), "month") == date(2026, 3, 1)
    assert period_start(date(2026, 12, 31), "year") == date(2026, 1, 1)
