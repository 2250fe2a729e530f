"""Asking for deliveries at the counter: the cashier finds the elder, the secretary decides.

Plain forms on a page of their own; nothing of an elder's categories or grounds is shown here.
"""

from datetime import timedelta

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.identity import is_personal
from canteen.services import delivery_orders, elder_deliveries, elder_page, elders, places
from canteen.services.elder_page import Person
from canteen.services.places import CounterLine
from canteen.web import order_words
from canteen.web.acting import acting
from canteen.web.auth import get_counter, missing
from canteen.web.canteens import see_other
from canteen.web.counter import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.order_forms import new_id, offered, read_order

PERMISSION = "delivery.ask"
SOURCES = ("cashier", "phone")
FIND_LENGTH_MAX = 40


@blueprint.get("/counter/<number:counter_id>/deliveries")
def orders(counter_id: int) -> str:
    """The search, and who was found."""
    counter = get_counter(PERMISSION, counter_id)
    text = request.args.get("find", "").strip()[:FIND_LENGTH_MAX]
    text = "" if is_personal(text) else text
    found = database().read(
        elders.find_elders, counter_canteen=counter.canteen_code, text=text, now=clock.instant()
    )
    return render_template(
        "counter_deliveries.html",
        counter=counter,
        text=text,
        found=[one for one in found if _is_near(counter, one["number"])],
    )


@blueprint.get("/counter/<number:counter_id>/deliveries/<number>")
def orders_form(counter_id: int, number: str) -> str:
    counter = get_counter(PERMISSION, counter_id)
    tomorrow = local_date(clock.instant()) + timedelta(days=1)  # today's cut-off may have passed
    return _form_page(counter, _get_elder(counter, number), Form(offered(tomorrow)))


@blueprint.post("/counter/<number:counter_id>/deliveries/<number>")
def orders_ask(counter_id: int, number: str) -> Response | tuple[str, int]:
    counter = get_counter(PERMISSION, counter_id)
    person = _get_elder(counter, number)
    form = Form(request.form)
    asked = read_order(form, SOURCES)
    if asked is not None:
        with form.refusals():
            database().run(
                delivery_orders.ask,
                number=person.number,
                canteen=counter.canteen_code,
                asked=asked,
                is_secretary=False,
                **acting(),
            )
            return see_other("counter.orders", counter_id=counter.id, asked=person.name)
    return _form_page(counter, person, form), 422


def _is_near(counter: CounterLine, number: str) -> bool:
    """Whether this canteen may bring her meals: it is hers, or stands in her community."""
    place = database().read(places.find_place_of_elder, number=number)
    return place is not None and (
        place.canteen_code == counter.canteen_code
        or place.area_code.startswith(counter.place.area_code)
    )


def _get_elder(counter: CounterLine, number: str) -> Person:
    if not _is_near(counter, number):
        raise missing()
    return database().read(elder_page.get_elder_page, number=number, now=clock.instant()).person


def _form_page(counter: CounterLine, person: Person, form: Form) -> str:
    now = clock.instant()
    return render_template(
        "counter_deliveries.html",
        counter=counter,
        person=person,
        page=database().read(elder_deliveries.show_elder_deliveries, number=person.number, now=now),
        form=form,
        mealtimes=MEALTIMES,
        sources=[(code, order_words.word(order_words.SOURCES, code)) for code in SOURCES],
        uid=new_id(),
        ow=order_words,
    )
