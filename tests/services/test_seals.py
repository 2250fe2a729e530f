"""Seals: what has committed is chained in order; a changed, added or removed line is found."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine, Seal
from canteen.services import seals
from canteen.trail.audit import append_audit

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


def _tell(session: Session, count: int) -> None:
    for number in range(count):
        append_audit(
            session,
            actor="staff:li",
            origin="127.0.0.1",
            action="card.lost",
            object_kind="card",
            object_id=str(number),
            before=None,
            after={"名": "黄桂兰", "n": number},
            now=NOW,
        )


def _write_past_the_triggers(database: Database, statement: str) -> None:
    """What a vandal with the database's password could do: the triggers are switched off."""

    def write(session: Session) -> None:
        if database.dialect == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("DROP TRIGGER audit_lines_no_update"))
            session.execute(text("DROP TRIGGER audit_lines_no_delete"))
        session.execute(text(statement))

    database.run(write)


def test_lines_are_sealed_once_in_chained_ranges(database: Database) -> None:
    database.run(_tell, 250)
    assert database.run(seals.seal_committed, now=NOW) == 250
    assert database.run(seals.seal_committed, now=NOW) == 0
    chain = database.read(lambda session: session.scalars(select(Seal).order_by(Seal.n)).all())
    assert [seal.to_id - seal.from_id + 1 for seal in chain] == [100, 100, 50]
    assert [seal.previous for seal in chain[1:]] == [seal.sha256 for seal in chain[:-1]]
    report = database.read(seals.verify_seals)
    assert (report.seals, report.first_bad, report.unsealed) == (3, None, 0)


def test_the_unsealed_tail_is_told(database: Database) -> None:
    database.run(_tell, 3)
    database.run(seals.seal_committed, now=NOW)
    database.run(_tell, 2)
    report = database.read(seals.verify_seals)
    assert report.unsealed == 2
    last = database.read(lambda session: session.scalar(select(func.max(AuditLine.id))))
    assert report.unsealed_from_id == last - 1


def test_a_changed_line_breaks_its_seal_and_is_named(database: Database) -> None:
    database.run(_tell, 150)
    database.run(seals.seal_committed, now=NOW)
    middle = database.read(lambda session: session.scalar(select(func.min(AuditLine.id)))) + 120
    _write_past_the_triggers(
        database, f"UPDATE audit_lines SET actor = 'staff:zhou' WHERE id = {middle}"
    )
    report = database.read(seals.verify_seals)
    assert report.first_bad is not None
    assert "seal 2" in report.first_bad


def test_a_deleted_line_breaks_its_seal(database: Database) -> None:
    database.run(_tell, 5)
    database.run(seals.seal_committed, now=NOW)
    last = database.read(lambda session: session.scalar(select(func.max(AuditLine.id))))
    _write_past_the_triggers(database, f"DELETE FROM audit_lines WHERE id = {last}")
    assert "seal 1" in str(database.read(seals.verify_seals).first_bad)


def test_on_postgresql_a_smaller_id_that_commits_later_is_waited_for(
    postgresql_database: Database, make_postgresql_url: Callable[[], str]
) -> None:
    database = postgresql_database
    inserted, may_commit = Event(), Event()

    def slow(session: Session) -> None:
        _tell(session, 1)
        inserted.set()
        assert may_commit.wait(10)

    slow_one = Thread(target=database.run, args=(slow,))
    slow_one.start()
    assert inserted.wait(10)
    database.run(_tell, 1)  # a larger id, committed first
    results: list[int] = []
    sealing = Thread(
        target=lambda: results.append(database.run(seals.seal_committed, now=NOW)), daemon=True
    )
    sealing.start()
    sealing.join(0.3)
    assert sealing.is_alive(), "the seal must wait for the line that has not committed"
    may_commit.set()
    slow_one.join()
    sealing.join(10)
    assert results == [2]
    assert database.read(seals.verify_seals).first_bad is None
