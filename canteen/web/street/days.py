"""The street's view of its communities' days; it alone opens a signed day again."""

from flask import Response, request

from canteen.services import day_signing
from canteen.web.acting import acting
from canteen.web.auth import get_canteen
from canteen.web.canteens import see_other
from canteen.web.day_page import add_views, draw_day, parse_day
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.street import blueprint

REOPEN = "day.reopen"

add_views(blueprint)


@blueprint.post("/days/<code>/<day>/reopen")
def days_reopen(code: str, day: str) -> Response | tuple[str, int]:
    get_canteen(REOPEN, code)
    form = Form(request.form)
    reason = form.text("reason")
    if not form.faults:
        with form.refusals():
            database().run(
                day_signing.reopen_day, canteen=code, day=parse_day(day), reason=reason, **acting()
            )
            return see_other("street.days_show", code=code, day=day)
    return draw_day("street", code, day, form), 422
