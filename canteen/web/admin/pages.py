"""The administrator's first page: readers and how they are, accounts, display links."""

from flask import Response, redirect, url_for

from canteen.rules.roles import may
from canteen.services import readers, staff
from canteen.web.admin import blueprint
from canteen.web.auth import get_signed_in
from canteen.web.displays import create_link, list_counters_in_reach, list_links, revoke_link
from canteen.web.door_page import show_door
from canteen.web.house import database
from canteen.web.reader_words import READER_STATES


def _page(new_link: str | None = None) -> str:
    counters = {counter.id: counter for counter in list_counters_in_reach("admin.view")}
    lines = [
        (reader, counters[reader.counter_id])
        for reader in database().read(readers.list_readers)
        if reader.counter_id in counters
    ]
    return show_door(
        "admin",
        "admin.view",
        "admin.html",
        readers=lines,
        states=READER_STATES,
        accounts=_list_accounts(),
        counters=list_counters_in_reach(),
        links=list_links(),
        new_link=new_link,
        create="admin.create_display",
        revoke="admin.revoke_display",
    )


def _list_accounts() -> list[staff.StaffLine]:
    """The accounts all of whose grants lie within the administrator's own scope."""
    person = get_signed_in()
    return [
        line
        for line, reach in database().read(staff.list_staff_with_places)
        if all(may(person.grants, "staff.write", place) for place in reach)
    ]


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return _page()


@blueprint.post("/counters/<number:counter_id>/displays")
def create_display(counter_id: int) -> str:
    return _page(create_link(counter_id))


@blueprint.post("/displays/<number:link_id>/revoke")
def revoke_display(link_id: int) -> Response:
    revoke_link(link_id)
    made = redirect(url_for("admin.index"), 303)
    assert isinstance(made, Response)
    return made
