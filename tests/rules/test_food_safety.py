"""Samples and temperatures: what is read, what lies within the limits."""

from datetime import UTC, datetime, timedelta

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.food_safety import LIMITS, celsius_text, kept_until, parse_celsius


@pytest.mark.parametrize(
    ("typed", "tenths", "shown"),
    [("65", 650, "65.0"), (" 65.5 ", 655, "65.5"), ("-18", -180, "−18.0"), ("−０.５", -5, "−0.5")],
)
def test_degrees_are_read_to_the_tenth(typed: str, tenths: int, shown: str):
    assert parse_celsius(typed) == tenths
    assert celsius_text(tenths) == shown


@pytest.mark.parametrize("typed", ["", "warm", "65.55", "151", "-51", "6 5", "1e2", "٦٥"])
def test_what_is_no_temperature_is_refused(typed: str):
    with pytest.raises(Invalid) as refused:
        parse_celsius(typed)
    assert refused.value.code == "celsius"


@pytest.mark.parametrize(
    ("kind", "within", "outside"),
    [
        ("hot_food", (600, 950), (599,)),
        ("fridge", (0, 80), (-1, 81)),
        ("cold_food", (40, 80), (81,)),
        ("freezer", (-180, -120), (-119,)),
    ],
)
def test_the_limits_are_those_of_the_rules(
    kind: str, within: tuple[int, ...], outside: tuple[int, ...]
):
    assert all(LIMITS[kind].holds(tenths) for tenths in within)
    assert not any(LIMITS[kind].holds(tenths) for tenths in outside)


def test_a_sample_is_kept_for_two_days():
    taken = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    assert kept_until(taken) - taken == timedelta(hours=48)
