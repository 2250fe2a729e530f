"""The week's menu, and what each dish holds, so that a clash with a diet is seen before it is cooked."""

from datetime import date, timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.diets import CONTENTS
from canteen.services import menus
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing, require
from canteen.web.canteens import see_other
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.kitchen import blueprint
from canteen.web.printing import FORMATS, printed

VIEW, RECORD = "kitchen.view", "kitchen.record"


@blueprint.get("/<code>/menu")
def cook_menu(code: str) -> str:
    return _page(get_canteen(VIEW, code), Form(), _week())


@blueprint.get("/<code>/menu.<form>")
def cook_menu_print(code: str, form: str) -> Response:
    canteen = get_canteen(VIEW, code)
    if form not in FORMATS:
        raise missing()
    book = database().read(
        menus.week_book, canteen_id=canteen.id, first=_week(), now=clock.instant()
    )
    return printed(book, form)


@blueprint.post("/<code>/menu")
def cook_menu_set(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    day, mealtime = form.day("day"), form.choice("mealtime", MEALTIMES)
    if not form.faults and day is not None:
        with form.refusals():
            database().run(
                menus.set_menu,
                canteen_id=canteen.id,
                day=day,
                mealtime=mealtime,
                dishes=request.form.getlist("dishes"),
                **acting(),
            )
            return see_other("kitchen.cook_menu", code=code, week=_monday(day))
    return _page(canteen, form, _week()), 422


@blueprint.post("/<code>/contents")
def cook_contents(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    dish = form.text("dish", most=32)
    if not form.faults:
        with form.refusals():
            database().run(
                menus.set_contents,
                canteen_id=canteen.id,
                dish=dish,
                contents=request.form.getlist("contents"),
                **acting(),
            )
            return see_other("kitchen.cook_menu", code=code)
    return _page(canteen, form, _week()), 422


def _week() -> date:
    """The Monday of the week asked for, else of this week."""
    asked = Form(request.args).day("week", is_needed=False) if request.args.get("week") else None
    return _monday(asked or local_date(clock.instant()))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _page(canteen: CanteenLine, form: Form, first: date) -> str:
    return render_template(
        "kitchen/menu.html",
        canteen=canteen,
        form=form,
        first=first,
        before=first - timedelta(weeks=1),
        after=first + timedelta(weeks=1),
        week=database().read(menus.show_week, canteen_id=canteen.id, first=first),
        dishes=database().read(menus.list_dishes, canteen_id=canteen.id),
        content_names=[(code, pick(*names)) for code, names in CONTENTS.items()],
        chosen=(request.args.get("day"), request.args.get("meal")),
        dish_chosen=request.args.get("dish"),
    )
