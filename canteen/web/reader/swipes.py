"""A reader posts its swipes: one by one, or up to 500 in one request, each answered by itself."""

from typing import Any

import structlog
from flask import Response
from marshmallow import Schema, fields

from canteen import clock
from canteen.rules.errors import CanteenError, Invalid
from canteen.services import swipes
from canteen.services.swipes import SwipeAsked
from canteen.web.api import answer, load, operation
from canteen.web.errors import problem_of, unexpected
from canteen.web.fields import Choice, Moment, Several, Strict, Uid, Whole, Words, YesNo
from canteen.web.house import database
from canteen.web.operation import metrics
from canteen.web.reader import blueprint, signer

BATCH_MAX = 500
#: a card's canonical id, or the 24 or 32 bits that a short reader gives of it (contract.md §3)
CARD_UID = r"(?:(?!partial:)[a-z0-9]+:[0-9A-F]+|partial:(?:24:[0-9A-F]{6}|32:[0-9A-F]{8}))"
log = structlog.get_logger(__name__)


class SwipeBody(Strict):
    """One read of a card, with the id the agent gave it."""

    id = Uid(required=True)
    card_uid = Words(longest=80, required=True, pattern=CARD_UID)
    read_at = Moment(required=True)
    seq = Whole(load_default=None, allow_none=True)
    offline = Choice("taken", "refused", load_default=None, allow_none=True)
    clock_ok = YesNo(load_default=True)
    age_ms = Whole(load_default=None, allow_none=True)


class BatchBody(Strict):
    """Swipes in the order they were read."""

    swipes = Several(fields.Raw(allow_none=True), most=BATCH_MAX, required=True)


class ElderPart(Schema):
    """Whom the card belongs to, as far as the counter needs it."""

    name = fields.String()
    age_band = fields.String(allow_none=True)


class SharePart(Schema):
    """What one payer gives."""

    rule = fields.String()
    payer = fields.String()
    payer_name = fields.String()
    fen = fields.Integer()


class MealPart(Schema):
    """A served meal: price = elder + subsidy + discount."""

    mealtime = fields.String()
    service_date = fields.Date()
    price_fen = fields.Integer()
    elder_fen = fields.Integer()
    subsidy_fen = fields.Integer()
    discount_fen = fields.Integer()
    shares = fields.List(fields.Nested(SharePart))


class PursePart(Schema):
    """The elder's purse after the swipe."""

    balance_fen = fields.Integer()


class MessagePart(Schema):
    """A sentence for the screens."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    speak = fields.Boolean()


class SwipeAnswer(Schema):
    """What every sending of the same id is answered with."""

    id = fields.UUID()
    outcome = fields.String()
    reason = fields.String(allow_none=True)
    receipt = fields.String(allow_none=True)
    elder = fields.Nested(ElderPart, allow_none=True)
    meal = fields.Nested(MealPart, allow_none=True)
    purse = fields.Nested(PursePart, allow_none=True)
    messages = fields.List(fields.Nested(MessagePart))
    late = fields.Boolean()


class BatchResult(Schema):
    """What one swipe of a batch would have got by itself."""

    status = fields.Integer()
    body = fields.Dict()


class BatchAnswer(Schema):
    """One result a swipe, in order."""

    results = fields.List(fields.Nested(BatchResult))


_swipe_body = SwipeBody()


def _record(asked: dict[str, Any]) -> tuple[dict[str, object], int]:
    made = database().run(
        swipes.record_swipe,
        reader_id=signer().id,
        asked=SwipeAsked(**asked),
        now=clock.instant(),
    )
    metrics().swipes.labels(str(made.body.get("outcome"))).inc()
    return made.body, 201 if made.is_new else 200


@blueprint.post("/swipes")
@operation(
    "Record a swipe; the same id is always answered alike",
    takes=SwipeBody,
    answers=SwipeAnswer,
    statuses={201: "recorded", 200: "had been recorded: the same answer"},
)
def post_swipe(asked: dict[str, Any]) -> Response:
    return answer(*_record(asked))


@blueprint.post("/swipes/batch")
@operation(
    "Record up to 500 swipes in order; some may fail alone",
    takes=BatchBody,
    answers=BatchAnswer,
    statuses={200: "one result each, in order"},
)
def post_batch(asked: dict[str, Any]) -> Response:
    return answer({"results": [_result(item) for item in asked["swipes"]]})


def _result(item: object) -> dict[str, object]:
    """One swipe of a batch in its own unit of work, with the status it would have got by itself."""
    try:
        body, status = _record(_checked(item))
    except CanteenError as error:
        body, status = problem_of(error)
    except Exception as error:  # one read that breaks us must not take the others along
        body, status = unexpected(error)
    return {"status": status, "body": body}


def _checked(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Invalid("body_shape", "内容要是 JSON 对象", "The body must be a JSON object")
    return load(_swipe_body, item)
