"""The finance office's first page: whose door this is, and for which canteens."""

from canteen.web.door_page import show_door
from canteen.web.finance import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("finance", "finance.view")
