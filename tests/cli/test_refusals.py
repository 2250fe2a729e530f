"""What commands refuse, by code: the sentence may change, the code is what others rely on."""

from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from canteen.cli import backups, books, scheme_desk
from canteen.cli.scheme_texts import get_scheme_text
from canteen.rules.errors import CanteenError, NotFound
from canteen.services import staff, swipes
from tests.cli.conftest import Installation
from tests.factories.world import event_id

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
BIND = ("nanning-2022", "--from", "2026-12-01", "--as", "admin")


def _refusal(command: click.Command, *words: str) -> str:
    """The code of what a command raises, before anybody turns it into a sentence."""
    error = CliRunner().invoke(command, list(words)).exception
    assert isinstance(error, CanteenError), error
    return error.code


@pytest.fixture
def with_admin(base_world: Installation) -> Installation:
    database = base_world.open()
    database.run(
        staff.add_account,
        name="admin",
        display_name="admin",
        password="long enough 8",
        actor="test",
        origin=None,
        now=NOW,
    )
    database.run(
        staff.grant_role,
        name="admin",
        role="admin",
        scope="everywhere",
        actor="test",
        origin=None,
        now=NOW,
    )
    database.close()
    return base_world


def test_a_scheme_is_bound_at_a_canteen_or_in_an_area_not_both(with_admin: Installation) -> None:
    assert _refusal(scheme_desk.bind, *BIND) == "bind_where"
    assert _refusal(scheme_desk.bind, *BIND, "--canteen", "C1", "--area", "45") == "bind_where"


def test_a_payer_is_named_with_its_funder(with_admin: Installation) -> None:
    words = (*BIND, "--canteen", "C1", "--payer", "gov")
    assert _refusal(scheme_desk.bind, *words) == "payer_form"


def test_every_payer_needs_a_funder(with_admin: Installation) -> None:
    assert _refusal(scheme_desk.bind, *BIND, "--canteen", "C1") == "scheme_payers"


def test_a_scheme_nobody_knows_is_not_found(installation: Installation) -> None:
    database = installation.open()
    with pytest.raises(NotFound) as missing:
        get_scheme_text(database, "nobody-2020")
    database.close()
    assert missing.value.code == "scheme_unknown"
    assert "nanning-2022" in missing.value.en


def test_a_database_of_another_release_is_upgraded_first(installation: Installation) -> None:
    database = installation.open()
    database.run(
        lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0'"))
    )
    database.close()
    told = installation.run("user", "list", "--json", code=2)
    assert told.json["errors"][0]["code"] == "migrate_first"
    assert "canteen init" in told.err
    installation.run("backup")  # a backup is made of any release


@pytest.mark.parametrize("words", [("init",), ("check",), ("claim", "list")])
def test_a_database_that_does_not_open_is_told_and_is_no_check_that_failed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    (installation.folder / "canteen.db").write_bytes(b"not a database " * 100)
    told = installation.run(*words, "--json", code=2).json["errors"]
    assert [one["code"] for one in told] == ["database_unreadable"]
    monkeypatch.setenv("CANTEEN_DATABASE_URL", "postgresql+psycopg://canteen:secret@127.0.0.1:1/x")
    unreached = installation.run(*words, code=2).err
    assert "127.0.0.1" in unreached
    assert "secret" not in unreached


def test_an_export_says_why_it_wrote_nothing(installation: Installation, tmp_path: Path) -> None:
    words = ("--format", "csv", "-o", str(tmp_path / "nowhere" / "books.csv"))
    assert _refusal(books.export, *words) == "file_unwritable"
    words = ("--format", "csv", "--from", "2026-11-02", "--to", "2026-11-01")
    assert _refusal(books.export, *words) == "period_empty"


def test_newer_things_are_lost_only_when_forced(base_world: Installation) -> None:
    path = Path(base_world.run("backup", "--json").json["file"])
    database = base_world.open()
    at = datetime(2096, 11, 25, 3, 30, tzinfo=UTC)
    asked = swipes.SwipeAsked(event_id("newer"), "em4100:0A00B0C1D2", at)
    database.run(swipes.record_swipe, reader_id=1, asked=asked, now=at)
    database.close()
    assert _refusal(backups.restore, str(path)) == "newer_database"
