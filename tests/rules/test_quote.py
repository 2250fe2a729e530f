"""The quote of a case: its exact JSON, and every fault of a case at once."""

import json
from typing import Any

import pytest

from canteen.rules.case_reader import CaseInvalid, parse_case
from canteen.rules.quote import errors_json, quote
from canteen.rules.scheme_text import SchemeInvalid
from tests.rules.making import make_scheme_text

MEAL = {
    "price_fen": 1250,
    "at": "2026-03-02T12:01:00+08:00",
    "mealtime": "lunch",
    "channel": "dine_in",
    "site": "450702003005",
}
PERSON = {
    "born": "1944-03-01",
    "hukou": "450702003005",
    "residence": "450702003005",
    "categories": [{"code": "dibao", "level": None, "from": "2024-01-01", "to": None}],
}
SCHEME = make_scheme_text(
    'id = "60-plus"\npayer = "city"\namount = { fixed_fen = 300 }\n'
    "who = { age_min = 60 }\nquota = { day = 1 }",
    'id = "discount"\npayer = "canteen"\nstage = 2\namount = { elder_pays_percent = "90" }',
)


def _case(**changes: Any) -> dict[str, Any]:
    return {"person": PERSON, "meals": [{**MEAL, **changes}]}


def test_a_quote_is_exactly_the_documented_json() -> None:
    assert quote(SCHEME, _case()) == {
        "quotes": [
            {
                "price_fen": 1250,
                "elder_fen": 855,
                "discount_fen": 95,
                "subsidy_fen": 300,
                "shares": [
                    {"rule": "60-plus", "payer": "city", "fen": 300},
                    {"rule": "discount", "payer": "canteen", "fen": 95},
                ],
                "reasons": [
                    {
                        "rule": "60-plus",
                        "applied": True,
                        "code": "paid",
                        "zh": "补贴 3.00 元",
                        "en": "pays 3.00",
                    },
                    {
                        "rule": "discount",
                        "applied": True,
                        "code": "paid",
                        "zh": "优惠 0.95 元",
                        "en": "discount of 0.95",
                    },
                ],
            }
        ]
    }
    json.dumps(quote(SCHEME, _case()))


def test_each_meal_sees_those_before_it() -> None:
    case = {
        "person": PERSON,
        "meals": [MEAL, {**MEAL, "mealtime": "dinner"}, {**MEAL, "portion": 2}],
    }
    first, second, third = quote(SCHEME, case)["quotes"]
    assert first["subsidy_fen"] == 300
    assert second["reasons"][0]["code"] == "quota_meals"
    assert {reason["code"] for reason in third["reasons"]} == {"second_portion"}
    assert third["elder_fen"] == 1250


def test_the_service_date_is_the_local_date_in_shanghai() -> None:
    scheme = make_scheme_text("amount = { fixed_fen = 300 }\nfrom = 2026-03-03")
    assert quote(scheme, _case(at="2026-03-02T16:00:00Z"))["quotes"][0]["subsidy_fen"] == 300
    assert quote(scheme, _case(at="2026-03-02T15:59:59+00:00"))["quotes"][0]["subsidy_fen"] == 0
    assert quote(scheme, _case(at="2026-03-03 00:00+08:00"))["quotes"][0]["subsidy_fen"] == 300


def test_what_is_not_said_is_unknown_or_plain() -> None:
    meal = {key: MEAL[key] for key in ("price_fen", "at", "mealtime")}
    case = parse_case({"person": {}, "meals": [meal], "note": "n", "mark": "m", "expect": []})
    assert (case.person.born, case.person.hukou, case.person.categories) == (None, None, ())
    assert (case.meals[0].channel, case.meals[0].portion, case.meals[0].area_code) == (
        "dine_in",
        1,
        None,
    )
    assert parse_case({"person": {"categories": None}, "meals": [meal]}).person.categories == ()


BAD_CASES: list[tuple[Any, list[str]]] = [
    (None, [""]),
    ([], [""]),
    ({}, ["person", "meals"]),
    ({"person": PERSON, "meals": []}, ["meals"]),
    ({"person": PERSON, "meals": {}}, ["meals"]),
    ({"person": [], "meals": [1]}, ["person", "meals[1]"]),
    ({"person": PERSON, "meals": [MEAL], "colour": 1}, ["colour"]),
    ({"person": {**PERSON, "name": "x"}, "meals": [MEAL]}, ["person.name"]),
    ({"person": {**PERSON, "born": "1944-02-30"}, "meals": [MEAL]}, ["person.born"]),
    ({"person": {**PERSON, "born": 1944}, "meals": [MEAL]}, ["person.born"]),
    ({"person": {**PERSON, "born": "19440301"}, "meals": [MEAL]}, ["person.born"]),
    ({"person": {**PERSON, "born": "2026-03-03"}, "meals": [MEAL]}, ["person.born"]),
    ({"person": {**PERSON, "hukou": "45070"}, "meals": [MEAL]}, ["person.hukou"]),
    ({"person": {**PERSON, "residence": 450702}, "meals": [MEAL]}, ["person.residence"]),
    ({"person": {**PERSON, "hukou": "４５"}, "meals": [MEAL]}, ["person.hukou"]),
    ({"person": {**PERSON, "hukou": "ab"}, "meals": [MEAL]}, ["person.hukou"]),
    ({"person": {**PERSON, "categories": "dibao"}, "meals": [MEAL]}, ["person.categories"]),
    (
        {"person": {"categories": ["dibao", {"code": ""}, {"x": 1}]}, "meals": [MEAL]},
        [
            "person.categories[1]",
            "person.categories[2].code",
            "person.categories[3].x",
            "person.categories[3].code",
        ],
    ),
    (
        {
            "person": {
                "categories": [
                    {"code": "a", "level": True},
                    {"code": "a", "level": 0},
                    {"code": "a", "from": "2024-01-02", "to": "2024-01-01"},
                    {"code": "a", "from": "soon"},
                ]
            },
            "meals": [MEAL],
        },
        [
            "person.categories[1].level",
            "person.categories[2].level",
            "person.categories[3].to",
            "person.categories[4].from",
        ],
    ),
    (_case(price_fen=12.5), ["meals[1].price_fen"]),
    (_case(price_fen=True), ["meals[1].price_fen"]),
    (_case(price_fen=-1), ["meals[1].price_fen"]),
    (_case(price_fen="1250"), ["meals[1].price_fen"]),
    (_case(at="2026-03-02T12:01:00"), ["meals[1].at"]),
    (_case(at="2026-03-02T25:01:00+08:00"), ["meals[1].at"]),
    (_case(at=1772424060), ["meals[1].at"]),
    (_case(at="9999-12-31T23:59:59Z"), ["meals[1].at"]),
    (_case(at="0001-01-01T00:00:00+08:00"), ["meals[1].at"]),
    (_case(mealtime="supper"), ["meals[1].mealtime"]),
    (_case(mealtime=None), ["meals[1].mealtime"]),
    (_case(channel="pigeon"), ["meals[1].channel"]),
    (_case(site="4507020"), ["meals[1].site"]),
    (_case(portion=0), ["meals[1].portion"]),
    (_case(portion=None), ["meals[1].portion"]),
    (_case(colour=1), ["meals[1].colour"]),
    (
        {"person": {"born": "x"}, "meals": [MEAL, {"portion": 1.5}]},
        [
            "person.born",
            "meals[2].price_fen",
            "meals[2].portion",
            "meals[2].at",
            "meals[2].mealtime",
        ],
    ),
]


@pytest.mark.parametrize(("case", "keys"), BAD_CASES)
def test_every_fault_of_a_case_is_named_at_once(case: Any, keys: list[str]) -> None:
    with pytest.raises(CaseInvalid) as refused:
        quote(SCHEME, case, case_file="c.json")
    assert [error.key for error in refused.value.errors] == keys
    for error in errors_json(refused.value.errors)["errors"]:
        assert error["file"] == "c.json"
        assert error["message"]


def test_faults_of_scheme_and_case_come_together() -> None:
    with pytest.raises(SchemeInvalid) as refused:
        quote("code = 1", {}, scheme_file="s.toml", case_file="c.json")
    assert {error.file for error in refused.value.errors} == {"s.toml", "c.json"}


def test_a_wrong_scheme_with_a_good_case_is_a_wrong_scheme() -> None:
    with pytest.raises(SchemeInvalid) as refused:
        quote("code = 1", _case(), scheme_file="s.toml")
    assert {error.file for error in refused.value.errors} == {"s.toml"}
