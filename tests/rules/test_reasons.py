"""The sentences: in both languages, for every code, without a word that shames anybody."""

import re
from pathlib import Path

import pytest

import canteen.rules
from canteen.rules.categories import LEVELS, REGISTER_CATEGORIES
from canteen.rules.reasons import CODES, is_reason, reason_text
from tests.rules.making import make_person, make_split

RULES = Path(canteen.rules.__file__).parent


def _codes_given_by_the_rules() -> set[str]:
    text = "".join(
        (RULES / f"{name}.py").read_text(encoding="utf-8") for name in ("entitlement", "split")
    )
    return set(re.findall(r'return "([a-z_]+)", ', text)) | set(
        re.findall(r'(?:True|False), "([a-z_]+)"', text)
    )


def test_every_code_the_rules_give_has_its_sentences() -> None:
    given = _codes_given_by_the_rules()
    assert len(given) > 15
    assert given <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_reads_in_both_languages_even_without_facts(code: str) -> None:
    zh, en = reason_text(code, {}, "zh_CN"), reason_text(code, {}, "en")
    assert re.search("[\u4e00-\u9fff]", zh)
    assert en.isascii()
    assert re.search("[a-z]", en)
    assert is_reason(code)


def test_an_unknown_code_has_no_sentence() -> None:
    assert not is_reason("because")
    with pytest.raises(KeyError):
        reason_text("because", {}, "zh")


@pytest.mark.parametrize(
    ("code", "facts", "zh", "en"),
    [
        ("paid", {"fen": 300}, "补贴 3.00 元", "pays 3.00"),
        ("paid", {"fen": 140, "discount": 1}, "优惠 1.40 元", "discount of 1.40"),
        (
            "paid",
            {"fen": 200, "wanted_fen": 500},
            "补贴 2.00 元（不超过餐费）",
            "pays 2.00 (no more than the price)",
        ),
        (
            "paid",
            {"fen": 100, "period": "month", "limit_fen": 6000},
            "补贴 1.00 元（本月额度只剩这些）",
            "pays 1.00 (all that is left this month)",
        ),
        ("paid", {"fen": "a lot"}, "补贴 a lot 元", "pays a lot"),
        (
            "too_young",
            {"days": 23, "age_min": 80},
            "差 23 天满 80 周岁",
            "too young by 23 days (from 80)",
        ),
        (
            "below_floor",
            {"floor_fen": 1000},
            "餐费未满 10.00 元",
            "the price is below the 10.00 floor",
        ),
        ("below_floor", {"above_fen": 500}, "餐费未超过 5.00 元", "the price is not above 5.00"),
        (
            "quota_fen_used",
            {"period": "month", "limit_fen": 6000},
            "本月补贴已用完（60.00 元）",
            "the subsidy this month is used up (60.00)",
        ),
        (
            "quota_meals",
            {"period": "day", "limit": 1},
            "今日补贴次数已用完（1 次）",
            "the subsidised meals today are used up (1)",
        ),
        ("weekday", {"weekday": 6}, "星期六不补", "not on a Saturday"),
        ("weekday", {"weekday": "x"}, "这一天不补", "not on this weekday"),
        ("mealtime", {"mealtime": "dinner"}, "晚餐不补", "not for dinner"),
        ("channel", {"channel": "take_away"}, "外带不补", "not for take-away"),
        ("not_workday", {}, "节假日无补贴", "not a workday: no subsidy on rest days"),
        (
            "area_unknown",
            {"which": "residence"},
            "居住地登记不够细，无法判断",
            "the area of residence is not recorded in enough detail",
        ),
    ],
)
def test_sentences(code: str, facts: dict[str, str | int], zh: str, en: str) -> None:
    assert reason_text(code, facts, "zh") == zh
    assert reason_text(code, facts, "en_GB") == en


def test_no_sentence_names_a_category_or_a_rule() -> None:
    rule = 'id = "{}"\namount = {{ fixed_fen = {} }}\nwho = {{ {} = ["{}"] }}'
    for code, (zh_name, en_name) in REGISTER_CATEGORIES.items():
        result = make_split(
            rule.format("secret-more", 300, "category", code),
            rule.format("secret-less", 200, "category", code),
            rule.format("secret-not", 200, "not_category", code),
            rule.format("secret-level", 200, "category", f"{code}:1"),
            person=make_person(categories=[code]),
        )
        result_without = make_split(rule.format("secret", 300, "category", code))
        for reason in (*result.reasons, *result_without.reasons):
            for language in ("zh", "en"):
                sentence = reason_text(reason.code, reason.facts, language)
                for word in (code, zh_name, en_name, "secret"):
                    assert word not in sentence


def test_the_register_names_every_category_in_both_languages() -> None:
    assert set(LEVELS) <= set(REGISTER_CATEGORIES)
    for code, (zh, en) in REGISTER_CATEGORIES.items():
        assert re.fullmatch("[a-z_]+", code)
        assert zh
        assert en
