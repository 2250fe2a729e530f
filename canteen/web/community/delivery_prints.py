"""The papers of deliveries: run sheets and labels of a list, the register of a day.

Run sheets show phones in full, and a print is kept: both are written down, so they are asked for by a form.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request, url_for

from canteen import clock
from canteen.rules.days import MEALTIMES
from canteen.services import delivery_prints, delivery_register
from canteen.services.delivery_prints import Paper
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.community import blueprint
from canteen.web.day_page import parse_day
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.printing import FORMATS, printed
from reports.sheets import Book, RunSheet
from reports.texts import cell_text

PERMISSION = "delivery.write"
NUMBER_LENGTH_MAX = 40


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/runs")
def deliveries_print_runs(code: str, day: str, mealtime: str) -> Response | str:
    """The run sheets of all volunteers, or of one of them."""
    form = Form(request.form)
    volunteer = form.text("volunteer", most=NUMBER_LENGTH_MAX, is_needed=False)
    listed = _get_list(code, day, mealtime)
    paper = _print(listed, delivery_prints.fill_runs, volunteer=volunteer or None)
    if form.choice("form", ("pdf",), is_needed=False):
        return printed(paper.book, "pdf")
    back = url_for("community.deliveries_show", code=code, day=day, mealtime=mealtime)
    return _draw(
        paper.book, back, volunteer=volunteer, volunteers=paper.volunteers, again=request.path
    )


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/labels")
def deliveries_print_labels(code: str, day: str, mealtime: str) -> Response:
    """A label for every portion, as PDF to stick or XLSX for a label printer."""
    form = Form(request.form).choice("form", ("pdf", "xlsx"), is_needed=False) or "pdf"
    paper = _print(_get_list(code, day, mealtime), delivery_prints.fill_labels)
    return printed(paper.book, form)


def _print(listed: dict[str, Any], fill: Callable[..., Paper], **asked: object) -> Paper:
    """Fill a paper of the list, and keep that it was printed."""
    paper = database().read(fill, now=clock.instant(), **listed, **asked)
    database().run(delivery_prints.keep_paper, paper=paper, **listed, **acting())
    return paper


@blueprint.get("/deliveries/<code>/<day>/register")
def deliveries_print_register(code: str, day: str) -> str:
    """The day's register, to print from the browser."""
    return _draw(_fill_register(code, day), url_for("community.deliveries_now", code=code))


@blueprint.get("/deliveries/<code>/<day>/register.<form>")
def deliveries_print_register_file(code: str, day: str, form: str) -> Response:
    if form not in FORMATS:
        raise missing()
    return printed(_fill_register(code, day), form)


def _get_list(code: str, day: str, mealtime: str) -> dict[str, Any]:
    """The list of an address as a use case is told of it."""
    canteen = get_canteen(PERMISSION, code)
    if mealtime not in MEALTIMES:
        raise missing()
    return {"canteen_id": canteen.id, "day": parse_day(day), "mealtime": mealtime}


def _fill_register(code: str, day: str) -> Book:
    canteen = get_canteen(PERMISSION, code)
    return database().read(
        delivery_register.fill_register,
        canteen_id=canteen.id,
        day=parse_day(day),
        now=clock.instant(),
    )


def _draw(book: Book, back: str, **more: object) -> str:
    return render_template(
        "community/delivery_paper.html",
        book=book,
        back=back,
        is_run=lambda page: isinstance(page, RunSheet),
        cell_text=cell_text,
        **more,
    )
