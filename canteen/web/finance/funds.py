"""Funds whose money lies with us: what came in, what it paid, what is left; each canteen's public account."""

from flask import Response, render_template

from canteen.rules.roles import may
from canteen.services import funds
from canteen.services.funds import Fund
from canteen.web import funder_words
from canteen.web.account_page import last_month, print_account, show_account
from canteen.web.auth import get_canteen, get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.door_page import list_reach
from canteen.web.finance import blueprint
from canteen.web.house import database

VIEW = "fund.view"


@blueprint.get("/funds")
def funds_list() -> str:
    require(VIEW)
    grants = get_signed_in().grants
    shown = [one for one in database().read(funds.list_funds) if may(grants, VIEW, one.place)]
    return render_template("finance/funds.html", funds=shown, canteens=list_reach(VIEW))


@blueprint.get("/funds/<code>")
def funds_show(code: str) -> str:
    return render_template("finance/fund.html", fund=_get(code), words=funder_words)


@blueprint.get("/accounts/<code>")
def funds_account_now(code: str) -> Response:
    get_canteen(VIEW, code)
    return see_other("finance.funds_account", code=code, month=last_month())


@blueprint.get("/accounts/<code>/<month>")
def funds_account(code: str, month: str) -> str:
    canteen = get_canteen(VIEW, code)
    return show_account(canteen, month, "finance.funds_account", "finance.funds_account_print")


@blueprint.get("/accounts/<code>/<month>/<form>")
def funds_account_print(code: str, month: str, form: str) -> Response:
    return print_account(get_canteen(VIEW, code), month, form)


def _get(code: str) -> Fund:
    person = require(VIEW)
    fund = database().read(funds.find_fund, code=code)
    if fund is None or not may(person.grants, VIEW, fund.place):
        raise missing()
    return fund
