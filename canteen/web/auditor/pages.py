"""The auditor's first page: how far the trail is sealed, and the ways to samples, meals, days, cards."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import audit_trail, day_sheets
from canteen.web.audit_periods import Period
from canteen.web.auditor import blueprint
from canteen.web.canteens import see_other
from canteen.web.day_page import add_views
from canteen.web.door_page import list_reach, role_title
from canteen.web.house import database

VIEW = "audit.view"
NUMBER_LENGTH_MAX = 80

add_views(blueprint)


@blueprint.get("", strict_slashes=False)
def index() -> str:
    now = clock.instant()
    today = local_date(now)
    return render_template(
        "auditor/index.html",
        title=role_title("auditor"),
        canteens=database().read(
            day_sheets.list_canteen_days,
            canteens=[canteen.code for canteen in list_reach(VIEW)],
            now=now,
        ),
        seals=database().read(audit_trail.find_seal_state),
        month=Period(today.replace(day=1), today),
        today=today,
    )


@blueprint.get("/find")
def find() -> Response:
    """One field for a receipt, a card's number or a register number: each leads to its page."""
    text = request.args.get("q", "").strip()[:NUMBER_LENGTH_MAX]
    kind = request.args.get("kind", "")
    if kind == "card":
        return see_other("auditor.cards", q=text)
    if kind == "elder":
        return see_other("auditor.elders_show", number=text or "-")
    return see_other("auditor.meals_show", receipt=text or "-")
