"""One meal on one page: what it rests on, and everything that came of it."""

from flask import render_template

from canteen.rules.day_tables import CHANNEL_NAMES
from canteen.rules.days import local_time
from canteen.rules.roles import may
from canteen.services import audit_meal
from canteen.web import (
    audit_words,
    claim_words,
    delivery_words,
    meal_words,
    register_words,
    trail_words,
)
from canteen.web.auditor import blueprint
from canteen.web.auth import get_signed_in, missing
from canteen.web.house import database
from canteen.web.reader_words import READER_STATES

VIEW = "audit.view"


@blueprint.get("/meals/<receipt>")
def meals_show(receipt: str) -> str:
    place = database().read(audit_meal.find_place, receipt=receipt)
    if place is None or not may(get_signed_in().grants, VIEW, place):
        raise missing()
    return render_template(
        "auditor/meal.html",
        one=database().read(audit_meal.show_meal, receipt=receipt),
        channels=CHANNEL_NAMES,
        local_time=local_time,
        a=audit_words,
        c=claim_words,
        d=delivery_words,
        m=meal_words,
        reader_states=READER_STATES,
        w=register_words,
        done=trail_words.action,
    )
