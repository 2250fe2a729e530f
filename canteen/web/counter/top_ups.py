"""Money into a purse, taken back, and out of it: each with the page's own id, done once."""

import uuid
from typing import Any

from flask import Response

from canteen import clock
from canteen.rules.errors import Invalid
from canteen.rules.money import parse_yuan
from canteen.rules.roles import may
from canteen.services import top_ups
from canteen.services.top_ups import PayOutAsked, TopUpAsked, TopUpVoidAsked
from canteen.web.api import answer, operation
from canteen.web.auth import get_counter, missing, require
from canteen.web.counter import acts
from canteen.web.fields import AmountFen, Choice, Strict, Uid, Whole, Words
from canteen.web.house import database
from canteen.web.peer import origin

blueprint = acts


class AmountTerms(Strict):
    """An amount as the cashier typed it ("50", "12.50"), or in whole fen: one of the two."""

    id = Uid(required=True)
    counter = Whole(least=1, required=True)
    elder = Words(longest=40, required=True)
    amount = Words(longest=20, load_default=None, allow_none=True)
    amount_fen = AmountFen(load_default=None, allow_none=True)


class TopUpBody(AmountTerms):
    """Money taken from an elder for her purse."""

    pay = Choice("cash", "external", load_default="cash")
    reference = Words(longest=64, load_default=None, allow_none=True)


class PayOutBody(AmountTerms):
    """Money given back, to a named person."""

    paid_to = Words(longest=60, required=True)


class TopUpVoidBody(Strict):
    """Why a top-up is taken back."""

    id = Uid(required=True)
    reason = Words(longest=200, required=True)


STATUSES = {201: "done", 200: "had been done by this id: the same answer"}


def _amount_fen(asked: dict[str, Any]) -> int:
    text, fen = asked["amount"], asked["amount_fen"]
    if (text is None) == (fen is None):
        raise Invalid(
            "amount",
            "金额写 amount 或 amount_fen 一项",
            "Give exactly one of amount and amount_fen",
        )
    return parse_yuan(text) if fen is None else int(fen)


@acts.post("/top-ups")
@operation("Put money into a purse", takes=TopUpBody, statuses=STATUSES)
def post_top_up(asked: dict[str, Any]) -> Response:
    get_counter("top_up.take", asked["counter"])
    made = database().run(
        top_ups.take_top_up,
        asked=TopUpAsked(
            asked["id"],
            asked["counter"],
            asked["elder"],
            _amount_fen(asked),
            asked["pay"],
            asked["reference"],
        ),
        by=require("top_up.take").actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)


@acts.post("/top-ups/<top_up>/void")
@operation(
    "Take a top-up back, as far as the balance allows", takes=TopUpVoidBody, statuses=STATUSES
)
def void_top_up(top_up: str, asked: dict[str, Any]) -> Response:
    person = require("top_up.take")
    try:
        uid = str(uuid.UUID(top_up))
    except ValueError:
        raise missing() from None
    place = database().read(top_ups.find_top_up_place, top_up=uid) if uid == top_up else None
    if place is None or not may(person.grants, "top_up.take", place):
        raise missing()
    made = database().run(
        top_ups.void_top_up,
        asked=TopUpVoidAsked(asked["id"], uid, asked["reason"]),
        may_void_any=may(person.grants, "day.sign", place),
        by=person.actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)


@acts.post("/pay-outs")
@operation("Give money of a purse back, to a named person", takes=PayOutBody, statuses=STATUSES)
def post_pay_out(asked: dict[str, Any]) -> Response:
    get_counter("top_up.pay_out", asked["counter"])
    made = database().run(
        top_ups.pay_out,
        asked=PayOutAsked(
            asked["id"], asked["counter"], asked["elder"], _amount_fen(asked), asked["paid_to"]
        ),
        by=require("top_up.pay_out").actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)
