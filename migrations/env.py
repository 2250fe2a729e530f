"""Alembic's entry: the caller gives the connection (`canteen.db.migrate`), so no address is configured.

From a shell (`alembic revision --autogenerate`) the address comes from CANTEEN_DATABASE_URL.
"""

import os

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from canteen.db.engine import make_writer_engine
from canteen.models import base
from canteen.models.metadata import metadata

OWN_TYPES = (base.Fen, base.Instant, base.Day, base.Flag)


def _render_item(kind: str, item: object, autogen: AutogenContext) -> str | bool:
    """Name our column types in new migrations instead of spelling out their database types."""
    if kind == "type" and isinstance(item, OWN_TYPES):
        autogen.imports.add("from canteen.models import base")
        return f"base.{type(item).__name__}()"
    if (kind == "type" and item is base.Id) or item is base.Count:
        autogen.imports.add("from canteen.models import base")
        return "base.Id" if item is base.Id else "base.Count"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    engine = make_writer_engine(os.environ["CANTEEN_DATABASE_URL"])
    with engine.begin() as own:
        _migrate(own)
    engine.dispose()
