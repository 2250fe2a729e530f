"""What is true of an elder: a period added or withdrawn; that she died or moved away."""

from flask import Response, request

from canteen import clock
from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.days import local_date
from canteen.services import elder_facts
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.forms import Form
from canteen.web.i18n import gettext, pick
from canteen.web.register_reach import get_elder
from canteen.web.register_words import KINDS, STATUSES

WRITE = "elder.write"
ADDED_KINDS = ("category", "hukou", "residence", "born")


@blueprint.get("/elders/<number>/facts/new")
def elders_fact_add(number: str) -> str:
    return _fact_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/facts/new")
def elders_fact_add_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    kind = form.choice("kind", ADDED_KINDS)
    is_category, is_birth = kind == "category", kind == "born"
    asked = {
        "kind": kind,
        "code": _read_code(form, kind),
        "level": form.whole("level", least=1, most=9, is_needed=False) if is_category else None,
        "born": form.day("born") if is_birth else None,
        "from_on": None if is_birth else form.day("from_on", is_needed=is_category),
        "to_on": None if is_birth else form.day("to_on", is_needed=False),
    }
    source = form.text("source", most=60)
    document = form.text("document", most=100, is_needed=False)
    return submit(
        number,
        form,
        _fact_page,
        elder_facts.add_fact,
        **asked,
        source=source,
        document=document or None,
    )


@blueprint.post("/elders/<number>/facts/<number:fact_id>/withdraw")
def elders_fact_withdraw(number: str, fact_id: int) -> Response:
    get_elder(WRITE, number)
    act(
        elder_facts.withdraw_fact,
        number=number,
        fact_id=fact_id,
    )
    return see_other("community.elders_show", number=number)


@blueprint.get("/elders/<number>/gone")
def elders_gone(number: str) -> str:
    return _gone_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/gone")
def elders_gone_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    status, from_on = form.choice("status", STATUSES), form.day("from_on")
    source = form.text("source", most=60)
    document = form.text("document", most=100, is_needed=False)
    return submit(
        number,
        form,
        _gone_page,
        elder_facts.record_departure,
        status="deceased" if status == "deceased" else "moved",
        from_on=from_on,
        source=source,
        document=document or None,
    )


def _read_code(form: Form, kind: str) -> str | None:
    if kind == "category":
        return form.choice("code", REGISTER_CATEGORIES)
    return None if kind == "born" else form.text("area", most=12)


def _fact_page(number: str, form: Form) -> str:
    asks = (
        Ask("kind", gettext("Kind"), options=tuple((k, pick(*KINDS[k])) for k in ADDED_KINDS)),
        Ask(
            "code",
            gettext("Category"),
            options=tuple((code, pick(*names)) for code, names in REGISTER_CATEGORIES.items()),
            empty=gettext("for categories only"),
        ),
        Ask("level", gettext("Level, where it has one"), most=1, is_needed=False),
        Ask(
            "area",
            gettext("Area code, for where she is registered or lives"),
            most=12,
            is_needed=False,
        ),
        Ask("born", gettext("Birth date, if that is to be put right"), "date", is_needed=False),
        Ask("from_on", gettext("From the day"), "date", is_needed=False),
        Ask(
            "to_on",
            gettext("To the day"),
            "date",
            hint=gettext("empty: until it changes"),
            is_needed=False,
        ),
        *_ask_source(),
    )
    return ask_page(number, ElderForm(gettext("Add a period"), gettext("Add it"), asks), form)


def _gone_page(number: str, form: Form) -> str:
    asks = (
        Ask(
            "status",
            gettext("What happened"),
            options=tuple((k, pick(*v)) for k, v in STATUSES.items()),
        ),
        Ask(
            "from_on",
            gettext("The first day away"),
            "date",
            hint=gettext("for a death the day of it"),
            value=local_date(clock.instant()).isoformat(),
        ),
        *_ask_source(),
    )
    notes = (
        gettext(
            "Her cards are blocked at once. Categories end the day before. Meals stay as they are."
        ),
    )
    asked = ElderForm(gettext("Died or moved away"), gettext("Record it"), asks, notes)
    return ask_page(number, asked, form)


def _ask_source() -> tuple[Ask, Ask]:
    return (
        Ask("source", gettext("Who says so"), hint=gettext("the family, civil affairs …"), most=60),
        Ask("document", gettext("Document"), most=100, is_needed=False),
    )
