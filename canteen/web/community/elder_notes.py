"""Beside an elder's facts: consent, contacts, diets, and the look at the full numbers."""

from flask import Response, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.diets import DIETS
from canteen.services import elder_notes
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.elder_view import show_elder
from canteen.web.forms import Form
from canteen.web.i18n import gettext, pick
from canteen.web.register_reach import get_elder

WRITE = "elder.write"
SHOWN_SECONDS = 30


@blueprint.post("/elders/<number>/unmask")
def elders_note_unmask(number: str) -> Response:
    """The page with the full numbers; it leaves a trace and goes back by itself after 30 s."""
    get_elder("elder.unmask", number)
    secrets = act(
        elder_notes.unmask,
        number=number,
    )
    back = see_other("community.elders_show", number=number).headers["Location"]
    response = Response(show_elder(number, secrets=secrets, back_after_seconds=SHOWN_SECONDS))
    response.headers["Refresh"] = f"{SHOWN_SECONDS}; url={back}"
    return response


@blueprint.get("/elders/<number>/consent")
def elders_note_consent(number: str) -> str:
    return _consent_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/consent")
def elders_note_consent_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    given_on = form.day("given_on")
    signed_by = form.text("signed_by", most=60, is_needed=False)
    document = form.text("document", most=100, is_needed=False)
    return submit(
        number,
        form,
        _consent_page,
        elder_notes.add_consent,
        given_on=given_on,
        signed_by=signed_by or None,
        document=document or None,
    )


@blueprint.get("/elders/<number>/contact")
def elders_note_contact(number: str) -> str:
    return _contact_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/contact")
def elders_note_contact_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    name, relation = form.text("name", most=60), form.text("relation", most=30)
    phone = form.text("phone", most=30, is_needed=False)
    return submit(
        number,
        form,
        _contact_page,
        elder_notes.add_contact,
        name=name,
        relation=relation,
        phone=phone or None,
    )


@blueprint.get("/elders/<number>/diet")
def elders_note_diet(number: str) -> str:
    return _diet_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/diet")
def elders_note_diet_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    code = form.choice("code", DIETS)
    return submit(
        number,
        form,
        _diet_page,
        elder_notes.add_diet,
        code=code,
    )


@blueprint.post("/elders/<number>/notes/<kind>/<number:note_id>/off")
def elders_note_withdraw(number: str, kind: str, note_id: int) -> Response:
    get_elder(WRITE, number)
    act(
        elder_notes.withdraw_note,
        number=number,
        kind=kind,
        note_id=note_id,
    )
    return see_other("community.elders_show", number=number)


def _consent_page(number: str, form: Form) -> str:
    asks = (
        Ask(
            "given_on",
            gettext("The day she agreed"),
            "date",
            value=local_date(clock.instant()).isoformat(),
        ),
        Ask("signed_by", gettext("Who signed, if it was not she"), most=60, is_needed=False),
        Ask("document", gettext("Where the paper lies"), most=100, is_needed=False),
    )
    return ask_page(number, ElderForm(gettext("Record consent"), gettext("Record it"), asks), form)


def _contact_page(number: str, form: Form) -> str:
    asks = (
        Ask("name", gettext("Name"), most=60),
        Ask(
            "relation",
            gettext("Who this is to her"),
            hint=gettext("daughter, neighbour …"),
            most=30,
        ),
        Ask("phone", gettext("Phone"), "tel", most=20, is_needed=False),
    )
    return ask_page(number, ElderForm(gettext("Add a contact"), gettext("Add it"), asks), form)


def _diet_page(number: str, form: Form) -> str:
    options = tuple((code, pick(diet.zh, diet.en)) for code, diet in DIETS.items())
    asks = (Ask("code", gettext("Diet or allergy"), options=options),)
    title = gettext("Add a diet or an allergy")
    return ask_page(number, ElderForm(title, gettext("Add it"), asks), form)
