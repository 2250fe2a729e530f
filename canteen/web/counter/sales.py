"""The pending sale: what the cashier keys for the next swipe."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from canteen import clock
from canteen.services import counter_sales
from canteen.services.counter_sales import SaleAsked
from canteen.web.api import PREFIX, answer, operation
from canteen.web.auth import get_counter, get_signed_in
from canteen.web.counter import blueprint
from canteen.web.fields import Uid
from canteen.web.house import database
from canteen.web.sale_terms import SaleTerms


class SaleBody(SaleTerms):
    """A sale with the id the page gave it."""

    id = Uid(required=True)


class SaleAnswer(Schema):
    """The sale as it waits: `keyed_at`, `expires_at`."""

    sale = fields.Dict()


@blueprint.put(f"{PREFIX}/counters/<number:counter_id>/sale")
@operation("Key a sale for the next swipe", takes=SaleBody, answers=SaleAnswer)
def put_sale(counter_id: int, asked: dict[str, Any]) -> Response:
    get_counter("counter.sell", counter_id)
    asked["dishes"] = tuple(asked["dishes"])
    sale = database().run(
        counter_sales.put_sale,
        counter_id=counter_id,
        asked=SaleAsked(**asked),
        by=get_signed_in().actor,
        now=clock.instant(),
    )
    return answer({"sale": sale})


@blueprint.delete(f"{PREFIX}/counters/<number:counter_id>/sale")
@operation("Drop the sale that waits", statuses={204: "nothing waits now"})
def clear_sale(counter_id: int) -> Response:
    get_counter("counter.sell", counter_id)
    database().run(counter_sales.clear_sale, counter_id=counter_id, now=clock.instant())
    return Response(status=204)
