"""The kitchen's first page: whose door this is, and for which canteens."""

from canteen.web.door_page import show_door
from canteen.web.kitchen import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("kitchen", "kitchen.view")
