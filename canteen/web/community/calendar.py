"""The calendar of a canteen: on which weekdays and at what hours it serves, and when it is closed."""

from datetime import time

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.services import calendar, closed_days, workdays
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.figures import mealtime, weekday
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext

PERMISSION = "calendar.write"
WEEKDAYS = range(1, 8)
REASON_LENGTH_MAX = 80


@blueprint.get("/calendar")
def calendar_choose() -> str | Response:
    return choose_canteen(PERMISSION, "community.calendar_show", gettext("Calendar"))


@blueprint.get("/calendar/<code>")
def calendar_show(code: str) -> str:
    return _page(get_canteen(PERMISSION, code))


@blueprint.post("/calendar/<code>/weekdays")
def calendar_weekdays(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    form = Form(request.form)
    chosen = [day for day in WEEKDAYS if form.yes(f"day-{day}")]
    with form.refusals():
        database().run(
            calendar.set_open_weekdays, canteen_id=canteen.id, weekdays=chosen, **acting()
        )
    if not form.faults:
        return see_other("community.calendar_show", code=code)
    return _page(canteen, weekdays=form), 422


@blueprint.post("/calendar/<code>/windows")
def calendar_window(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    form = Form(request.form)
    name = form.choice("mealtime", MEALTIMES)
    from_on = form.day("from_on")
    hours = _hours(form)
    if not form.faults and from_on is not None:
        with form.refusals():
            database().run(
                calendar.set_window,
                canteen_id=canteen.id,
                mealtime=name,
                hours=hours,
                from_on=from_on,
                **acting(),
            )
            return see_other("community.calendar_show", code=code)
    return _page(canteen, window=form), 422


@blueprint.post("/calendar/<code>/closed")
def calendar_close(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    form = Form(request.form)
    closed_on = form.day("closed_on")
    name = form.choice("closed_mealtime", MEALTIMES, is_needed=False) or None
    reason = form.text("reason", most=REASON_LENGTH_MAX)
    if not form.faults and closed_on is not None:
        with form.refusals():
            affected = database().run(
                closed_days.close_day,
                canteen_id=canteen.id,
                closed_on=closed_on,
                mealtime=name,
                reason=reason,
                **acting(),
            )
            return see_other(
                "community.calendar_show",
                code=code,
                meals=affected.meals,
                dishes=affected.menu_lines,
                deliveries=affected.deliveries,
            )
    return _page(canteen, closing=form), 422


@blueprint.post("/calendar/<code>/closed/<number:closed_id>/withdraw")
def calendar_open(code: str, closed_id: int) -> Response:
    canteen = get_canteen(PERMISSION, code)
    database().run(
        closed_days.withdraw_closed_day, canteen_id=canteen.id, closed_id=closed_id, **acting()
    )
    return see_other("community.calendar_show", code=code)


def _hours(form: Form) -> tuple[time, time] | None:
    """The hours as typed; None when the mealtime is to end, or a fault was told."""
    if form.yes("ends"):
        return None
    opens, closes = form.clock("opens"), form.clock("closes")
    return None if opens is None or closes is None else (opens, closes)


def _page(
    canteen: CanteenLine,
    weekdays: Form | None = None,
    window: Form | None = None,
    closing: Form | None = None,
) -> str:
    now = clock.instant()
    today = local_date(now)
    return render_template(
        "community/calendar.html",
        canteen=canteen,
        view=database().read(calendar.show_calendar, canteen_id=canteen.id, now=now),
        weekdays=weekdays or Form(),
        window=window or Form(),
        closing=closing or Form(),
        weekday_names=[(day, weekday(day)) for day in WEEKDAYS],
        mealtimes=[(name, mealtime(name)) for name in MEALTIMES],
        today=today,
        missing_year=database().read(workdays.find_missing_year, today=today),
        years=database().read(workdays.list_years, today=today),
        affected=[
            request.args.get(word, type=int, default=0)
            for word in ("meals", "dishes", "deliveries")
        ],
    )
