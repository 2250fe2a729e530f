"""Donations at the desk: taken against a receipt, taken back when mistaken; the month's public account."""

from uuid import uuid4

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import donations
from canteen.services.donations import DONOR_LENGTH_MAX, PAYS, DonationAsked
from canteen.services.places import CanteenLine
from canteen.web import funder_words
from canteen.web.account_page import last_month, print_account, show_account
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.printing import printed

TAKE, VIEW = "donation.take", "fund.view"
REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX, PURPOSE_LENGTH_MAX, UID_LENGTH_MAX = 500, 60, 120, 36


@blueprint.get("/donations")
def donations_choose() -> str | Response:
    return choose_canteen(TAKE, "community.donations_show", gettext("Donations"))


@blueprint.get("/donations/<code>")
def donations_show(code: str) -> str:
    return _page(get_canteen(TAKE, code), Form())


@blueprint.post("/donations/<code>")
def donations_take(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(TAKE, code)
    form = Form(request.form)
    asked = _read(form, code)
    if asked is not None:
        with form.refusals():
            database().run(donations.take_donation, asked=asked, **acting())
            return see_other("community.donations_show", code=code)
    return _page(canteen, form), 422


@blueprint.get("/donations/<code>/<receipt>/receipt")
def donations_receipt(code: str, receipt: str) -> Response:
    get_canteen(TAKE, code)
    book = database().read(
        donations.fill_receipt, canteen=code, receipt=receipt, now=clock.instant()
    )
    return printed(book, "pdf")


@blueprint.post("/donations/<code>/<receipt>/reverse")
def donations_reverse(code: str, receipt: str) -> Response | tuple[str, int]:
    canteen = get_canteen(TAKE, code)
    known = {one.receipt for one in database().read(donations.list_donations, canteen=code)}
    if receipt not in known:
        raise missing()
    form = Form(request.form)
    reason = form.text("reason", most=REASON_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(donations.reverse_donation, receipt=receipt, reason=reason, **acting())
            return see_other("community.donations_show", code=code)
    return _page(canteen, form, receipt), 422


@blueprint.get("/accounts/<code>")
def donations_account_now(code: str) -> Response:
    get_canteen(VIEW, code)
    return see_other("community.donations_account", code=code, month=last_month())


@blueprint.get("/accounts/<code>/<month>")
def donations_account(code: str, month: str) -> str:
    return show_account(
        get_canteen(VIEW, code),
        month,
        "community.donations_account",
        "community.donations_account_print",
    )


@blueprint.get("/accounts/<code>/<month>/<form>")
def donations_account_print(code: str, month: str, form: str) -> Response:
    return print_account(get_canteen(VIEW, code), month, form)


def _read(form: Form, code: str) -> DonationAsked | None:
    """The donation as typed; None when a field has a fault."""
    fen, given_on = form.yuan("fen"), form.day("given_on")
    pay = form.choice("pay", PAYS)
    fund = form.choice("fund", dict(database().read(donations.list_funds_of, canteen=code)))
    donor = form.text("donor", most=DONOR_LENGTH_MAX)
    reference = form.text("reference", most=REFERENCE_LENGTH_MAX, is_needed=pay == "external")
    purpose = form.text("purpose", most=PURPOSE_LENGTH_MAX, is_needed=False)
    uid = form.text("uid", most=UID_LENGTH_MAX)
    if form.faults or fen is None or given_on is None:
        return None
    return DonationAsked(
        uid=uid,
        canteen=code,
        fund=fund,
        donor=donor,
        is_named=not form.yes("no_name"),
        fen=fen,
        pay=pay,
        reference=reference or None,
        purpose=purpose or None,
        given_on=given_on,
    )


def _page(canteen: CanteenLine, form: Form, reversing: str | None = None) -> str:
    lines = database().read(donations.list_donations, canteen=canteen.code)
    wanted = reversing or request.args.get("reverse")
    return render_template(
        "community/donations.html",
        canteen=canteen,
        form=form,
        lines=lines,
        line=next((one for one in lines if one.receipt == wanted and not one.reversed_at), None),
        uid=uuid4(),
        today=local_date(clock.instant()),
        words=funder_words,
        options={
            "fund": database().read(donations.list_funds_of, canteen=canteen.code),
            "pay": [(code, pick(*words)) for code, words in PAYS.items()],
        },
    )
