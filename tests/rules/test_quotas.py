"""Quotas: what counts, over which period, and that what is left is paid."""

from typing import Any

import pytest

from canteen.rules.split import EarlierMeal, EarlierShare
from tests.rules.making import FIXED_300, make_earlier, make_reason, make_split

LUNCH: dict[str, Any] = {"at": "2026-04-01T12:00:00+08:00", "mealtime": "lunch"}  # a Wednesday


@pytest.mark.parametrize(
    ("period", "day", "mealtime", "counts"),
    [
        ("mealtime", "2026-04-01", "lunch", True),
        ("mealtime", "2026-04-01", "dinner", False),
        ("mealtime", "2026-03-31", "lunch", False),
        ("day", "2026-04-01", "dinner", True),
        ("day", "2026-03-31", "lunch", False),
        ("week", "2026-03-30", "lunch", True),
        ("week", "2026-04-05", "lunch", True),
        ("week", "2026-03-29", "lunch", False),
        ("week", "2026-04-06", "lunch", False),
        ("month", "2026-04-30", "lunch", True),
        ("month", "2026-03-31", "lunch", False),
        ("month", "2025-04-01", "lunch", False),
    ],
)
def test_a_quota_of_meals_counts_its_own_period(
    period: str, day: str, mealtime: str, counts: bool
) -> None:
    rule = f"{FIXED_300}\nquota = {{ {period} = 1 }}"
    reason = make_reason(rule, earlier=[make_earlier(day, mealtime)], **LUNCH)
    assert reason.applied is not counts


@pytest.mark.parametrize(
    ("period", "day", "counts"),
    [
        ("day", "2026-04-01", True),
        ("day", "2026-03-31", False),
        ("week", "2026-03-30", True),
        ("week", "2026-03-29", False),
        ("month", "2026-04-30", True),
        ("month", "2026-03-31", False),
        ("year", "2026-12-31", True),
        ("year", "2025-12-31", False),
    ],
)
def test_a_quota_of_fen_pays_what_is_left(period: str, day: str, counts: bool) -> None:
    rule = f"{FIXED_300}\nquota = {{ {period}_fen = 400 }}"
    result = make_split(rule, earlier=[make_earlier(day)], **LUNCH)
    assert result.subsidy_fen == (100 if counts else 300)
    if counts:
        assert result.reasons[0].facts == {"fen": 100, "period": period, "limit_fen": 400}


def test_the_last_meal_before_the_ceiling_gets_the_rest() -> None:
    rule = 'amount = { percent = "15" }\nquota = { month_fen = 6000 }'
    used = [make_earlier("2026-04-01", fen=5900)]
    assert make_split(rule, price_fen=1200, earlier=used, **LUNCH).subsidy_fen == 100
    used.append(make_earlier("2026-04-01", fen=100))
    reason = make_reason(rule, price_fen=1200, earlier=used, **LUNCH)
    assert (reason.code, reason.facts["period"]) == ("quota_fen_used", "month")
    may: dict[str, Any] = {"at": "2026-05-01T12:00:00+08:00"}
    assert make_split(rule, price_fen=1200, earlier=used, **may).subsidy_fen == 180


def test_the_tightest_fen_quota_decides() -> None:
    rule = f"{FIXED_300}\nquota = {{ day_fen = 500, week_fen = 350, month_fen = 900 }}"
    result = make_split(rule, earlier=[make_earlier("2026-03-31", fen=300)], **LUNCH)
    assert result.reasons[0].facts == {"fen": 50, "period": "week", "limit_fen": 350}


def test_a_ceiling_lets_another_rule_of_the_group_win() -> None:
    result = make_split(
        "amount = { fixed_fen = 500 }\nquota = { day_fen = 600 }",
        "amount = { fixed_fen = 200 }",
        earlier=[make_earlier("2026-04-01", "breakfast", fen=500)],
        **LUNCH,
    )
    assert [(share.rule, share.fen) for share in result.shares] == [("r2", 200)]
    assert [reason.code for reason in result.reasons] == ["smaller_in_group", "paid"]


def test_only_meals_of_the_group_and_the_scope_count() -> None:
    rule = f"{FIXED_300}\nquota = {{ day = 1 }}"
    for other in (
        make_earlier("2026-04-01", group="city"),
        make_earlier("2026-04-01", scope="another"),
        make_earlier("2026-04-01", fen=0),
        make_earlier("2026-04-01", fen=-300),
    ):
        assert make_reason(rule, earlier=[other], **LUNCH).applied
    successor = {
        "head": 'quota_scope = "old"',
        "earlier": [make_earlier("2026-04-01", scope="old")],
    }
    assert not make_reason(rule, **successor, **LUNCH).applied


def test_a_meal_counts_by_its_net_share() -> None:
    rule = f"{FIXED_300}\nquota = {{ day = 1, day_fen = 1000 }}"
    taken_back = EarlierMeal(
        make_earlier("2026-04-01").served_on,
        "breakfast",
        1,
        (EarlierShare("test", "gov", 300), EarlierShare("test", "gov", -300)),
    )
    assert make_reason(rule, earlier=[taken_back], **LUNCH).applied


def test_shares_of_several_payers_of_a_group_are_one_meal() -> None:
    day = make_earlier("2026-04-01").served_on
    ratio = (EarlierShare("test", "g", 150), EarlierShare("test", "g", 150))
    rule = f'{FIXED_300}\ngroup = "g"\nquota = {{ day = 2, day_fen = 500 }}'
    result = make_split(rule, earlier=[EarlierMeal(day, "breakfast", 1, ratio)], **LUNCH)
    assert result.subsidy_fen == 200


def test_a_group_in_two_stages_is_one_meal_under_one_ceiling() -> None:
    rule = "amount = {{ fixed_fen = 300 }}\nstage = {}\nquota = {{ day = 1, day_fen = 500 }}"
    result = make_split(rule.format(1), rule.format(2))
    assert [(share.rule, share.fen) for share in result.shares] == [("r1", 300), ("r2", 200)]


def test_a_rule_that_ended_at_nothing_used_no_quota() -> None:
    free = 'payer = "city"\namount = { free = true }\nquota = { day = 1 }'
    rule = f"{FIXED_300}\nquota = {{ day = 1 }}"
    first = make_split(free, rule, **LUNCH)
    assert [share.payer for share in first.shares] == ["city"]
    earlier = [make_earlier("2026-04-01", group="city", fen=1250)]
    dinner: dict[str, Any] = {"at": "2026-04-01T17:30:00+08:00", "mealtime": "dinner"}
    second = make_split(free, rule, earlier=earlier, **dinner)
    assert [share.payer for share in second.shares] == ["gov"]


def test_the_ordinal_counts_first_portions_of_the_day_paid_or_not() -> None:
    rule = f"{FIXED_300}\nquota = {{ ordinal = 2 }}"
    breakfast = make_earlier("2026-04-01", "breakfast", fen=0)
    second = make_earlier("2026-04-01", "breakfast", portion=2, fen=0)
    yesterday = make_earlier("2026-03-31", "lunch", fen=0)
    assert make_reason(rule, earlier=[breakfast], **LUNCH).applied
    assert make_reason(rule, earlier=[yesterday, breakfast, second], **LUNCH).applied
    assert make_reason(rule, earlier=[yesterday, second], **LUNCH).facts["meal_of_day"] == 1
    dinner = make_earlier("2026-04-01", "dinner", fen=0)
    assert make_reason(rule, earlier=[breakfast, dinner], **LUNCH).facts["meal_of_day"] == 3


def test_a_second_portion_has_the_ordinal_of_its_mealtime() -> None:
    rule = f"{FIXED_300}\nquota = {{ ordinal = 1, mealtime = 2 }}"
    lunch, dinner = (make_earlier("2026-04-01", name, fen=0) for name in ("lunch", "dinner"))
    assert make_reason(rule, earlier=[lunch, dinner], portion=2, **LUNCH).applied
    reason = make_reason(rule, earlier=[dinner], portion=2, **LUNCH)
    assert reason.facts == {"ordinal": 1, "meal_of_day": 2}
