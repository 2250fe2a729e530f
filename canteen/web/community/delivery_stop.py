"""One delivery at the desk: what is known of its door, and all that may be done with it now."""

from collections.abc import Callable
from uuid import uuid4

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_time
from canteen.rules.delivery_asked import PauseAsked
from canteen.rules.delivery_ladder import RESULTS, STEPS
from canteen.rules.delivery_reports import DECISIONS, FAILED_KINDS
from canteen.rules.roles import may
from canteen.services import (
    correction_lists,
    delivery_decisions,
    delivery_desk,
    delivery_going_out,
    delivery_pauses,
    delivery_reports,
)
from canteen.services.delivery_desk import StopPage
from canteen.services.delivery_reports import ReportAsked
from canteen.web import correction_words, delivery_words
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick

PERMISSION = "delivery.write"
#: who may see a number in full
CALL = "elder.unmask"
#: what the secretary may report of a door
REPORTED = ("delivered", *FAILED_KINDS, "undo")
UUID_LENGTH, NAME_MAX = 36, 60


@blueprint.get("/stops/<uid>")
def deliveries_stop(uid: str) -> str:
    return _draw(_get(uid), Form())


@blueprint.post("/stops/<uid>/phones")
def deliveries_stop_phones(uid: str) -> str:
    """The numbers in full with a way to call them; who looked is written down."""
    page = _get(uid)
    require(CALL, page.place)
    phones = database().run(delivery_desk.show_phones, uid=uid, **acting())
    return _draw(page, Form(), phones=phones)


@blueprint.post("/stops/<uid>/steps")
def deliveries_stop_step(uid: str) -> Response | tuple[str, int]:
    """What came of the next step of the ladder."""
    page = _get(uid)
    form = Form(request.form)
    step, result = form.choice("step", STEPS), form.choice("result", RESULTS)
    note = form.text("note", is_needed=False)
    if not form.faults:
        with form.refusals():
            database().run(
                delivery_desk.write_step, uid=uid, step=step, result=result, note=note, **acting()
            )
            return see_other("community.deliveries_stop", uid=uid)
    return _draw(page, form), 422


@blueprint.post("/stops/<uid>/reports")
def deliveries_stop_report(uid: str) -> Response | tuple[str, int]:
    """What the secretary knows of the door, by phone or because somebody came back."""
    page = _get(uid)
    form = Form(request.form)
    kind = form.choice("kind", REPORTED)
    asked = ReportAsked(
        id=form.text("id", most=UUID_LENGTH),
        delivery=uid,
        kind=kind,
        reported_at=clock.instant(),
        receiver=form.text("receiver", most=NAME_MAX, is_needed=False) or None,
        note=form.text("note", is_needed=False) or None,
    )
    if not form.faults:
        with form.refusals():
            told = database().run(
                delivery_reports.report, asked=asked, by=acting()["by"], now=clock.instant()
            )
            if told.body["outcome"] in ("applied", "same"):
                return see_other("community.deliveries_stop", uid=uid)
            form.fault("", told.body["zh"], told.body["en"])
    return _draw(page, form), 422


@blueprint.post("/stops/<uid>/decide")
def deliveries_stop_decide(uid: str) -> Response | tuple[str, int]:
    """Reports that contradict each other: what it was."""
    form = Form(request.form)
    return _act(
        uid,
        form,
        delivery_decisions.decide,
        report=form.text("report", most=UUID_LENGTH),
        decision=form.choice("decision", DECISIONS),
        keep_reason=form.text("keep_reason", is_needed=False),
    )


@blueprint.post("/stops/<uid>/keep")
def deliveries_stop_keep(uid: str) -> Response | tuple[str, int]:
    """The elder's part of a failed one stays paid, for a reason."""
    form = Form(request.form)
    return _act(
        uid,
        form,
        delivery_decisions.keep,
        delivery=uid,
        reason=form.text("reason"),
        with_fee=form.yes("with_fee"),
    )


@blueprint.post("/stops/<uid>/give-back")
def deliveries_stop_give_back(uid: str) -> Response | tuple[str, int]:
    return _act(uid, Form(request.form), delivery_decisions.give_back, delivery=uid)


@blueprint.post("/stops/<uid>/again")
def deliveries_stop_again(uid: str) -> Response | tuple[str, int]:
    """Carried once more: it waits in the queue."""
    return _act(uid, Form(request.form), delivery_desk.send_again, uid=uid)


@blueprint.post("/stops/<uid>/leave")
def deliveries_stop_leave(uid: str) -> Response | tuple[str, int]:
    """This one leaves the canteen by itself."""
    return _act(uid, Form(request.form), delivery_going_out.go_out, deliveries=(uid,))


@blueprint.post("/stops/<uid>/call-off")
def deliveries_stop_call_off(uid: str) -> Response | tuple[str, int]:
    """Nothing is brought to her at this mealtime of this day."""
    stop = _get(uid).stop
    form = Form(request.form)
    asked = PauseAsked(
        uid=form.text("id", most=UUID_LENGTH),
        from_on=stop.day,
        to_on=stop.day,
        mealtime=stop.mealtime,
        reason=form.text("why"),
        asked_by_name=form.text("asked_by", most=NAME_MAX, is_needed=False) or None,
    )
    return _act(
        uid,
        form,
        delivery_pauses.pause,
        number=stop.elder_number,
        asked=asked,
        is_secretary=True,
    )


def _act(
    uid: str, form: Form, use_case: Callable[..., object], /, **asked: object
) -> Response | tuple[str, int]:
    """Do it and go back to the delivery; or its page again with what is wrong."""
    page = _get(uid)
    if not form.faults:
        with form.refusals():
            database().run(use_case, **asked, **acting())
            return see_other("community.deliveries_stop", uid=uid)
    return _draw(page, form), 422


def _get(uid: str) -> StopPage:
    """The delivery, if the person may arrange deliveries at its canteen."""
    person = require(PERMISSION)
    page = database().read(delivery_desk.find_stop_page, uid=uid, now=clock.instant())
    if page is None or not may(person.grants, PERMISSION, page.place):
        raise missing()
    return page


def _draw(page: StopPage, form: Form, **more: object) -> str:
    stop = page.stop
    return render_template(
        "community/delivery_stop.html",
        page=page,
        stop=stop,
        form=form,
        corrections=database().read(correction_lists.list_of_delivery, delivery=stop.uid),
        d=delivery_words,
        w=correction_words,
        may_call=may(get_signed_in().grants, CALL, page.place),
        back={"code": page.canteen_code, "day": stop.day, "mealtime": stop.mealtime},
        local_time=local_time,
        options={
            "step": [(code, pick(*words)) for code, words in STEPS.items()],
            "result": [(code, pick(*words)) for code, words in RESULTS.items()],
            "failed": [(code, pick(*delivery_words.FAILS[code])) for code in FAILED_KINDS],
        },
        form_id=str(uuid4()),
        acts=_list_acts(stop.state, is_kept=stop.keep_reason is not None),
        **more,
    )


def _list_acts(state: str, *, is_kept: bool) -> list[tuple[str, str]]:
    """The forms that this state has: the end of the route's name, and what its button says."""
    call_off = ("call_off", gettext("Call it off"))
    if state == "queued":
        return [call_off]
    if state == "assigned":
        return [("leave", gettext("It leaves now, by itself")), call_off]
    if state == "failed":
        give_back = ("give_back", gettext("Give back what was kept"))
        money = give_back if is_kept else ("keep", gettext("Keep her part"))
        return [("again", gettext("Send again")), money]
    return []
