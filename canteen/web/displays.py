"""Display links as their two keepers see them: the secretary of the community and the administrator."""

from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for

from canteen import clock
from canteen.rules.roles import may
from canteen.services import places
from canteen.services.places import CounterLine
from canteen.web.auth import get_counter, get_signed_in, missing, require
from canteen.web.house import database
from canteen.web.peer import origin

PERMISSION = "display.link"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A display link with the counter it opens."""

    id: int
    counter: CounterLine
    name: str
    created_at: datetime
    is_revoked: bool


def list_counters_in_reach(permission: str = PERMISSION) -> list[CounterLine]:
    """The counters where the signed-in person has `permission`."""
    person = get_signed_in()
    return [
        counter
        for counter in database().read(places.list_counters)
        if may(person.grants, permission, counter.place)
    ]


def list_links() -> list[LinkRow]:
    """The display links of the counters in reach, newest first."""
    counters = {counter.id: counter for counter in list_counters_in_reach()}
    return [
        LinkRow(
            link.id,
            counters[link.counter_id],
            link.name,
            link.created_at,
            link.revoked_at is not None,
        )
        for link in database().read(places.list_display_links)
        if link.counter_id in counters
    ]


def create_link(counter_id: int) -> str:
    """Make a link to the counter's display and return its full address; it is shown once."""
    counter = get_counter(PERMISSION, counter_id)
    token = database().run(
        places.create_display_link,
        counter_id=counter.id,
        name=request.form.get("name", "") or counter.name,
        by=get_signed_in().actor,
        origin=origin(),
        now=clock.instant(),
    )
    return url_for("display.open_display", token=token, _external=True)


def revoke_link(link_id: int) -> None:
    """End a link within the person's scope."""
    person = require(PERMISSION)
    counter = database().read(places.find_counter_of_link, link_id=link_id)
    if counter is None or not may(person.grants, PERMISSION, counter.place):
        raise missing()
    database().run(
        places.revoke_display_link,
        link_id=link_id,
        by=person.actor,
        origin=origin(),
        now=clock.instant(),
    )
