"""What the cashier's page draws first, and finding an elder by name, pinyin, card or last four."""

from flask import Response, request
from marshmallow import Schema, fields

from canteen import clock
from canteen.services import counter_view, elders
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import get_counter, get_signed_in
from canteen.web.counter import blueprint
from canteen.web.house import database, house
from canteen.web.i18n import choose_locale

FIND_LENGTH_MAX = 40


class CounterAnswer(Schema):
    """Everything the page needs before the first event."""

    counter = fields.Dict()
    canteen = fields.Dict()
    cashier = fields.Dict()
    now = fields.AwareDateTime()
    locale = fields.String()
    timezone = fields.String()
    mealtime = fields.Dict(allow_none=True)
    next_mealtime = fields.Dict(allow_none=True)
    set_meals = fields.List(fields.Dict())
    dishes = fields.List(fields.Dict())
    tally = fields.Dict()
    sale = fields.Dict(allow_none=True)
    reader = fields.Dict()
    recent = fields.List(fields.Dict())
    last_seq = fields.Integer()
    limits = fields.Dict()
    settings = fields.Dict()
    single_keys = fields.Boolean()


class FoundElders(Schema):
    """At most nine; birth date and last four tell namesakes apart."""

    elders = fields.List(fields.Dict())


@blueprint.get(f"{PREFIX}/counters/<number:counter_id>")
@operation("What the cashier's page draws first", answers=CounterAnswer)
def show_counter(counter_id: int) -> Response:
    get_counter("counter.view", counter_id)
    state = database().read(counter_view.counter_state, counter_id=counter_id, now=clock.instant())
    own = {
        "cashier": {"name": get_signed_in().display_name},
        "locale": choose_locale(),
        "timezone": house().timezone.key,
        "single_keys": True,
    }
    return answer({**state, **own})


@blueprint.get(f"{PREFIX}/counters/<number:counter_id>/elders")
@operation(
    "Find an elder to serve without a card",
    answers=FoundElders,
    query={"find": "name, pinyin, initials, the card's printed number, or the last four of the ID"},
)
def find_elders(counter_id: int) -> Response:
    counter = get_counter("elder.find", counter_id)
    found = database().read(
        elders.find_elders,
        counter_canteen=counter.canteen_code,
        text=request.args.get("find", "")[:FIND_LENGTH_MAX],
        now=clock.instant(),
    )
    return answer({"elders": found})
