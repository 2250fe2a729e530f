"""Who did it, in words: the names of the people behind the actors that rows and the trail keep."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.links import PersonLink
from canteen.models.staff import Staff

STAFF, FAMILY = "staff:", "family:"


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Actor → display name, of those that are people: the staff's own, and whose a family's link is."""
    known = set(actors)
    keys = {actor.removeprefix(STAFF) for actor in known if actor.startswith(STAFF)}
    rows = session.execute(
        select(Staff.name_key, Staff.display_name).where(Staff.name_key.in_(keys))
    )
    names = {STAFF + row.name_key: row.display_name for row in rows}
    ids = {actor.removeprefix(FAMILY) for actor in known if actor.startswith(FAMILY)}
    if not ids:
        return names
    links = session.execute(
        select(PersonLink.id, PersonLink.holder).where(
            PersonLink.id.in_([int(one) for one in ids if one.isdecimal()])
        )
    )
    return names | {f"{FAMILY}{row.id}": row.holder for row in links if row.holder}
