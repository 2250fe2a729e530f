"""The board of deliveries: who goes where at one mealtime, live, by mouse, keyboard or plain forms."""

from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from canteen import clock
from canteen.rules.days import MEALTIMES, local_date, local_time
from canteen.services import delivery_board, delivery_desk
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
    canteen, _, _ = _get_list(code, day, mealtime)
    database().run(
        delivery_desk.mark_seen,
        canteen_id=canteen.id,
        uids=request.form.getlist("seen"),
        **acting(),
    )
    return _back(code, day, mealtime)


def _get_list(code: str, day: str, mealtime: str) -> tuple[CanteenLine, date, str]:
    """The list of an address, if the person may arrange deliveries there."""
    canteen = get_canteen(PERMISSION, code)
    if mealtime not in MEALTIMES:
        raise missing()
    return canteen, parse_day(day), mealtime


def _back(code: str, day: str, mealtime: str) -> Response:
    return see_other("community.deliveries_show", code=code, day=day, mealtime=mealtime)


def _version(canteen: CanteenLine, day: date, mealtime: str) -> str:
    version, requests = database().read(
        delivery_board.read_version, canteen_id=canteen.id, day=day, mealtime=mealtime
    )
    return f"{version}-{requests}-{clock.instant():%H%M}"


def _board(canteen: CanteenLine, day: date, mealtime: str) -> dict[str, Any]:
    """What the live part is drawn from. The version is read first: what changes meanwhile is drawn
    again at the next look."""
    now = clock.instant()
    at: dict[str, Any] = {"code": canteen.code, "day": day, "mealtime": mealtime}
    return {
        "canteen": canteen,
        "at": at,
        "version": _version(canteen, day, mealtime),
        "board": database().read(
            delivery_board.show_board,
            canteen_id=canteen.id,
            day=day,
            mealtime=mealtime,
            now=now,
        ),
        "d": delivery_words,
        "today": local_date(now),
        "local_time": local_time,
        "live": url_for("community.deliveries_live", **at),
    }


def _page(canteen: CanteenLine, day: date, mealtime: str, form: Form) -> str:
    mealtimes = database().read(delivery_board.list_mealtimes, canteen_id=canteen.id, day=day)
    return render_template(
        "community/deliveries.html",
        form=form,
        mealtimes=mealtimes if mealtime in mealtimes else (*mealtimes, mealtime),
        previous_day=day - ONE_DAY,
        next_day=day + ONE_DAY,
        **_board(canteen, day, mealtime),
    )
