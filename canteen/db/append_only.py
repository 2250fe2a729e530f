"""The triggers by which the database itself refuses to edit or delete a row; migrations put them on.

Triggers say RAISE(ABORT), never ROLLBACK: a rollback would take the writer's whole batch with it.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

#: table → the columns that may be written once, together, from null
Locks = Mapping[str, tuple[str, ...]]


def lock(connection: Connection, tables: Locks) -> None:
    """Make the rows of `tables` append-only, but for the columns that may be written once."""
    inspector = sa.inspect(connection)
    for table, once in tables.items():
        fixed = [c["name"] for c in inspector.get_columns(table) if c["name"] not in once]
        if connection.dialect.name == "sqlite":
            _lock_on_sqlite(connection, table, fixed, once)
        else:
            _lock_on_postgresql(connection, table, fixed, once)


def unlock(connection: Connection, tables: Locks) -> None:
    """Take the triggers off again."""
    for table in tables:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_truncate ON {table}")
            connection.exec_driver_sql(f"DROP TRIGGER {table}_locked ON {table}")
            connection.exec_driver_sql(f"DROP FUNCTION {table}_locked()")


def forbid(connection: Connection, table: str, act: str, when: str, said: str) -> None:
    """Refuse an act (INSERT, UPDATE, DELETE) on rows of `table` where the SQL condition `when` holds."""
    name = f"{table}_no_{act.lower()}"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {said}'); END"
        )
        return
    row = "OLD" if act == "DELETE" else "NEW"
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{table}: {said}'; END IF; "
        f"RETURN {row}; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def allow(connection: Connection, table: str, act: str) -> None:
    """Take a `forbid` off again."""
    name = f"{table}_no_{act.lower()}"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def _lock_on_sqlite(
    connection: Connection, table: str, fixed: list[str], once: tuple[str, ...]
) -> None:
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in fixed)
    written = f' OR OLD."{once[0]}" IS NOT NULL' if once else ""
    when = f"WHEN {changed}{written} " if once else ""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are added, never edited'); END"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never deleted'); END"
    )


def _lock_on_postgresql(
    connection: Connection, table: str, fixed: list[str], once: tuple[str, ...]
) -> None:
    changed = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in fixed)
    written = f' OR OLD."{once[0]}" IS NOT NULL' if once else ""
    allowed = f"IF NOT ({changed}{written}) THEN RETURN NEW; END IF; " if once else ""
    connection.exec_driver_sql(
        f"CREATE FUNCTION {table}_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN {allowed}"
        f"RAISE EXCEPTION '{table}: rows are added, never edited'; END IF; "
        f"RAISE EXCEPTION '{table}: rows are never deleted'; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_locked()"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"EXECUTE FUNCTION {table}_locked()"
    )
