"""Every key of the vocabulary, both ways: where it holds the rule pays, where not it says why."""

from datetime import date
from typing import Any

import pytest

from canteen.rules.reasons import reason_text
from canteen.rules.split import Held
from canteen.rules.workdays import WorkdayCalendar
from tests.rules.making import FIXED_300, make_earlier, make_person, make_reason, make_split


def _rule(line: str) -> str:
    return f"{FIXED_300}\n{line}"


HOLDS: list[tuple[str, dict[str, Any]]] = [
    ("from = 2026-03-02", {}),
    ("to = 2026-03-02", {}),
    ("from = 2026-03-02\nto = 2026-03-02", {}),
    ("who = {}", {}),
    ("who = { age_min = 76 }", {}),
    ("who = { age_below = 77 }", {}),
    ("who = { age_min = 60, age_below = 80 }", {}),
    ('who = { category = ["dibao"] }', {"person": make_person(categories=["dibao"])}),
    ('who = { category = ["tekun", "dibao"] }', {"person": make_person(categories=["dibao"])}),
    ('who = { not_category = ["nursing_home"] }', {}),
    (
        'who = { not_category = ["nursing_home"] }',
        {"person": make_person(categories=[Held("nursing_home", to_on=date(2026, 3, 1))])},
    ),
    ('who = { hukou_in = ["45"] }', {}),
    ('who = { hukou_in = ["11", "4507"] }', {}),
    ('who = { hukou_in = ["450702003005"] }', {}),
    ('who = { residence_in = ["450702003"] }', {"person": make_person(hukou=None)}),
    ('who = { hukou_same = "province" }', {"person": make_person(hukou="45")}),
    ('who = { hukou_same = "city" }', {"person": make_person(hukou="4507")}),
    ('who = { hukou_same = "district" }', {"person": make_person(hukou="450702999999")}),
    ('who = { hukou_same = "town" }', {"person": make_person(hukou="450702003")}),
    ('who = { hukou_same = "community" }', {}),
    ('who = { residence_same = "town" }', {"person": make_person(hukou=None)}),
    ("who = { any = [{ age_min = 90 }, { age_min = 70 }] }", {}),
    ('who = { hukou_in = ["45"], any = [{ age_min = 90 }, { age_min = 70 }] }', {}),
    ('when = { mealtimes = ["lunch", "dinner"] }', {}),
    ('when = { window = [["12:01", "12:02"]] }', {}),
    ('when = { window = [["07:00", "08:00"], ["12:00", "24:00"]] }', {}),
    ("when = { weekdays = [1] }", {}),
    ('when = { days = "any" }', {"at": "2026-03-01T12:00:00+08:00"}),
    ('when = { days = "workday" }', {}),
    ('when = { days = "workday" }', {"at": "2026-10-10T12:00:00+08:00"}),
    ('when = { days = "rest_day" }', {"at": "2026-03-01T12:00:00+08:00"}),
    ('when = { days = "rest_day" }', {"at": "2026-09-25T12:00:00+08:00"}),
    ('when = { channels = ["delivery", "dine_in"] }', {}),
    ("price = { min_fen = 1250 }", {}),
    ("price = { above_fen = 1249 }", {}),
    ('price = { min_fen = 1250, basis = "list" }', {}),
    ('price = { min_fen = 1250, basis = "net" }', {}),
    ("quota = { day = 2 }", {"earlier": [make_earlier()]}),
    ("quota = { mealtime = 1 }", {"earlier": [make_earlier()]}),
    ("quota = { ordinal = 2 }", {"earlier": [make_earlier(fen=0)]}),
    ("quota = {}", {}),
    ("quota = { day_fen = 600 }", {"earlier": [make_earlier()]}),
]
FAILS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("from = 2026-03-03", {}, "not_yet_valid", {"from": "2026-03-03"}),
    ("to = 2026-03-01", {}, "expired", {"to": "2026-03-01"}),
    (
        "who = { age_min = 80 }",
        {"person": make_person("1946-03-25")},
        "too_young",
        {"age": 79, "age_min": 80, "days": 23},
    ),
    ("who = { age_below = 76 }", {}, "too_old", {"age": 76, "age_below": 76}),
    ("who = { age_min = 60 }", {"person": make_person(None)}, "birth_unknown", {}),
    ('who = { category = ["dibao"] }', {}, "not_category", {"categories": "dibao"}),
    (
        'who = { not_category = ["nursing_home"] }',
        {"person": make_person(categories=["nursing_home"])},
        "excluded_category",
        {"category": "nursing_home"},
    ),
    ('who = { hukou_in = ["11", "4508"] }', {}, "not_registered", {"areas": "11,4508"}),
    ('who = { residence_in = ["11"] }', {}, "not_resident", {"areas": "11"}),
    (
        'who = { hukou_same = "town" }',
        {"person": make_person(hukou="450702004001")},
        "not_registered",
        {"digits": 9},
    ),
    (
        'who = { residence_same = "community" }',
        {"person": make_person(residence="450702003006")},
        "not_resident",
        {"digits": 12},
    ),
    (
        'who = { hukou_same = "town" }',
        {"person": make_person(hukou="450702")},
        "area_unknown",
        {"which": "hukou", "digits": 9, "known": 6},
    ),
    (
        'who = { residence_same = "town" }',
        {"area_code": "450702"},
        "area_unknown",
        {"which": "canteen", "digits": 9, "known": 6},
    ),
    (
        'who = { residence_same = "city" }',
        {"area_code": None},
        "area_unknown",
        {"which": "canteen", "digits": 4, "known": 0},
    ),
    (
        'who = { residence_same = "province" }',
        {"person": make_person(residence=None)},
        "area_unknown",
        {"which": "residence", "digits": 2, "known": 0},
    ),
    (
        'who = { hukou_in = ["11", "450702003"] }',
        {"person": make_person(hukou="450702")},
        "area_unknown",
        {"which": "hukou", "digits": 9, "known": 6},
    ),
    (
        'who = { hukou_in = ["45"] }',
        {"person": make_person(hukou=None)},
        "area_unknown",
        {"which": "hukou", "digits": 2, "known": 0},
    ),
    ('when = { mealtimes = ["dinner"] }', {}, "mealtime", {"mealtime": "lunch"}),
    (
        'when = { window = [["11:30", "12:01"], ["12:02", "13:00"]] }',
        {},
        "window",
        {"windows": "11:30-12:01, 12:02-13:00", "at": "12:01"},
    ),
    ("when = { weekdays = [2, 3, 4, 5, 6, 7] }", {}, "weekday", {"weekday": 1}),
    ('when = { days = "workday" }', {"at": "2026-09-25T12:00:00+08:00"}, "not_workday", {}),
    ('when = { days = "workday" }', {"at": "2026-10-07T12:00:00+08:00"}, "not_workday", {}),
    ('when = { days = "rest_day" }', {"at": "2026-09-20T12:00:00+08:00"}, "not_rest_day", {}),
    ('when = { channels = ["delivery"] }', {}, "channel", {"channel": "dine_in"}),
    ("price = { min_fen = 1251 }", {}, "below_floor", {"floor_fen": 1251, "price_fen": 1250}),
    ("price = { above_fen = 1250 }", {}, "below_floor", {"above_fen": 1250, "price_fen": 1250}),
    (
        "quota = { day = 1 }",
        {"earlier": [make_earlier()]},
        "quota_meals",
        {"period": "day", "limit": 1},
    ),
    (
        "quota = { mealtime = 1 }",
        {"earlier": [make_earlier(mealtime="lunch")]},
        "quota_meals",
        {"period": "mealtime", "limit": 1},
    ),
    (
        "quota = { day_fen = 300 }",
        {"earlier": [make_earlier()]},
        "quota_fen_used",
        {"period": "day", "limit_fen": 300},
    ),
    ("quota = { ordinal = 2 }", {}, "ordinal", {"ordinal": 2, "meal_of_day": 1}),
    ("", {"portion": 2}, "second_portion", {"portion": 2}),
    ("", {"price_fen": 0}, "nothing_left", {}),
]


@pytest.mark.parametrize(("line", "given"), HOLDS)
def test_rule_pays_where_its_condition_holds(line: str, given: dict[str, Any]) -> None:
    result = make_split(_rule(line), **given)
    assert [(share.payer, share.fen) for share in result.shares] == [("gov", 300)]
    assert (result.reasons[0].applied, result.reasons[0].code) == (True, "paid")


@pytest.mark.parametrize(("line", "given", "code", "facts"), FAILS)
def test_rule_says_why_where_its_condition_fails(
    line: str, given: dict[str, Any], code: str, facts: dict[str, Any]
) -> None:
    result = make_split(_rule(line), **given)
    assert result.shares == ()
    assert result.elder_fen == result.price_fen
    assert result.reasons[0].code == code
    assert result.reasons[0].facts == facts
    assert not result.reasons[0].applied


@pytest.mark.parametrize(
    ("level", "pays"), [(1, True), (2, True), (3, False), (4, False), (None, False)]
)
def test_levels_of_a_category_are_a_band(level: int | None, pays: bool) -> None:
    person = make_person(categories=[Held("disability", level)])
    reason = make_reason(_rule('who = { category = ["disability:1-2"] }'), person=person)
    assert reason.applied is pays
    if level is None:
        assert reason.code == "level_unknown"


def test_one_level_and_any_level() -> None:
    person = make_person(categories=[Held("disability", 2)])
    assert make_reason(_rule('who = { category = ["disability:2"] }'), person=person).applied
    assert make_reason(_rule('who = { category = ["disability"] }'), person=person).applied
    assert not make_reason(_rule('who = { category = ["disability:1"] }'), person=person).applied


def test_an_unrecorded_level_does_not_exclude() -> None:
    person = make_person(categories=[Held("disability")])
    assert make_reason(_rule('who = { not_category = ["disability:1"] }'), person=person).applied


def test_a_second_record_with_a_level_is_enough() -> None:
    person = make_person(categories=[Held("disability"), Held("disability", 1)])
    assert make_reason(_rule('who = { category = ["disability:1"] }'), person=person).applied


@pytest.mark.parametrize(
    ("start", "end", "pays"),
    [
        (None, None, True),
        ("2026-03-02", "2026-03-02", True),
        ("2026-03-03", None, False),
        (None, "2026-03-01", False),
        ("2020-01-01", None, True),
    ],
)
def test_a_category_is_held_from_its_first_to_its_last_day(
    start: str | None, end: str | None, pays: bool
) -> None:
    first, last = (make_person(day).born for day in (start, end))
    person = make_person(categories=[Held("dibao", None, first, last)])
    assert make_reason(_rule('who = { category = ["dibao"] }'), person=person).applied is pays
    assert (
        make_reason(_rule('who = { not_category = ["dibao"] }'), person=person).applied is not pays
    )


def test_any_holds_only_beside_the_other_keys() -> None:
    rule = _rule('who = { hukou_in = ["11"], any = [{ age_min = 70 }] }')
    assert make_reason(rule).code == "not_registered"


def test_any_may_stand_inside_any() -> None:
    inner = '{ age_min = 60, any = [{ category = ["dibao"] }, { hukou_in = ["45"] }] }'
    assert make_reason(_rule(f"who = {{ any = [{{ age_min = 99 }}, {inner}] }}")).applied


def test_any_names_the_nearest_age_first() -> None:
    rule = _rule('who = { any = [{ category = ["dibao"] }, { age_min = 90 }, { age_min = 80 }] }')
    reason = make_reason(rule)
    assert (reason.code, reason.facts["age_min"]) == ("too_young", 80)


def test_any_names_what_can_be_mended_before_the_age() -> None:
    person = make_person(hukou=None)
    rule = _rule('who = { any = [{ age_min = 80 }, { hukou_in = ["45"] }] }')
    assert make_reason(rule, person=person).code == "area_unknown"


def test_any_without_age_or_doubt_names_its_first() -> None:
    rule = _rule('who = { any = [{ category = ["dibao"] }, { hukou_in = ["11"] }] }')
    assert make_reason(rule).code == "not_category"


def test_what_fails_for_certain_is_named_before_what_is_unknown() -> None:
    person = make_person(None, hukou=None)
    rule = _rule('who = { age_min = 60, hukou_in = ["45"], residence_in = ["11"] }')
    assert make_reason(rule, person=person).code == "not_resident"
    assert (
        make_reason(_rule('who = { age_min = 60, hukou_in = ["45"] }'), person=person).code
        == "birth_unknown"
    )
    rule = _rule('who = { age_min = 60, category = ["dibao"] }')
    assert make_reason(rule, person=person).code == "not_category"


def test_several_unknowns_name_the_first() -> None:
    person = make_person(None, hukou=None, categories=[Held("disability")])
    rule = 'who = { category = ["disability:1"], hukou_in = ["45"], any = [{ age_min = 60 }] }'
    assert make_reason(_rule(rule), person=person).code == "level_unknown"
    rule = 'who = { hukou_in = ["45"], any = [{ age_min = 60 }] }'
    assert make_reason(_rule(rule), person=person).code == "area_unknown"
    assert make_reason(_rule("who = { any = [{ age_min = 60 }] }"), person=person).code == (
        "birth_unknown"
    )
    rule = 'who = { hukou_in = ["45"], residence_in = ["45"] }'
    assert make_reason(_rule(rule), person=person).code == "area_unknown"


def test_any_that_fails_for_certain_beats_an_unknown_beside_it() -> None:
    person = make_person(None)
    rule = 'who = { age_min = 60, any = [{ hukou_in = ["11"] }] }'
    assert make_reason(_rule(rule), person=person).code == "not_registered"


def test_workdays_of_a_year_without_a_list_are_monday_to_friday_and_marked() -> None:
    rule = _rule('when = { days = "workday" }')
    monday = make_reason(rule, at="2027-01-04T12:00:00+08:00")
    assert (monday.applied, monday.facts["year_missing"]) == (True, 2027)
    assert "2027" in reason_text(monday.code, monday.facts, "zh")
    sunday = make_reason(rule, at="2027-01-03T12:00:00+08:00")
    assert (sunday.code, sunday.facts) == ("not_workday", {"year_missing": 2027})
    known = WorkdayCalendar({}, frozenset({2027}))
    assert make_reason(rule, at="2027-01-04T12:00:00+08:00", calendar=known).facts == {"fen": 300}


@pytest.mark.parametrize(
    ("at", "pays"),
    [
        ("2026-03-02T11:29:59+08:00", False),
        ("2026-03-02T11:30:00+08:00", True),
        ("2026-03-02T12:29:59.999999+08:00", True),
        ("2026-03-02T12:30:00+08:00", False),
        ("2026-03-02T03:30:00+00:00", True),
        ("2026-03-02T04:30:00Z", False),
        ("2026-03-01T22:45:00-05:00", True),
    ],
)
def test_a_window_has_its_start_and_not_its_end_and_no_grace(at: str, pays: bool) -> None:
    rule = _rule('when = { window = [["11:30", "12:30"]] }')
    assert make_reason(rule, at=at).applied is pays


def test_a_net_floor_looks_at_what_the_stage_begins_with() -> None:
    first = "amount = { fixed_fen = 300 }"
    second = (
        'payer = "city"\nstage = 2\namount = {{ fixed_fen = 100 }}\n'
        'price = {{ min_fen = 1000, basis = "{}" }}'
    )
    assert make_split(first, second.format("list")).elder_fen == 850
    result = make_split(first, second.format("net"))
    assert result.elder_fen == 950
    assert result.reasons[1].facts == {"floor_fen": 1000, "price_fen": 950}


def test_second_portions_only_for_rules_that_count_portions() -> None:
    earlier = [make_earlier(mealtime="lunch")]
    rule = _rule("quota = { mealtime = 2 }")
    assert make_reason(rule, portion=2, earlier=earlier).applied
    assert make_reason(rule, portion=3, earlier=earlier).code == "second_portion"
    twice = [*earlier, make_earlier(mealtime="lunch", portion=2)]
    assert make_reason(rule, portion=2, earlier=twice).code == "quota_meals"
    assert make_reason(_rule("quota = { day = 2 }"), portion=2, earlier=earlier).code == (
        "second_portion"
    )
