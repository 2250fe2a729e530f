"""The register of volunteers: who carries, what she can take, on which days, and when she cannot."""

from typing import Any

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date
from canteen.rules.duties import WEEKDAYS, Duty, days_of
from canteen.rules.roles import may
from canteen.services import volunteers as register
from canteen.services.volunteers import (
    CAPACITIES,
    FLOORS,
    NAME_LENGTH_MAX,
    WORDS_LENGTH_MAX,
    Asked,
    VolunteerLine,
)
from canteen.web.acting import acting
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.register_reach import list_areas

PERMISSION = "volunteer.write"
#: a box of the grid: "3-lunch" is Wednesday's lunch
BOXES: dict[str, Duty] = {
    f"{weekday}-{mealtime}": (weekday, mealtime) for weekday in WEEKDAYS for mealtime in MEALTIMES
}
NUMBER_LENGTH_MAX = 20


@blueprint.get("/volunteers")
def volunteers() -> str:
    require(PERMISSION)
    today = local_date(clock.instant())
    return render_template(
        "community/volunteers.html",
        volunteers=database().read(
            register.list_volunteers, areas=list_areas(PERMISSION), today=today
        ),
        **_words(),
    )


@blueprint.get("/volunteers/add")
def volunteers_add() -> str:
    require(PERMISSION)
    return _form_page(Form(), None)


@blueprint.post("/volunteers/add")
def volunteers_add_try() -> Response | tuple[str, int]:
    require(PERMISSION)
    form = Form(request.form)
    number = form.text("number", most=NUMBER_LENGTH_MAX)
    if "/" in number:
        form.fault("number", "编号里不能有斜线", "A number has no slash in it")
    asked = _read(form)
    if asked is not None:
        with form.refusals():
            database().run(register.add_volunteer, number=number, asked=asked, **acting())
            return see_other("community.volunteers_show", number=number)
    return _form_page(form, None), 422


@blueprint.get("/volunteers/<number>")
def volunteers_show(number: str) -> str:
    return _show(_get(number), Form())


@blueprint.get("/volunteers/<number>/change")
def volunteers_change(number: str) -> str:
    return _form_page(Form(), _get(number))


@blueprint.post("/volunteers/<number>/change")
def volunteers_change_try(number: str) -> Response | tuple[str, int]:
    one = _get(number)
    form = Form(request.form)
    asked = _read(form)
    if asked is not None:
        with form.refusals():
            database().run(register.change_volunteer, number=number, asked=asked, **acting())
            return see_other("community.volunteers_show", number=number)
    return _form_page(form, one), 422


@blueprint.post("/volunteers/<number>/absences")
def volunteers_absent(number: str) -> Response | tuple[str, int]:
    one = _get(number)
    form = Form(request.form)
    from_on, to_on = form.day("from_on"), form.day("to_on", is_needed=False)
    mealtime = form.choice("mealtime", MEALTIMES, is_needed=False)
    reason = form.text("reason", most=WORDS_LENGTH_MAX, is_needed=False)
    if from_on is not None and not form.faults:
        with form.refusals():
            database().run(
                register.add_absence,
                number=number,
                from_on=from_on,
                to_on=to_on or from_on,
                mealtime=mealtime or None,
                reason=reason or None,
                **acting(),
            )
            return see_other("community.volunteers_show", number=number)
    return _show(one, form), 422


@blueprint.post("/volunteers/<number>/absences/<number:absence_id>/off")
def volunteers_back(number: str, absence_id: int) -> Response:
    _get(number)
    database().run(register.withdraw_absence, number=number, absence_id=absence_id, **acting())
    return see_other("community.volunteers_show", number=number)


@blueprint.post("/volunteers/<number>/end")
def volunteers_end(number: str) -> Response | tuple[str, int]:
    """Her last day; without one she goes on."""
    one = _get(number)
    form = Form(request.form)
    ended_on = form.day("ended_on", is_needed=False)
    if not form.faults:
        database().run(register.end_volunteer, number=number, ended_on=ended_on, **acting())
        return see_other("community.volunteers_show", number=number)
    return _show(one, form), 422


@blueprint.post("/volunteers/<number>/phone")
def volunteers_phone(number: str) -> str:
    """Her number in full; who looked is written down."""
    one = _get(number)
    phone = database().run(register.show_phone, number=number, **acting())
    return _show(one, Form(), phone=phone)


def _get(number: str) -> VolunteerLine:
    """The volunteer, if the person may write of her; 404 otherwise."""
    person = require(PERMISSION)
    one = database().read(register.find_volunteer, number=number, today=local_date(clock.instant()))
    if one is None or not may(person.grants, PERMISSION, one.place):
        raise missing()
    return one


def _read(form: Form) -> Asked | None:
    """What was typed; None when some of it is wrong."""
    name, phone = form.text("name", most=NAME_LENGTH_MAX), form.text("phone", is_needed=False)
    area = form.choice("area", [code for code, _ in _list_areas()])
    capacity = form.whole("capacity", least=CAPACITIES[0], most=CAPACITIES[-1])
    floors_max = form.whole("floors_max", least=FLOORS[0], most=FLOORS[-1], is_needed=False)
    buildings = form.text("buildings", most=WORDS_LENGTH_MAX, is_needed=False)
    team = form.text("team", most=WORDS_LENGTH_MAX, is_needed=False)
    if form.faults or capacity is None:
        return None
    return Asked(
        name,
        phone or None,
        area,
        capacity,
        floors_max,
        buildings or None,
        team or None,
        frozenset(BOXES[box] for box in request.form.getlist("duty") if box in BOXES),
    )


def _list_areas() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = database().read(
        register.list_areas, areas=list_areas(PERMISSION)
    )
    return found


def _form_page(form: Form, one: VolunteerLine | None) -> str:
    kept = one.duties if one else frozenset()
    ticked = set(request.form.getlist("duty")) if form.typed else None
    return render_template(
        "community/volunteer_form.html",
        form=form,
        one=one,
        areas=_list_areas(),
        number=None if one else database().read(register.propose_number),
        ticked={box for box, duty in BOXES.items() if duty in kept} if ticked is None else ticked,
        **_words(),
    )


def _show(one: VolunteerLine, form: Form, **more: Any) -> str:
    return render_template(
        "community/volunteer.html", one=one, form=form, **_words(), **({"phone": None} | more)
    )


def _words() -> dict[str, Any]:
    return {
        "today": local_date(clock.instant()),
        "weekdays": {number: pick(*names) for number, names in WEEKDAYS.items()},
        "mealtime_codes": MEALTIMES,
        "days_of": days_of,
    }
