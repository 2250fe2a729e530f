"""The cashier's door, the elder's display beside it, and the acts at a counter that others share.

Three guards: `blueprint` is the cashier's own; `acts` (voids, money) asks who is signed in and then each
route for its permission at the place of what it changes; `displays` opens by a device link or a cashier.
"""

from flask import Blueprint, Response, request

from canteen.web.auth import door, find_display_counter, find_signed_in, get_signed_in

blueprint = Blueprint("counter", __name__)
blueprint.before_request(door("counter.view"))

acts = Blueprint("acts", __name__, url_prefix="/api/v1")


@acts.before_request
def _check_signed_in() -> None:
    get_signed_in()


displays = Blueprint("display", __name__)
#: the one route that a device enters by the token in its address
OPENING = "display.open_display"


@displays.before_request
def _check_display() -> Response | None:
    if request.endpoint == OPENING or find_display_counter() is not None:
        return None
    if find_signed_in() is None:
        return door("counter.view")()
    return None
