"""A rule is quoted from the stored file letter by letter."""

import tomllib
from pathlib import Path

from canteen.rules.scheme_quotes import quote_rule
from tests.factories.schemes import RULE_SET_A

BODY = (
    RULE_SET_A
    + """
# 冬至加餐
[[rule]]
id = "winter"   # 一次性
payer = "gov"
[rule.amount]
fixed_fen = 100

# 以下为说明
"""
)


def test_the_quoted_rule_is_the_text_of_the_file() -> None:
    quoted = quote_rule(BODY, "70")
    assert quoted is not None
    assert quoted in BODY
    assert quoted.startswith('[[rule]]\nid = "70"')
    assert tomllib.loads(quoted)["rule"][0]["amount"] == {"fixed_fen": 300}


def test_a_rule_keeps_its_own_tables_and_not_the_next_ones_comment() -> None:
    assert quote_rule(BODY, "winter") == (
        '[[rule]]\nid = "winter"   # 一次性\npayer = "gov"\n[rule.amount]\nfixed_fen = 100'
    )
    assert quote_rule(BODY, "nothing") is None


def test_every_rule_of_the_shipped_schemes_can_be_quoted() -> None:
    for path in Path(__file__).parents[2].glob("canteen/**/*.toml"):
        body = path.read_text(encoding="utf-8")
        for rule in tomllib.loads(body).get("rule", []):
            quoted = quote_rule(body, rule["id"])
            assert quoted is not None
            assert tomllib.loads(quoted)["rule"][0]["id"] == rule["id"], path
