"""One delivery at the desk: what is known of its door, and all that may be done with it now."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_time
from canteen.rules.delivery_ladder import RESULTS, STEPS
from canteen.rules.roles import may
from canteen.services import delivery_desk
from canteen.services.delivery_desk import StopPage
from canteen.web import delivery_words
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick

PERMISSION = "delivery.write"
#: who may see a number in full
CALL = "elder.unmask"


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
        d=delivery_words,
        may_call=may(get_signed_in().grants, CALL, page.place),
        back={"code": page.canteen_code, "day": stop.day, "mealtime": stop.mealtime},
        local_time=local_time,
        options={
            "step": [(code, pick(*words)) for code, words in STEPS.items()],
            "result": [(code, pick(*words)) for code, words in RESULTS.items()],
        },
        **more,
    )
