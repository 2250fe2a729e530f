"""One PostgreSQL database for many tests: washed between them instead of copied for each.

A copy, its first connections and its removal cost the server a tenth of a second, which was a third
of the whole suite; emptying the tables that hold rows costs it two thousandths. A database whose
test failed, whose tables are no longer as they were made, or that somebody holds, is not lent again.

A look that stays open over all loans keeps the server from using the room of deleted rows again: what
nobody orders comes in the order in which it was written, in a washed database as in a fresh one.
"""

from collections.abc import Callable

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.encrypted import KeyRing

#: after so many tests a fresh copy: deleted rows stay in the files, for nobody vacuums
LOANS_MAX = 60
#: triggers and foreign keys are for those who use the tables, not for who takes all rows out
WASH = """
DO $$
DECLARE name text; found boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  SET LOCAL lock_timeout = '3s';
  FOR name IN
    SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO found;
    IF found THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
  WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""
#: whoever makes or drops a table, an index or a trigger changes these numbers
SHAPE = """
SELECT array_agg(oid ORDER BY oid) FROM (
  SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT oid FROM pg_trigger
) AS made
"""


class Lender:
    """Lends a worker's PostgreSQL database to one test after another."""

    def __init__(self, make_url: Callable[[], str], key_ring: KeyRing) -> None:
        self._make_url, self._key_ring = make_url, key_ring
        self._ready: Database | None = None
        self._look_on: Connection | None = None
        self._shape: object = None
        self._loans = 0

    def lend(self) -> Database:
        if self._ready is None:
            url = self._make_url()
            self._look_on = create_engine(url, isolation_level="REPEATABLE READ").connect()
            self._look_on.execute(text("SELECT 1")).close()
            self._ready = Database(url, key_ring=self._key_ring)
            self._shape, self._loans = self._ready.read(_look), 0
        self._loans += 1
        return self._ready

    def look_away(self) -> None:
        """Nobody but the borrower is connected from here on; the database is not lent again."""
        if self._look_on is not None:
            self._look_on.close()
            self._look_on.engine.dispose()
            self._look_on = None

    def take_back(self, *, is_spoilt: bool) -> None:
        assert self._ready is not None
        is_spoilt = is_spoilt or self._look_on is None
        if is_spoilt or self._loans >= LOANS_MAX or not self._wash(self._ready):
            self.close()

    def close(self) -> None:
        self.look_away()
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def _wash(self, database: Database) -> bool:
        try:
            database.run(lambda session: session.execute(text(WASH)).close())
        except DBAPIError:  # somebody still holds a row
            return False
        return database.read(_look) == self._shape


def _look(session: Session) -> object:
    return session.execute(text(SHAPE)).scalar_one()
