"""The unit of work and its writer: saved when it returned, nothing when it raised, nobody told a lie."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.sites import Area
from canteen.rules.errors import Busy, Conflict


def _add(session: Session, code: str) -> str:
    session.execute(insert(Area).values(code=code, name="x" * 10))
    return code


def _add_and_raise(session: Session, code: str) -> None:
    _add(session, code)
    raise Conflict("taken", "冲突", "conflict")


def _codes(session: Session) -> set[str]:
    return set(session.scalars(select(Area.code)))


def test_what_a_use_case_wrote_is_saved_after_it_returned(database: Database) -> None:
    assert database.run(_add, "45") == "45"
    assert database.read(_codes) == {"45"}


def test_nothing_is_saved_after_a_raise(database: Database) -> None:
    with pytest.raises(Conflict):
        database.run(_add_and_raise, "45")
    assert database.read(_codes) == set()


def test_a_commit_that_fails_is_an_error_and_saves_nothing(sqlite_database: Database) -> None:
    def late_violation(session: Session) -> None:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(
            text("INSERT INTO funders(code, name, area_code) VALUES ('f', 'f', 'nowhere')")
        )

    with pytest.raises(IntegrityError):
        sqlite_database.run(late_violation)
    count = text("SELECT count(*) FROM funders")
    assert sqlite_database.read(lambda s: s.execute(count).scalar_one()) == 0


def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-only|readonly"):
        database.read(_add, "45")


@pytest.fixture
def writer(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url, writer=True)
    yield database
    database.close()


def _fill_batch(writer: Database, calls: list[tuple[Callable[..., Any], str]]) -> list[Any]:
    """Make the calls wait together behind one that holds the writer, so that they are one batch."""
    gate, entered = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        entered.set()
        gate.wait(10)

    with ThreadPoolExecutor(len(calls) + 1) as pool:
        first = pool.submit(writer.run, hold)
        entered.wait(10)
        futures = [pool.submit(writer.run, *call) for call in calls]
        while writer._writer._waiting.qsize() < len(calls):
            pass
        gate.set()
        first.result()
        return [future.exception() or future.result() for future in futures]


def test_one_failing_call_does_not_take_its_batch_with_it(writer: Database) -> None:
    results = _fill_batch(
        writer, [(_add, "11"), (_add_and_raise, "12"), (_add, "13"), (_add, "11"), (_add, "14")]
    )
    assert isinstance(results[1], Conflict)
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert writer.read(_codes) == {"11", "13", "14"}


def _add_much(session: Session, code: str) -> str:
    session.execute(insert(Area).values(code=code, name="x" * 60_000))
    return code


def test_a_full_disk_in_the_middle_of_a_batch_tells_nobody_a_lie(writer: Database) -> None:
    writer.run(_add, "99")
    pages = writer.read(lambda s: s.execute(text("PRAGMA page_count")).scalar_one())

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 40}")

    writer._engine.dispose()  # the limit is per connection: every new one has it
    event.listen(writer._engine, "connect", limit)
    calls = [(_add_much, f"{code}") for code in range(11, 17)]
    results = _fill_batch(writer, calls)
    told_yes = {result for result in results if isinstance(result, str)}
    assert any(isinstance(result, Busy) for result in results), results
    assert writer.read(_codes) - {"99"} == told_yes


def test_the_writer_refuses_when_it_is_stopping(sqlite_url: str) -> None:
    database = Database(sqlite_url, writer=True)
    writer = database._writer
    assert writer is not None
    database.close()
    with pytest.raises(Busy):
        writer.submit(lambda session: session.execute(select(func.count())))


def test_two_processes_handles_wait_for_each_other(sqlite_url: str) -> None:
    databases = [Database(sqlite_url) for _ in range(2)]
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: databases[n % 2].run(_add, f"{n + 10}"), range(40)))
        assert len(databases[0].read(_codes)) == 40
    finally:
        for database in databases:
            database.close()
