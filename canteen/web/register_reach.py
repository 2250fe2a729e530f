"""Which part of the register is the person's own: her communities, and the elders of them.

An elder of another community answers as if there were none; that somebody tried is recorded (O-087).
"""

from flask import Response, redirect, request, url_for

from canteen import clock
from canteen.rules.roles import PERMISSIONS, may
from canteen.services import elder_page, places, register_tries
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.house import database
from canteen.web.peer import origin


def list_areas(permission: str) -> tuple[str, ...]:
    """The areas in which the signed-in person has `permission`; "" is everywhere."""
    return tuple(
        "" if grant.scope_kind == "everywhere" else grant.scope
        for grant in get_signed_in().grants
        if permission in PERMISSIONS[grant.role] and grant.scope_kind != "canteen"
    )


def get_elder(permission: str, number: str) -> str:
    """The register number, if the person has `permission` at that elder; 404 otherwise."""
    person = require(permission)
    place = database().read(places.find_place_of_elder, number=number)
    if place is None:
        raise missing()
    if not may(person.grants, permission, place):
        database().run(
            register_tries.record_try,
            number=number,
            page=request.endpoint or "",
            by=person.actor,
            origin=origin(),
            now=clock.instant(),
        )
        raise missing()
    return number


def find_kept_page(number: str) -> Response | None:
    """The way to the row that goes on, when this one was merged into it."""
    kept = database().read(elder_page.find_kept_number, number=number)
    if kept is None:
        return None
    made = redirect(url_for("community.elders_show", number=kept), 302)
    assert isinstance(made, Response)
    return made
