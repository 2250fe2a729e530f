"""What a keyed dish costs: portions as priced, grams half up to the fen, and nothing in between."""

from fractions import Fraction

import pytest

from canteen.rules.dishes import GRAMS_MAX, KeyedDish, keyed_fen, parse_dish
from canteen.rules.errors import Invalid


def test_a_dish_is_keyed_by_its_code_and_food_by_weight_with_its_grams():
    assert parse_dish("TOFU") == KeyedDish("TOFU", None)
    assert parse_dish("BEEF@250") == KeyedDish("BEEF", 250)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "dish_keyed"),
        ("豆腐", "dish_keyed"),
        ("BEEF@", "dish_keyed"),
        ("BEEF@2.5", "dish_keyed"),
        ("BEEF@-1", "dish_keyed"),
        ("BEEF@٣", "dish_keyed"),
        ("BEEF@0", "dish_grams"),
        (f"BEEF@{GRAMS_MAX + 1}", "dish_grams"),
    ],
)
def test_what_is_no_dish_is_refused(text: str, code: str):
    with pytest.raises(Invalid) as refused:
        parse_dish(text)

    assert refused.value.code == code


def test_every_weight_of_a_scale_costs_the_nearest_fen_half_up():
    for price_fen, unit_grams in ((398, 100), (4980, 500), (1, 3), (0, 500)):
        for grams in range(1, 1001):
            exact = Fraction(price_fen * grams, unit_grams)
            cost = keyed_fen(price_fen, unit_grams, KeyedDish("X", grams))
            assert -Fraction(1, 2) < cost - exact <= Fraction(1, 2), (price_fen, unit_grams, grams)


def test_grams_stand_where_something_is_weighed_and_nowhere_else():
    assert keyed_fen(230, None, KeyedDish("TOFU", None)) == 230
    for unit_grams, grams in ((None, 250), (500, None)):
        with pytest.raises(Invalid) as refused:
            keyed_fen(230, unit_grams, KeyedDish("TOFU", grams))
        assert refused.value.code == "dish_weight"
