"""Money at the desk: purses to look at, an elder's statement, pay-outs, debts written off."""

import uuid
from datetime import date, timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import elder_account, elder_page, purse_lists, top_ups, write_offs
from canteen.services.elder_account import Statement
from canteen.services.elder_page import Person
from canteen.services.top_ups import PayOutAsked, TopUpAsked
from canteen.web import register_words
from canteen.web.auth import get_counter, get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.displays import list_counters_in_reach
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.printing import FORMATS, printed
from canteen.web.register_reach import get_elder, list_areas
from canteen.web.statements import line_words, statement_book

VIEW, TOP_UP, PAY_OUT, DEBT = "elder.view", "top_up.take", "top_up.pay_out", "debt.record"
PAYS = {"cash": ("现金", "cash"), "external": ("转账、扫码", "transfer or code")}
DAYS_BACK = 30


@blueprint.get("/purses")
def elders_purses() -> str:
    require(VIEW)
    areas = list_areas(VIEW)
    return render_template(
        "community/purses.html",
        purses=database().read(purse_lists.list_purses, areas=areas, now=clock.instant()),
        waiting=database().read(write_offs.list_write_offs, areas=areas),
        me=get_signed_in().actor,
        w=register_words,
    )


@blueprint.get("/elders/<number>/statement")
def elders_account_statement(number: str) -> str:
    person, statement, first, last = _read_statement(get_elder(VIEW, number))
    return render_template(
        "community/statement.html",
        person=person,
        statement=statement,
        first=first,
        last=last,
        line_words=line_words,
    )


@blueprint.get("/elders/<number>/statement/<form>")
def elders_account_print(number: str, form: str) -> Response:
    """The statement on paper; its name and its columns carry no ID number."""
    get_elder(VIEW, number)
    if form not in FORMATS:
        raise missing()
    person, statement, first, last = _read_statement(number)
    who = f"{person.name} {person.number}"
    return printed(statement_book(who, statement, first, last), form)


@blueprint.get("/elders/<number>/top-up")
def elders_account_top_up(number: str) -> str:
    return _top_up_page(get_elder(TOP_UP, number), Form())


@blueprint.post("/elders/<number>/top-up")
def elders_account_top_up_try(number: str) -> Response | tuple[str, int]:
    get_elder(TOP_UP, number)
    form = Form(request.form)
    amount_fen, pay = form.yuan("amount"), form.choice("pay", PAYS)
    reference = form.text("reference", most=64, is_needed=pay == "external")
    counter_id, act_id = form.whole("counter", least=1), form.text("id", most=36)
    if not form.faults and counter_id is not None and amount_fen is not None:
        counter = get_counter(TOP_UP, counter_id)
        with form.refusals():
            asked = TopUpAsked(act_id, counter.id, number, amount_fen, pay, reference or None)
            receipt = act(top_ups.take_top_up, asked=asked).body["receipt"]
            return see_other("community.elders_show", number=number, top_up=receipt)
    return _top_up_page(number, form), 422


@blueprint.get("/elders/<number>/pay-out")
def elders_account_pay_out(number: str) -> str:
    return _pay_out_page(get_elder(PAY_OUT, number), Form())


@blueprint.post("/elders/<number>/pay-out")
def elders_account_pay_out_try(number: str) -> Response | tuple[str, int]:
    get_elder(PAY_OUT, number)
    form = Form(request.form)
    amount_fen = form.yuan("amount")
    paid_to = form.text("paid_to", most=60)
    counter_id, act_id = form.whole("counter", least=1), form.text("id", most=36)
    if not form.faults and counter_id is not None and amount_fen is not None:
        counter = get_counter(PAY_OUT, counter_id)
        with form.refusals():
            asked = PayOutAsked(act_id, counter.id, number, amount_fen, paid_to)
            receipt = act(top_ups.pay_out, asked=asked).body["receipt"]
            return see_other("community.elders_show", number=number, paid_out=receipt)
    return _pay_out_page(number, form), 422


@blueprint.get("/elders/<number>/write-off")
def elders_account_write_off(number: str) -> str:
    return _write_off_page(get_elder(DEBT, number), Form())


@blueprint.post("/elders/<number>/write-off")
def elders_account_write_off_try(number: str) -> Response | tuple[str, int]:
    get_elder(DEBT, number)
    form = Form(request.form)
    reason = form.text("reason", most=200)
    return submit(number, form, _write_off_page, write_offs.ask_write_off, reason=reason)


@blueprint.post("/write-offs/<number:write_off_id>/<decision>")
def elders_write_off_decide(write_off_id: int, decision: str) -> Response:
    require(DEBT)
    number = database().read(write_offs.find_number, write_off_id=write_off_id)
    if number is None or decision not in ("approve", "refuse"):
        raise missing()
    get_elder(DEBT, number)
    act(
        write_offs.decide_write_off,
        write_off_id=write_off_id,
        is_approved=decision == "approve",
    )
    return see_other("community.elders_purses")


def _read_statement(number: str) -> tuple[Person, Statement, date, date]:
    """The period comes from the address; without one, the last thirty days."""
    form = Form(request.args)
    today = local_date(clock.instant())
    last = form.day("to", is_needed=False) or today
    first = form.day("from", is_needed=False) or last - timedelta(days=DAYS_BACK)
    person = database().read(elder_page.get_elder_page, number=number, now=clock.instant()).person
    statement = database().read(
        elder_account.get_statement, number=number, from_on=first, to_on=last
    )
    return person, statement, first, last


def _top_up_page(number: str, form: Form) -> str:
    id_, amount, counter = _ask_money(TOP_UP, gettext("Into the drawer of"))
    asks = (
        id_,
        amount,
        Ask("pay", gettext("Paid by"), options=tuple((k, pick(*v)) for k, v in PAYS.items())),
        Ask("reference", gettext("Reference of the payment"), most=64, is_needed=False),
        counter,
    )
    return ask_page(number, ElderForm(gettext("Top up"), gettext("Take the money"), asks), form)


def _pay_out_page(number: str, form: Form) -> str:
    id_, amount, counter = _ask_money(PAY_OUT, gettext("From the drawer of"))
    taker = Ask(
        "paid_to",
        gettext("Who takes the money"),
        hint=gettext("name, and who this is to her"),
        most=60,
    )
    title = gettext("Pay out the balance")
    asked = ElderForm(title, gettext("Pay out in cash"), (id_, amount, taker, counter))
    return ask_page(number, asked, form)


def _ask_money(permission: str, drawer: str) -> tuple[Ask, Ask, Ask]:
    """An id of the act, so that it is done once; an amount; and whose drawer it goes through."""
    counters = tuple(
        (str(counter.id), f"{counter.canteen_name} {counter.name}")
        for counter in list_counters_in_reach(permission)
    )
    return (
        Ask("id", "", kind="hidden", value=str(uuid.uuid4())),
        Ask("amount", gettext("Amount in yuan"), most=12),
        Ask("counter", drawer, options=counters),
    )


def _write_off_page(number: str, form: Form) -> str:
    asks = (Ask("reason", gettext("Why nobody can be asked to pay"), most=200),)
    notes = (gettext("A second person approves it; until then nothing changes."),)
    title = gettext("Write the debt off")
    return ask_page(number, ElderForm(title, gettext("Ask for it"), asks, notes), form)
