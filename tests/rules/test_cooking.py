"""How many to cook: the same weekday's last four open days, a little to spare, and the reasons said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.cooking import LOOK_BACK, choose_days, estimate, share_out

THURSDAY = date(2026, 11, 26)
OPEN = [THURSDAY - timedelta(days=n) for n in range(0, 57)]


def test_the_last_four_of_the_same_weekday_and_a_little_to_spare():
    eaten = dict.fromkeys(OPEN, 50)
    for weeks, count in ((1, 98), (2, 104), (3, 100), (4, 101), (5, 400)):
        eaten[THURSDAY - timedelta(weeks=weeks)] = count

    found = estimate(eaten, OPEN, THURSDAY)

    assert found.days == tuple(THURSDAY - timedelta(weeks=weeks) for weeks in range(1, 5))
    assert (found.least, found.most) == (98, 104)
    assert (found.expected, found.spare, found.portions) == (101, 5, 106)
    assert found.left_out == ("orders",)


def test_closed_days_are_left_out_and_an_earlier_week_is_taken():
    closed = {THURSDAY - timedelta(weeks=2), THURSDAY - timedelta(weeks=3)}
    days, is_same = choose_days([day for day in OPEN if day not in closed], THURSDAY)

    assert is_same
    assert days == tuple(THURSDAY - timedelta(weeks=weeks) for weeks in (1, 4, 5, 6))


def test_without_two_such_days_any_days_are_taken_and_that_is_said():
    days = [THURSDAY - timedelta(days=n) for n in range(1, 5)]
    found = estimate(dict.fromkeys(days, 10), days, THURSDAY)

    assert found.days == tuple(days)
    assert (found.is_same_weekday, found.portions) == (False, 11)
    assert found.left_out == ("few_days", "orders")


@pytest.mark.parametrize("open_days", [[], OPEN])
def test_without_anything_eaten_there_is_no_estimate(open_days: list[date]):
    found = estimate({}, open_days, THURSDAY)

    assert (found.portions, found.left_out) == (0, ("no_history", "orders"))


def test_nothing_older_than_eight_weeks_and_nothing_of_the_day_itself_counts():
    old = THURSDAY - LOOK_BACK - timedelta(days=7)
    assert choose_days([old, THURSDAY, THURSDAY + timedelta(days=7)], THURSDAY) == ((), False)


@given(
    st.integers(0, 700),
    st.dictionaries(st.sampled_from(["dine_in", "take_away", "delivery"]), st.integers(0, 500)),
)
def test_the_ways_add_up_to_the_portions(portions: int, eaten: dict[str, int]):
    shared = share_out(portions, eaten)

    total = sum(eaten.values())
    assert sum(shared.values()) == (portions if total else 0)
    for way, count in shared.items():
        assert abs(count * total - portions * eaten[way]) < total


def test_what_is_to_be_brought_is_known_and_added():
    eaten = dict.fromkeys(OPEN, 100)

    found = estimate(eaten, OPEN, THURSDAY, 3, 16)

    assert (found.expected, found.spare, found.away) == (100, 4, 3)
    assert (found.portions, found.deliveries, found.left_out) == (117, 16, ())
    assert estimate({}, OPEN, THURSDAY, 0, 5).left_out == ("no_history",)
    assert estimate({}, OPEN, THURSDAY, 0, 5).portions == 5
