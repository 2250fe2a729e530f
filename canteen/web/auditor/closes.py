"""The four-way close: a period of a canteen as one table, and each of its days with the rows of each
difference."""

from flask import Response, render_template

from canteen import clock
from canteen.rules.errors import Invalid
from canteen.rules.four_way import WAYS
from canteen.services.audit_close import Closed, close_days
from canteen.services.places import CanteenLine
from canteen.web import audit_books, audit_words
from canteen.web.audit_periods import Period, read_period
from canteen.web.auditor import blueprint
from canteen.web.auth import get_canteen, missing
from canteen.web.day_page import parse_day
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.printing import printed

VIEW = "audit.view"
FORMS = ("pdf", "xlsx")


@blueprint.get("/closes/<code>")
def closes(code: str) -> str | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    form, period, found = _read(canteen)
    page = render_template(
        "auditor/closes.html",
        canteen=canteen,
        form=form,
        period=period,
        found=found,
        ways=WAYS,
        cells_of=audit_books.day_cells,
        w=audit_words,
    )
    return (page, 422) if form.faults else page


@blueprint.get("/closes/<code>/print.<form>")
def closes_print(code: str, form: str) -> Response:
    _, _, found = _read(get_canteen(VIEW, code))
    return _print(found, form)


@blueprint.get("/closes/<code>/<day>")
def closes_show(code: str, day: str) -> str:
    canteen, on = get_canteen(VIEW, code), parse_day(day)
    found = database().read(close_days, canteen=code, first=on, last=on)
    return render_template(
        "auditor/close.html",
        canteen=canteen,
        day=on,
        lines=found.total,
        ways=WAYS,
        w=audit_words,
    )


@blueprint.get("/closes/<code>/<day>/print.<form>")
def closes_print_day(code: str, day: str, form: str) -> Response:
    get_canteen(VIEW, code)
    on = parse_day(day)
    return _print(database().read(close_days, canteen=code, first=on, last=on), form)


def _read(canteen: CanteenLine) -> tuple[Form, Period, Closed | None]:
    form, period = read_period()
    if form.faults:
        return form, period, None
    try:
        found = database().read(
            close_days, canteen=canteen.code, first=period.first, last=period.last
        )
    except Invalid as error:
        form.fault("last", error.zh, error.en)
        return form, period, None
    return form, period, found


def _print(found: Closed | None, form: str) -> Response:
    if found is None or form not in FORMS:
        raise missing()
    return printed(audit_books.close_book(found, clock.instant()), form)
