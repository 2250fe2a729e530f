"""The auditor's first page: whose door this is, and for which canteens."""

from canteen.web.auditor import blueprint
from canteen.web.door_page import show_door


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("auditor", "audit.view")
