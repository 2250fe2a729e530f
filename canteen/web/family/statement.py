"""The statement of a month on the family's phone, and on paper."""

from datetime import date, timedelta

from flask import Response, render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.family import month_after
from canteen.services import elder_account
from canteen.services.elder_account import Statement
from canteen.web import family_words
from canteen.web.family import Family, blueprint, get_family, read_month
from canteen.web.house import database
from canteen.web.printing import printed
from canteen.web.statements import line_words, statement_book


@blueprint.get("/statement")
def statement() -> str:
    who = get_family("account")
    month = read_month(local_date(clock.instant()))
    return render_template(
        "family/statement.html",
        person=who.person,
        month=month,
        statement=_read(who, month),
        has_balance="balance" in who.shows,
        words_of=line_words,
        w=family_words,
    )


@blueprint.get("/statement/pdf")
def statement_print() -> Response:
    who = get_family("account")
    month = read_month(local_date(clock.instant()))
    book = statement_book(
        who.person.name,
        _read(who, month),
        month,
        _last_of(month),
        has_balance="balance" in who.shows,
    )
    return printed(book, "pdf")


def _read(who: Family, month: date) -> Statement:
    return database().read(
        elder_account.get_statement, number=who.number, from_on=month, to_on=_last_of(month)
    )


def _last_of(month: date) -> date:
    return month_after(month) - timedelta(days=1)
