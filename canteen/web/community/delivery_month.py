"""A month of deliveries on one page: hours, reasons, houses, load, time; and its papers."""

from datetime import date

from flask import Response, render_template

from canteen import clock
from canteen.rules.days import local_date, local_time
from canteen.rules.delivery_months import DeliveryMonth
from canteen.services import delivery_months
from canteen.services.places import CanteenLine
from canteen.web import delivery_month_book, delivery_words
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.canteens import choose_canteen
from canteen.web.community import blueprint
from canteen.web.house import database
from canteen.web.i18n import gettext
from canteen.web.months import parse_month, shift_month
from canteen.web.printing import FORMATS, printed

PERMISSION = "volunteer.write"
BOOKS = {"report": delivery_month_book.report_book, "thanks": delivery_month_book.thanks_book}


@blueprint.get("/deliveries/months")
def deliveries_months() -> str | Response:
    return choose_canteen(PERMISSION, "community.deliveries_month_now", gettext("Deliveries"))


@blueprint.get("/deliveries/<code>/months")
def deliveries_month_now(code: str) -> str:
    """The running month."""
    return _page(get_canteen(PERMISSION, code), local_date(clock.instant()))


@blueprint.get("/deliveries/<code>/months/<month>")
def deliveries_month(code: str, month: str) -> str:
    return _page(get_canteen(PERMISSION, code), parse_month(month))


@blueprint.get("/deliveries/<code>/months/<month>/<what>.<form>")
def deliveries_month_print(code: str, month: str, what: str, form: str) -> Response:
    canteen, of = get_canteen(PERMISSION, code), parse_month(month)
    if what not in BOOKS or form not in FORMATS:
        raise missing()
    return printed(BOOKS[what](canteen.name, of, _load(canteen, of), clock.instant()), form)


@blueprint.post("/deliveries/<code>/months/<month>/platform/<form>")
def deliveries_month_export(code: str, month: str, form: str) -> Response:
    """The list for the volunteer platform, with phones: who takes it is written down."""
    canteen, of = get_canteen(PERMISSION, code), parse_month(month)
    if form not in FORMATS:
        raise missing()
    lines = database().run(
        delivery_months.export_hours, canteen_id=canteen.id, month=of, **acting()
    )
    return printed(
        delivery_month_book.platform_book(canteen.name, of, lines, clock.instant()), form
    )


def _load(canteen: CanteenLine, month: date) -> DeliveryMonth:
    return database().read(delivery_months.load_month, canteen_id=canteen.id, month=month)


def _page(canteen: CanteenLine, month: date) -> str:
    first = month.replace(day=1)
    before, after = (shift_month(first, step) for step in (-1, 1))
    return render_template(
        "community/delivery_month.html",
        canteen=canteen,
        month=f"{first:%Y-%m}",
        before=f"{before:%Y-%m}",
        after=f"{after:%Y-%m}",
        told=_load(canteen, first),
        d=delivery_words,
        hours_text=delivery_month_book.hours_text,
        local_time=local_time,
    )
