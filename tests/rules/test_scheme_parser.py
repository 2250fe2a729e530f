"""Scheme files: what a good one says, and every fault of a bad one, all at once."""

from datetime import date

import pytest

from canteen.rules.scheme import (
    Amount,
    CategoryTerm,
    Payer,
    Rounding,
    Scheme,
    Tier,
    history_end,
    scheme_version,
)
from canteen.rules.scheme_parser import find_faults, parse_scheme
from canteen.rules.scheme_text import SchemeInvalid
from tests.rules.bad_schemes import BAD_FILES, BAD_RULES, GOOD
from tests.rules.making import FIXED_300, PAYERS, make_scheme, make_scheme_text


def _keys(text: str) -> list[str]:
    return [error.key for error in find_faults(text, "x.toml")]


def _rule_keys(body: str) -> list[str]:
    return _keys(make_scheme_text(body))


# ------------------------------------------------------------------------------- what a good one says


def test_defaults_of_a_short_file() -> None:
    text = make_scheme_text(FIXED_300)
    scheme = parse_scheme(text)
    rule = scheme.rules[0]
    assert (scheme.name, scheme.source, scheme.quota_scope) == ("test", "", "test")
    assert (scheme.age_counts_from, scheme.rounding) == (
        "birthday",
        Rounding(1, "half_up", "payer"),
    )
    assert scheme.version == scheme_version(text)
    assert (rule.stage, rule.group, rule.parts) == (1, "gov", ((scheme.payers["gov"], 1),))
    assert (rule.who, rule.when, rule.floor, rule.quota) == (None, None, None, None)
    assert scheme.payers["fund"] == Payer("fund", "慈善会", "charity")
    assert [payer.is_canteen for payer in scheme.payers.values()] == [False] * 5 + [True]


def test_a_version_is_the_hash_of_the_text() -> None:
    assert scheme_version("") == "e3b0c44298fc"
    assert scheme_version("名") != scheme_version("名 ")


def test_a_full_file_says_everything() -> None:
    scheme = parse_scheme(
        make_scheme_text(
            'id = "all"\npayer = { city = 2, district = 1 }\ngroup = "g"\nstage = 3\n'
            'amount = { percent = "33.3", cap_fen = 500 }\nfrom = 2020-01-01\nto = 2020-12-31\n'
            'who = { age_min = 60, category = ["x", "disability:1-2"] }\n'
            "quota = { day = 1, month_fen = 6000, ordinal = 1, mealtime = 2 }",
            head='name = "办法"\nsource = "报纸"\nquota_scope = "old"\nage_counts_from = "day_after"\n'
            'rounding = { unit_fen = 10, mode = "down", side = "elder" }',
            tail='[category.x]\nname = "某类"\n'
            '[[service]]\nid = "s"\npayer = "city"\nper = "delivery"\namount_fen = 200\n'
            'who = { age_min = 80 }\nto_whom = "deliverer"\n'
            '[[service]]\nid = "s2"\npayer = "city"\nper = "elder_meal"\namount_fen = 100\n'
            '[[grant]]\nid = "m"\npayer = "city"\nper = "month"\namount_fen = 300000\n'
            '[[grant]]\nid = "t"\npayer = "district"\nper = "year"\n'
            'basis = "average_elder_meals_per_open_day"\n'
            "tiers = [{ min = 30, amount_fen = 1000000 }, { min = 50, amount_fen = 2000000 }]\n",
        )
    )
    rule = scheme.rules[0]
    assert (scheme.name, scheme.source, scheme.quota_scope) == ("办法", "报纸", "old")
    assert scheme.rounding == Rounding(10, "down", "elder")
    assert scheme.categories == {"x": "某类"}
    assert [(payer.code, weight) for payer, weight in rule.parts] == [("city", 2), ("district", 1)]
    assert rule.amount == Amount("percent", 0, 333, 1000, 500)
    assert (rule.from_on, rule.to_on) == (date(2020, 1, 1), date(2020, 12, 31))
    assert rule.who is not None
    assert rule.who.categories == (CategoryTerm("x"), CategoryTerm("disability", 1, 2))
    assert rule.quota is not None
    assert rule.quota.meals == (("mealtime", 2), ("day", 1))
    assert (rule.quota.fen, rule.quota.ordinal) == ((("month", 6000),), 1)
    assert rule.portions == 2
    delivery, meals = scheme.services
    assert (delivery.per, delivery.to_whom, meals.to_whom) == ("delivery", "deliverer", "operator")
    assert delivery.who is not None
    assert delivery.who.age_min == 80
    assert scheme.grants[0].amount_fen == 300000
    assert scheme.grants[1].tiers == (Tier(30, 1000000), Tier(50, 2000000))


def test_sections_and_inline_tables_say_the_same() -> None:
    inline = make_scheme(f"{FIXED_300}\nwho = {{ age_min = 60 }}\nquota = {{ day = 1 }}")
    apart = make_scheme(
        "[rule.amount]\nfixed_fen = 300\n[rule.who]\nage_min = 60\n[rule.quota]\nday = 1"
    )
    assert inline.rules[0].who == apart.rules[0].who
    assert inline.rules[0].quota == apart.rules[0].quota
    assert inline.rules[0].amount == apart.rules[0].amount


def test_a_byte_order_mark_and_other_line_ends_do_not_matter() -> None:
    text = make_scheme_text(FIXED_300)
    assert parse_scheme("\ufeff" + text.replace("\n", "\r\n")).rules == parse_scheme(text).rules


@pytest.mark.parametrize(
    ("quota", "widest", "start", "end"),
    [
        ("", None, None, "2026-04-01"),
        ("quota = {}", None, None, "2026-04-01"),
        ("quota = { mealtime = 1 }", "mealtime", "2026-04-01", "2026-04-01"),
        ("quota = { ordinal = 1 }", "day", "2026-04-01", "2026-04-01"),
        ("quota = { day = 1, week = 5 }", "week", "2026-03-30", "2026-04-05"),
        ("quota = { week = 5, month_fen = 100 }", "month", "2026-03-30", "2026-04-30"),
        ("quota = { year_fen = 100 }", "year", "2026-01-01", "2026-12-31"),
    ],
)
def test_how_far_back_and_forth_the_quotas_look(
    quota: str, widest: str | None, start: str | None, end: str
) -> None:
    scheme = make_scheme(f"{FIXED_300}\n{quota}")
    day = date(2026, 4, 1)
    found = scheme.history_start(day)
    assert scheme.widest_quota == widest
    assert (found and found.isoformat()) == start
    assert history_end(day, widest or "day").isoformat() == end


def test_whether_workdays_matter() -> None:
    assert make_scheme(f'{FIXED_300}\nwhen = {{ days = "workday" }}').uses_workdays
    assert not make_scheme(f'{FIXED_300}\nwhen = {{ days = "any" }}').uses_workdays
    assert not make_scheme(f"{FIXED_300}\nwhen = {{ weekdays = [1] }}").uses_workdays


def test_rules_know_their_lines() -> None:
    text = make_scheme_text(FIXED_300, FIXED_300)
    lines = text.splitlines()
    assert [lines[(rule.line or 0) - 1] for rule in parse_scheme(text).rules] == ["[[rule]]"] * 2


def test_a_file_of_grants_alone_is_a_scheme() -> None:
    text = 'code = "g"\n[payer.gov]\nkind = "government"\n[[grant]]\nid = "m"\npayer = "gov"\n'
    scheme: Scheme = parse_scheme(text + 'per = "month"\namount_fen = 1\n')
    assert (scheme.rules, scheme.stages, scheme.payers["gov"].name) == ((), (), "gov")


# ---------------------------------------------------------------------------- every fault of a bad one


@pytest.mark.parametrize(("body", "key"), BAD_RULES)
def test_each_fault_of_a_rule_is_named_by_its_key(body: str, key: str) -> None:
    found = find_faults(make_scheme_text(body), "x.toml")
    label = found[0].key.partition(".")[0] if "id =" in body else "rule[r1]"
    assert f"{label}.{key}" in [error.key for error in found]
    for error in found:
        assert error.file == "x.toml"
        assert error.message_zh
        assert error.message_en
        assert error.line is not None


@pytest.mark.parametrize(("text", "keys"), BAD_FILES)
def test_faults_of_a_file_are_named_all_and_only(text: str, keys: list[str]) -> None:
    assert sorted(_keys(text)) == sorted(keys)


def test_all_faults_come_at_once_with_their_lines() -> None:
    bodies = [body for body, _ in BAD_RULES if "id =" not in body]
    text = make_scheme_text(*bodies)
    found = find_faults(text, "all.toml")
    for number, (body, key) in enumerate(
        [(body, key) for body, key in BAD_RULES if "id =" not in body], start=1
    ):
        mine = [error for error in found if error.key == f"rule[r{number}].{key}"]
        assert mine, body
        lines = text.splitlines()
        line = lines[(mine[0].line or 0) - 1]
        wanted = key.split(".")[0].split("[")[0]
        assert line.startswith((wanted, "[[rule]]")), (body, line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('code = "x"\nname = \n', 2),
        ('code = "x"\ncode = "y"\n', 2),
        ('code = "x"\n[[rule]\n', 2),
        ('code = "x"\nname = "open', 2),
        ('code = "x"\nname = """open\n\n', 3),
        ('code = "x"\nfrom = 2020-02-30\n', 2),
    ],
)
def test_broken_toml_is_one_fault_with_its_line(text: str, line: int) -> None:
    (fault,) = find_faults(text, "x.toml")
    assert fault.line == line
    assert str(line) in fault.message_zh
    assert "TOML" in fault.message_en


def test_endless_nesting_is_a_fault_not_a_crash() -> None:
    (fault,) = find_faults("a = " + "[" * 100_000)
    assert fault.message_en == "it is nested too deeply"


@pytest.mark.parametrize("number", ["9" * 5000, "1e" + "9" * 50])
def test_a_number_too_long_to_read_is_a_fault_not_a_crash(number: str) -> None:
    (fault,) = find_faults(f"a = {number}")
    assert fault.message_en == "a number in it is too long to be read"


def test_a_string_date_is_told_how_to_write_it() -> None:
    (fault,) = find_faults(make_scheme_text(f'{GOOD}\nfrom = "2020-01-01"'))
    assert "without quotes" in fault.message_en
    assert "不加引号" in fault.message_zh


def test_faults_as_json_have_file_key_message() -> None:
    with pytest.raises(SchemeInvalid) as refused:
        parse_scheme(make_scheme_text(f"{GOOD}\nstage = true"), "x.toml")
    (error,) = refused.value.errors
    found = error.as_json()
    assert (found["file"], found["key"]) == ("x.toml", "rule[r1].stage")
    assert "true or false" in str(found["message"])
    assert isinstance(found["line"], int)
    assert "line" not in find_faults('code = "x"')[0].as_json()


def test_a_good_file_has_no_faults() -> None:
    assert find_faults(make_scheme_text(FIXED_300)) == ()


def test_rules_written_as_one_list_have_no_line_but_their_faults_are_named() -> None:
    text = f'code = "x"\nrule = [{{ id = "a", payer = "gov", amount = {{ fixed_fen = -1 }} }}]\n{PAYERS}'
    (fault,) = find_faults(text)
    assert (fault.key, fault.line) == ("rule[a].amount.fixed_fen", None)


def test_names_and_sources_are_free_text_and_ids_may_hold_blanks() -> None:
    scheme = make_scheme(
        f'id = "60 岁/以上"\n{FIXED_300}', head=f'name = ""\nsource = "{"报纸 " * 200}"'
    )
    assert (scheme.name, scheme.rules[0].id) == ("test", "60 岁/以上")
    assert len(scheme.source) == 600
