"""The secretary's first page: the display links of her counters, made and revoked here."""

from flask import Response, redirect, url_for

from canteen.web.community import blueprint
from canteen.web.displays import create_link, list_counters_in_reach, list_links, revoke_link
from canteen.web.door_page import show_door


def _page(new_link: str | None = None) -> str:
    return show_door(
        "secretary",
        "community.view",
        "displays.html",
        counters=list_counters_in_reach(),
        links=list_links(),
        new_link=new_link,
        create="community.create_display",
        revoke="community.revoke_display",
    )


@blueprint.get("", strict_slashes=False)
def index() -> str:
    return _page()


@blueprint.post("/counters/<number:counter_id>/displays")
def create_display(counter_id: int) -> str:
    return _page(create_link(counter_id))


@blueprint.post("/displays/<number:link_id>/revoke")
def revoke_display(link_id: int) -> Response:
    revoke_link(link_id)
    made = redirect(url_for("community.index"), 303)
    assert isinstance(made, Response)
    return made
