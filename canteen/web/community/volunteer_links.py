"""The volunteers' ways in for today: given to all on duty with one button, shown once, ended at once."""

from flask import Response, render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import person_links, volunteer_rounds
from canteen.services.person_links import LinkLine
from canteen.services.volunteer_rounds import TodaysVolunteer
from canteen.web.acting import acting
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.house import database
from canteen.web.links import LinkToShow, make_link
from canteen.web.register_reach import list_areas

PERMISSION = "volunteer.write"
KIND = "volunteer"


@blueprint.get("/volunteers/links")
def volunteers_links() -> str:
    return _page({})


@blueprint.post("/volunteers/links")
def volunteers_links_all() -> str:
    """To everybody on duty today who has none yet; addresses and PINs stand on this answer only."""
    live = _live_links()
    return _page({one.id: _make(one) for one in _list_today() if one.id not in live})


@blueprint.post("/volunteers/links/<number:volunteer_id>")
def volunteers_links_make(volunteer_id: int) -> str:
    """A new one to one of them; her older one ends."""
    return _page({one.id: _make(one) for one in [_get(volunteer_id)]})


@blueprint.post("/volunteers/links/<number:volunteer_id>/revoke")
def volunteers_links_revoke(volunteer_id: int) -> Response:
    link = _live_links().get(_get(volunteer_id).id)
    if link is not None:
        database().run(person_links.revoke_link, link_id=link.id, **acting())
    return see_other("community.volunteers_links")


def _list_today() -> list[TodaysVolunteer]:
    require(PERMISSION)
    return database().read(
        volunteer_rounds.list_today, areas=list_areas(PERMISSION), now=clock.instant()
    )


def _get(volunteer_id: int) -> TodaysVolunteer:
    for one in _list_today():
        if one.id == volunteer_id:
            return one
    raise missing()


def _live_links() -> dict[int, LinkLine]:
    """Volunteer → her live link of today."""
    links = database().read(
        person_links.list_links,
        kind=KIND,
        target_ids=[one.id for one in _list_today()],
        day=local_date(clock.instant()),
    )
    return {link.target_id: link for link in links if link.revoked_at is None}


def _make(one: TodaysVolunteer) -> LinkToShow:
    return make_link(KIND, one.id, valid_on=local_date(clock.instant()))


def _page(made: dict[int, LinkToShow]) -> str:
    return render_template(
        "community/volunteer_links.html",
        volunteers=_list_today(),
        links=_live_links(),
        made=made,
        day=local_date(clock.instant()),
    )
