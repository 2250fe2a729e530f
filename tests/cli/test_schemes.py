"""`canteen scheme …`: files judged and tried without a database; schemes bound with their funders."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canteen.services import staff
from tests.cli.conftest import BASE_WORLD, ROOT, Installation

CASE = {
    "person": {
        "born": "1944-03-01",
        "hukou": "450702003005",
        "residence": "450702003005",
        "categories": [],
    },
    "meals": [
        {
            "price_fen": 1250,
            "at": "2026-03-02T12:01:00+08:00",
            "mealtime": "lunch",
            "channel": "dine_in",
            "site": "450702003005",
        }
    ],
}
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
SHIPPED = sorted((ROOT / "canteen" / "schemes").glob("*.toml"))


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    return str(path)


def test_all_shipped_schemes_are_checked_without_a_fault(bare: Installation) -> None:
    answer = bare.run("scheme", "check", *map(str, SHIPPED)).json
    assert answer["errors"] == []
    assert [one["code"] for one in answer["files"]] == [path.stem for path in SHIPPED]


def test_every_fault_of_every_file_is_told_and_the_exit_code_is_2(
    bare: Installation, tmp_path: Path
) -> None:
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(
            'code = "x"\ncolour = "red"\n[payer.city]\nkind = "bank"\n[[rule]]\nid = "a"\n'
            'payer = "town"\namount = { percent = "120" }\n',
            encoding="utf-8",
        )
    answer = bare.run("scheme", "check", "one.toml", "two.toml", "three.toml", code=2).json
    files = [one["file"] for one in answer["errors"]]
    assert files.count("one.toml") == files.count("two.toml") >= 4
    assert "three.toml" in files
    assert all({"file", "key", "message"} <= set(one) for one in answer["errors"])


def test_a_quote_is_one_json_document(bare: Installation, case: str) -> None:
    scheme = ROOT / "canteen" / "schemes" / "nanning-2022.toml"
    [quote] = bare.run("scheme", "quote", str(scheme), "--case", case).json["quotes"]
    assert (quote["elder_fen"], quote["subsidy_fen"]) == (950, 300)
    assert quote["reasons"][0]["zh"]


def test_a_quote_reads_its_case_from_standard_input(bare: Installation) -> None:
    scheme = ROOT / "canteen" / "schemes" / "nanning-2022.toml"
    answer = bare.run("scheme", "quote", str(scheme), "--case", "-", stdin=json.dumps(CASE)).json
    assert answer["quotes"][0]["elder_fen"] == 950


@pytest.mark.parametrize(
    "text",
    ["{", '{"person": {}, "meals": [{"price_fen": 12.5}]}', "[]", "9" * 5000, "1e" + "9" * 50],
)
def test_a_wrong_case_is_answered_with_its_errors(
    bare: Installation, tmp_path: Path, text: str
) -> None:
    (tmp_path / "case.json").write_text(text, encoding="utf-8")
    scheme = ROOT / "canteen" / "schemes" / "nanning-2022.toml"
    answer = bare.run("scheme", "quote", str(scheme), "--case", "case.json", code=2).json
    assert answer["errors"]
    assert set(answer) == {"errors"}


def test_a_quote_loads_no_database(case: str) -> None:
    scheme = ROOT / "canteen" / "schemes" / "nanning-2022.toml"
    code = (
        "import sys\nfrom canteen.cli import main\n"
        f"main(['scheme', 'quote', {str(scheme)!r}, '--case', {case!r}], standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'flask', 'alembic', 'argon2', 'apscheduler'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _admin(base_world: Installation) -> None:
    database = base_world.open()
    for name, role, scope in (("admin", "admin", "everywhere"), ("far", "admin", "4507")):
        database.run(
            staff.add_account,
            name=name,
            display_name=name,
            password="long enough 8",
            actor="test",
            origin=None,
            now=NOW,
        )
        database.run(
            staff.grant_role, name=name, role=role, scope=scope, actor="test", origin=None, now=NOW
        )
    database.close()


def test_a_shipped_scheme_is_bound_with_its_funders(base_world: Installation) -> None:
    _admin(base_world)
    words = ["scheme", "bind", "nanning-2022", "--canteen", "C1", "--from", "2026-12-01"]
    told = base_world.run(*words, "--as", "admin", code=2).err
    assert "--payer gov=FUNDER" in told  # scheme_payers
    answer = base_world.run(*words, "--payer", "gov=city-civil", "--as", "admin", "--json").json
    assert answer["payers"] == {"gov": "city-civil"}
    assert answer["new"] is True
    again = base_world.run(*words, "--as", "admin", "--json").json
    assert again["new"] is False  # the last binding's funders stand behind the same payers


def test_going_back_to_a_scheme_its_funders_are_still_known(base_world: Installation) -> None:
    _admin(base_world)
    words = ["--canteen", "C1", "--as", "admin", "--json", "--from"]
    base_world.run(
        "scheme", "bind", "nanning-2022", "--payer", "gov=city-civil", *words, "2026-12-01"
    )
    back = base_world.run("scheme", "bind", "rule-set-a", *words, "2027-01-01").json
    assert back["payers"] == {"city": "city-civil"}


def test_binding_says_what_is_wrong(base_world: Installation) -> None:
    _admin(base_world)
    words = ["scheme", "bind", "nanning-2022", "--from", "2026-12-01", "--as", "admin"]
    for more, part in (
        ((), "--canteen"),  # bind_where
        (("--canteen", "C9"), "C9"),  # canteen_unknown
        (("--area", "11"), "11"),  # area_unknown
        (("--canteen", "C1", "--payer", "gov"), "P=FUNDER"),  # payer_form
        (("--canteen", "C1", "--payer", "gov=nobody"), "nobody"),
    ):
        assert part in base_world.run(*words, *more, code=2).err, more
    assert (
        "nobody-2020"
        in base_world.run(
            "scheme",
            "bind",
            "nobody-2020",
            "--canteen",
            "C1",
            "--from",
            "2026-12-01",
            "--as",
            "admin",
            code=2,
        ).err
    )


def test_only_who_may_bind_there_binds(base_world: Installation) -> None:
    _admin(base_world)
    words = ["scheme", "bind", "nanning-2022", "--from", "2026-12-01", "--payer", "gov=city-civil"]
    base_world.run(*words, "--canteen", "C1", "--as", "secretary1", code=2)
    base_world.run(*words, "--area", "45", "--as", "far", code=2)
    base_world.run(*words, "--area", "4507", "--as", "far")


def test_a_scheme_file_is_stored_once(base_world: Installation) -> None:
    _admin(base_world)
    file = str(BASE_WORLD.with_name("rule_set_b.toml"))
    assert base_world.run("scheme", "add", file, "--as", "admin", "--json").json["new"] is True
    assert base_world.run("scheme", "add", file, "--as", "admin", "--json").json["new"] is False
    listed = base_world.run("scheme", "list").out
    assert "rule-set-b" in listed
    assert "nanning-2022" in listed
