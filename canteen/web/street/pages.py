"""The street's first page: whose door this is, and for which canteens."""

from canteen.web.door_page import show_door
from canteen.web.street import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("street", "street.view")
