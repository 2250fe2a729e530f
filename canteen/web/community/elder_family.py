"""The links by which an elder's family sees her page: given, shown once, changed and ended."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.family import SHOWS
from canteen.services import elder_page, family, person_links
from canteen.services.person_links import LinkLine
from canteen.web import family_words
from canteen.web.auth import missing
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.elder_forms import act
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.links import LinkToShow, make_link
from canteen.web.register_reach import get_elder

LINK = "family.link"
HOLDER_MAX = 60


@blueprint.get("/elders/<number>/family")
def elders_family(number: str) -> str:
    return _page(get_elder(LINK, number), Form())


@blueprint.post("/elders/<number>/family")
def elders_family_make(number: str) -> str | tuple[str, int]:
    """The address and the PIN stand on this answer and nowhere else."""
    get_elder(LINK, number)
    form = Form(request.form)
    holder = form.text("holder", most=HOLDER_MAX)
    shows = _read_shows(form)
    if form.faults:
        return _page(number, form), 422
    (elder_id, *_) = database().read(family.list_rows, number=number)
    made = make_link("family", elder_id, has_pin=form.yes("has_pin"), holder=holder, shows=shows)
    return _page(number, Form(), made)


@blueprint.post("/elders/<number>/family/<number:link_id>/shows")
def elders_family_change(number: str, link_id: int) -> Response:
    link = _get_link(get_elder(LINK, number), link_id)
    act(person_links.change_shows, link_id=link.id, shows=_read_shows(Form(request.form)))
    return see_other("community.elders_family", number=number)


@blueprint.post("/elders/<number>/family/<number:link_id>/revoke")
def elders_family_revoke(number: str, link_id: int) -> Response:
    link = _get_link(get_elder(LINK, number), link_id)
    act(person_links.revoke_link, link_id=link.id)
    return see_other("community.elders_family", number=number)


def _read_shows(form: Form) -> list[str]:
    return [word for word in SHOWS if form.yes(word)]


def _list_links(number: str) -> list[LinkLine]:
    """Those given for a row that was merged into hers too."""
    rows = database().read(family.list_rows, number=number)
    return database().read(person_links.list_links, kind="family", target_ids=rows)


def _get_link(number: str, link_id: int) -> LinkLine:
    """A link to her that is live; 404 for any other."""
    for link in _list_links(number):
        if link.id == link_id and link.revoked_at is None:
            return link
    raise missing()


def _page(number: str, form: Form, made: LinkToShow | None = None) -> str:
    page = database().read(elder_page.get_elder_page, number=number, now=clock.instant())
    return render_template(
        "community/elder_family.html",
        person=page.person,
        links=_list_links(number),
        made=made,
        form=form,
        shows=[(word, family_words.shows(word)) for word in SHOWS],
    )
