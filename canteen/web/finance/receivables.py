"""What the funders owe: per claim and funder, since when, what is overdue, what nobody has claimed yet."""

from collections.abc import Sequence

from flask import Response, render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import receivables
from canteen.services.receivables import Receivable
from canteen.web import funder_words
from canteen.web.auth import missing, require
from canteen.web.canteen_reach import Reach, read_reach
from canteen.web.claim_money import VIEW
from canteen.web.finance import blueprint
from canteen.web.funder_words import RECEIVABLE_STATES
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.printing import FORMATS, printed
from reports.sheets import Book, Column, Kind, Orientation, Sheet, Table


@blueprint.get("/receivables")
def receivables_list() -> str:
    require(VIEW)
    reach = read_reach(VIEW)
    lines = _list(reach)
    return render_template(
        "finance/receivables.html",
        reach=reach,
        lines=lines,
        overdue_fen=sum(one.open_fen for one in lines if one.is_overdue and one.number),
        claimed_fen=sum(one.open_fen for one in lines if one.number),
        unclaimed_fen=sum(one.open_fen for one in lines if one.number is None),
        states={
            code: (pick(zh, en), kind, icon)
            for code, (zh, en, kind, icon) in RECEIVABLE_STATES.items()
        },
        words=funder_words,
        today=local_date(clock.instant()),
    )


@blueprint.get("/receivables/print/<form>")
def receivables_print(form: str) -> Response:
    require(VIEW)
    if form not in FORMATS:
        raise missing()
    return printed(_book(_list(read_reach(VIEW))), form)


def _list(reach: Reach) -> list[Receivable]:
    return database().read(
        receivables.list_receivables,
        canteens=reach.codes,
        today=local_date(clock.instant()),
    )


def _book(lines: Sequence[Receivable]) -> Book:
    now = clock.instant()
    money = (gettext("Claimed"), gettext("Cut"), gettext("Arrived"), gettext("Outstanding"))
    table = Table(
        columns=(
            Column(gettext("Canteen")),
            Column(gettext("Funder")),
            Column(gettext("Number")),
            Column(gettext("State")),
            *(Column(name, Kind.MONEY) for name in money),
            Column(gettext("Waiting since"), Kind.DATE),
            Column(gettext("Days"), Kind.COUNT, is_summed=False),
            Column(gettext("Due on"), Kind.DATE),
            Column(gettext("Overdue")),
        ),
        rows=tuple(
            (
                one.canteen_name,
                one.funder_name,
                one.number or one.period,
                pick(*RECEIVABLE_STATES[one.state][:2]),
                one.asked_fen,
                one.cut_fen,
                one.paid_fen,
                one.open_fen,
                one.since,
                one.days,
                one.due_on,
                gettext("past due") if one.is_overdue else None,
            )
            for one in lines
        ),
        totals=(
            gettext("Total"), *(None,) * 3,
            sum(one.asked_fen for one in lines), sum(one.cut_fen for one in lines),
            sum(one.paid_fen for one in lines), sum(one.open_fen for one in lines), *(None,) * 4,
        ),
    )  # fmt: skip
    title = gettext("Money owed by the funders, %(day)s") % {"day": local_date(now)}
    head = (gettext("Amounts in yuan"),)
    notes = () if lines else (gettext("Nobody owes anything here."),)
    sheet = Sheet(
        title=title, head=head, table=table, notes=notes, orientation=Orientation.LANDSCAPE
    )
    return Book(title=title, made_at=now, pages=(sheet,))
