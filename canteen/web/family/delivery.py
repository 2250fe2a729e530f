"""The family asks for deliveries, calls days off and takes that back; the secretary approves."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.delivery_asked import OrderAsked, PauseAsked
from canteen.rules.errors import Refused
from canteen.services import delivery_orders, delivery_pauses, elder_notes, family_deliveries
from canteen.services.family_deliveries import Off, Offer
from canteen.web import family_words
from canteen.web.auth import missing
from canteen.web.canteens import see_other
from canteen.web.family import Family, blueprint, get_family
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick

SHOWS = "orders"
EVERY_DAY = "1234567"
SEVERAL, ALWAYS = "several", "always"
NOTE_MAX, ADDRESS_MAX, PHONE_MAX, UID_MAX = 100, 200, 30, 40
RELATION = ("家属", "family")


@dataclass(frozen=True, slots=True)
class _Days:
    kind: str
    first: date
    last: date | None


@blueprint.get("/delivery")
def delivery() -> str:
    return _ask_page(get_family(SHOWS), Form())


@blueprint.post("/delivery")
def delivery_ask() -> Response | tuple[str, int]:
    who = get_family(SHOWS)
    offer = _find_offer(who)
    if offer is None:
        raise missing()
    form = Form(request.form)
    meals = tuple(meal.mealtime for meal in offer.meals if form.yes(meal.mealtime))
    if not meals:
        form.fault("mealtimes", "请选哪一餐", "Choose the meal")
    days = _read_days(form, offer, meals)
    phone = form.text("phone", most=PHONE_MAX, is_needed=False)
    why = form.choice("why", family_words.WHY)
    address = form.text("address", most=ADDRESS_MAX)
    note = form.text("note", most=NOTE_MAX, is_needed=False)
    uid = form.text("uid", most=UID_MAX)
    if not form.faults and days is not None:
        asked = OrderAsked(
            uid,
            days.kind,
            EVERY_DAY,
            meals,
            days.first,
            days.last,
            source="family",
            asked_by_name=who.holder,
            reason=family_words.why(why),
            address=None if address == (offer.address or "") else address,
            note=note or None,
        )
        with form.refusals():
            _send(who, offer, asked, phone)
            return see_other("family.deliveries", done="asked")
    return _ask_page(who, form), 422


@blueprint.get("/deliveries")
def deliveries() -> str:
    return _list_page(get_family(SHOWS), Form())


@blueprint.post("/deliveries/pause")
def deliveries_pause() -> Response | tuple[str, int]:
    """Several days off, or from a day on until it is taken back."""
    who = get_family(SHOWS)
    form = Form(request.form)
    first, last = form.day("from_on"), form.day("to_on", is_needed=False)
    reason, uid = form.text("reason", most=NOTE_MAX), form.text("uid", most=UID_MAX)
    asked = PauseAsked(uid, first or date.min, last, None, reason, "family", who.holder)
    return _do(who, form, "paused", lambda: _run(who, delivery_pauses.pause, asked=asked))


@blueprint.post("/deliveries/off")
def deliveries_off() -> Response | tuple[str, int]:
    """One meal of one day called off."""
    who = get_family(SHOWS)
    form = Form(request.form)
    day, mealtime = form.day("day") or date.min, form.choice("mealtime", MEALTIMES)
    uid = form.text("uid", most=UID_MAX)
    reason = pick("家属说这一餐不送", "called off by the family")
    asked = PauseAsked(uid, day, day, mealtime, reason, "family", who.holder)
    return _do(who, form, "paused", lambda: _run(who, delivery_pauses.pause, asked=asked))


@blueprint.post("/deliveries/pauses/<number:pause_id>/back")
def deliveries_back(pause_id: int) -> Response | tuple[str, int]:
    """What the family called off is brought again, from its first day or from today on."""
    who = get_family(SHOWS)
    now = clock.instant()
    off = database().read(
        family_deliveries.get_own_pause, number=who.number, pause_id=pause_id, now=now
    )
    form, back_on = Form(request.form), max(off.from_on, local_date(now))
    return _do(who, form, "resumed", lambda: _resume(who, off, back_on))


@blueprint.post("/deliveries/orders/<number:order_id>/end")
def deliveries_end(order_id: int) -> Response | tuple[str, int]:
    """Not any more: a wish is taken back, an order ends with today."""
    who = get_family(SHOWS)
    now = clock.instant()
    database().read(family_deliveries.get_wish, number=who.number, order_id=order_id, now=now)
    given = {"order_id": order_id, "last_on": local_date(now), "reason": who.holder}
    return _do(who, Form(request.form), "ended", lambda: _run(who, delivery_orders.end, **given))


def _do(
    who: Family, form: Form, done: str, act: Callable[[], object]
) -> Response | tuple[str, int]:
    """Do it and say so; else the list once more, with what is wrong."""
    if not form.faults:
        with form.refusals():
            act()
            return see_other("family.deliveries", done=done)
    return _list_page(who, form), 422


def _run(who: Family, use_case: Callable[..., object], **given: object) -> None:
    database().run(use_case, number=who.number, is_secretary=False, **given, **who.acting())


def _resume(who: Family, off: Off, back_on: date) -> None:
    """From that day on, or from the first one of the pause that is not cut off."""
    try:
        _run(who, delivery_pauses.resume, pause_id=off.id, back_on=back_on)
    except Refused as late:
        first = late.facts.get("first_on")
        if not isinstance(first, date) or (off.to_on is not None and first > off.to_on):
            raise
        _run(who, delivery_pauses.resume, pause_id=off.id, back_on=first)


def _find_offer(who: Family) -> Offer | None:
    if who.person.status is not None:
        return None
    return database().read(family_deliveries.find_offer, number=who.number, now=clock.instant())


def _read_days(form: Form, offer: Offer, meals: tuple[str, ...]) -> _Days | None:
    """One of the days offered, several in a row, or every day from the first one on of which all
    these meals can still be asked for."""
    offered = {one.day.isoformat(): one.day for one in offer.days}
    chosen = form.choice("days", (*offered, SEVERAL, ALWAYS))
    if chosen in offered:
        return _Days("single", offered[chosen], offered[chosen])
    if chosen == ALWAYS:
        open_days = [one.day for one in offer.days if set(meals) <= set(one.meals)]
        return _Days("standing", (open_days or [offer.days[-1].day])[0], None)
    if chosen == SEVERAL:
        first, last = form.day("from_on"), form.day("to_on")
        if first is not None and last is not None:
            return _Days("standing", first, last)
    return None


def _send(who: Family, offer: Offer, asked: OrderAsked, phone: str) -> None:
    """The wish, and whom the volunteer may call when that number was not kept yet."""
    is_new = bool(phone) and not database().read(
        family_deliveries.is_known_phone, number=who.number, phone=phone
    )
    database().run(
        delivery_orders.ask,
        number=who.number,
        canteen=offer.canteen_code,
        asked=asked,
        is_secretary=False,
        **who.acting(),
    )
    if is_new:
        database().run(
            elder_notes.add_contact,
            number=who.number,
            name=who.holder,
            relation=pick(*RELATION),
            phone=phone,
            **who.acting(),
        )


def _ask_page(who: Family, form: Form) -> str:
    return render_template(
        "family/delivery.html",
        person=who.person,
        offer=_find_offer(who),
        form=form,
        uid=uuid.uuid4(),
        today=local_date(clock.instant()),
        w=family_words,
    )


def _list_page(who: Family, form: Form) -> str:
    now = clock.instant()
    today = local_date(now)
    return render_template(
        "family/deliveries.html",
        person=who.person,
        hers=database().read(family_deliveries.list_deliveries, number=who.number, now=now),
        form=form,
        today=today,
        make_uid=uuid.uuid4,
        w=family_words,
    )
