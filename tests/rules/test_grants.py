"""Grants: fixed, or by the tier that the average reaches, compared before anything is rounded."""

import pytest

from canteen.rules.claim_periods import parse_period
from canteen.rules.grants import AVERAGE_EN, Attendance, reckon_grant
from canteen.rules.scheme import GOVERNMENT, Grant, Payer, Tier

CITY = Payer("city", "市级", GOVERNMENT)
TIERS = Grant(
    "tier", CITY, "month", basis="average_elder_meals_per_open_day",
    tiers=(Tier(30, 10_000_00), Tier(50, 20_000_00)),
)  # fmt: skip
PERIOD = parse_period("2026-10")


@pytest.mark.parametrize(
    ("meals", "open_days", "fen", "average"),
    [
        (899, 30, 0, "29.96"),
        (900, 30, 10_000_00, "30.00"),
        (1499, 30, 10_000_00, "49.96"),
        (1500, 30, 20_000_00, "50.00"),
        (5, 0, 0, "0.00"),
    ],
)
def test_a_tier_is_reached_when_the_average_is_and_not_a_hair_before(
    meals: int, open_days: int, fen: int, average: str
) -> None:
    given, told = reckon_grant(TIERS, PERIOD, Attendance(meals, open_days))
    assert (given, told["average"], told["en"]) == (fen, average, AVERAGE_EN)


def test_a_fixed_grant_is_its_amount() -> None:
    fixed = Grant("monthly", CITY, "month", amount_fen=3000_00)
    assert reckon_grant(fixed, PERIOD, Attendance()) == (
        3000_00,
        {"per": "month", "from": "2026-10-01", "to": "2026-10-31"},
    )
