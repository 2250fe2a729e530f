"""Who did it, in words: the names of the people behind the actors that rows and the trail keep."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.links import PersonLink
from canteen.models.staff import Staff
from canteen.models.volunteers import Volunteer

STAFF, VOLUNTEER, FAMILY = "staff:", "volunteer:", "family:"


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Actor → display name, of those that are people: the staff's and the volunteers' own, and whose a
    family's link is."""
    keys: dict[str, set[str]] = {STAFF: set(), VOLUNTEER: set(), FAMILY: set()}
    for actor in actors:
        kind, colon, key = actor.partition(":")
        keys.get(kind + colon, set()).add(key)
    links = [int(key) for key in keys[FAMILY] if key.isdecimal()]
    queries = {
        STAFF: select(Staff.name_key, Staff.display_name).where(Staff.name_key.in_(keys[STAFF])),
        VOLUNTEER: select(Volunteer.number, Volunteer.name).where(
            Volunteer.number.in_(keys[VOLUNTEER])
        ),
        FAMILY: select(PersonLink.id, PersonLink.holder).where(PersonLink.id.in_(links)),
    }
    return {
        f"{kind}{key}": name
        for kind, query in queries.items()
        if keys[kind]
        for key, name in session.execute(query)
        if name
    }
