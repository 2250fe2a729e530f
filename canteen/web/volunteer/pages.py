"""The volunteer's page: who came in by a link of today sees her round, others where to type the PIN."""

from flask import Response, current_app, request, send_from_directory
from marshmallow import Schema, fields
from werkzeug.http import generate_etag

from canteen import clock
from canteen.rules.days import instant_text
from canteen.web.api import PREFIX, answer, operation
from canteen.web.links import enter_by_form, find_link, get_link, show_pin_page
from canteen.web.volunteer import blueprint
from canteen.web.volunteer_day import show_day, show_empty, tell_day


class RunAnswer(Schema):
    """All that the volunteer carries today: no money, no ID number, no other day."""

    csrf = fields.String(metadata={"description": "for the X-CSRF-Token header of her reports"})
    now = fields.AwareDateTime()
    day = fields.Date()
    number = fields.String()
    name = fields.String()
    rounds = fields.List(fields.Dict())
    elsewhere = fields.List(
        fields.Dict(), metadata={"description": "reported, on no round of hers"}
    )
    words = fields.Dict()


@blueprint.get("/volunteer", strict_slashes=False)
def index() -> str:
    return show_pin_page("volunteer") if find_link("volunteer") is None else show_day()


@blueprint.get("/volunteer/empty")
def empty() -> str:
    """The page without a word of her round, for the phone to lay by."""
    return show_empty()


@blueprint.get("/volunteer/worker.js")
def worker() -> Response:
    """The script behind the page; only from here may it answer for the page's own address."""
    assert current_app.static_folder is not None
    made = send_from_directory(current_app.static_folder, "volunteer/worker.js", etag=False)
    made.headers["Service-Worker-Allowed"] = "/volunteer"
    return made


@blueprint.post("/volunteer", strict_slashes=False)
def enter() -> Response:
    return enter_by_form("volunteer")


@blueprint.get(f"{PREFIX}/volunteer/run")
@operation(
    "The volunteer's own rounds of today, by her link",
    answers=RunAnswer,
    statuses={200: "her rounds", 304: "as the ETag says"},
)
def run_show() -> Response:
    link = get_link("volunteer")
    told = tell_day(link)
    made = answer({"csrf": link.csrf, **told})
    made.set_etag(generate_etag(made.get_data()))
    if request.if_none_match.contains(made.get_etag()[0] or ""):
        return Response(status=304, headers={"ETag": made.headers["ETag"]})
    made.set_data(answer({"csrf": link.csrf, "now": instant_text(clock.instant()), **told}).data)
    return made
