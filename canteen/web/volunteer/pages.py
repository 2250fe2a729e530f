"""The volunteer's first page: whose door this is, and for which area."""

from canteen.web.door_page import show_door
from canteen.web.volunteer import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("volunteer", "volunteer.view")
