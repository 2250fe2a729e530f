"""The street's first page: its communities' canteens, the days they owe and those they signed."""

from flask import render_template

from canteen import clock
from canteen.rules.days import local_time
from canteen.rules.roles import may
from canteen.services import day_sheets
from canteen.web.auth import get_signed_in
from canteen.web.door_page import role_title
from canteen.web.house import database
from canteen.web.street import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    grants = get_signed_in().grants
    canteens = [
        canteen
        for canteen in database().read(day_sheets.list_canteen_days, now=clock.instant())
        if may(grants, "street.view", canteen.place)
    ]
    return render_template(
        "street/index.html", title=role_title("street"), canteens=canteens, local_time=local_time
    )
