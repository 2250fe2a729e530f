"""The elder's display: opened by a revocable device link, drawn from the display's own events only."""

from flask import Response, current_app, redirect, request, send_from_directory
from marshmallow import Schema, fields

from canteen import clock
from canteen.services import counter_view, places
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import DISPLAY_COOKIE, TOKEN_LENGTH_MAX, get_display, missing
from canteen.web.counter import displays as blueprint
from canteen.web.house import database

COOKIE_SECONDS = 400 * 86_400


class DisplayAnswer(Schema):
    """What the display draws first: no full name, no category, no ID number."""

    canteen = fields.Dict()
    mealtime = fields.Dict(allow_none=True)
    dishes = fields.List(fields.Dict())
    settings = fields.Dict()
    locale = fields.String()
    now = fields.AwareDateTime()
    last_seq = fields.Integer()
    last = fields.Dict(allow_none=True)


@blueprint.get("/display/<token>")
def open_display(token: str) -> Response:
    """Enter by the link: the screen keeps the token as a cookie, so that it stands in no later address."""
    counter_id = (
        database().read(places.find_counter_of_token, token=token)
        if len(token) <= TOKEN_LENGTH_MAX
        else None
    )
    if counter_id is None:
        raise missing()
    made = redirect(f"/counter/{counter_id}/display", 303)
    assert isinstance(made, Response)
    made.set_cookie(
        DISPLAY_COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return made


@blueprint.get("/counter/<number:counter_id>/display")
def display_page(counter_id: int) -> Response:
    get_display(counter_id)
    assert current_app.static_folder is not None
    return send_from_directory(current_app.static_folder, "counter/display.html", etag=False)


@blueprint.get(f"{PREFIX}/counters/<number:counter_id>/display")
@operation("What the elder's display draws first", answers=DisplayAnswer)
def show_display(counter_id: int) -> Response:
    get_display(counter_id)
    return answer(
        database().read(counter_view.display_state, counter_id=counter_id, now=clock.instant())
    )
