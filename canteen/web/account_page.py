"""The month's public account (公示), for every door that shows it: the page, and the paper for the wall."""

from datetime import timedelta

from flask import Response, render_template

from canteen import clock
from canteen.rules.capitals import in_capitals
from canteen.rules.days import local_date
from canteen.services import public_account
from canteen.services.places import CanteenLine
from canteen.web import funder_words
from canteen.web.auth import missing
from canteen.web.house import database
from canteen.web.months import parse_month, shift_month
from canteen.web.printing import printed


def last_month() -> str:
    """The month that is over: it is published next."""
    return f"{local_date(clock.instant()).replace(day=1) - timedelta(days=1):%Y-%m}"


def show_account(canteen: CanteenLine, month: str, page: str, paper: str) -> str:
    """The account of a month; `page` and `paper` are the door's endpoints of this and of its print."""
    first = parse_month(month)
    account = database().read(public_account.add_account, canteen=canteen.code, month=first)
    this_month = local_date(clock.instant()).replace(day=1)
    return render_template(
        "public_account.html",
        canteen=canteen,
        account=account,
        month=f"{first:%Y-%m}",
        before=f"{shift_month(first, -1):%Y-%m}",
        after=f"{shift_month(first, 1):%Y-%m}" if first < this_month else None,
        page=page,
        paper=paper,
        capitals=in_capitals(account.price_fen),
        sources=public_account.SOURCES,
        words=funder_words,
    )


def print_account(canteen: CanteenLine, month: str, form: str) -> Response:
    """The account as a notice."""
    if form not in ("pdf", "xlsx"):  # several tables are no CSV
        raise missing()
    book = database().read(
        public_account.fill_account,
        canteen=canteen.code,
        month=parse_month(month),
        now=clock.instant(),
    )
    return printed(book, form)
