"""Copying a whole database into one SQLite file and back, on either kind of database.

A backup is always a SQLite file with the same tables: it can be opened, counted and added up anywhere,
and goes back into SQLite or PostgreSQL. Tables are read by reflection, so that a database of an older
release is copied as it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Engine, MetaData, Table, insert, make_url, select, text

from canteen.db.engine import make_reader_engine, make_writer_engine, sqlite_path
from canteen.db.migrate import downgrade, upgrade
from canteen.rules.errors import Invalid

ROWS_AT_ONCE = 500
PAGES_AT_ONCE = 2000
VERSION_TABLE = "alembic_version"
#: where the newest thing that happened stands: table → column
NEWEST = {"swipes": "received_at", "journal_entries": "booked_at", "audit_lines": "at"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a backup holds: revision, rows by table, Σ of all ledger entries, the newest instant."""

    revision: str
    counts: dict[str, int]
    ledger_sum_fen: int
    newest_at: str | None


def copy_to_file(url: str, target: Path) -> None:
    """Copy the database at `url`, as it is at one moment, into a new SQLite file; writers go on."""
    source = sqlite_path(url)
    if source is None:
        _copy_from_server(url, target)
        return
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=PAGES_AT_ONCE)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def look_into(path: Path) -> FileFacts:
    """Open a backup, prove it whole and count it; Invalid (backup_spoilt) says what is wrong."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            [answer] = file.execute("PRAGMA integrity_check(1)").fetchone()
            broken = file.execute("PRAGMA foreign_key_check").fetchone()
            if answer != "ok" or broken is not None:
                raise _spoilt(path, f"{answer}, {broken}")
            facts = _facts(file)
    except sqlite3.DatabaseError as error:
        raise _spoilt(path, str(error)) from error
    if facts.ledger_sum_fen:
        raise _spoilt(path, f"the books do not sum to zero: {facts.ledger_sum_fen} fen")
    return facts


def _facts(file: sqlite3.Connection) -> FileFacts:
    names = [
        row[0]
        for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not row[0].startswith("sqlite_") and row[0] != VERSION_TABLE
    ]
    counts = {name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    [revision] = file.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    [total] = file.execute("SELECT coalesce(sum(fen), 0) FROM ledger_entries").fetchone()
    stamps = [
        file.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]
        for table, column in NEWEST.items()
    ]
    return FileFacts(
        revision, counts, total, max((stamp for stamp in stamps if stamp), default=None)
    )


def find_newest(url: str) -> str | None:
    """The newest instant in a database, as backups write it; None when it is missing or empty."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    engine = make_reader_engine(url)
    try:
        with engine.connect() as connection:
            found: list[str] = []
            tables = _reflect(connection).tables
            for name, column in NEWEST.items():
                if name in tables:
                    newest = connection.execute(text(f"SELECT max({column}) FROM {name}")).scalar()
                    found += [_plain(newest)] if newest is not None else []
            return max(found, default=None)
    finally:
        engine.dispose()


def write_back(path: Path, url: str) -> None:
    """Put the backup at `path` into the PostgreSQL database at `url`, which loses what it holds."""
    facts = look_into(path)
    engine = make_writer_engine(url)
    file_engine = make_reader_engine(f"sqlite:///{path}")
    try:
        _empty(engine)
        downgrade(url, "base")
        upgrade(url, facts.revision)
        with file_engine.connect() as source, engine.begin() as target:
            _copy_tables(source, target, _reflect(target))
            _set_sequences(target)
    finally:
        file_engine.dispose()
        engine.dispose()


def _empty(engine: Engine) -> None:
    """Take every row out of a PostgreSQL database: no release steps back over kept files."""
    with engine.begin() as connection:
        names = [f'"{table}"' for table in _reflect(connection).tables if table != VERSION_TABLE]
        if names:
            with _unguarded(connection):
                connection.exec_driver_sql(f"TRUNCATE {', '.join(names)}")


def count_other_sessions(url: str) -> int:
    """How many others are connected to this PostgreSQL database."""
    engine = make_writer_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            ).scalar_one()
    finally:
        engine.dispose()


def _copy_from_server(url: str, target: Path) -> None:
    engine = make_reader_engine(url)
    file_url = f"sqlite:///{target}"
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as source:
            revision = source.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()
            upgrade(file_url, revision)
            writer = make_writer_engine(file_url)
            try:
                with writer.connect() as copy:
                    # Rows of one table may point at each other; the whole is checked at the end.
                    copy.exec_driver_sql("COMMIT")
                    copy.exec_driver_sql("PRAGMA foreign_keys=OFF")
                    copy.exec_driver_sql("BEGIN IMMEDIATE")
                    _copy_tables(source, copy, _reflect(copy))
                    copy.exec_driver_sql("COMMIT")
            finally:
                writer.dispose()
    finally:
        engine.dispose()
    with closing(sqlite3.connect(target)) as file:
        file.execute("PRAGMA journal_mode=DELETE")


def _reflect(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _copy_tables(source: Connection, target: Connection, tables: MetaData) -> None:
    with _unguarded(target):
        for table in tables.sorted_tables:
            if table.name != VERSION_TABLE:
                for rows in _read_rows(source, table):
                    target.execute(insert(table), rows)


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """Inside it the triggers of `append_only` are off: they refuse whoever edits, also a copy that
    writes a claim and then its lines. The caller's transaction puts them back or never was."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        kept = connection.exec_driver_sql(query).all()
        off = [f'DROP TRIGGER "{name}"' for name, _ in kept]
        on = [sql for _, sql in kept]
    else:
        query = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        tables = connection.exec_driver_sql(query).scalars().all()
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        on.insert(0, "SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come is not altered
    for statement in off:
        connection.exec_driver_sql(statement)
    yield
    for statement in on:
        connection.exec_driver_sql(statement)


def _read_rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of `table` in an order in which what is pointed at comes first."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    for column in table.columns:
        if column.references(table.primary_key.columns[0]):
            order = f'"{column.name}" IS NOT NULL, {order}'
    to_flag = {column.name for column in table.columns if isinstance(column.type, Boolean)}
    query = text(f'SELECT {names} FROM "{table.name}" ORDER BY {order}')
    for part in source.execute(query).mappings().partitions(ROWS_AT_ONCE):
        yield [
            {
                name: bool(value) if name in to_flag and value is not None else _plain(value)
                for name, value in row.items()
            }
            for row in part
        ]


def _plain(value: Any) -> Any:
    """A value as a backup file holds it; PostgreSQL reads the texts of days and instants back."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value) if isinstance(value, memoryview) else value


def _set_sequences(connection: Connection) -> None:
    """New rows continue after the highest id of each table."""
    for table in _reflect(connection).sorted_tables:
        for column in table.primary_key.columns:
            sequence = connection.execute(
                select(text("pg_get_serial_sequence(:table, :column)")).params(
                    table=table.name, column=column.name
                )
            ).scalar()
            if sequence is not None:
                connection.execute(
                    text(
                        f"SELECT setval('{sequence}', (SELECT coalesce(max(\"{column.name}\"), 0) + 1"
                        f' FROM "{table.name}"), false)'
                    )
                )


def _spoilt(path: Path, why: str) -> Invalid:
    return Invalid(
        "backup_spoilt",
        f"备份 {path} 不完整：{why}",
        f"The backup {path} is not whole: {why}",
        path=str(path),
    )


def name_of(url: str) -> str:
    """The database as a message may name it: without its password."""
    return make_url(url).render_as_string(hide_password=True)
