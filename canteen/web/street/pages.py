"""The street's first page: its communities' canteens, the days they owe and those they signed."""

from flask import render_template

from canteen import clock
from canteen.rules.days import local_time
from canteen.services import day_sheets
from canteen.web.door_page import list_reach, role_title
from canteen.web.house import database
from canteen.web.street import blueprint


@blueprint.get("", strict_slashes=False)
def index() -> str:
    canteens = database().read(
        day_sheets.list_canteen_days,
        canteens=[canteen.code for canteen in list_reach("street.view")],
        now=clock.instant(),
    )
    return render_template(
        "street/index.html", title=role_title("street"), canteens=canteens, local_time=local_time
    )
