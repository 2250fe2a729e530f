"""One memory of compiled statements for every test database of a kind.

SQLAlchemy remembers them by engine and dialect; each test opens new ones, and compiling the same
statements anew was a third of what a test of a service costs.
"""

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

STATEMENTS_MAX = 3000

#: (dialect, driver) → the first dialect of the kind that has connected, and what it has compiled
_KINDS: dict[tuple[str, str], tuple[Dialect, "LRUCache[Any, Any]"]] = {}


def share_statements() -> None:
    """From now on every engine of this process speaks by the first dialect of its kind."""
    if not event.contains(Engine, "engine_connect", _share):
        event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    own = connection.dialect
    dialect, compiled = _KINDS.setdefault((own.name, own.driver), (own, LRUCache(STATEMENTS_MAX)))
    connection.engine.dialect = connection.dialect = dialect
    connection.execution_options(compiled_cache=compiled)
