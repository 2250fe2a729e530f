"""The price list of a canteen: what is sold and for how much, and from when that changes."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.files.rosters import read_table
from canteen.rules.days import MEALTIMES, local_date, local_time
from canteen.rules.dishes import CODE, GRAMS_MAX, UNITS
from canteen.rules.price_file import find_columns, read_price_rows
from canteen.rules.price_list import KEYS, KINDS, NAME_LENGTH_MAX, SOLD_CHANNELS, PriceAsked
from canteen.services import prices
from canteen.services.places import CanteenLine
from canteen.services.prices import PriceLine, RowTried
from canteen.web.acting import acting
from canteen.web.auth import get_canteen
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.figures import mealtime
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.uploads import take_file

PERMISSION = "price.write"
CODE_LENGTH_MAX = 32


@blueprint.get("/prices")
def prices_choose() -> str | Response:
    return choose_canteen(PERMISSION, "community.prices_show", gettext("Prices"))


@blueprint.get("/prices/<code>")
def prices_show(code: str) -> str:
    return _page(get_canteen(PERMISSION, code), Form())


@blueprint.post("/prices/<code>")
def prices_set(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(PERMISSION, code)
    form = Form(request.form)
    asked, valid_from = _read(form)
    if asked is not None and valid_from is not None:
        with form.refusals():
            database().run(
                prices.set_price,
                canteen_id=canteen.id,
                asked=asked,
                valid_from=valid_from,
                **acting(),
            )
            return see_other("community.prices_show", code=code)
    return _page(canteen, form), 422


@blueprint.post("/prices/<code>/file")
def prices_file(code: str) -> Response | str | tuple[str, int]:
    """A list sent as XLSX, XLS or CSV: checked row by row, and taken whole when it is asked for."""
    canteen = get_canteen(PERMISSION, code)
    form = Form(request.form)
    meal, day = form.choice("file_mealtime", MEALTIMES), form.day("file_from_on")
    file = take_file(form, "file")
    tried: list[RowTried] = []
    if not form.faults and file is not None and day is not None:
        begins = prices.begin(day)
        with form.refusals():
            rows = read_price_rows(read_table(file.data, find_columns), meal)
            tried = database().read(
                prices.try_rows, canteen_id=canteen.id, rows=rows, valid_from=begins
            )
            if form.yes("take"):
                database().run(
                    prices.take_rows,
                    canteen_id=canteen.id,
                    rows=rows,
                    valid_from=begins,
                    **acting(),
                )
                return see_other("community.prices_show", code=code)
    return _page(canteen, Form(), sent=form, tried=tried), 422 if form.faults else 200


@blueprint.post("/prices/<code>/<number:price_id>/end")
def prices_end(code: str, price_id: int) -> Response | tuple[str, int]:
    """Sold no longer, from tomorrow on: what stands on today's list is on people's plates."""
    canteen = get_canteen(PERMISSION, code)
    form = Form()
    now = clock.instant()
    with form.refusals():
        database().run(
            prices.end_price,
            price_id=price_id,
            canteen_id=canteen.id,
            valid_from=prices.begin(local_date(now) + timedelta(days=1)),
            **acting(),
        )
    if not form.faults:
        return see_other("community.prices_show", code=code)
    return _page(canteen, form), 422


def _read(form: Form) -> tuple[PriceAsked | None, datetime | None]:
    """The price as typed; (None, None) when a field has a fault."""
    code = form.text("code", most=CODE_LENGTH_MAX, is_needed=False)
    if code and CODE.fullmatch(code) is None:
        form.fault("code", "用字母、数字、点、横线", "Use letters, digits, dots and dashes")
    key = form.choice("key", [str(key) for key in KEYS], is_needed=False)
    price_fen = form.yuan("price")
    day, at = form.day("from_on"), form.clock("from_at", is_needed=False)
    asked = PriceAsked(
        mealtime=form.choice("mealtime", MEALTIMES),
        kind=form.choice("kind", KINDS),
        name=form.text("name", most=NAME_LENGTH_MAX),
        price_fen=price_fen,
        code=code,
        name_en=form.text("name_en", most=NAME_LENGTH_MAX, is_needed=False) or None,
        key=int(key) if key else None,
        channel=form.choice("channel", SOLD_CHANNELS),
        unit=form.choice("unit", UNITS),
        unit_grams=form.whole("unit_grams", least=1, most=GRAMS_MAX, is_needed=False),
    )
    if form.faults or day is None:
        return None, None
    return asked, prices.begin(day, at or time())


def _page(
    canteen: CanteenLine,
    form: Form,
    sent: Form | None = None,
    tried: Sequence[RowTried] = (),
) -> str:
    now = clock.instant()
    lines = database().read(prices.list_price_lines, canteen_id=canteen.id, now=now)
    changed = next((line for line in lines if str(line.id) == request.args.get("line")), None)
    if changed is not None and not form.typed:
        form = Form(_typed(changed))
    return render_template(
        "community/prices.html",
        canteen=canteen,
        form=form,
        sent=sent or Form(),
        tried=tried,
        mealtimes=[
            (name, [line for line in lines if line.mealtime == name and line.state != "past"])
            for name in MEALTIMES
        ],
        past=[line for line in lines if line.state == "past"],
        today=local_date(now),
        local_time=local_time,
        options={
            "mealtime": [(name, mealtime(name)) for name in MEALTIMES],
            "kind": [(name, pick(*words)) for name, words in KINDS.items()],
            "unit": [(name, pick(*words)) for name, words in UNITS.items()],
            "key": [(str(key), str(key)) for key in KEYS],
            "channel": [("dine_in", gettext("eaten here")), ("take_away", gettext("taken away"))],
        },
        units=UNITS,
    )


def _typed(line: PriceLine) -> dict[str, str]:
    """A line as the form would have been typed, to change its price."""
    plain = {
        "mealtime": line.mealtime,
        "kind": line.kind,
        "name": line.name,
        "name_en": line.name_en,
        "code": line.code,
        "key": line.key,
        "channel": line.channel,
        "unit": line.unit,
        "unit_grams": line.unit_grams,
    }
    return {name: str(value) for name, value in plain.items() if value is not None}
