"""Every receipt number of a canteen's days: each once, none missing, and what each stands for."""

from flask import render_template

from canteen.services.audit_receipts import list_receipts
from canteen.web import audit_words
from canteen.web.audit_periods import read_period
from canteen.web.auditor import blueprint
from canteen.web.auth import get_canteen
from canteen.web.day_page import parse_day
from canteen.web.house import database

VIEW = "audit.view"
KINDS = ("meal", "top_up", "pay_out", "correction", "donation")


@blueprint.get("/receipts/<code>")
def receipts(code: str) -> str | tuple[str, int]:
    canteen = get_canteen(VIEW, code)
    form, period = read_period()
    days = database().read(list_receipts, canteen=code, first=period.first, last=period.last)
    page = render_template(
        "auditor/receipts.html",
        canteen=canteen,
        form=form,
        days=days,
        kinds=KINDS,
        w=audit_words,
    )
    return (page, 422) if form.faults else page


@blueprint.get("/receipts/<code>/<day>")
def receipts_show(code: str, day: str) -> str:
    canteen, on = get_canteen(VIEW, code), parse_day(day)
    days = database().read(list_receipts, canteen=code, first=on, last=on)
    return render_template(
        "auditor/receipt_day.html", canteen=canteen, day=on, found=days[0] if days else None,
        w=audit_words,
    )  # fmt: skip
