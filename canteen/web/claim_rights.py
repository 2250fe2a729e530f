"""What the signed-in person may do with claims, for the pages: at a place, or anywhere."""

from collections.abc import Mapping

from canteen.rules.roles import Place, may
from canteen.services import claim_view
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.house import database

#: name in templates → permission
RIGHTS = {
    "may_write": "claim.write",
    "may_approve": "claim.approve",
    "may_pay": "claim.pay",
    "may_export": "claim.export",
    "may_answer": "check.answer",
    "may_decide": "correction.decide",
    "may_audit": "audit.view",
}


def list_rights(place: Place | None = None) -> Mapping[str, bool | str]:
    """Each right by its name, and `me`: the person as the books write her."""
    person = get_signed_in()
    held = {name: may(person.grants, permission, place) for name, permission in RIGHTS.items()}
    return {**held, "me": person.actor}


def get_claim(permission: str, number: str) -> Place:
    """Where the claim stands, if the person has `permission` there; 404 otherwise."""
    person = require(permission)
    place = database().read(claim_view.find_claim_place, number=number)
    if place is None or not may(person.grants, permission, place):
        raise missing()
    return place
