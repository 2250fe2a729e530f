"""The money of a claim: who owes what of it, each payment that came, a mistaken one taken back; what will
never come, written off by a second person."""

from uuid import uuid4

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.funder_asked import PaymentAsked
from canteen.rules.funder_postings import SOURCES
from canteen.rules.money import FUNDER_YUAN_MAX, yuan_text
from canteen.rules.roles import may
from canteen.services import claim_payments, claim_write_offs
from canteen.services.claim_payments import ClaimMoney
from canteen.services.claim_write_offs import WriteOffLine
from canteen.web import funder_words
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing
from canteen.web.canteens import see_other
from canteen.web.claim_money import (
    NOTE_LENGTH_MAX,
    PAY,
    REFERENCE_LENGTH_MAX,
    UID_LENGTH_MAX,
    VIEW,
    get_money,
)
from canteen.web.figures import yuan
from canteen.web.finance import blueprint
from canteen.web.forms import WHOLE_FORM, Form
from canteen.web.funder_words import WAYS
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.numbers import read_number


@blueprint.get("/payments/<number>")
def payments_show(number: str) -> str:
    return _page(get_money(VIEW, number), Form())


@blueprint.post("/payments/<number>")
def payments_record(number: str) -> Response | tuple[str, int]:
    money = get_money(PAY, number)
    form = Form(request.form)
    asked = _read(form, money)
    if asked is not None:
        with form.refusals():
            database().run(claim_payments.record_payment, asked=asked, **acting())
            return see_other("finance.payments_show", number=number)
    if not money.is_payable:  # there is no form now whose fields could tell their faults
        form.fault(
            WHOLE_FORM,
            "这份申报现在记不了到账：退回了、还没批准，或钱已到齐",
            "No payment of this claim can be recorded: it came back, waits for approval or is paid",
        )
    return _page(money, form), 422


@blueprint.post("/payments/<number>/<number:payment_id>/reverse")
def payments_reverse(number: str, payment_id: int) -> Response | tuple[str, int]:
    money = get_money(PAY, number)
    if payment_id not in [one.id for one in money.payments]:
        raise missing()
    form = Form(request.form)
    reason = form.text("reason", most=NOTE_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(
                claim_payments.reverse_payment, payment_id=payment_id, reason=reason, **acting()
            )
            return see_other("finance.payments_show", number=number)
    return _page(money, form, payment_id), 422


@blueprint.post("/payments/<number>/write-off")
def payments_write_off(number: str) -> Response | tuple[str, int]:
    """What a funder will never pay: a second person is asked."""
    money = get_money(PAY, number)
    form = Form(request.form)
    uid = form.text("uid", most=UID_LENGTH_MAX)
    funder = form.choice("owing", [one.funder for one in money.owed])
    reason = form.text("why", most=NOTE_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(
                claim_write_offs.ask,
                number=number,
                funder=funder,
                reason=reason,
                uid=uid,
                **acting(),
            )
            return see_other("finance.payments_show", number=number)
    return _page(money, form), 422


@blueprint.post("/payments/<number>/write-off/<number:write_off_id>")
def payments_decide(number: str, write_off_id: int) -> Response | tuple[str, int]:
    money = get_money(PAY, number)
    if write_off_id not in [one.id for one in _list_write_offs(number)]:
        raise missing()
    form = Form(request.form)
    answer = form.choice("answer", ("approve", "refuse"))
    if not form.faults:
        with form.refusals():
            database().run(
                claim_write_offs.decide,
                write_off_id=write_off_id,
                is_approved=answer == "approve",
                **acting(),
            )
            return see_other("finance.payments_show", number=number)
    return _page(money, form), 422


def _list_write_offs(number: str) -> list[WriteOffLine]:
    return database().read(claim_write_offs.list_write_offs, number=number)


def _read(form: Form, money: ClaimMoney) -> PaymentAsked | None:
    """The payment as typed; None when a field has a fault."""
    fen, arrived_on = form.yuan("fen", most=FUNDER_YUAN_MAX), form.day("arrived_on")
    asked = {
        "uid": form.text("uid", most=UID_LENGTH_MAX),
        "funder": form.choice("funder", [one.funder for one in money.owed]),
        "source": form.choice("source", SOURCES),
        "reference": form.text("reference", most=REFERENCE_LENGTH_MAX, is_needed=False),
        "note": form.text("note", most=NOTE_LENGTH_MAX, is_needed=False) or None,
    }
    is_back = form.choice("way", WAYS) == "back"
    if form.faults or fen is None or arrived_on is None:
        return None
    return PaymentAsked(
        claim=money.number,
        fen=-fen if is_back else fen,
        arrived_on=arrived_on,
        **asked,  # type: ignore[arg-type]
    )


def _page(money: ClaimMoney, form: Form, reversing: int | None = None) -> str:
    owing = [one for one in money.owed if one.open_fen]
    only = owing[0] if len(owing) == 1 else None
    person = get_signed_in()
    return render_template(
        "finance/payments.html",
        money=money,
        form=form,
        reversing=reversing or read_number("reverse"),
        may_pay=may(person.grants, PAY, money.place),
        held=", ".join(
            gettext("%(funder)s has %(sum)s here") % {"funder": one.funder_name, "sum": yuan(fen)}
            for one in money.owed
            if (fen := money.held[one.funder])
        ),
        has_clawed=any(one.clawed_fen for one in money.owed),
        has_written_off=any(one.written_off_fen for one in money.owed),
        write_offs=_list_write_offs(money.number),
        me=person.actor,
        uid=uuid4(),
        today=local_date(clock.instant()),
        words=funder_words,
        # what the form says before anybody types, when only one funder owes
        fen=yuan_text(abs(only.open_fen)) if only else "",
        way="back" if only and only.open_fen < 0 else "in",
        source="fund" if only and only.is_fund else "bank",
        options={
            "funder": [(one.funder, one.funder_name) for one in owing or money.owed],
            "owing": [(one.funder, one.funder_name) for one in owing],
            "way": [(code, pick(*words)) for code, words in WAYS.items()],
            "source": [
                (code, pick(*words)) for code, words in funder_words.PAYMENT_SOURCES.items()
            ],
        },
    )
