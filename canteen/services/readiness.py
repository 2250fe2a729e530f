"""What `readyz` and the command line ask before they rely on a database."""

from datetime import date

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay, Instance


def find_revision(session: Session) -> str | None:
    """The migration the database stands at, read from Alembic's own table; None before `init`."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    revision: str | None = session.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return revision


def find_instance_kind(session: Session) -> str | None:
    """ "demonstration", "real" …; None while nobody has marked the database."""
    return session.execute(
        select(Instance.kind).order_by(Instance.id).limit(1)
    ).scalar_one_or_none()


def find_oldest_open_day(session: Session) -> date | None:
    """The oldest day with meals that nobody has signed off."""
    return session.execute(
        select(CanteenDay.day)
        .where(CanteenDay.signed_at.is_(None))
        .order_by(CanteenDay.day)
        .limit(1)
    ).scalar_one_or_none()
