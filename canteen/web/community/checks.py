"""The month so far as its claim will be judged: what to explain before it, answered by the secretary."""

from datetime import date, timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.claim_periods import month_of, parse_period
from canteen.rules.days import local_date
from canteen.rules.errors import CanteenError
from canteen.services import claim_checks
from canteen.services.claim_checks import TEXT_LENGTH_MAX
from canteen.services.places import CanteenLine
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext

ANSWER = "check.answer"
KEY_LENGTH_MAX = 200


@blueprint.get("/checks")
def checks() -> str | Response:
    return choose_canteen(ANSWER, "community.checks_show", gettext("Checks of the month"))


@blueprint.get("/checks/<code>")
def checks_show(code: str) -> str:
    return _page(get_canteen(ANSWER, code), Form())


@blueprint.post("/checks/<code>/answer")
def checks_answer(code: str) -> Response | tuple[str, int]:
    canteen = get_canteen(ANSWER, code)
    form = Form(request.form)
    key, text = form.text("key", most=KEY_LENGTH_MAX), form.text("answer", most=TEXT_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(claim_checks.write_remark, canteen=code, key=key, text=text, **acting())
            return see_other("community.checks_show", code=code, month=request.args.get("month"))
    return _page(canteen, form), 422


def _page(canteen: CanteenLine, form: Form) -> str:
    month = _month()
    today = local_date(clock.instant())
    following = month_of(month).last + timedelta(days=1)
    return render_template(
        "community/checks.html",
        canteen=canteen,
        form=form,
        page=database().read(
            claim_checks.show_month, canteen=canteen.code, month=month, now=clock.instant()
        ),
        month=month,
        before=month - timedelta(days=1),
        after=following if following <= today else None,
        length_max=TEXT_LENGTH_MAX,
    )


def _month() -> date:
    """The first day of the month asked for, else of this one; what is to come is no page."""
    today = local_date(clock.instant())
    asked = request.args.get("month")
    if not asked:
        return today.replace(day=1)
    try:
        first = parse_period(asked).first
    except CanteenError:
        raise missing() from None
    if first > today:
        raise missing()
    return first
