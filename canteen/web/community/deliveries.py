"""The board of deliveries: who goes where at one mealtime, live, by mouse, keyboard or plain forms."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date, local_time
from canteen.services import (
    delivery_board,
    delivery_desk,
    delivery_going_out,
    delivery_hands,
    delivery_planning,
)
from canteen.services.delivery_board import Board
from canteen.services.delivery_planning import Planned
from canteen.services.places import CanteenLine
from canteen.web import delivery_words
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, missing
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.community import blueprint
from canteen.web.day_page import parse_day
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext

PERMISSION = "delivery.write"
UUID_LENGTH, NUMBER_LENGTH_MAX = 36, 40
ONE_DAY = timedelta(days=1)


@blueprint.get("/deliveries")
def deliveries() -> str | Response:
    return choose_canteen(PERMISSION, "community.deliveries_now", gettext("Deliveries"))


@blueprint.get("/deliveries/<code>")
def deliveries_now(code: str) -> Response:
    """The running mealtime's board, or the next one's."""
    canteen = get_canteen(PERMISSION, code)
    day, mealtime = database().read(
        delivery_board.find_list, canteen_id=canteen.id, now=clock.instant()
    )
    return see_other("community.deliveries_show", code=code, day=day, mealtime=mealtime)


@blueprint.get("/deliveries/<code>/<day>/<mealtime>")
def deliveries_show(code: str, day: str, mealtime: str) -> str:
    return _page(*_get_list(code, day, mealtime), Form())


@blueprint.get("/deliveries/<code>/<day>/<mealtime>/live")
def deliveries_live(code: str, day: str, mealtime: str) -> str:
    """The part of the board that changes, for a page that stands open."""
    return render_template(
        "community/deliveries_live.html", **_board(*_get_list(code, day, mealtime))
    )


@blueprint.get("/deliveries/<code>/<day>/<mealtime>/version")
def deliveries_version(code: str, day: str, mealtime: str) -> Response:
    """What changes with the board, and with the minute: nobody's name, so a browser may keep it."""
    canteen, on, _ = _get_list(code, day, mealtime)
    response = jsonify(version=_version(canteen, on, mealtime))
    response.add_etag()
    made = response.make_conditional(request)
    assert isinstance(made, Response)
    return made


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/seen")
def deliveries_seen(code: str, day: str, mealtime: str) -> Response:
    """Stops without a round or an address that somebody has looked at."""
    listed = _get_list(code, day, mealtime)
    seen = request.form.getlist("seen")
    database().run(delivery_desk.mark_seen, canteen_id=listed[0].id, uids=seen, **acting())
    return _back(*listed)


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/plan")
def deliveries_plan(code: str, day: str, mealtime: str) -> Response | tuple[str, int]:
    """Make the list if there is none, and spread it over the volunteers on duty."""
    listed = _get_list(code, day, mealtime)
    return _act(listed, Form(request.form), delivery_planning.plan, **_named(listed))


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/assign")
def deliveries_assign(code: str, day: str, mealtime: str) -> Response | tuple[str, int]:
    """The picked ones go to a volunteer, or back to the queue when none is named."""
    listed = _get_list(code, day, mealtime)
    form = Form(request.form)
    picked = request.form.getlist("pick")
    volunteer = form.text("volunteer", most=NUMBER_LENGTH_MAX, is_needed=False)
    if not picked:
        form.fault("", "先选要分派的，再按分派", "Pick some first, then assign them")
    asked = {**_named(listed), "delivery_uids": picked}
    if volunteer:
        return _act(listed, form, delivery_hands.assign, volunteer=volunteer, **asked)
    return _act(listed, form, delivery_hands.unassign, **asked)


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/away")
def deliveries_away(code: str, day: str, mealtime: str) -> str | tuple[str, int]:
    """A volunteer cannot come: the others take what she has not carried, and the page tells who what."""
    listed = _get_list(code, day, mealtime)
    form = Form(request.form)
    number = form.text("volunteer", most=NUMBER_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            before = _read(*listed)
            planned = database().run(
                delivery_planning.spread, volunteer=number, **_named(listed), **acting()
            )
            return _page(*listed, form, spread=_trace(before, planned, number))
    return _page(*listed, form), 422


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/leave")
def deliveries_leave(code: str, day: str, mealtime: str) -> Response | tuple[str, int]:
    """A volunteer's round leaves the canteen: what it carries is booked."""
    listed = _get_list(code, day, mealtime)
    form = Form(request.form)
    run = form.text("run", most=UUID_LENGTH)
    if database().read(delivery_going_out.find_run_place, run=run) != listed[0].place:
        raise missing()
    return _act(listed, form, delivery_going_out.go_out, run=run)


@blueprint.post("/deliveries/<code>/<day>/<mealtime>/again")
def deliveries_again(code: str, day: str, mealtime: str) -> Response | tuple[str, int]:
    """One that was not delivered waits in the queue once more."""
    listed = _get_list(code, day, mealtime)
    form = Form(request.form)
    uid = form.text("uid", most=UUID_LENGTH)
    page = database().read(delivery_desk.find_stop_page, uid=uid, now=clock.instant())
    if page is None or page.place != listed[0].place:
        raise missing()
    return _act(listed, form, delivery_desk.send_again, uid=uid)


def _trace(before: Board, planned: Planned, number: str) -> list[tuple[str, str | None, str]]:
    """Where each stop of a volunteer went: name, who carries it now, or why nobody does."""
    now = {stop.uid: run.name for run in planned.runs for stop in run.stops}
    left = {stop.uid: stop.reason or "" for stop in planned.left}
    return [
        (card.stop.name, now.get(card.stop.uid), left.get(card.stop.uid, ""))
        for lane in before.lanes
        for group in lane.groups
        for card in group.cards
        if lane.state == "assigned" and group.round and group.round.volunteer_number == number
    ]


def _named(listed: tuple[CanteenLine, date, str]) -> dict[str, Any]:
    """The list as a use case is told of it."""
    canteen, day, mealtime = listed
    return {"canteen_id": canteen.id, "day": day, "mealtime": mealtime}


def _act(
    listed: tuple[CanteenLine, date, str],
    form: Form,
    use_case: Callable[..., object],
    **asked: object,
) -> Response | tuple[str, int]:
    """Do it and go back to the board; or the board again with what is wrong."""
    if not form.faults:
        with form.refusals():
            database().run(use_case, **asked, **acting())
            return _back(*listed)
    return _page(*listed, form), 422


def _get_list(code: str, day: str, mealtime: str) -> tuple[CanteenLine, date, str]:
    """The list of an address, if the person may arrange deliveries there."""
    canteen = get_canteen(PERMISSION, code)
    if mealtime not in MEALTIMES:
        raise missing()
    return canteen, parse_day(day), mealtime


def _back(canteen: CanteenLine, day: date, mealtime: str) -> Response:
    return see_other("community.deliveries_show", code=canteen.code, day=day, mealtime=mealtime)


def _version(canteen: CanteenLine, day: date, mealtime: str) -> str:
    version, requests = database().read(
        delivery_board.read_version, canteen_id=canteen.id, day=day, mealtime=mealtime
    )
    return f"{version}-{requests}-{clock.instant():%H%M}"


def _read(canteen: CanteenLine, day: date, mealtime: str) -> Board:
    return database().read(
        delivery_board.show_board,
        canteen_id=canteen.id,
        day=day,
        mealtime=mealtime,
        now=clock.instant(),
    )


def _board(canteen: CanteenLine, day: date, mealtime: str) -> dict[str, Any]:
    """What the live part is drawn from. The version is read first: what changes meanwhile is drawn
    again at the next look."""
    at: dict[str, Any] = {"code": canteen.code, "day": day, "mealtime": mealtime}
    return {
        "canteen": canteen,
        "at": at,
        "version": _version(canteen, day, mealtime),
        "board": _read(canteen, day, mealtime),
        "d": delivery_words,
        "today": local_date(clock.instant()),
        "local_time": local_time,
        "live": url_for("community.deliveries_live", **at),
    }


def _page(canteen: CanteenLine, day: date, mealtime: str, form: Form, **more: object) -> str:
    mealtimes = database().read(delivery_board.list_mealtimes, canteen_id=canteen.id, day=day)
    return render_template(
        "community/deliveries.html",
        form=form,
        mealtimes=mealtimes if mealtime in mealtimes else (*mealtimes, mealtime),
        previous_day=day - ONE_DAY,
        next_day=day + ONE_DAY,
        **_board(canteen, day, mealtime),
        **more,
    )
