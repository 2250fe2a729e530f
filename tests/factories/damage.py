"""Damage done to the books past triggers and CHECKs, as a vandal or a fault of the database would."""

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.breaches import Breach


class _Seen(Exception):
    """What was found of a damage; raising it takes the damage back."""


def break_books(session: Session, statement: str) -> None:
    """Run the statement although the database would refuse it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        for name in session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    for index in ("uq_card_holdings_open", "uq_claim_lines_source"):
        session.execute(text(f"DROP INDEX {index}"))
    session.execute(text(statement))


def look_at_damage(
    database: Database, statement: str, look: Callable[[Session], Iterable[Breach]]
) -> set[str]:
    """The codes of what `look` finds of one damage, which is taken back afterwards."""

    def work(session: Session) -> None:
        break_books(session, statement)
        raise _Seen({breach.code for breach in look(session)})

    with pytest.raises(_Seen) as seen:
        database.run(work)
    found: set[str] = seen.value.args[0]
    return found
