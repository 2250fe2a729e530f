"""Accounts and readers by command, and how far who types them may reach."""

import json

import pytest

from tests.cli.conftest import Installation
from tests.factories.staff import make_account
from tests.factories.world import make_world


@pytest.fixture
def office(installation: Installation) -> Installation:
    """The base world, a chief, and an administrator of one community."""
    database = installation.open()
    database.run(make_world)
    database.run(make_account, "chief", ("admin", "everywhere"))
    database.run(make_account, "local", ("admin", "450702003005"))
    database.close()
    return installation


def test_accounts_by_command(office: Installation):
    made = office.run(
        "user", "add", "li", "--role", "cashier", "--scope", "C1", "--as", "chief", "--json"
    )
    assert len(made.json["password"]) == 19
    given = office.run(
        "user", "passwd", "li", "--password-stdin", "--as", "chief", stdin="a-long-one\n"
    )
    assert given.out == ""
    office.run("user", "grant", "li", "cashier", "C2", "--as", "chief")
    office.run("user", "grant", "li", "cashier", "C1", "--revoke", "--as", "chief")

    [li] = [
        line for line in office.run("user", "list", "--json").json["staff"] if line["name"] == "li"
    ]
    assert li["roles"] == [{"role": "cashier", "scope": "C2"}]
    office.run("user", "disable", "li", "--as", "chief")
    office.run("user", "add", "wang", "--as", "li", code=2)


def test_a_local_administrator_reaches_no_further_than_her_area(office: Installation):
    for words in (
        ("user", "add", "x", "--role", "admin", "--scope", "everywhere"),
        ("user", "add", "x", "--role", "cashier", "--scope", "C2"),
        ("user", "passwd", "chief", "--generate"),
        ("user", "disable", "chief"),
        ("reader", "add", "X", "--canteen", "C2", "--counter", "C2-1"),
        ("reader", "revoke", "C2-R1"),
    ):
        assert "permission" in office.run(*words, "--as", "local", code=2).err, words
    office.run("user", "add", "x", "--role", "cashier", "--scope", "C1", "--as", "local")


def test_readers_by_command(office: Installation):
    made = office.run(
        "reader", "add", "NEW", "--canteen", "C1", "--counter", "C1-2", "--as", "local", "--json"
    )
    key = made.json["readers"]["NEW"]
    assert len(bytes.fromhex(key["key"])) == 32
    office.run("reader", "revoke", "NEW", "--as", "local")

    listed = office.run("reader", "list", "--json").json["readers"]
    [line] = [line for line in listed if line["code"] == "NEW"]
    assert (line["id"], line["revoked"], line["counter"]) == (key["id"], True, "C1-2")
    assert key["key"] not in json.dumps(listed)
    unknown = office.run(
        "reader", "add", "N", "--canteen", "C1", "--counter", "C9", "--as", "chief", code=2
    )
    assert "No counter C9" in unknown.err
