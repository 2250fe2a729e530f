"""Serving without a card's tap, and taps typed by a keyboard reader: answered like a reader's swipe."""

from typing import Any

from flask import Response

from canteen import clock
from canteen.rules.errors import Invalid
from canteen.services import counter_meals, swipes
from canteen.services.counter_meals import MealAsked
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import get_counter, get_signed_in
from canteen.web.counter import blueprint
from canteen.web.fields import Strict, Uid, Words, YesNo
from canteen.web.house import database
from canteen.web.operation import metrics
from canteen.web.sale_terms import SaleTerms


class MealBody(SaleTerms):
    """Exactly one of `swipe` (a refused one of this counter), `elder` (register number), `guest`."""

    id = Uid(required=True)
    swipe = Uid(load_default=None, allow_none=True)
    elder = Words(longest=40, load_default=None, allow_none=True)
    guest = YesNo(load_default=False)
    reason = Words(longest=200, load_default=None, allow_none=True)


class TypedBody(Strict):
    """What a keyboard reader typed into the page."""

    id = Uid(required=True)
    card = Words(longest=80, required=True)


def _check_one(asked: dict[str, Any]) -> None:
    named = [asked["swipe"] is not None, asked["elder"] is not None, asked["guest"]]
    if sum(named) != 1:
        raise Invalid(
            "whose_meal",
            "要写明是谁的：swipe、elder、guest 三项里写一项",
            "Say whose meal it is: exactly one of swipe, elder, guest",
        )


@blueprint.post(f"{PREFIX}/counters/<number:counter_id>/meals")
@operation(
    "Serve without a card, or let a refused swipe through",
    takes=MealBody,
    statuses={201: "recorded, with its outcome", 200: "had been recorded: the same answer"},
)
def post_meal(counter_id: int, asked: dict[str, Any]) -> Response:
    get_counter("counter.sell", counter_id)
    _check_one(asked)
    asked["dishes"] = tuple(asked["dishes"])
    made = database().run(
        counter_meals.serve_meal,
        counter_id=counter_id,
        asked=MealAsked(**asked),
        by=get_signed_in().actor,
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)


@blueprint.post(f"{PREFIX}/counters/<number:counter_id>/swipes")
@operation(
    "Record a card number that a keyboard reader typed",
    takes=TypedBody,
    statuses={201: "recorded, with its outcome", 200: "had been recorded: the same answer"},
)
def post_typed_swipe(counter_id: int, asked: dict[str, Any]) -> Response:
    get_counter("counter.sell", counter_id)
    made = database().run(
        swipes.record_typed_swipe,
        counter_id=counter_id,
        id=asked["id"],
        typed=asked["card"],
        by=get_signed_in().actor,
        now=clock.instant(),
    )
    metrics().swipes.labels(str(made.body.get("outcome"))).inc()
    return answer(made.body, 201 if made.is_new else 200)
