"""The plain first page of a door: whose it is, where it reaches, and what can be done here now."""

from dataclasses import dataclass

from flask import Flask, render_template

from canteen.rules.roles import may
from canteen.services import places
from canteen.web.auth import get_signed_in
from canteen.web.house import database
from canteen.web.i18n import gettext

#: marks a sentence for the catalogues; it is translated when it is shown
N_ = str
TITLES = {
    "cashier": N_("Cashier"),
    "kitchen": N_("Kitchen"),
    "secretary": N_("Community secretary"),
    "street": N_("Street office"),
    "volunteer": N_("Volunteer"),
    "finance": N_("Finance office"),
    "auditor": N_("Auditor"),
    "family": N_("Family"),
    "admin": N_("Administrator"),
}


@dataclass(frozen=True, slots=True)
class CanteenInReach:
    """A canteen within the person's scope."""

    code: str
    name: str


def install(app: Flask) -> None:
    """Let the templates of `app` name a role."""
    app.context_processor(lambda: {"role_title": role_title})


def role_title(role: str) -> str:
    """A role in the person's language."""
    return gettext(TITLES[role])


def list_reach(permission: str) -> list[CanteenInReach]:
    """The canteens where the signed-in person has `permission`."""
    person = get_signed_in()
    return [
        CanteenInReach(code, name)
        for code, name, place in database().read(places.list_canteens)
        if may(person.grants, permission, place)
    ]


def show_door(role: str, permission: str, template: str = "door.html", **more: object) -> str:
    """The door's page with its title and reach, and what the door itself adds."""
    return render_template(
        template,
        title=role_title(role),
        person=get_signed_in(),
        canteens=list_reach(permission),
        **more,
    )
