"""A reader fetches what it needs while the server is away, and says how it is."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from canteen import clock
from canteen.services import reader_lists, readers
from canteen.web.api import answer, operation
from canteen.web.fields import Choice, Moment, Strict, Whole, Words
from canteen.web.house import database
from canteen.web.reader import blueprint, signer

STATES = ("open", "verified", "absent", "busy", "denied", "down")
OFFSET_MS_MAX = 10 * 365 * 86_400_000


class ListsAnswer(Schema):
    """Cards as the first 5 bytes of HMAC-SHA256(reader key, canonical id), hex."""

    reader = fields.Dict()
    counter = fields.Dict()
    canteen = fields.Dict()
    mealtimes = fields.List(fields.Dict())
    blocked = fields.List(fields.String())
    test_cards = fields.List(fields.String())
    known = fields.List(fields.String())
    server_time = fields.Integer(metadata={"description": "unix seconds; not part of the ETag"})


class HealthBody(Strict):
    """How the reader, its port and its outbox are."""

    state = Choice(*STATES, required=True)
    since = Moment(load_default=None, allow_none=True)
    port = Words(shortest=0, longest=300, load_default=None, allow_none=True)
    last_byte_at = Moment(load_default=None, allow_none=True)
    last_frame_at = Moment(load_default=None, allow_none=True)
    last_card_at = Moment(load_default=None, allow_none=True)
    frames_good = Whole(load_default=0)
    frames_bad = fields.Dict(keys=Words(longest=40), values=Whole(), load_default=dict)
    ghosts = Whole(load_default=0)
    reopened = Whole(load_default=0)
    outbox_waiting = Whole(load_default=0)
    outbox_dead = Whole(load_default=0)
    outbox_stuck = Whole(load_default=0)
    oldest_waiting_at = Moment(load_default=None, allow_none=True)
    clock_offset_ms = Whole(
        least=-OFFSET_MS_MAX, most=OFFSET_MS_MAX, load_default=None, allow_none=True
    )
    agent_version = Words(shortest=0, longest=40, load_default=None, allow_none=True)
    profile_hash = Words(shortest=0, longest=100, load_default=None, allow_none=True)


@blueprint.get("/readers/self")
@operation(
    "The reader's counter, hours and cards; If-None-Match saves the sending",
    answers=ListsAnswer,
    statuses={200: "the lists", 304: "unchanged"},
)
def get_own_lists() -> Response:
    now = clock.instant()
    reader = signer()
    lists = database().read(reader_lists.get_lists, reader_id=reader.id, key=reader.key, now=now)
    if not lists.is_noted:
        database().run(reader_lists.note_lists, reader_id=reader.id, etag=lists.etag, now=now)
    response = answer({**lists.body, "server_time": int(now.timestamp())})
    response.set_etag(lists.etag)
    made = response.make_conditional(request)
    assert isinstance(made, Response)
    return made


@blueprint.put("/readers/self/health")
@operation("How the reader is", takes=HealthBody, statuses={204: "noted"})
def put_own_health(asked: dict[str, Any]) -> Response:
    now = clock.instant()
    database().run(
        readers.record_health,
        reader_id=signer().id,
        report=asked,
        state_since=asked["since"] or now,
        now=now,
    )
    return Response(status=204)
