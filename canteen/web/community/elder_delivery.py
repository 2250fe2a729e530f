"""An elder's deliveries at the desk: entitlement with its ground, orders, pauses, exceptions, her door."""

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.delivery_asked import PauseAsked
from canteen.rules.delivery_entitlement import EXCEPTION_NAMES
from canteen.services import (
    delivery_door_notes,
    delivery_exceptions,
    delivery_orders,
    delivery_pauses,
    elder_deliveries,
    elder_page,
)
from canteen.web import order_words
from canteen.web.acting import acting
from canteen.web.auth import missing
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.door_page import list_reach
from canteen.web.elder_forms import Ask, ElderForm, ask_page
from canteen.web.figures import mealtime
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.order_forms import UUID_LENGTH, new_id, offered, read_order
from canteen.web.register_reach import get_elder

VIEW, WRITE = "elder.view", "delivery.write"
SOURCES = ("secretary", "phone", "family")
LIFTS = {"yes": ("有电梯", "there is a lift"), "no": ("没有电梯", "no lift")}


@blueprint.get("/elders/<number>/deliveries")
def elder_delivery_show(number: str) -> str:
    return render_template("community/elder_delivery.html", **_shown(get_elder(VIEW, number)))


@blueprint.get("/elders/<number>/deliveries/order")
def elder_delivery_order(number: str) -> str:
    get_elder(WRITE, number)
    return _order_page(number, Form(offered(local_date(clock.instant()))))


@blueprint.post("/elders/<number>/deliveries/order")
def elder_delivery_order_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    asked = read_order(form, SOURCES)
    canteen = form.choice("canteen", [one.code for one in list_reach(WRITE)])
    return _submit(
        number, form, _order_page, delivery_orders.ask, canteen=canteen, asked=asked,
        is_secretary=True,
    )  # fmt: skip


@blueprint.get("/elders/<number>/deliveries/orders/<number:order_id>/end")
def elder_delivery_end(number: str, order_id: int) -> str:
    get_elder(WRITE, number)
    place = database().read(delivery_orders.find_order_place, order_id=order_id)
    if place is None or place.number != number:
        raise missing()
    return _end_page(number, Form())


@blueprint.post("/elders/<number>/deliveries/orders/<number:order_id>/end")
def elder_delivery_end_try(number: str, order_id: int) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    last_on, reason = form.day("last_on"), form.text("reason", is_needed=False)
    return _submit(
        number, form, _end_page, delivery_orders.end, order_id=order_id, last_on=last_on,
        reason=reason or None, is_secretary=True,
    )  # fmt: skip


@blueprint.get("/elders/<number>/deliveries/pause")
def elder_delivery_pause(number: str) -> str:
    get_elder(WRITE, number)
    return _pause_page(number, Form())


@blueprint.post("/elders/<number>/deliveries/pause")
def elder_delivery_pause_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    from_on, to_on = form.day("from_on"), form.day("to_on", is_needed=False)
    meal = form.choice("mealtime", MEALTIMES, is_needed=False)
    reason, name = form.text("reason"), form.text("asked_by_name", most=60, is_needed=False)
    uid = form.text("id", most=UUID_LENGTH)
    asked = None
    if from_on is not None:
        source = "phone" if name else "secretary"
        asked = PauseAsked(uid, from_on, to_on, meal or None, reason, source, name or None)
    return _submit(number, form, _pause_page, delivery_pauses.pause, asked=asked, is_secretary=True)


@blueprint.post("/elders/<number>/deliveries/pauses/<number:pause_id>/resume")
def elder_delivery_resume(number: str, pause_id: int) -> Response:
    get_elder(WRITE, number)
    today = local_date(clock.instant())
    return _act(number, delivery_pauses.resume, pause_id=pause_id, back_on=today, is_secretary=True)


@blueprint.get("/elders/<number>/deliveries/exception")
def elder_delivery_exception(number: str) -> str:
    get_elder(WRITE, number)
    return _exception_page(number, Form())


@blueprint.post("/elders/<number>/deliveries/exception")
def elder_delivery_exception_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    ground, reason = form.choice("ground", EXCEPTION_NAMES), form.text("reason")
    from_on, to_on = form.day("from_on"), form.day("to_on")
    return _submit(
        number, form, _exception_page, delivery_exceptions.approve_exception, ground=ground,
        from_on=from_on, to_on=to_on, reason=reason,
    )  # fmt: skip


@blueprint.post("/elders/<number>/deliveries/exceptions/<number:exception_id>/off")
def elder_delivery_exception_off(number: str, exception_id: int) -> Response:
    get_elder(WRITE, number)
    return _act(number, delivery_exceptions.withdraw_exception, exception_id=exception_id)


@blueprint.get("/elders/<number>/deliveries/door")
def elder_delivery_door(number: str) -> str:
    get_elder(WRITE, number)
    door = _shown(number)["page"].door
    return _door_page(number, Form() if door is None else Form(_typed(door)))


@blueprint.post("/elders/<number>/deliveries/door")
def elder_delivery_door_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    note = form.text("note", is_needed=False)
    lift = form.choice("has_lift", LIFTS, is_needed=False)
    floor = form.whole("floor", least=-5, most=60, is_needed=False)
    return _submit(
        number, form, _door_page, delivery_door_notes.write_door, note=note or None,
        has_lift={"yes": True, "no": False}.get(lift), floor=floor,
        must_serve=form.yes("must_serve"),
    )  # fmt: skip


def _typed(door: elder_deliveries.Door) -> dict[str, str]:
    lifts = {True: "yes", False: "no", None: ""}
    return {
        "note": door.note or "",
        "has_lift": lifts[door.has_lift],
        "floor": "" if door.floor is None else str(door.floor),
        **({"must_serve": "1"} if door.must_serve else {}),
    }


def _act(number: str, use_case: Callable[..., Any], **given: Any) -> Response:
    database().run(use_case, number=number, **given, **acting())
    return see_other("community.elder_delivery_show", number=number)


def _submit(
    number: str,
    form: Form,
    page: Callable[[str, Form], str],
    use_case: Callable[..., Any],
    **given: Any,
) -> Response | tuple[str, int]:
    """Do it and lead back to her deliveries; else the form again, with what is wrong."""
    if not form.faults:
        with form.refusals():
            done = database().run(use_case, number=number, **given, **acting())
            under_way = getattr(done, "under_way", 0)
            return see_other(
                "community.elder_delivery_show", number=number, under_way=under_way or None
            )
    return page(number, form), 422


def _shown(number: str) -> dict[str, Any]:
    now = clock.instant()
    read = database().read
    return {
        "person": read(elder_page.get_elder_page, number=number, now=now).person,
        "page": read(elder_deliveries.show_elder_deliveries, number=number, now=now),
        "today": local_date(now),
        "ow": order_words,
    }


def _order_page(number: str, form: Form) -> str:
    shown = _shown(number)
    canteens = [(one.code, one.name) for one in list_reach(WRITE)]
    own = shown["person"].canteen_code
    canteens.sort(key=lambda one: one[0] != own)
    sources = [(code, order_words.word(order_words.SOURCES, code)) for code in SOURCES]
    return render_template(
        "community/elder_delivery_order.html",
        form=form,
        canteens=canteens,
        sources=sources,
        mealtimes=MEALTIMES,
        uid=new_id(),
        **shown,
    )


def _end_page(number: str, form: Form) -> str:
    today = local_date(clock.instant()).isoformat()
    asks = (
        Ask("last_on", gettext("The last day it is brought"), "date", value=today),
        Ask("reason", gettext("Why"), is_needed=False),
    )
    title = gettext("End the order")
    return ask_page(number, ElderForm(title, gettext("End it"), asks), form)


def _pause_page(number: str, form: Form) -> str:
    today = local_date(clock.instant()).isoformat()
    meals = tuple((code, mealtime(code)) for code in MEALTIMES)
    asks = (
        Ask("id", "", kind="hidden", value=new_id()),
        Ask("from_on", gettext("First day without"), "date", value=today),
        Ask(
            "to_on", gettext("Last day without (empty: until taken back)"), "date", is_needed=False
        ),
        Ask("mealtime", gettext("Mealtime"), options=meals, empty=gettext("every mealtime")),
        Ask("reason", gettext("Why")),
        Ask("asked_by_name", gettext("Who asked, if somebody called"), most=60, is_needed=False),
    )
    notes = (
        gettext("What is on a list already is taken off at once; what is under way still comes."),
    )
    title = gettext("Pause her deliveries")
    return ask_page(number, ElderForm(title, gettext("Pause them"), asks, notes), form)


def _exception_page(number: str, form: Form) -> str:
    today = local_date(clock.instant()).isoformat()
    kinds = tuple((code, pick(*words)) for code, words in EXCEPTION_NAMES.items())
    asks = (
        Ask("ground", gettext("Because of"), options=kinds),
        Ask("from_on", gettext("First day"), "date", value=today),
        Ask("to_on", gettext("Last day"), "date"),
        Ask("reason", gettext("Why")),
    )
    notes = (gettext("On these days she is brought her meals as those over 80 are."),)
    title = gettext("Approve an exception")
    return ask_page(number, ElderForm(title, gettext("Approve it"), asks, notes), form)


def _door_page(number: str, form: Form) -> str:
    lifts = tuple((code, pick(*words)) for code, words in LIFTS.items())
    asks = (
        Ask(
            "note",
            gettext("At the door"),
            hint=gettext("hard of hearing, knock firmly …"),
            is_needed=False,
        ),
        Ask("floor", gettext("Floor, if the address does not tell it"), "number", is_needed=False),
        Ask("has_lift", gettext("Lift"), options=lifts, empty=gettext("nobody has said")),
        Ask(
            "must_serve", gettext("She has nobody else: her meal may be late, never dropped"), "yes"
        ),
    )
    title = gettext("What a volunteer must know")
    return ask_page(number, ElderForm(title, gettext("Keep it"), asks), form)
