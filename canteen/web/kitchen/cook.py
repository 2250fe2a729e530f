"""How many to cook today and tomorrow, for whom apart, and what was cooked and left."""

from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, Window
from canteen.rules.diets import CONTENTS, DIETS
from canteen.services import day_counts, kitchen
from canteen.services.kitchen import PORTIONS_MAX, KitchenMeal
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing, require
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext
from canteen.web.kitchen import blueprint
from canteen.web.kitchen_sheet import cooking_book
from canteen.web.printing import printed

VIEW, RECORD = "kitchen.view", "kitchen.record"


@dataclass(frozen=True, slots=True)
class Choice:
    """A mealtime of today or tomorrow to look at."""

    day: date
    window: Window
    is_over: bool


@blueprint.get("", strict_slashes=False)
def cook_choose() -> str | Response:
    return choose_canteen(VIEW, "kitchen.cook_show", gettext("Kitchen"))


@blueprint.get("/<code>")
def cook_show(code: str) -> str:
    return _page(get_canteen(VIEW, code), Form())


@blueprint.get("/<code>/sheet.pdf")
def cook_print(code: str) -> Response:
    """The kitchen's paper: how many, which way, which diets, and the menu's clashes."""
    canteen = get_canteen(VIEW, code)
    meal = _meal(canteen, _choices(canteen))
    if meal is None:
        raise missing()
    return printed(cooking_book(canteen.name, meal, clock.instant()), "pdf")


@blueprint.post("/<code>/plan")
def cook_plan(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    day, mealtime = form.day("day"), form.choice("mealtime", MEALTIMES)
    portions = form.whole("portions", most=PORTIONS_MAX)
    if not form.faults and day is not None and portions is not None:
        with form.refusals():
            database().run(
                kitchen.set_plan,
                canteen_id=canteen.id,
                day=day,
                mealtime=mealtime,
                portions=portions,
                **acting(),
            )
            return see_other("kitchen.cook_show", code=code, day=day, meal=mealtime)
    return _page(canteen, form), 422


@blueprint.post("/<code>/portions")
def cook_portions(code: str) -> Response | tuple[str, int]:
    """What was cooked, and what was left if somebody counted."""
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    day, mealtime = form.day("day"), form.choice("mealtime", MEALTIMES)
    cooked = form.whole("cooked", most=PORTIONS_MAX)
    left = form.whole(f"left-{mealtime}", most=PORTIONS_MAX, is_needed=False)
    if not form.faults and day is not None and cooked is not None:
        with form.refusals():
            database().run(
                day_counts.count_portions,
                canteen=code,
                mealtime=mealtime,
                day=day,
                cooked=cooked,
                left=left,
                **acting(),
            )
            return see_other("kitchen.cook_show", code=code, day=day, meal=mealtime)
    return _page(canteen, form), 422


def _choices(canteen: CanteenLine) -> list[Choice]:
    now = clock.instant()
    found = database().read(kitchen.list_mealtimes, canteen_id=canteen.id, now=now)
    return [Choice(*one) for one in found]


def _meal(canteen: CanteenLine, choices: list[Choice]) -> KitchenMeal | None:
    """The mealtime asked for, else the next one that is not over; None when nothing is served."""
    asked = (
        request.values.get("day", ""),
        request.values.get("meal") or request.values.get("mealtime"),
    )
    chosen = next((c for c in choices if (str(c.day), c.window.mealtime) == asked), None)
    coming = next((c for c in choices if not c.is_over), None)
    choice = chosen or coming or (choices[-1] if choices else None)
    if choice is None:
        return None
    return database().read(
        kitchen.show_meal,
        canteen_id=canteen.id,
        day=choice.day,
        mealtime=choice.window.mealtime,
        now=clock.instant(),
    )


def _page(canteen: CanteenLine, form: Form) -> str:
    choices = _choices(canteen)
    return render_template(
        "kitchen/cook.html",
        canteen=canteen,
        form=form,
        choices=choices,
        meal=_meal(canteen, choices),
        today=min((choice.day for choice in choices), default=None),
        all_diets=DIETS,
        contents=CONTENTS,
    )
