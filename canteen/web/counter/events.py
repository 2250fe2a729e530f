"""The events of a counter: JSON for a page that polls, server-sent events for one that listens."""

import re

from flask import Response, request
from marshmallow import Schema, fields

from canteen.rules.errors import Invalid
from canteen.services import counter_view
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import get_counter, get_display
from canteen.web.counter import displays as blueprint
from canteen.web.events import stream
from canteen.web.house import database

SEQ = re.compile(r"[0-9]{1,15}", re.ASCII)
PAGE_MAX = 200


class EventsAnswer(Schema):
    """`reset`: the number is older than what is kept; fetch the state again."""

    events = fields.List(fields.Dict())
    last = fields.Integer()
    reset = fields.Boolean()


@blueprint.get(f"{PREFIX}/counters/<number:counter_id>/events")
@operation(
    "What happened at the counter since an event; text/event-stream keeps listening",
    answers=EventsAnswer,
    query={
        "after": "number of the last event seen; Last-Event-ID wins over it",
        "view": "cashier (default) or display",
    },
)
def list_events(counter_id: int) -> Response:
    view = request.args.get("view", "cashier")
    if view == "display":
        get_display(counter_id)
    elif view == "cashier":
        get_counter("counter.view", counter_id)
    else:
        raise Invalid("view", "view 写 cashier 或 display", "view is cashier or display")
    after = _after()
    if request.accept_mimetypes.best == "text/event-stream":
        return stream(counter_id, view, after)
    page = database().read(
        counter_view.list_events, counter_id=counter_id, view=view, after=after, most=PAGE_MAX
    )
    return answer({"events": page.events, "last": page.last, "reset": page.is_reset})


def _after() -> int:
    text = request.headers.get("Last-Event-ID") or request.args.get("after", "0")
    if not SEQ.fullmatch(text):
        raise Invalid("after", "after 要写事件编号", "after must be the number of an event")
    return int(text)
