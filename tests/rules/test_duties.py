"""Duties as people write them."""

import pytest

from canteen.rules.duties import days_of, parse_duty


@pytest.mark.parametrize(
    ("words", "duties"),
    [
        ("135 lunch", {(1, "lunch"), (3, "lunch"), (5, "lunch")}),
        (" 7晚餐 ", {(7, "dinner")}),
        ("11 breakfast", {(1, "breakfast")}),
        ("8 lunch", None),
        ("lunch", None),
        ("1 supper", None),
        ("", None),
    ],
)
def test_weekdays_and_a_mealtime_are_a_duty(
    words: str, duties: set[tuple[int, str]] | None
) -> None:
    assert parse_duty(words) == duties


def test_duties_are_told_by_mealtime_in_the_order_of_the_day() -> None:
    assert days_of({(3, "dinner"), (5, "lunch"), (1, "lunch")}) == {
        "lunch": (1, 5),
        "dinner": (3,),
    }
