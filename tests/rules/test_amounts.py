"""Every amount on every price: exhaustive, because it takes less time than choosing samples."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.scheme import Payer, Rounding
from canteen.rules.split import amount_fen, full_price, split, split_by_ratio
from canteen.rules.workdays import PUBLISHED
from tests.rules.making import make_meal, make_person, make_scheme, make_split

FORMS = [
    "{ fixed_fen = 300 }",
    "{ fixed_fen = 0 }",
    '{ percent = "25" }',
    '{ percent = "33.3" }',
    '{ percent = "15", cap_fen = 200 }',
    '{ percent = "0" }',
    '{ percent = "100" }',
    "{ elder_pays_fen = 600 }",
    "{ elder_pays_fen = 0 }",
    '{ elder_pays_percent = "90" }',
    '{ elder_pays_percent = "33.33" }',
    "{ free = true }",
    "{ free = true, cap_fen = 1500 }",
]
ROUNDINGS = [
    (unit, mode, side)
    for unit in (1, 10, 50, 100)
    for mode in ("half_up", "half_even", "down", "up")
    for side in ("payer", "elder")
]
MODES = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "up": ROUND_CEILING,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_price_is_split_without_a_fen_lost(form: str) -> None:
    scheme = make_scheme(f"amount = {form}")
    person = make_person()
    for price in range(5001):
        result = split(scheme, person, make_meal(price), (), PUBLISHED)
        assert result.elder_fen >= 0
        assert all(share.fen > 0 for share in result.shares)
        assert result.elder_fen + result.subsidy_fen == price
        assert result.discount_fen == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("unit", "mode", "side"), ROUNDINGS)
def test_every_rounding_stays_between_nothing_and_the_price(
    form: str, unit: int, mode: str, side: str
) -> None:
    scheme = make_scheme(f"amount = {form}")
    rounding = Rounding(unit, mode, side)
    for price in range(0, 5001, 7):
        fen = amount_fen(scheme.rules[0].amount, price, rounding)
        assert fen >= 0
        if "fixed" not in form:
            assert fen <= price


@pytest.mark.parametrize("percent", ["15", "33.3", "12.5", "66.67"])
@pytest.mark.parametrize(("unit", "mode", "side"), ROUNDINGS)
def test_percentages_round_as_decimals_do(percent: str, unit: int, mode: str, side: str) -> None:
    scheme = make_scheme(f'amount = {{ percent = "{percent}" }}')
    rounding = Rounding(unit, mode, side)
    for price in range(0, 5001, 3):
        exact = Decimal(price) * Decimal(percent).scaleb(-2)
        part = exact if side == "payer" else price - exact
        rounded = int((part / unit).quantize(Decimal(1), rounding=MODES[mode])) * unit
        wanted = rounded if side == "payer" else price - rounded
        got = amount_fen(scheme.rules[0].amount, price, rounding)
        assert got == min(max(wanted, 0), price), price


@pytest.mark.parametrize(
    ("price", "subsidy", "elder"), [(1150, 173, 977), (1230, 185, 1045), (1490, 224, 1266)]
)
def test_half_a_fen_goes_up_and_the_parts_add_up(price: int, subsidy: int, elder: int) -> None:
    result = make_split('amount = { percent = "15" }', price_fen=price)
    assert (result.subsidy_fen, result.elder_fen) == (subsidy, elder)


def test_half_even_and_elder_side_differ_where_they_should() -> None:
    rule = 'amount = { percent = "15" }'
    head = 'rounding = {{ mode = "{}", side = "{}" }}'
    for mode, side, subsidy in [
        ("half_up", "payer", 173),
        ("half_even", "payer", 172),
        ("down", "payer", 172),
        ("up", "payer", 173),
        ("half_up", "elder", 172),
        ("half_even", "elder", 172),
        ("down", "elder", 173),
        ("up", "elder", 172),
    ]:
        result = make_split(rule, head=head.format(mode, side), price_fen=1150)
        assert result.subsidy_fen == subsidy, (mode, side)


def test_a_rounded_elder_part_never_passes_the_price() -> None:
    head = 'rounding = { unit_fen = 100, mode = "up", side = "elder" }'
    result = make_split('amount = { percent = "10" }', head=head, price_fen=50)
    assert (result.elder_fen, result.reasons[0].code) == (50, "amount_zero")
    head = 'rounding = { unit_fen = 100, mode = "up" }'
    assert make_split('amount = { percent = "10" }', head=head, price_fen=50).elder_fen == 0


def test_rounding_comes_before_the_cap() -> None:
    head = "rounding = { unit_fen = 100 }"
    rule = 'amount = { percent = "25", cap_fen = 250 }'
    assert make_split(rule, head=head, price_fen=1200).subsidy_fen == 250


def test_amounts_that_are_no_percentage_are_never_rounded() -> None:
    head = 'rounding = { unit_fen = 100, mode = "down" }'
    for form, subsidy in [
        ("{ fixed_fen = 333 }", 333),
        ("{ elder_pays_fen = 601 }", 649),
        ("{ free = true }", 1250),
        ("{ free = true, cap_fen = 777 }", 777),
    ]:
        assert make_split(f"amount = {form}", head=head).subsidy_fen == subsidy


def test_a_subsidy_above_the_price_leaves_no_change() -> None:
    result = make_split("amount = { fixed_fen = 800 }", price_fen=600)
    assert (result.elder_fen, result.subsidy_fen) == (0, 600)
    assert result.reasons[0].facts == {"fen": 600, "wanted_fen": 800}


def test_a_free_meal_is_a_meal_without_shares() -> None:
    result = make_split("amount = { fixed_fen = 800 }", price_fen=0)
    assert (result.elder_fen, result.shares) == (0, ())


def test_the_largest_of_a_group_pays_and_a_tie_goes_to_the_first() -> None:
    result = make_split(
        "amount = { fixed_fen = 200 }",
        "amount = { fixed_fen = 300 }",
        'amount = { percent = "24" }',
    )
    assert [(share.rule, share.fen) for share in result.shares] == [("r2", 300)]
    assert [reason.code for reason in result.reasons] == [
        "smaller_in_group",
        "paid",
        "smaller_in_group",
    ]
    assert result.reasons[2].facts == {"fen": 300, "rule": "r2", "rule_fen": 300}


def test_the_largest_is_found_before_the_clamp() -> None:
    first = 'payer = "city"\namount = { fixed_fen = 1000 }'
    result = make_split(first, "amount = { fixed_fen = 300 }", "amount = { fixed_fen = 400 }")
    assert [(share.rule, share.fen) for share in result.shares] == [("r1", 1000), ("r3", 250)]


def test_groups_add_and_the_later_layer_shrinks() -> None:
    result = make_split(
        'payer = "city"\namount = { fixed_fen = 1000 }',
        'payer = "street"\namount = { fixed_fen = 500 }',
    )
    assert [(share.payer, share.fen) for share in result.shares] == [
        ("city", 1000),
        ("street", 250),
    ]


def test_groups_stand_where_the_file_first_names_them() -> None:
    young = "who = { age_below = 60 }"
    result = make_split(
        f'payer = "city"\namount = {{ fixed_fen = 1 }}\n{young}',
        'payer = "street"\namount = { fixed_fen = 1000 }',
        'payer = "city"\namount = { fixed_fen = 1000 }',
    )
    assert [(share.payer, share.fen) for share in result.shares] == [
        ("city", 1000),
        ("street", 250),
    ]


def test_a_layer_that_finds_nothing_left_did_not_pay() -> None:
    result = make_split(
        'payer = "city"\namount = { free = true }', 'payer = "street"\namount = { fixed_fen = 500 }'
    )
    assert [share.payer for share in result.shares] == ["city"]
    assert result.reasons[1].code == "nothing_left"


def test_stages_run_in_ascending_order_on_what_is_left() -> None:
    result = make_split(
        'payer = "canteen"\nstage = 2\namount = { elder_pays_percent = "90" }',
        'payer = "city"\nstage = -1\namount = { fixed_fen = 250 }',
    )
    assert [(share.rule, share.fen) for share in result.shares] == [("r2", 250), ("r1", 100)]
    assert [reason.rule for reason in result.reasons] == ["r1", "r2"]
    assert (result.subsidy_fen, result.discount_fen) == (250, 100)


def test_charity_is_a_subsidy_and_the_canteen_a_discount() -> None:
    result = make_split(
        'payer = "fund"\namount = { fixed_fen = 100 }',
        'payer = "canteen"\namount = { fixed_fen = 200 }',
        'payer = { canteen = 1, city = 1 }\ngroup = "both"\namount = { fixed_fen = 101 }',
    )
    assert (result.subsidy_fen, result.discount_fen, result.elder_fen) == (150, 251, 849)
    assert [reason.facts.get("discount") for reason in result.reasons] == [None, 1, None]


def test_a_ratio_is_divided_by_largest_remainder_ties_in_file_order() -> None:
    rule = (
        'payer = { district = 1, street = 1, city = 1 }\ngroup = "g"\namount = { fixed_fen = 500 }'
    )
    result = make_split(rule)
    assert [(share.payer, share.fen) for share in result.shares] == [
        ("district", 167),
        ("street", 167),
        ("city", 166),
    ]
    assert {share.group for share in result.shares} == {"g"}
    assert 31 * result.subsidy_fen == 15500


def test_a_ratio_may_be_uneven_and_parts_of_nothing_make_no_share() -> None:
    rule = (
        'payer = { city = 7, district = 2, street = 1 }\ngroup = "g"\namount = { fixed_fen = 305 }'
    )
    assert [share.fen for share in make_split(rule).shares] == [214, 61, 30]
    tiny = 'payer = { city = 1, district = 9, street = 1 }\ngroup = "g"\namount = { fixed_fen = 1 }'
    assert [(share.payer, share.fen) for share in make_split(tiny).shares] == [("district", 1)]


def test_every_amount_divides_evenly_to_one_fen() -> None:
    payers = [(Payer(code, code, "government"), 1) for code in "abc"]
    for fen in range(5001):
        parts = [part for _, part in split_by_ratio(payers, fen)]
        assert sum(parts) == fen
        assert parts == sorted(parts, reverse=True)
        assert max(parts) - min(parts) <= 1


def test_full_price_says_why() -> None:
    result = full_price(1250, "no_scheme")
    assert (result.elder_fen, result.shares, result.subsidy_fen) == (1250, (), 0)
    assert (result.reasons[0].code, result.reasons[0].applied) == ("no_scheme", False)
    assert full_price(1, "second_portion", portion=2).reasons[0].facts == {"portion": 2}


@pytest.mark.parametrize(("price", "portion"), [(-1, 1), (100, 0)])
def test_an_impossible_meal_is_refused(price: int, portion: int) -> None:
    with pytest.raises(Invalid, match="meal_wrong"):
        make_split("amount = { fixed_fen = 1 }", price_fen=price, portion=portion)


def test_service_date_and_not_the_instant_picks_the_day() -> None:
    meal = make_meal(at="2026-03-01T16:30:00+00:00")
    assert meal.served_on == date(2026, 3, 2)


@pytest.mark.parametrize(("price", "elder"), [(500, 500), (600, 600), (601, 600), (1600, 600)])
def test_an_elder_never_pays_more_than_the_price_or_the_fixed_part(price: int, elder: int) -> None:
    result = make_split("amount = { elder_pays_fen = 600 }", price_fen=price)
    assert result.elder_fen == elder
    if price <= 600:
        assert result.reasons[0].code == "amount_zero"
