"""Adding an elder by hand, and changing what is kept of her."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import elder_desk, elder_page
from canteen.services.elder_desk import SEXES, ElderAsked, ElderChanges
from canteen.web import register_words
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.door_page import list_reach
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext
from canteen.web.register_reach import get_elder, list_areas

WRITE = "elder.write"
NAME_MAX = 60


@blueprint.get("/elders/new")
def elders_add() -> str:
    require(WRITE)
    return _add_page(Form())


@blueprint.post("/elders/new")
def elders_add_try() -> Response | tuple[str, int]:
    """Who may be the same person is shown first; a known ID number is linked, never made again."""
    require(WRITE)
    form = Form(request.form)
    asked = ElderAsked(
        name=form.text("name", most=NAME_MAX),
        community=form.text("community", most=12),
        id_number=form.text("id_number", most=30, is_needed=False),
        sex=form.choice("sex", SEXES, is_needed=False),
        born=form.day("born", is_needed=False),
        phone=form.text("phone", most=30, is_needed=False),
        address=form.text("address", is_needed=False),
        diet=form.text("diet", is_needed=False),
        canteen=form.text("canteen", most=40, is_needed=False),
        hukou=form.text("hukou", most=12, is_needed=False),
    )
    areas = list_areas(WRITE)
    if asked.community and not any(asked.community.startswith(area) for area in areas):
        raise missing()
    if not form.faults:
        return _add(form, asked, areas)
    return _add_page(form), 422


def _add(form: Form, asked: ElderAsked, areas: tuple[str, ...]) -> Response | tuple[str, int]:
    owner = database().read(elder_desk.find_owner, id_number=asked.id_number, areas=areas)
    if owner is not None:
        return _add_page(form, owner=owner), 422
    alike = database().read(elder_desk.list_alike, asked=asked, areas=areas)
    if alike and not form.yes("is_new"):
        return _add_page(form, alike=alike), 422
    if not form.faults:
        with form.refusals():
            number = act(elder_desk.add_elder, asked=asked)
            return see_other("community.elders_show", number=number)
    return _add_page(form), 422


@blueprint.get("/elders/<number>/edit")
def elders_edit(number: str) -> str:
    return _edit_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/edit")
def elders_edit_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    asked = ElderChanges(
        name=form.text("name", most=NAME_MAX),
        sex=form.choice("sex", SEXES),
        id_number=form.text("id_number", most=30, is_needed=False),
        phone=form.text("phone", most=30, is_needed=False),
        address=form.text("address", is_needed=False),
        diet=form.text("diet", is_needed=False),
        canteen=form.text("canteen", most=40, is_needed=False),
        speak=form.yes("speak"),
        speak_balance=form.yes("speak_balance"),
    )
    return submit(number, form, _edit_page, elder_desk.change_elder, asked=asked)


def _add_page(form: Form, **found: object) -> str:
    return render_template(
        "community/elder_add.html",
        form=form,
        communities=database().read(elder_desk.list_communities, areas=list_areas(WRITE)),
        canteens=[(canteen.code, canteen.name) for canteen in list_reach(WRITE)],
        sexes=[(code, register_words.sex(code)) for code in SEXES],
        today=local_date(clock.instant()),
        **found,
    )


def _edit_page(number: str, form: Form) -> str:
    now = clock.instant()
    person = database().read(elder_page.get_elder_page, number=number, now=now).person
    if not form.typed:
        ticks = {name: "1" for name in ("speak", "speak_balance") if getattr(person, name)}
        form = Form(ticks)
    asks = (
        Ask("name", gettext("Name"), value=person.name, most=NAME_MAX),
        Ask(
            "sex",
            gettext("Sex"),
            value=person.sex,
            options=tuple((code, register_words.sex(code)) for code in SEXES),
        ),
        Ask(
            "id_number",
            gettext("ID number"),
            hint=gettext("empty: stays %(masked)s") % {"masked": person.id_masked or "–"},
            most=30,
            is_needed=False,
        ),
        Ask(
            "phone",
            gettext("Phone"),
            "tel",
            hint=gettext("empty: stays %(masked)s") % {"masked": person.phone_masked or "–"},
            most=30,
            is_needed=False,
        ),
        Ask("address", gettext("Address"), value=person.address or "", is_needed=False),
        Ask(
            "diet",
            gettext("What she does not eat, in words"),
            value=person.diet or "",
            is_needed=False,
        ),
        Ask(
            "canteen",
            gettext("Eats at"),
            value=person.canteen_code or "",
            options=tuple((one.code, one.name) for one in list_reach(WRITE)),
            empty=gettext("no canteen"),
        ),
        Ask("speak", gettext("The voice speaks to her"), kind="yes"),
        Ask("speak_balance", gettext("The voice says the balance"), kind="yes"),
    )
    title = gettext("Change what is kept")
    return ask_page(number, ElderForm(title, gettext("Keep it so"), asks), form)
