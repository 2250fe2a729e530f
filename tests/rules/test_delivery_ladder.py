"""The ladder when nobody opens: upwards only, past whom nobody can reach, and it ends."""

from datetime import UTC, date, datetime

import pytest

from canteen.rules.delivery_ladder import STEPS, find_next_step, is_away_twice, is_near, look_by

ALL = tuple(STEPS)


@pytest.mark.parametrize(
    ("done", "reachable", "following"),
    [
        ((), ALL, "call_elder"),
        ((("call_elder", "no_answer"),), ALL, "call_contact"),
        ((("call_elder", "no_answer"),), ("call_elder", "neighbour"), "neighbour"),
        ((), (), "secretary"),
        ((("call_contact", "no_answer"), ("call_elder", "no_answer")), ALL, "neighbour"),
        ((("neighbour", "told"),), ALL, "secretary"),
        ((("call_contact", "answered"),), ALL, None),
        ((("secretary", "told"),), ALL, None),
    ],
)
def test_the_next_step_is_the_first_above_that_somebody_can_take(
    done: tuple[tuple[str, str], ...], reachable: tuple[str, ...], following: str | None
):
    assert find_next_step(done, reachable) == following


def test_a_neighbour_is_no_family():
    assert is_near("对门邻居")
    assert not is_near("女儿")


def test_somebody_looks_within_a_quarter_of_an_hour():
    assert look_by(datetime(2026, 11, 25, 3, 58, tzinfo=UTC)).minute == 13


@pytest.mark.parametrize(
    ("found", "is_owed"),
    [
        ({1: ["not_home"]}, False),
        ({1: ["not_home"], 2: ["not_home"]}, True),
        ({1: ["not_home"], 5: ["not_home"]}, True),  # nothing was brought between
        ({1: ["not_home"], 2: ["delivered"], 3: ["not_home"]}, False),
        ({1: ["not_home"], 2: ["not_home", "delivered"]}, False),
        ({1: ["not_home", "not_home"]}, False),  # lunch and dinner of one date
        ({1: ["not_home"], 2: ["refused"], 3: ["not_home"]}, False),  # she opened and wanted none
        ({1: ["not_home"], 2: ["spilt"], 3: ["not_home"]}, True),  # nobody came to her door
        ({}, False),
    ],
)
def test_a_visit_is_owed_when_nobody_opened_on_two_dates_running(
    found: dict[int, list[str]], is_owed: bool
):
    by_day = {date(2026, 11, day): outcomes for day, outcomes in found.items()}

    assert is_away_twice(by_day) == is_owed
