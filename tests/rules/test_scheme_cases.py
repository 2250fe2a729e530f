"""The fifteen published schemes: every worked example to the fen, and the shipped files."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from canteen.rules.quote import quote
from canteen.rules.scheme_parser import parse_scheme

DATA = Path(__file__).parent / "data" / "schemes.json"
SCHEMES: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
CASES = [
    pytest.param(entry["scheme"], case, id=f"{parse_scheme(entry['scheme']).code}: {case['note']}")
    for entry in SCHEMES
    for case in entry["cases"]
]


@pytest.mark.parametrize(("text", "case"), CASES)
def test_published_example_comes_out_to_the_fen(text: str, case: dict[str, Any]) -> None:
    kinds = {code: payer.kind for code, payer in parse_scheme(text).payers.items()}
    quotes = quote(text, case)["quotes"]
    assert len(quotes) == len(case["expect"])
    for meal, got, expected in zip(case["meals"], quotes, case["expect"], strict=True):
        paid: dict[str, int] = {}
        for share in got["shares"]:
            paid[share["payer"]] = paid.get(share["payer"], 0) + share["fen"]
        assert (got["elder_fen"], paid) == (expected["elder_fen"], expected["payers"])
        discount = sum(fen for payer, fen in paid.items() if kinds[payer] == "canteen")
        assert got["price_fen"] == meal["price_fen"]
        assert got["discount_fen"] == discount
        assert got["subsidy_fen"] == sum(paid.values()) - discount


@pytest.mark.parametrize(("text", "case"), CASES)
def test_every_rule_of_a_published_scheme_gives_its_reason(text: str, case: dict[str, Any]) -> None:
    rules = [rule.id for rule in parse_scheme(text).rules]
    for got in quote(text, case)["quotes"]:
        assert [reason["rule"] for reason in got["reasons"]] == rules
        paying = {share["rule"] for share in got["shares"]}
        assert {reason["rule"] for reason in got["reasons"] if reason["applied"]} == paying
        assert all(reason["zh"] and reason["en"] for reason in got["reasons"])


def test_shipped_schemes_are_the_published_ones() -> None:
    folder = files("canteen").joinpath("schemes")
    shipped = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    texts = [entry["scheme"] for entry in SCHEMES]
    assert shipped == {f"{parse_scheme(text).code}.toml": text for text in texts}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_quotes_do_not_depend_on_the_zone_of_the_process(zone: str) -> None:
    program = (
        "import json, sys\n"
        "from canteen.rules.quote import quote\n"
        "given = json.load(sys.stdin)\n"
        "print(json.dumps([quote(s['scheme'], c) for s in given for c in s['cases']]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(SCHEMES),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "TZ": zone},
        cwd=Path(__file__).parents[2],
    )
    here = [quote(entry["scheme"], case) for entry in SCHEMES for case in entry["cases"]]
    assert json.loads(ran.stdout) == here
