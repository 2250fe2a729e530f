"""Which canteen a page is about: the only one in reach at once, else the person chooses."""

from typing import Any

from flask import Response, redirect, render_template, url_for

from canteen.web.door_page import list_reach


def choose_canteen(permission: str, endpoint: str, title: str) -> str | Response:
    """Lead to `endpoint` of the person's only canteen, or show her canteens as ways to it."""
    canteens = list_reach(permission)
    if len(canteens) == 1:
        return see_other(endpoint, code=canteens[0].code)
    return render_template("canteens.html", canteens=canteens, endpoint=endpoint, title=title)


def see_other(endpoint: str, **values: Any) -> Response:
    """Where the browser goes after a form was taken."""
    made = redirect(url_for(endpoint, **values), 303)
    assert isinstance(made, Response)
    return made
