"""Who is brought her meals without the other fee: by the day of the meal, and why."""

from datetime import date, timedelta

import pytest

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.delivery_entitlement import (
    DEFAULT_GROUNDS,
    GROUND_NAMES,
    Exempt,
    Ground,
    list_grounds,
    parse_grounds,
)
from canteen.rules.errors import Invalid
from canteen.rules.meal_facts import Held, Person

BIRTHDAY = date(2026, 11, 25)
BORN = date(1946, 11, 25)
YOUNG = date(1956, 1, 1)
TABLE = parse_grounds(DEFAULT_GROUNDS)


def _codes(person: Person, day: date, *exceptions: Exempt) -> list[str]:
    return [ground.code for ground in list_grounds(person, exceptions, day, TABLE)]


@pytest.mark.parametrize(("days", "codes"), [(-1, []), (0, ["age"]), (1, ["age"])])
def test_o009_eighty_counts_on_the_birthday_of_the_meals_day(days: int, codes: list[str]):
    assert _codes(Person(BORN), BIRTHDAY + timedelta(days=days)) == codes


def test_o009_a_leap_days_child_is_eighty_on_the_last_of_february():
    person = Person(date(1948, 2, 29))
    assert _codes(person, date(2028, 2, 28)) == []
    assert _codes(person, date(2028, 2, 29)) == ["age"]


def test_unknown_never_qualifies():
    assert _codes(Person(None), BIRTHDAY) == []
    assert _codes(Person(None, categories=(Held("disability_care"),)), BIRTHDAY) == []


@pytest.mark.parametrize(
    ("code", "level", "holds"),
    [
        ("limited_mobility", None, True),
        ("heavy_disability", None, True),
        ("disability_care", 1, False),
        ("disability_care", 2, True),
        ("disability_care", 3, True),
        ("disabled", 1, False),
        ("disabled", 4, True),
        ("disability", 1, False),
        ("dibao", None, False),
    ],
)
def test_a_category_of_limited_mobility_gives_it_from_its_level_on(
    code: str, level: int | None, holds: bool
):
    person = Person(YOUNG, categories=(Held(code, level),))
    assert _codes(person, BIRTHDAY) == ([code] if holds else [])


def test_a_category_gives_it_on_its_days_only():
    last = BIRTHDAY + timedelta(days=3)
    person = Person(YOUNG, categories=(Held("limited_mobility", None, BIRTHDAY, last),))
    days = [BIRTHDAY + timedelta(days=ahead) for ahead in range(-1, 5)]
    assert [bool(_codes(person, day)) for day in days] == [False, True, True, True, True, False]


def test_an_exception_gives_it_on_its_days_and_says_which():
    exempt = Exempt("illness", BIRTHDAY, BIRTHDAY)
    assert list_grounds(Person(YOUNG), [exempt], BIRTHDAY, TABLE) == (
        Ground("exception", None, BIRTHDAY, BIRTHDAY, "illness"),
    )
    assert _codes(Person(YOUNG), BIRTHDAY + timedelta(days=1), exempt) == []


def test_age_is_named_first_then_the_table_then_exceptions():
    person = Person(BORN, categories=(Held("disabled", 3), Held("limited_mobility")))
    exempt = Exempt("other", BIRTHDAY, BIRTHDAY)
    assert _codes(person, BIRTHDAY, exempt) == ["age", "limited_mobility", "disabled", "exception"]


def test_of_disability_level_one_is_the_gravest():
    table = parse_grounds("disability:2")
    for level, holds in ((1, True), (2, True), (3, False)):
        person = Person(YOUNG, categories=(Held("disability", level),))
        assert bool(list_grounds(person, [], BIRTHDAY, table)) is holds


@pytest.mark.parametrize(
    "text", ["", "walking", "disabled:9", "limited_mobility:1", "disabled:x", "disabled:2;dibao"]
)
def test_a_wrong_setting_is_named(text: str):
    with pytest.raises(Invalid) as raised:
        parse_grounds(text)
    assert raised.value.code == "delivery_grounds"


def test_every_ground_has_its_names():
    assert set(GROUND_NAMES) == {"age", "exception", *REGISTER_CATEGORIES}
