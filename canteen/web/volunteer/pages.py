"""The volunteer's page: who came in by a link of today sees her run, others where to type the PIN."""

from flask import Response

from canteen.web.links import enter_by_form, find_link, show_pin_page
from canteen.web.volunteer import blueprint


@blueprint.get("/volunteer", strict_slashes=False)
def index() -> str:
    if find_link("volunteer") is None:
        return show_pin_page("volunteer")
    return "run"


@blueprint.post("/volunteer")
def enter() -> Response:
    return enter_by_form("volunteer")
