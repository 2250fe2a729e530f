"""Who did it, in words: the names of the people behind the actors that rows and the trail keep."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.staff import Staff

STAFF = "staff:"


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Actor → display name, of those that are people."""
    keys = {actor.removeprefix(STAFF) for actor in actors if actor.startswith(STAFF)}
    rows = session.execute(
        select(Staff.name_key, Staff.display_name).where(Staff.name_key.in_(keys))
    )
    return {STAFF + row.name_key: row.display_name for row in rows}
