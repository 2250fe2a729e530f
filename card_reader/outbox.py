"""The durable outbox: every swipe is on the disk before anybody hears a beep.

SQLite with a write-ahead log and synchronous=FULL: what `add` returned survives a power cut. A
swipe leaves only answered; what the service refused to read becomes a dead letter, what it failed
at five times is set aside as stuck, and neither is ever dropped. Answered ones are kept 30 days, so
that they can be sent again after the service was restored from a backup.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Literal

from card_reader.clock import Clock
from card_reader.swipe import CHINA, Offline, Swipe, find_age_ms, is_clock_ok, make_body

KEEP_DAYS = 30
FAULTS_MAX = 5

State = Literal["waiting", "answered", "dead", "stuck"]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS swipe (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, card_uid TEXT NOT NULL,
    read_at TEXT NOT NULL, read_ms INTEGER NOT NULL, step_ms INTEGER NOT NULL,
    boot_id TEXT NOT NULL, clock_ok INTEGER NOT NULL,
    offline TEXT CHECK (offline IN ('taken', 'refused')),
    body TEXT, sent INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'answered', 'dead', 'stuck')),
    faults INTEGER NOT NULL DEFAULT 0, status INTEGER, outcome TEXT, answered_at TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS swipe_state ON swipe (state, seq);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, etag TEXT, body TEXT NOT NULL) STRICT;
"""
_SWIPE_COLUMNS = "id, card_uid, read_at, read_ms, step_ms, boot_id, clock_ok"
_COLUMNS = f"seq, {_SWIPE_COLUMNS}, offline, body, sent, state, faults, status, outcome"


class OutboxFault(Exception):
    """The outbox can't be read or written (disk full, no permission, broken file)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A swipe in the outbox.

    `body` is what was or will be sent, fixed at the first sending; `sent`: it may have reached the
    service; `faults`: how often the service failed at it (500); `status`, `outcome`: the answer.
    """

    seq: int
    swipe: Swipe
    offline: Offline
    body: str | None
    sent: bool
    state: State
    faults: int
    status: int | None
    outcome: str | None


class Outbox:
    """One file, used by the reading and the sending thread and by `card-reader outbox`."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        try:
            # The numbers of cards are in it: nobody else on this machine reads them.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(
                path, timeout=5, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise OutboxFault(f"the outbox {path} can't be opened: {error}") from error
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self._db.close()
            raise OutboxFault(f"the outbox {path} can't be used: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def add(self, swipe: Swipe, offline: Offline) -> Entry:
        """Store a swipe; when this returns it survives a power cut. OutboxFault: not recorded."""
        facts = (
            swipe.id,
            swipe.card_uid,
            swipe.read_at,
            swipe.read_ms,
            swipe.step_ms,
            swipe.boot_id,
            int(swipe.clock_ok),
        )
        with self._write() as db:
            added = db.execute(
                f"INSERT INTO swipe ({_SWIPE_COLUMNS}, offline)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING " + _COLUMNS,
                (*facts, offline),
            ).fetchone()
        return _entry(added)

    def list_entries(self, *states: State, limit: int = -1) -> list[Entry]:
        """The entries in these states, in the order of reading; a negative limit means all."""
        marks = ", ".join("?" * len(states))
        with self._read() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM swipe WHERE state IN ({marks}) ORDER BY seq LIMIT ?",
                (*states, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def counts(self) -> dict[State, int]:
        """How many entries are in each state."""
        counted: dict[State, int] = {"waiting": 0, "answered": 0, "dead": 0, "stuck": 0}
        with self._read() as db:
            counted.update(db.execute("SELECT state, count(*) FROM swipe GROUP BY state"))
        return counted

    def find_oldest_waiting(self) -> str | None:
        """`read_at` of the oldest swipe that has no answer yet."""
        with self._read() as db:
            found = db.execute(
                "SELECT read_at FROM swipe WHERE state IN ('waiting', 'stuck') ORDER BY seq LIMIT 1"
            ).fetchone()
        return None if found is None else str(found[0])

    def prepare(self, entries: Sequence[Entry], clock: Clock) -> list[Entry]:
        """Fix what is sent, durably, before it is sent: the same swipe always has the same body.

        Only the age of a swipe whose stamp can't be believed is made anew each time, because the
        service then counts back from the moment of arrival.
        """
        prepared: list[Entry] = []
        with self._write() as db:
            for entry in entries:
                clock_ok = is_clock_ok(entry.swipe, clock)
                if entry.body is not None and clock_ok:
                    body = entry.body
                else:
                    body = make_body(
                        entry.swipe,
                        seq=entry.seq,
                        offline=entry.offline,
                        clock_ok=clock_ok,
                        age_ms=find_age_ms(entry.swipe, clock),
                    )
                    db.execute("UPDATE swipe SET body = ? WHERE seq = ?", (body, entry.seq))
                db.execute("UPDATE swipe SET sent = 1 WHERE seq = ?", (entry.seq,))
                prepared.append(replace(entry, body=body))
        return prepared

    def take_back(self, entries: Sequence[Entry]) -> None:
        """These were prepared and surely did not arrive: one never sent may change its mark."""
        with self._write() as db:
            for entry in entries:
                if not entry.sent:
                    db.execute("UPDATE swipe SET sent = 0, body = NULL WHERE seq = ?", (entry.seq,))

    def mark_offline(self, is_blocked: Callable[[str], bool]) -> list[Entry]:
        """Mark every swipe never sent as read while the service was away; those newly marked.

        One that may have arrived keeps its first body, or the service would see other contents
        under the same id.
        """
        marked: list[Entry] = []
        with self._write() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM swipe"
                " WHERE state = 'waiting' AND sent = 0 AND offline IS NULL ORDER BY seq"
            ).fetchall()
            for entry in map(_entry, rows):
                offline: Offline = "refused" if is_blocked(entry.swipe.card_uid) else "taken"
                db.execute("UPDATE swipe SET offline = ? WHERE seq = ?", (offline, entry.seq))
                marked.append(replace(entry, offline=offline))
        return marked

    def answered(self, entry: Entry, status: int, outcome: str, now: datetime) -> None:
        """The service answered: done."""
        self._settle(entry, "answered", status, outcome, now)

    def dead(self, entry: Entry, status: int, code: str, now: datetime) -> None:
        """The service can't take it as it is: a dead letter for a person, never dropped."""
        self._settle(entry, "dead", status, code, now)

    def fault(self, entry: Entry) -> State:
        """The service failed at it (500): counted; the fifth time it is set aside as stuck."""
        with self._write() as db:
            row = db.execute(
                "UPDATE swipe SET faults = faults + 1, status = 500,"
                " state = CASE WHEN faults + 1 >= ? THEN 'stuck' ELSE state END"
                " WHERE seq = ? RETURNING state",
                (FAULTS_MAX, entry.seq),
            ).fetchone()
        state: State = row[0]
        return state

    def retry(self, since: datetime | None = None) -> int:
        """Let stuck and dead ones wait again; the number of entries that wait again.

        With `since` also those read or answered since then: a service restored to that moment has
        forgotten both, and a swipe sent twice changes nothing.
        """
        earliest = "9" if since is None else since_text(since)
        with self._write() as db:
            return db.execute(
                "UPDATE swipe SET state = 'waiting', faults = 0 WHERE state IN ('stuck', 'dead')"
                " OR (state = 'answered' AND max(read_at, answered_at) >= ?)",
                (earliest,),
            ).rowcount

    def prune(self, now: datetime) -> int:
        """Forget what was answered more than 30 days ago; nothing else is ever forgotten."""
        before = since_text(now - timedelta(days=KEEP_DAYS))
        with self._write() as db:
            return db.execute(
                "DELETE FROM swipe WHERE state = 'answered' AND answered_at < ?", (before,)
            ).rowcount

    def keep(self, name: str, etag: str | None, body: str) -> None:
        """Keep a list of the service, so that a restart without a line still knows it."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (name, etag, body))

    def find_kept(self, name: str) -> tuple[str | None, str] | None:
        """A kept list: its ETag and body."""
        with self._read() as db:
            row = db.execute("SELECT etag, body FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else (row[0], row[1])

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside is one transaction: one wait for the disk for a whole batch."""
        with self._write():
            yield

    def _settle(self, entry: Entry, state: State, status: int, text: str, now: datetime) -> None:
        with self._write() as db:
            db.execute(
                "UPDATE swipe SET state = ?, status = ?, outcome = ?, answered_at = ?"
                " WHERE seq = ?",
                (state, status, text, since_text(now), entry.seq),
            )

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._read() as db:
            if self._is_writing():
                yield db  # inside `together`
                return
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if self._is_writing():
                    db.execute("ROLLBACK")
                raise

    def _is_writing(self) -> bool:
        return self._db.in_transaction

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise OutboxFault(f"the outbox can't be used: {error}") from error


def since_text(instant: datetime) -> str:
    """An instant in the form of `read_at`, so that texts compare as times."""
    return instant.astimezone(CHINA).isoformat(timespec="milliseconds")


def _entry(row: tuple[object, ...]) -> Entry:
    seq, uid, card_uid, read_at, read_ms, step_ms, boot_id, clock_ok, *rest = row
    swipe = Swipe(uid, card_uid, read_at, read_ms, step_ms, boot_id, bool(clock_ok))  # type: ignore[arg-type]
    offline, body, sent, state, faults, status, outcome = rest
    return Entry(seq, swipe, offline, body, bool(sent), state, faults, status, outcome)  # type: ignore[arg-type]
