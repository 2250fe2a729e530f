"""The kitchen's book of food that came in: line by line, a mistake taken back by a line against it."""

from datetime import date, timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.claim_periods import month_of
from canteen.rules.days import local_date
from canteen.rules.errors import CanteenError
from canteen.rules.food_supplies import KINDS, kilograms_text, parse_kilograms
from canteen.services import food_supplies
from canteen.services.food_supplies import TEXT_LENGTH_MAX, SupplyAsked
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, require
from canteen.web.canteens import see_other
from canteen.web.forms import Form, read_day
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.kitchen import blueprint

VIEW, RECORD = "kitchen.view", "kitchen.record"


@blueprint.get("/<code>/supplies")
def cook_supplies(code: str) -> str:
    return _page(get_canteen(VIEW, code), Form())


@blueprint.post("/<code>/supplies")
def cook_supply(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    day, kind = form.day("day"), form.choice("kind", KINDS)
    item = form.text("item", most=TEXT_LENGTH_MAX)
    grams, cost_fen = _grams(form), form.yuan("cost")
    supplier = form.text("supplier", most=TEXT_LENGTH_MAX)
    document = form.text("document", most=TEXT_LENGTH_MAX, is_needed=False) or None
    if not form.faults and day is not None and grams is not None and cost_fen is not None:
        asked = SupplyAsked(day, kind, item, grams, cost_fen, supplier, document)
        with form.refusals():
            database().run(
                food_supplies.record_supply, canteen_id=canteen.id, asked=asked, **acting()
            )
            return see_other("kitchen.cook_supplies", code=code, month=day)
    return _page(canteen, form), 422


@blueprint.post("/<code>/supplies/<number:supply_id>/take-back")
def cook_supply_back(code: str, supply_id: int) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form()
    with form.refusals():
        database().run(
            food_supplies.take_back, canteen_id=canteen.id, supply_id=supply_id, **acting()
        )
    if not form.faults:
        return see_other("kitchen.cook_supplies", code=code, month=request.args.get("month"))
    return _page(canteen, form), 422


def _grams(form: Form) -> int | None:
    try:
        return parse_kilograms(form.as_typed("weight"))
    except CanteenError as error:
        form.fault("weight", error.zh, error.en)
        return None


def _page(canteen: CanteenLine, form: Form) -> str:
    month = _month()
    return render_template(
        "kitchen/supplies.html",
        canteen=canteen,
        form=form,
        page=database().read(food_supplies.show_supplies, canteen_id=canteen.id, month=month),
        month=month,
        before=month - timedelta(days=1),
        after=month_of(month).last + timedelta(days=1),
        today=local_date(clock.instant()),
        kinds=[(code, pick(*names)) for code, names in KINDS.items()],
        kind_names=KINDS,
        kilograms=kilograms_text,
    )


def _month() -> date:
    """The first day of the month that the day asked for lies in, else of this one."""
    asked = read_day(request.args.get("month", ""))
    return (asked or local_date(clock.instant())).replace(day=1)
