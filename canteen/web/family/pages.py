"""The family's first page; its door lets nobody in who has no link."""

from canteen.web.door_page import show_door
from canteen.web.family import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return show_door("family", "family.view")
