"""Completed years by every count, and names as others may see them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.elders import (
    AGE_COUNTS,
    Fact,
    age_band,
    age_on,
    attained_on,
    birthday_in,
    mask_id_number,
    mask_name,
    mask_phone,
    public_name,
)
from canteen.rules.split import split
from canteen.rules.workdays import PUBLISHED
from tests.rules.making import FIXED_300, make_meal, make_person, make_scheme

AGES = [  # born, age, first day by birthday, day_after, next_month, year_start
    ("1946-11-25", 80, "2026-11-25", "2026-11-26", "2026-12-01", "2026-01-01"),
    ("1946-12-31", 80, "2026-12-31", "2027-01-01", "2027-01-01", "2026-01-01"),
    ("1946-01-01", 80, "2026-01-01", "2026-01-02", "2026-02-01", "2026-01-01"),
    ("1946-12-01", 80, "2026-12-01", "2026-12-02", "2027-01-01", "2026-01-01"),
    ("1936-02-29", 90, "2026-02-28", "2026-03-01", "2026-03-01", "2026-01-01"),
    ("1944-02-29", 80, "2024-02-29", "2024-03-01", "2024-03-01", "2024-01-01"),
    ("1946-02-28", 80, "2026-02-28", "2026-03-01", "2026-03-01", "2026-01-01"),
    ("1944-02-28", 80, "2024-02-28", "2024-02-29", "2024-03-01", "2024-01-01"),
    ("1946-01-31", 80, "2026-01-31", "2026-02-01", "2026-02-01", "2026-01-01"),
]


@pytest.mark.parametrize(
    ("born", "age", "count", "first"),
    [(row[0], row[1], count, row[2 + n]) for row in AGES for n, count in enumerate(AGE_COUNTS)],
)
def test_an_age_begins_on_its_day_and_not_the_day_before(
    born: str, age: int, count: str, first: str
) -> None:
    birth, day = date.fromisoformat(born), date.fromisoformat(first)
    assert attained_on(birth, age, count) == day
    assert age_on(birth, day, count) == age
    assert age_on(birth, day - timedelta(days=1), count) == age - 1


@pytest.mark.parametrize(
    ("born", "age", "count", "first"),
    [(row[0], row[1], count, row[2 + n]) for row in AGES for n, count in enumerate(AGE_COUNTS)],
)
def test_a_scheme_counts_ages_its_own_way(born: str, age: int, count: str, first: str) -> None:
    scheme = make_scheme(
        f"{FIXED_300}\nwho = {{ age_min = {age} }}", head=f'age_counts_from = "{count}"'
    )
    day = date.fromisoformat(first)
    for served_on, paid in ((day, 300), (day - timedelta(days=1), 0)):
        meal = make_meal(at=f"{served_on}T00:00:00+08:00")
        result = split(scheme, make_person(born), meal, (), PUBLISHED)
        assert result.subsidy_fen == paid
        if not paid:
            assert result.reasons[0].facts["days"] == 1


@given(
    st.dates(date(1900, 1, 1), date(2000, 12, 31)), st.integers(1, 120), st.sampled_from(AGE_COUNTS)
)
def test_ages_rise_by_one_on_the_day_they_are_attained(born: date, age: int, count: str) -> None:
    first = attained_on(born, age, count)
    assert age_on(born, first, count) == age
    assert age_on(born, first - timedelta(days=1), count) == age - 1


def test_a_count_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="age_counts_from"):
        attained_on(date(1946, 1, 1), 80, "lunar")


def test_a_leap_day_becomes_the_last_of_february() -> None:
    assert birthday_in(date(1936, 2, 29), 2026) == date(2026, 2, 28)
    assert birthday_in(date(1936, 2, 29), 2024) == date(2024, 2, 29)
    assert birthday_in(date(1936, 2, 29), 2100) == date(2100, 2, 28)
    assert birthday_in(date(1936, 12, 31), 2026) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (59, "under-60"),
        (60, "60-69"),
        (69, "60-69"),
        (70, "70-79"),
        (80, "80-89"),
        (89, "80-89"),
        (90, "90+"),
        (101, "90+"),
    ],
)
def test_bands_of_the_day_sheet(age: int, band: str) -> None:
    assert age_band(age) == band


@pytest.mark.parametrize(
    ("name", "sex", "masked", "public"),
    [
        ("黄桂兰", "F", "黄**", "黄女士"),
        ("李四", "M", "李*", "李先生"),
        ("王", None, "王*", "王长者"),
        ("欧阳修", "M", "欧阳*", "欧阳先生"),
        ("司徒美堂", "M", "司徒**", "司徒先生"),
        ("东方", "F", "东*", "东女士"),
        ("阿依古丽·买买提", "F", "阿***", "阿***"),
        ("阿依古丽•买买提", "F", "阿***", "阿***"),
        ("𠮷田", "M", "𠮷*", "𠮷先生"),
        ("John Li", "M", "J***", "J***"),
        (" 黄桂兰 ", "F", "黄**", "黄女士"),
        ("", None, "***", "***"),
    ],
)
def test_names_as_others_may_see_them(name: str, sex: str | None, masked: str, public: str) -> None:
    assert mask_name(name) == masked
    assert public_name(name, sex) == public


def test_numbers_are_masked() -> None:
    assert mask_id_number("450702194311111234") == "4507********1234"
    assert mask_id_number("1234567") == "*******"
    assert mask_phone("13800002217") == "138****2217"
    assert mask_phone("2217") == "****"
    assert mask_phone("") == ""


def test_a_fact_is_true_and_known_between_its_two_pairs_of_days() -> None:
    learnt = datetime(2026, 3, 5, tzinfo=UTC)
    fact = Fact(
        "category",
        "dibao",
        from_on=date(2026, 3, 1),
        to_on=date(2026, 3, 31),
        recorded_at=learnt,
        withdrawn_at=learnt + timedelta(days=2),
    )
    assert [fact.holds_on(date(2026, *day)) for day in ((2, 28), (3, 1), (3, 31), (4, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert not fact.is_known_at(learnt - timedelta(seconds=1))
    assert fact.is_known_at(learnt)
    assert not fact.is_known_at(learnt + timedelta(days=2))
    assert Fact("born", born=date(1946, 1, 1)).holds_on(date(2026, 1, 1))
    assert Fact("born").is_known_at(learnt)
