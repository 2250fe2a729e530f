"""A small database as rows: counted, or kept once and written into another empty one in bulk.

What a factory builds statement by statement costs a fifth of a second; its rows cost a hundredth.
"""

from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from canteen.models.metadata import metadata

#: every row of the tables that have any, in an order in which they can be written
Rows = list[tuple[Table, list[dict[str, Any]]]]


def is_empty(session: Session) -> bool:
    """Whether no table holds a row."""
    session.flush()
    held = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in metadata.tables)
    return not session.execute(text(f"SELECT {held}")).scalar_one()


def count_rows(session: Session, model: type) -> int:
    """How many rows the model's table holds."""
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def keep_rows(session: Session) -> Rows:
    """All rows of the database."""
    session.flush()
    found = []
    for table in metadata.sorted_tables:
        rows = [dict(row) for row in session.execute(select(table)).mappings()]
        if rows:
            found.append((table, rows))
    return found


def write_rows(session: Session, kept: Rows) -> None:
    """Write them into an empty database; numbers that the database draws go on after them."""
    for table, rows in kept:
        session.execute(insert(table), rows)
    if session.get_bind().dialect.name == "postgresql":
        drawn = [
            f"setval(pg_get_serial_sequence('{table.name}', 'id'), {max(row['id'] for row in rows)})"
            for table, rows in kept
            if table.autoincrement_column is not None
        ]
        session.execute(text(f"SELECT {', '.join(drawn)}"))
