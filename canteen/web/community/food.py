"""Food given, not charged: late refusals and taps with a wrong clock, closed or made a meal one by one."""

from datetime import datetime
from uuid import UUID

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import SHANGHAI, local_date, local_time
from canteen.rules.outcomes import BY_CODE
from canteen.services import food_given
from canteen.services.food_given import REASON_LENGTH_MAX, FoodLine
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext

PERMISSION = "food.settle"
NUMBER_LENGTH_MAX = 20


@blueprint.get("/food")
def food_choose() -> str | Response:
    return choose_canteen(PERMISSION, "community.food_list", gettext("Food given, not charged"))


@blueprint.get("/food/<code>")
def food_list(code: str) -> str:
    return _page(get_canteen(PERMISSION, code))


@blueprint.get("/food/<code>/<uuid:swipe_id>")
def food_show(code: str, swipe_id: UUID) -> str:
    canteen = get_canteen(PERMISSION, code)
    return _page(canteen, _find(canteen, str(swipe_id)))


@blueprint.post("/food/<code>/<uuid:swipe_id>/close")
def food_close(code: str, swipe_id: UUID) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    line = _find(canteen, str(swipe_id))
    form = Form(request.form)
    reason = form.text("why_not", most=REASON_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(
                food_given.close_food,
                canteen_id=canteen.id,
                swipe_id=line.swipe_id,
                reason=reason,
                **acting(),
            )
            return see_other("community.food_list", code=code)
    return _page(canteen, line, form), 422


@blueprint.post("/food/<code>/<uuid:swipe_id>/meal")
def food_meal(code: str, swipe_id: UUID) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    line = _find(canteen, str(swipe_id))
    form = Form(request.form)
    number = form.text("number", most=NUMBER_LENGTH_MAX, is_needed=False)
    reason = form.text("reason", most=REASON_LENGTH_MAX)
    stated_at = _stated(form) if line.is_held else None
    if not form.faults:
        with form.refusals():
            database().run(
                food_given.make_meal,
                canteen_id=canteen.id,
                swipe_id=line.swipe_id,
                number=number,
                stated_at=stated_at,
                reason=reason,
                **acting(),
            )
            return see_other("community.food_list", code=code)
    return _page(canteen, line, form), 422


def _stated(form: Form) -> datetime | None:
    """The instant a person states, both parts of it."""
    day, at = form.day("stated_on"), form.clock("stated_at")
    return None if day is None or at is None else datetime.combine(day, at, SHANGHAI)


def _find(canteen: CanteenLine, swipe_id: str) -> FoodLine:
    lines = database().read(food_given.list_food, canteen_id=canteen.id, now=clock.instant())
    found = next((line for line in lines if line.swipe_id == swipe_id), None)
    if found is None:
        raise missing()
    return found


def _page(canteen: CanteenLine, line: FoodLine | None = None, form: Form | None = None) -> str:
    lines = database().read(food_given.list_food, canteen_id=canteen.id, now=clock.instant())
    return render_template(
        "community/food.html",
        canteen=canteen,
        owed=[one for one in lines if one.decision is None],
        settled=[one for one in lines if one.decision is not None],
        line=line,
        form=form or Form(),
        outcomes=BY_CODE,
        local_date=local_date,
        local_time=local_time,
    )
