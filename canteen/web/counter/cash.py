"""The drawer counted at the counter, blind: the page never says what the books expect."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import day_counts
from canteen.services.places import CounterLine
from canteen.web.acting import acting
from canteen.web.auth import get_counter
from canteen.web.canteens import see_other
from canteen.web.counter import blueprint
from canteen.web.forms import Form
from canteen.web.house import database

PERMISSION = "cash.count"
NOTE_LENGTH_MAX = 200


@blueprint.get("/counter/<number:counter_id>/cash")
def cash(counter_id: int) -> str:
    return _page(get_counter(PERMISSION, counter_id), Form())


@blueprint.post("/counter/<number:counter_id>/cash")
def cash_count(counter_id: int) -> Response | tuple[str, int]:
    counter = get_counter(PERMISSION, counter_id)
    form = Form(request.form)
    counted_fen = form.yuan("counted")
    note = form.text("note", most=NOTE_LENGTH_MAX, is_needed=False)
    if counted_fen is not None and not form.faults:
        with form.refusals():
            database().run(
                day_counts.count_cash,
                canteen=counter.canteen_code,
                counter=counter.code,
                day=local_date(clock.instant()),
                counted_fen=counted_fen,
                note=note or None,
                **acting(),
            )
            return see_other("counter.cash", counter_id=counter_id, kept="yes")
    return _page(counter, form), 422


def _page(counter: CounterLine, form: Form) -> str:
    return render_template(
        "cash.html",
        counter=counter,
        form=form,
        day=local_date(clock.instant()),
        is_kept="kept" in request.args,
    )
