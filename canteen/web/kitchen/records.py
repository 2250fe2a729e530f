"""The kitchen's safety book: samples kept for two days, and temperatures."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES
from canteen.rules.errors import CanteenError
from canteen.rules.food_safety import (
    LIMITS,
    SAMPLE_GRAMS_MAX,
    SAMPLE_GRAMS_MIN,
    celsius_text,
    parse_celsius,
)
from canteen.services import food_records
from canteen.services.food_records import NAME_LENGTH_MAX
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, require
from canteen.web.canteens import see_other
from canteen.web.figures import mealtime
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.kitchen import blueprint

VIEW, RECORD = "kitchen.view", "kitchen.record"


@blueprint.get("/<code>/records")
def cook_records(code: str) -> str:
    return _page(get_canteen(VIEW, code))


@blueprint.post("/<code>/samples")
def cook_sample(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    meal, dish = form.choice("mealtime", MEALTIMES), form.text("dish", most=NAME_LENGTH_MAX)
    grams = form.whole("grams", least=1, most=SAMPLE_GRAMS_MAX)
    if not form.faults and grams is not None:
        with form.refusals():
            database().run(
                food_records.take_sample,
                canteen_id=canteen.id,
                mealtime=meal,
                dish=dish,
                grams=grams,
                **acting(),
            )
            return see_other("kitchen.cook_records", code=code)
    return _page(canteen, sample=form), 422


@blueprint.post("/<code>/samples/<number:sample_id>/discard")
def cook_sample_discard(code: str, sample_id: int) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form()
    with form.refusals():
        database().run(
            food_records.discard_sample, canteen_id=canteen.id, sample_id=sample_id, **acting()
        )
    if not form.faults:
        return see_other("kitchen.cook_records", code=code)
    return _page(canteen, sample=form), 422


@blueprint.post("/<code>/temperatures")
def cook_temperature(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    require(RECORD, canteen.place)
    form = Form(request.form)
    kind, subject = form.choice("kind", LIMITS), form.text("subject", most=NAME_LENGTH_MAX)
    tenths = _celsius(form)
    if not form.faults and tenths is not None:
        with form.refusals():
            database().run(
                food_records.read_temperature,
                canteen_id=canteen.id,
                kind=kind,
                subject=subject,
                celsius_tenths=tenths,
                **acting(),
            )
            return see_other("kitchen.cook_records", code=code)
    return _page(canteen, temperature=form), 422


def _celsius(form: Form) -> int | None:
    try:
        return parse_celsius(form.as_typed("celsius"))
    except CanteenError as error:
        form.fault("celsius", error.zh, error.en)
        return None


def _page(canteen: CanteenLine, sample: Form | None = None, temperature: Form | None = None) -> str:
    return render_template(
        "kitchen/records.html",
        canteen=canteen,
        records=database().read(
            food_records.show_records, canteen_id=canteen.id, now=clock.instant()
        ),
        sample=sample or Form(),
        temperature=temperature or Form(),
        mealtimes=[(name, mealtime(name)) for name in MEALTIMES],
        kinds=[
            (code, f"{pick(limit.zh, limit.en)} {_range(code)}") for code, limit in LIMITS.items()
        ],
        limits=LIMITS,
        limit_text=_range,
        celsius=celsius_text,
        grams_min=SAMPLE_GRAMS_MIN,
    )


def _range(kind: str) -> str:
    """≥ 60 °C, 0–8 °C …"""
    limit = LIMITS[kind]
    least, most = (
        None if end is None else celsius_text(end).removesuffix(".0")
        for end in (limit.least, limit.most)
    )
    if least is None:
        return f"≤ {most} °C"
    return f"≥ {least} °C" if most is None else f"{least}–{most} °C"
