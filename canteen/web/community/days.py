"""The secretary's day: its sheet, what was counted by hand, what to look at, and the sign-off."""

from flask import Response, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.services import day_counts, day_sheets, day_signing
from canteen.web.acting import acting
from canteen.web.auth import get_canteen
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.day_page import VIEW, add_views, draw_day, parse_day
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext

SIGN, COUNT, RECORD = "day.sign", "cash.count", "kitchen.record"
KEY_LENGTH_MAX = 200

add_views(blueprint)


@blueprint.get("/days")
def days() -> str | Response:
    return choose_canteen(VIEW, "community.days_today", gettext("Today"))


@blueprint.get("/days/<code>")
def days_today(code: str) -> Response:
    get_canteen(VIEW, code)
    return see_other("community.days_show", code=code, day=local_date(clock.instant()))


@blueprint.post("/days/<code>/<day>/sign")
def days_sign(code: str, day: str) -> Response | tuple[str, int]:
    get_canteen(SIGN, code)
    form = Form(request.form)
    remark = form.text("remark", is_needed=False)
    if not form.faults:
        with form.refusals():
            database().run(
                day_signing.sign_day, canteen=code, day=parse_day(day), remark=remark, **acting()
            )
    return _answer(form, code, day)


@blueprint.post("/days/<code>/<day>/cash")
def days_cash(code: str, day: str) -> Response | tuple[str, int]:
    """Each drawer that has a sum is counted; an empty field is no count."""
    get_canteen(COUNT, code)
    form, on = Form(request.form), parse_day(day)
    page = database().read(day_sheets.show_day, canteen=code, day=on, now=clock.instant())
    counted = {
        counter: form.yuan(f"cash-{counter}", is_needed=False) for counter, _ in page.counters
    }
    if not form.faults:
        with form.refusals():
            for counter, fen in counted.items():
                if fen is not None:
                    database().run(
                        day_counts.count_cash,
                        canteen=code,
                        counter=counter,
                        day=on,
                        counted_fen=fen,
                        **acting(),
                    )
    return _answer(form, code, day)


@blueprint.post("/days/<code>/<day>/portions")
def days_portions(code: str, day: str) -> Response | tuple[str, int]:
    """Each mealtime that has a number of portions cooked is kept."""
    get_canteen(RECORD, code)
    form, on = Form(request.form), parse_day(day)
    counted: dict[str, tuple[int | None, int | None]] = {}
    for mealtime in MEALTIMES:
        left = form.whole(f"left-{mealtime}", is_needed=False)
        cooked = form.whole(f"cooked-{mealtime}", is_needed=left is not None)
        counted[mealtime] = (cooked, left)
    if not form.faults:
        with form.refusals():
            for mealtime, (cooked, left) in counted.items():
                if cooked is not None:
                    database().run(
                        day_counts.count_portions,
                        canteen=code,
                        mealtime=mealtime,
                        day=on,
                        cooked=cooked,
                        left=left,
                        **acting(),
                    )
    return _answer(form, code, day)


@blueprint.post("/days/<code>/<day>/remark")
def days_remark(code: str, day: str) -> Response | tuple[str, int]:
    get_canteen(SIGN, code)
    form = Form(request.form)
    key, remark = form.text("key", most=KEY_LENGTH_MAX), form.text("remark")
    if not form.faults:
        with form.refusals():
            database().run(
                day_counts.write_remark,
                canteen=code,
                day=parse_day(day),
                key=key,
                remark=remark,
                **acting(),
            )
    return _answer(form, code, day)


def _answer(form: Form, code: str, day: str) -> Response | tuple[str, int]:
    """Back to the day, or the page again with what is wrong."""
    if form.faults:
        return draw_day("community", code, day, form), 422
    return see_other("community.days_show", code=code, day=day)
