"""The one row that says what a database is: real, or a demonstration with its own clock."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from canteen.models.days import Instance
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.models.swipes import Swipe
from canteen.rules.errors import Refused


def mark_instance(session: Session, *, kind: str, now: datetime) -> None:
    """Mark a database that nobody has marked as `kind`: real or demonstration."""
    if session.get(Instance, 1) is None:
        session.execute(insert(Instance).values(id=1, kind=kind, created_at=now))


def make_demonstration(session: Session, *, now: datetime) -> None:
    """Turn an empty database into a demonstration; Refused when it holds anything real."""
    counts = {
        table.__tablename__: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (Canteen, Elder, Swipe)
    }
    if any(counts.values()):
        found = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        raise Refused(
            "not_empty",
            f"数据库里已有数据（{found}）：演示只装进空的数据库，请另设 CANTEEN_DATA_DIR",
            f"The database holds data already ({found}): the demonstration fills only an empty one;"
            " choose another CANTEEN_DATA_DIR",
        )
    row = session.get(Instance, 1)
    if row is None:
        session.execute(insert(Instance).values(id=1, kind="demonstration", created_at=now))
    else:
        row.kind = "demonstration"
