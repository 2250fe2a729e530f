"""`canteen setup` on an empty database: dry run first, then the base world of the field cases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from canteen.models.accounts import Purse
from canteen.models.meals import Meal, Share
from canteen.models.people import Card, CardHolding, Elder
from canteen.models.sites import Canteen, Reader
from canteen.models.volunteers import Volunteer
from canteen.services import swipes
from tests.cli.conftest import BASE_WORLD, Installation
from tests.cli.worlds import copy_world, count_rows

NOON = datetime(2026, 11, 25, 3, 32, 10, tzinfo=UTC)
#: what each elder of the base world is given by rule set A at lunch on 2026-11-25
SUBSIDY_FEN = {"P01": 500, "P02": 500, "P03": 800, "P04": 500, "P05": 300, "P06": 300}


def test_a_dry_run_tells_each_row_and_writes_nothing(installation: Installation) -> None:
    answer = installation.run("setup", str(BASE_WORLD), "--json").json
    assert answer["applied"] is False
    assert answer["readers"] == {}
    assert {row["key"] for row in answer["rows"] if row["table"] == "elder"} == {
        f"P{number:02d}" for number in range(1, 11)
    }
    database = installation.open()
    assert count_rows(database, Elder) == 0
    database.close()


def test_applying_builds_the_base_world_and_answers_with_its_handles(
    any_installation: Installation,
) -> None:
    answer = any_installation.run("setup", str(BASE_WORLD), "--apply", "--json").json
    assert set(answer["readers"]) == {"C1-R1", "C1-R2", "C2-R1"}
    assert all(len(bytes.fromhex(one["key"])) == 32 for one in answer["readers"].values())
    assert {"C1-1", "C1-2", "C2-1"} <= set(answer["counters"])
    assert len(answer["elders"]) == 10
    assert set(answer["users"]) == {"cashier1", "cashier2", "secretary1", "finance"}
    database = any_installation.open()
    assert count_rows(database, Volunteer) == 1
    balances = database.read(lambda session: session.scalars(select(Purse.balance_fen)).all())
    assert set(balances) == {5000}
    database.close()
    assert any_installation.run("check", "--deep").code == 0


@pytest.mark.parametrize("number", sorted(SUBSIDY_FEN))
def test_the_base_world_splits_as_the_field_cases_say(
    installation: Installation, number: str
) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    reader = database.read(
        lambda session: session.scalar(select(Reader.id).where(Reader.code == "C1-R1"))
    )
    card = database.read(
        lambda session: session.scalar(
            select(Card.uid)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .join(Elder, Elder.id == CardHolding.elder_id)
            .where(Elder.number == number)
        )
    )
    assert reader is not None
    assert card is not None
    answer = database.run(
        swipes.record_swipe,
        reader_id=reader,
        asked=swipes.SwipeAsked(f"0190a000-0000-7000-8000-0000000000{number[1:]}", card, NOON),
        now=NOON,
    )
    database.close()
    assert answer.body["meal"]["price_fen"] == 1200
    assert answer.body["meal"]["subsidy_fen"] == SUBSIDY_FEN[number]


def test_printed_numbers_are_those_of_the_field_cases(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    printed = database.read(
        lambda session: {row[0]: row[1] for row in session.execute(select(Card.uid, Card.printed))}
    )
    database.close()
    assert printed["em4100:0A00B0C1D2"] == "0011583954"
    assert printed["em4100:0A11131A02"] == "0286464514"


def test_the_default_overdraft_is_the_lunch_price(installation: Installation) -> None:
    changed = copy_world(installation.folder, ("overdraft_fen = 0        #", "#"))
    installation.run("setup", changed, "--apply")
    database = installation.open()
    overdrafts = database.read(
        lambda session: {
            row[0]: row[1] for row in session.execute(select(Canteen.code, Canteen.overdraft_fen))
        }
    )
    database.close()
    assert overdrafts == {"C1": 1200, "C2": 0}


def test_secrets_are_sealed_in_the_file(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    database.close()
    raw = (installation.folder / "canteen.db").read_bytes()
    assert b"450702194611259920" not in raw
    assert b"13800000001" not in raw


def test_large_worlds_are_written_in_slices_and_are_whole_at_the_end(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.setup.ELDERS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.setup.SLICE", 4)
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    assert count_rows(database, Elder) == 10
    assert count_rows(database, Meal) == count_rows(database, Share) == 0
    rows = database.read(
        lambda session: session.execute(text("SELECT count(*) FROM staff")).scalar()
    )
    database.close()
    assert rows == 4
    assert installation.run("setup", str(BASE_WORLD), "--json").json["rows"] == []
