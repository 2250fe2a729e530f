"""Families that ask for an elder to be enrolled: what waits, who may be meant, yes or no; and the links
of the canteens by which anybody may ask."""

from flask import Response, render_template, request

from canteen.rules.roles import may
from canteen.services import elder_desk, enrolments, person_links
from canteen.services.elder_desk import ElderAsked
from canteen.services.enrolments import RequestFacts
from canteen.web import register_words
from canteen.web.auth import get_canteen, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.door_page import list_reach
from canteen.web.elder_forms import act
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.links import LinkToShow, make_link
from canteen.web.register_reach import get_elder, list_areas

WRITE, LINK, UNMASK = "elder.write", "family.link", "elder.unmask"
REASON_MAX = 200


@blueprint.get("/enrolments")
def enrolments_list() -> str:
    require(WRITE)
    return _list_page()


@blueprint.post("/enrolments/links/<code>")
def enrolments_link(code: str) -> str:
    """A canteen's link for the wall: its address stands on this answer and nowhere else."""
    canteen = get_canteen(LINK, code)
    return _list_page(make_link("enrolment", canteen.id, has_pin=False, holder=canteen.name))


@blueprint.post("/enrolments/links/<number:link_id>/revoke")
def enrolments_revoke(link_id: int) -> Response:
    require(LINK)
    ids = [link.id for link in _list_links()]
    if link_id not in ids:
        raise missing()
    act(person_links.revoke_link, link_id=link_id)
    return see_other("community.enrolments_list")


@blueprint.get("/enrolments/<number:request_id>")
def enrolments_show(request_id: int) -> str:
    return _page(_get(request_id), Form())


@blueprint.post("/enrolments/<number:request_id>/unmask")
def enrolments_unmask(request_id: int) -> str:
    """The full numbers; it leaves a trace."""
    found = _get(request_id)
    require(UNMASK, found.place)
    act(enrolments.tell_unmasked, request_id=request_id)
    return _page(found, Form(), is_unmasked=True)


@blueprint.post("/enrolments/<number:request_id>/approve")
def enrolments_approve(request_id: int) -> Response | tuple[str, int]:
    found = _get(request_id)
    form = Form(request.form)
    community = form.choice("community", [code for code, _ in _list_communities()])
    if not form.faults:
        with form.refusals():
            number = act(enrolments.approve, request_id=request_id, community=community)
            return see_other("community.elders_show", number=number)
    return _page(found, form), 422


@blueprint.post("/enrolments/<number:request_id>/known/<number>")
def enrolments_known(request_id: int, number: str) -> Response:
    """She is on the register already: nobody is made a second time."""
    _get(request_id)
    get_elder(WRITE, number)
    act(enrolments.approve_as_known, request_id=request_id, number=number)
    return see_other("community.elders_show", number=number)


@blueprint.post("/enrolments/<number:request_id>/decline")
def enrolments_decline(request_id: int) -> Response | tuple[str, int]:
    found = _get(request_id)
    form = Form(request.form)
    reason = form.text("reason", most=REASON_MAX)
    if not form.faults:
        with form.refusals():
            act(enrolments.decline, request_id=request_id, reason=reason)
            return see_other("community.enrolments_list")
    return _page(found, form), 422


def _get(request_id: int) -> RequestFacts:
    """A waiting request of a canteen in reach; 404 for any other."""
    person = require(WRITE)
    found = database().read(enrolments.find_request, request_id=request_id)
    if found is None or not may(person.grants, WRITE, found.place):
        raise missing()
    return found


def _list_communities() -> tuple[tuple[str, str], ...]:
    return database().read(elder_desk.list_communities, areas=list_areas(WRITE))


def _list_links() -> list[person_links.LinkLine]:
    ids = [get_canteen(LINK, one.code).id for one in list_reach(LINK)]
    links = database().read(person_links.list_links, kind="enrolment", target_ids=ids)
    return [link for link in links if link.revoked_at is None]


def _list_page(made: LinkToShow | None = None) -> str:
    canteens = list_reach(WRITE)
    codes = tuple(canteen.code for canteen in canteens)
    return render_template(
        "community/enrolments.html",
        requests=database().read(enrolments.list_requests, canteens=codes),
        canteens=canteens,
        links=_list_links(),
        made=made,
    )


def _page(found: RequestFacts, form: Form, *, is_unmasked: bool = False) -> str:
    """With whoever may be the same person."""
    asked, areas = found.asked, list_areas(WRITE)
    typed = ElderAsked(asked.name, "", asked.id_number, "", asked.born, address=asked.address)
    return render_template(
        "community/enrolment.html",
        found=found,
        is_unmasked=is_unmasked,
        owner=database().read(elder_desk.find_owner, id_number=asked.id_number, areas=areas),
        alike=database().read(elder_desk.list_alike, asked=typed, areas=areas),
        communities=_list_communities(),
        form=form,
        w=register_words,
    )
