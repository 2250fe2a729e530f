"""`canteen correction`: asked, judged again, listed, approved and refused without a browser."""

from datetime import date

import pytest

from canteen.services.elder_facts import add_fact
from tests.cli.conftest import Installation
from tests.factories.claims import make_month
from tests.factories.staff import make_account
from tests.factories.world import World, shanghai

MEAL, OTHER = "C1-20261012-0002", "C1-20261013-0002"


@pytest.fixture
def world(installation: Installation) -> World:
    """A signed month, and two people of finance."""
    database = installation.open()
    made = database.run(make_month)
    for name in ("wu", "zhou"):
        database.run(make_account, name, ("finance", "450702"))
    database.run(make_account, "far", ("finance", "450702003006"))
    database.close()
    return made


def test_a_meal_of_a_signed_day_is_asked_for_and_decided(
    installation: Installation, world: World
) -> None:
    run = installation.run
    first, second = (
        run("correction", "ask", meal, "--reason", "没吃", *more, "--as", "wu").out.strip()
        for meal, more in ((MEAL, ()), (OTHER, ("--keep-part",)))
    )
    waiting = run("correction", "list", "--canteen", "C1", "--json").json["waiting"]
    assert [(one["uid"], one["meal"], one["elder_fen"]) for one in waiting] == [
        (first, MEAL, -700), (second, OTHER, 0),
    ]  # fmt: skip
    assert MEAL in run("correction", "list").out
    alone = run("correction", "approve", first, "--as", "wu", code=2)
    assert "a second person" in alone.err
    assert run("correction", "approve", first, "--as", "far", code=2).err
    mistyped = run("correction", "approve", first, "typo", "--as", "zhou", code=2)
    assert (mistyped.out, mistyped.err) == ("", "No such correction: typo\n")
    assert "No canteen X" in run("correction", "list", "--canteen", "X", code=2).err
    assert run("correction", "approve", first, "--as", "zhou").out == "C1-20261015-0001\n"
    run("correction", "refuse", second, "--note", "她吃了", "--as", "zhou")
    assert run("correction", "list", "--json").json == {"waiting": []}
    assert run("check", "--deep", "--json").json["breaches"] == []
    shown = run("day", "show", "--canteen", "C1", "--date", "2026-10-12").out
    assert "corrected -1" in shown
    assert " · dine in · " in shown
    counted = run("day", "show", "--canteen", "C1", "--date", "2026-10-15", "--json").json
    assert [line["meal"] for line in counted["corrections"]] == [MEAL]
    shown = run("day", "show", "--canteen", "C1", "--date", "2026-10-15").out
    assert MEAL in shown
    assert "price 0.00 = elders 0.00 + subsidy 0.00 + discount 0.00" in shown


def test_meals_are_judged_again_at_a_canteen_and_of_an_elder(
    installation: Installation, world: World
) -> None:
    database = installation.open()
    for number in ("P02", "P05"):
        database.run(
            add_fact, number=number, kind="category", code="dibao", from_on=date(2026, 10, 13),
            source="民政", document=None, by="staff:wang", origin=None,
            now=shanghai("09:00", date(2026, 11, 1)),
        )  # fmt: skip
    database.close()
    again = ("correction", "again", "--from", "2026-10-01", "--reason", "低保补登", "--as", "wu")
    assert installation.run(*again, "--elder", "P02").out.startswith("2 ")
    assert installation.run(*again, "--canteen", "C1").out.startswith("2 ")


def test_what_cannot_be_asked_for_says_why(installation: Installation, world: World) -> None:
    again = ("correction", "again", "--from", "2026-10-01", "--reason", "补录")
    refused = {
        "meal_unknown": (
            ("correction", "ask", "C1-20200101-9999", "--reason", "没吃"),
            "No such meal",
        ),
        "correction_unknown": (("correction", "approve", "nothing"), "No such correction"),
        "elder_or_canteen": (again, "Give --elder or --canteen"),
        "nothing_to_change": ((*again, "--canteen", "C1"), "changes nothing"),
        "canteen_unknown": ((*again, "--canteen", "C9"), "No canteen C9"),
    }
    for code, (words, said) in refused.items():
        assert said in installation.run(*words, "--as", "wu", code=2).err, code
