"""Requests for deliveries (送餐申请): what waits for the secretary, with what decides it beside it."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.roles import Place
from canteen.services import delivery_orders, delivery_requests
from canteen.web import order_words
from canteen.web.acting import acting
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.register_reach import list_areas

PERMISSION = "delivery.write"


@blueprint.get("/orders")
def orders() -> str:
    require(PERMISSION)
    return _page(Form(), None)


@blueprint.post("/orders/<number:order_id>/approve")
def orders_approve(order_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    form = Form(request.form)
    reason = form.text("reason", is_needed=False)
    if not form.faults:
        with form.refusals():
            database().run(
                delivery_orders.approve, order_id=order_id, reason=reason or None, **acting()
            )
            return see_other("community.orders", done="approved")
    return _page(form, order_id), 422


@blueprint.post("/orders/<number:order_id>/decline")
def orders_decline(order_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    form = Form(request.form)
    reason = form.text("reason")
    if not form.faults:
        with form.refusals():
            database().run(delivery_orders.decline, order_id=order_id, reason=reason, **acting())
            return see_other("community.orders", done="declined")
    return _page(form, order_id), 422


def _get(order_id: int) -> None:
    """404 unless the person decides about the orders of its canteen."""
    place = database().read(delivery_orders.find_order_place, order_id=order_id)
    if place is None:
        raise missing()
    require(PERMISSION, Place(place.area_code, place.canteen_code))


def _page(form: Form, wrong_id: int | None) -> str:
    """`wrong_id` is the request whose form is drawn again with what is wrong."""
    now = clock.instant()
    return render_template(
        "community/orders.html",
        requests=database().read(
            delivery_requests.list_requests, areas=list_areas(PERMISSION), now=now
        ),
        form=form,
        wrong_id=wrong_id,
        today=local_date(now),
        ow=order_words,
    )
