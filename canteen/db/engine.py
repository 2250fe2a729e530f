"""Engines for both databases. SQLite: one for writing (BEGIN IMMEDIATE), one for reading (query_only)."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

BUSY_MS = 10_000
WRITER_CACHE_KIB = 32 * 1024
READER_CACHE_KIB = 4 * 1024
READERS_MAX = 16


def sqlite_path(url: str | URL) -> Path | None:
    """The database file of a SQLite address; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("a SQLite database needs a file: sqlite:///path/canteen.db")
    return Path(parsed.database)


def make_writer_engine(url: str | URL) -> Engine:
    """The engine that writes. On SQLite its transactions take the write lock when they begin, so that
    no read can turn stale before its write (measured: without it 146 of 800 increments survive)."""
    if sqlite_path(url) is None:
        return create_engine(url, pool_size=16, max_overflow=4, pool_pre_ping=True)
    engine = create_engine(url, pool_size=1, max_overflow=4, connect_args={"timeout": 10})
    _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", cache_kib=WRITER_CACHE_KIB, query_only=False)
    return engine


def make_reader_engine(url: str | URL) -> Engine:
    """The engine that only reads: SQLite connections are query_only, PostgreSQL transactions READ ONLY. On
    both one transaction sees one moment, however many questions it asks (field case O-079)."""
    if sqlite_path(url) is None:
        return create_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    engine = create_engine(url, pool_size=8, max_overflow=READERS_MAX, connect_args={"timeout": 10})
    _prepare_sqlite(engine, begin="BEGIN", cache_kib=READER_CACHE_KIB, query_only=True)
    return engine


def _prepare_sqlite(engine: Engine, *, begin: str, cache_kib: int, query_only: bool) -> None:
    def connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction control begins too late and splits savepoints; ours is the event below.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{cache_kib}",
            "wal_autocheckpoint=0",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
