"""Claw-backs of a claim: a funder's demand written down, and what a second person says to it."""

import re
from uuid import uuid4

from flask import Response, render_template, request

from canteen.rules.roles import may
from canteen.services import claw_backs
from canteen.services.claim_payments import ClaimMoney
from canteen.services.claw_backs import WAYS, ClawBackAsked
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing
from canteen.web.canteens import see_other
from canteen.web.claim_money import UID_LENGTH_MAX, VIEW, get_money
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick

ASK, DECIDE = "correction.ask", "correction.decide"
REASON_LENGTH_MAX, DOCUMENT_LENGTH_MAX = 300, 80
RECEIPTS_LENGTH_MAX, RECEIPTS_MAX = 12_000, 500
_BETWEEN = re.compile(r"[\s,，;；、]+")


@blueprint.get("/claw-backs/<number>")
def claw_backs_show(number: str) -> str:
    return _page(get_money(VIEW, number), Form())


@blueprint.post("/claw-backs/<number>")
def claw_backs_ask(number: str) -> Response | tuple[str, int]:
    money = get_money(ASK, number)
    form = Form(request.form)
    asked = _read(form, money)
    if asked is not None:
        with form.refusals():
            database().run(claw_backs.ask_claw_back, asked=asked, **acting())
            return see_other("finance.claw_backs_show", number=number)
    return _page(money, form), 422


@blueprint.post("/claw-backs/<number>/<number:claw_back_id>/decide")
def claw_backs_decide(number: str, claw_back_id: int) -> Response | tuple[str, int]:
    money = get_money(DECIDE, number)
    known = [one.id for one in database().read(claw_backs.list_claw_backs, number=number)]
    if claw_back_id not in known:
        raise missing()
    form = Form(request.form)
    answer = form.choice("answer", ("approve", "refuse"))
    if not form.faults:
        with form.refusals():
            database().run(
                claw_backs.decide_claw_back,
                claw_back_id=claw_back_id,
                is_approved=answer == "approve",
                **acting(),
            )
            return see_other("finance.claw_backs_show", number=number)
    return _page(money, form), 422


def _read(form: Form, money: ClaimMoney) -> ClawBackAsked | None:
    """The demand as typed; None when a field has a fault."""
    written = form.as_typed("receipts")[:RECEIPTS_LENGTH_MAX]
    receipts = tuple(dict.fromkeys(filter(None, _BETWEEN.split(written))))
    if not 1 <= len(receipts) <= RECEIPTS_MAX:
        form.fault(
            "receipts",
            f"要写 1 到 {RECEIPTS_MAX} 个收据号",
            f"Write 1 to {RECEIPTS_MAX} receipt numbers",
        )
    asked = ClawBackAsked(
        uid=form.text("uid", most=UID_LENGTH_MAX),
        claim=money.number,
        funder=form.choice("funder", [one.funder for one in money.owed]),
        way=form.choice("way", WAYS),
        reason=form.text("reason", most=REASON_LENGTH_MAX),
        document=form.text("document", most=DOCUMENT_LENGTH_MAX, is_needed=False) or None,
        receipts=receipts,
    )
    return None if form.faults else asked


def _page(money: ClaimMoney, form: Form) -> str:
    person = get_signed_in()
    return render_template(
        "finance/claw_backs.html",
        money=money,
        form=form,
        lines=database().read(claw_backs.list_claw_backs, number=money.number),
        me=person.actor,
        may_ask=may(person.grants, ASK, money.place) and money.state in ("approved", "paid"),
        may_decide=may(person.grants, DECIDE, money.place),
        uid=uuid4(),
        options={
            "funder": [(one.funder, one.funder_name) for one in money.owed if not one.is_fund],
            "way": [(code, pick(*words)) for code, words in WAYS.items()],
        },
    )
