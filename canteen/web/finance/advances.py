"""Advances (预拨) and their settlement (清算): what came before any claim, what is left, its paper."""

from uuid import uuid4

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.funder_asked import AdvanceAsked
from canteen.rules.money import FUNDER_YUAN_MAX
from canteen.rules.roles import may
from canteen.services import advances
from canteen.web import funder_words
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.claim_money import (
    PAY,
    PURPOSE_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    UID_LENGTH_MAX,
    VIEW,
)
from canteen.web.door_page import list_reach
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.funder_words import WAYS
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.printing import FORMATS, printed


@blueprint.get("/advances")
def advances_list() -> str:
    require(VIEW)
    return _page(Form())


@blueprint.post("/advances")
def advances_record() -> Response | tuple[str, int]:
    require(PAY)
    form = Form(request.form)
    asked = _read(form)
    if asked is not None:
        get_canteen(PAY, asked.canteen)
        with form.refusals():
            database().run(advances.record_advance, asked=asked, **acting())
            return see_other("finance.advances_list")
    return _page(form), 422


@blueprint.get("/advances/<code>/<funder>/<form>")
def advances_print(code: str, funder: str, form: str) -> Response:
    get_canteen(VIEW, code)
    book = database().read(advances.fill_advance, canteen=code, funder=funder, now=clock.instant())
    if book is None or form not in FORMATS:
        raise missing()
    return printed(book, form)


def _read(form: Form) -> AdvanceAsked | None:
    fen, arrived_on = form.yuan("fen", most=FUNDER_YUAN_MAX), form.day("arrived_on")
    asked = {
        "uid": form.text("uid", most=UID_LENGTH_MAX),
        "canteen": form.choice("canteen", [one.code for one in list_reach(PAY)]),
        "funder": form.choice("funder", dict(database().read(advances.list_funders))),
        "purpose": form.text("purpose", most=PURPOSE_LENGTH_MAX),
        "reference": form.text("reference", most=REFERENCE_LENGTH_MAX),
    }
    is_back = form.choice("way", WAYS) == "back"
    if form.faults or fen is None or arrived_on is None:
        return None
    return AdvanceAsked(fen=-fen if is_back else fen, arrived_on=arrived_on, **asked)  # type: ignore[arg-type]


def _page(form: Form) -> str:
    reach = list_reach(VIEW)
    accounts = database().read(advances.list_advances, canteens=[one.code for one in reach])
    return render_template(
        "finance/advances.html",
        accounts=accounts,
        form=form,
        may_pay=may(get_signed_in().grants, PAY),
        uid=uuid4(),
        today=local_date(clock.instant()),
        words=funder_words,
        options={
            "canteen": [(one.code, one.name) for one in reach],
            "funder": database().read(advances.list_funders),
            "way": [(code, pick(*words)) for code, words in WAYS.items()],
        },
    )
