"""The unit of work: `Database.run(use_case, **args)` commits when it returns, rolls back when it raises.

Nothing else commits. A refused swipe is a return; an error is a raise, and then nothing is half-done.
SQLite: the server hands the call to its writer thread; a process without one (command line, jobs)
runs it directly under the file lock. PostgreSQL: a session of its own, tried again when the server
says that two of them crossed.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

import canteen.models.metadata  # noqa: F401 - a row may refer to any table, whatever else is loaded
from canteen.db.engine import make_reader_engine, make_writer_engine, sqlite_path
from canteen.db.locks import hold
from canteen.db.writer import Writer
from canteen.models.encrypted import KeyRing, parse_ring, ring_text
from canteen.rules.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

TRIES_MAX = 4
#: serialization failure, deadlock, unique violation: the second try sees what the other wrote
RETRIED_STATES = frozenset({"40001", "40P01", "23505"})


class Database:
    """A database and the only way to write to it. Threads may share one; `close` it at the end."""

    def __init__(self, url: str, *, key_ring: KeyRing | None = None, writer: bool = False) -> None:
        """`writer=True` starts the writer thread (SQLite, server only; nothing on PostgreSQL)."""
        self.url = make_url(url)
        self.path: Path | None = sqlite_path(self.url)
        self.dialect = "sqlite" if self.path else "postgresql"
        self._info: dict[str, Any] = {"key_ring": key_ring}
        self._engine = make_writer_engine(self.url)
        self._readers = make_reader_engine(self.url)
        self._changed = threading.Condition()
        self._changes = 0
        self._writer: Writer | None = None
        if writer and self.path:
            self._writer = Writer(self._engine, self.write_lock_path, self._info, self._wake)

    @property
    def write_lock_path(self) -> Path:
        """Where every writer of a SQLite file waits its turn."""
        assert self.path is not None, "PostgreSQL has row locks"
        return self.path.with_name(self.path.name + ".write.lock")

    @property
    def key_ring(self) -> KeyRing | None:
        """The keys of the encrypted columns, if this process was given them."""
        key_ring: KeyRing | None = self._info["key_ring"]
        return key_ring

    def pass_text(self) -> str:
        """What a process of our own needs to open the same database: over a pipe only, for it holds the
        keys."""
        url = self.url.render_as_string(hide_password=False)
        return json.dumps({"url": url, "keys": self.key_ring and ring_text(self.key_ring)})

    @classmethod
    def of_pass(cls, text: str) -> "Database":
        """The database that another process's `pass_text` is about."""
        told = json.loads(text)
        return cls(told["url"], key_ring=parse_ring(told["keys"]) if told["keys"] else None)

    def run(
        self, use_case: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `use_case(session, …)` in a transaction of its own and return what it returned.

        Raises what it raised (then nothing is written), or Busy when the store cannot write now."""

        def work(session: Session) -> T:
            result = use_case(session, *args, **kwargs)
            session.flush()
            return result

        if self._writer is not None:
            result: T = self._writer.submit(work)
            return result
        if self.path is not None:
            return self._run_on_file(work)
        return self._run_on_server(work)

    def read(
        self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `query(session, …)` on a read-only connection: one snapshot, nothing can be written."""
        with Session(self._readers, expire_on_commit=False, info=self._info) as session:
            return query(session, *args, **kwargs)

    def wait_for_change(self, seen: int, seconds: float) -> int:
        """Sleep until this process has written something since `seen`, at most `seconds`; the new count.

        A hint for event streams: other processes' writes wake nobody, so callers look again anyway."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, timeout=seconds)
            return self._changes

    def close(self) -> None:
        """Finish what waits and let the files go. Closing the last connection of a SQLite file
        checkpoints it, so that happens under the write lock too."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self.path is not None and self.path.exists():
            with hold(self.write_lock_path):
                self._readers.dispose()
                self._engine.dispose()
        else:
            self._readers.dispose()
            self._engine.dispose()

    def _run_on_file(self, work: Callable[[Session], T]) -> T:
        try:
            with (
                hold(self.write_lock_path),
                Session(self._engine, expire_on_commit=False, info=self._info) as session,
            ):
                result = work(session)
                session.commit()
        except OperationalError as error:
            raise Busy("store_refused", cause=str(error.orig)) from error
        self._wake()
        return result

    def _run_on_server(self, work: Callable[[Session], T]) -> T:
        for attempt in range(1, TRIES_MAX + 1):
            try:
                with Session(self._engine, expire_on_commit=False, info=self._info) as session:
                    result = work(session)
                    session.commit()
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if error.connection_invalidated or (
                    state is None and isinstance(error, OperationalError)
                ):
                    raise Busy("store_refused", cause=str(error.orig)) from error
                if state not in RETRIED_STATES or attempt == TRIES_MAX:
                    raise
            else:
                self._wake()
                return result
        raise AssertionError("unreachable: the last try returns or raises")

    def _wake(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()
