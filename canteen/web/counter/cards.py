"""An unknown card becomes an elder's in two steps; a lost card that was tapped is kept."""

from typing import Any

from flask import Response

from canteen import clock
from canteen.services import cards
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import get_counter, get_signed_in
from canteen.web.counter import blueprint
from canteen.web.fields import Strict, Uid, Words
from canteen.web.house import database
from canteen.web.peer import origin

STATUSES = {201: "done", 200: "had been done by this id: the same answer"}


class CardBody(Strict):
    """The unknown_card swipe of this counter, and the elder whose card it becomes."""

    id = Uid(required=True)
    swipe = Uid(required=True)
    elder = Words(longest=40, required=True)


class KeptCardBody(Strict):
    """The card_lost swipe whose card was kept."""

    id = Uid(required=True)
    swipe = Uid(required=True)


@blueprint.post(f"{PREFIX}/counters/<number:counter_id>/cards")
@operation("Give the unknown card of a swipe to an elder", takes=CardBody, statuses=STATUSES)
def assign_card(counter_id: int, asked: dict[str, Any]) -> Response:
    get_counter("card.assign", counter_id)
    made = database().run(
        cards.assign_unknown_card,
        id=asked["id"],
        counter_id=counter_id,
        swipe=asked["swipe"],
        elder=asked["elder"],
        by=get_signed_in().actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)


@blueprint.post(f"{PREFIX}/counters/<number:counter_id>/kept-cards")
@operation("Note that a lost card was kept", takes=KeptCardBody, statuses=STATUSES)
def keep_card(counter_id: int, asked: dict[str, Any]) -> Response:
    get_counter("counter.sell", counter_id)
    made = database().run(
        cards.keep_lost_card,
        id=asked["id"],
        counter_id=counter_id,
        swipe=asked["swipe"],
        by=get_signed_in().actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)
