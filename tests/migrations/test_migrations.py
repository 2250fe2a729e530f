"""Migrations: up, down, up on an empty and on a filled database; the models equal them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from canteen.db.engine import make_writer_engine
from canteen.db.migrate import FOLDER, downgrade, upgrade
from canteen.db.run import Database
from canteen.models.claims import ClaimFile
from canteen.models.encrypted import KeyRing
from canteen.models.metadata import metadata
from canteen.services import claim_write_offs
from canteen.services.claim_exports import read_part
from tests.factories.claims import NOW, make_claim, submit_claim
from tests.factories.sent_claims import make_owed_claim
from tests.factories.world import make_world


def _tables(url: str) -> set[str]:
    engine = make_writer_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_up_down_up_on_an_empty_database(database_url: str) -> None:
    assert _tables(database_url) == set(metadata.tables)
    downgrade(database_url, "base")
    assert _tables(database_url) == set()
    upgrade(database_url)
    assert _tables(database_url) == set(metadata.tables)


def test_the_locks_go_and_come_on_a_filled_database(database_url: str) -> None:
    database = Database(database_url)
    database.run(make_world)
    database.close()
    downgrade(database_url, "0001")
    upgrade(database_url)
    database = Database(database_url)
    try:
        count = database.read(lambda s: s.execute(text("SELECT count(*) FROM elders")).scalar_one())
    finally:
        database.close()
    assert count == 10


def test_the_models_equal_the_migrations(database_url: str) -> None:
    engine = make_writer_engine(database_url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(context, metadata) == []
    finally:
        engine.dispose()


def test_there_is_one_head_and_the_file_names_it() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert script.get_heads() == [Path(FOLDER / "HEAD").read_text(encoding="utf-8").strip()]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upgrade_that_fails_leaves_what_was(
    kind: str,
    make_sqlite_url: Callable[[], str],
    request: pytest.FixtureRequest,
) -> None:
    url = (
        make_sqlite_url() if kind == "sqlite" else request.getfixturevalue("make_postgresql_url")()
    )
    downgrade(url, "0001")
    engine = make_writer_engine(url)
    with engine.begin() as connection:
        blocker = (
            "CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT 1; END"
            if kind == "sqlite"
            else "CREATE FUNCTION seals_locked() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN NEW; END $$"
        )
        connection.exec_driver_sql(blocker)
    with pytest.raises(Exception, match="already exists"):
        upgrade(url)
    with engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        connection.exec_driver_sql(
            "DROP TRIGGER seals_no_update" if kind == "sqlite" else "DROP FUNCTION seals_locked()"
        )
    engine.dispose()
    assert found == "0001"
    upgrade(url)


def test_a_kept_file_of_release_0005_opens_as_it_was_and_bars_the_way_back(
    database_url: str, key_ring: KeyRing
) -> None:
    database = Database(database_url, key_ring=key_ring)
    database.run(make_claim)
    database.run(submit_claim)
    database.close()
    downgrade(database_url, "0005")
    kept = {
        "claim_id": 1, "form": "csv", "name": "a.csv", "sha256": "", "size": 4,
        "content_box": key_ring.seal_bytes(b"kept", "claim_files:1:csv"), "made_at": str(NOW),
    }  # fmt: skip
    columns = sa.table("claim_files", *(sa.column(name) for name in kept))
    database = Database(database_url, key_ring=key_ring)
    database.run(lambda s: s.execute(sa.insert(columns).values(kept)))
    database.close()
    upgrade(database_url)
    database = Database(database_url, key_ring=key_ring)
    place = database.read(lambda s: s.execute(select(ClaimFile.place)).scalar_one())
    assert database.read(read_part, place=place, n=1) == b"kept"
    database.close()
    with pytest.raises(RuntimeError, match="restore the backup"):
        downgrade(database_url, "0005")


def test_a_write_off_is_never_edited_and_bars_the_way_back(database_url: str) -> None:
    database = Database(database_url)
    database.run(make_owed_claim)
    asked = {
        "number": "C1-2026-11",
        "funder": "qinnan",
        "reason": "不会再来",
        "uid": "w",
        "now": NOW,
    }
    database.run(claim_write_offs.ask, by="staff:fin", origin=None, **asked)
    for statement in ("UPDATE claim_write_offs SET fen = 1", "DELETE FROM claim_write_offs"):
        with pytest.raises(DBAPIError, match="never"):
            database.run(lambda s, said=statement: s.execute(text(said)))
    database.close()
    with pytest.raises(RuntimeError, match="claim_write_offs holds rows"):
        downgrade(database_url, "0006")
    upgrade(database_url)
