"""The national list of workdays, pasted or sent as text by the administrator each November."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import workdays
from canteen.web.acting import acting
from canteen.web.admin import blueprint
from canteen.web.auth import require
from canteen.web.canteens import see_other
from canteen.web.forms import Form
from canteen.web.house import database

PERMISSION = "workdays.write"
SOURCE_LENGTH_MAX = 120
TEXT_LENGTH_MAX = 40_000


@blueprint.get("/workdays")
def workdays_show() -> str:
    require(PERMISSION)
    return _page(Form())


@blueprint.post("/workdays")
def workdays_enter() -> Response | tuple[str, int]:
    require(PERMISSION)
    form = Form(request.form)
    source = form.text("source", most=SOURCE_LENGTH_MAX)
    text = request.form.get("days", "")[:TEXT_LENGTH_MAX]
    if not form.faults:
        with form.refusals():
            read = database().run(
                workdays.import_workdays,
                text=text,
                source=source,
                **acting(),
            )
            return see_other(
                "admin.workdays_show", added=read.added, changed=read.changed, same=read.same
            )
    return _page(form), 422


def _page(form: Form) -> str:
    today = local_date(clock.instant())
    return render_template(
        "admin/workdays.html",
        form=form,
        years=database().read(workdays.list_years, today=today),
        missing_year=database().read(workdays.find_missing_year, today=today),
        taken=[request.args.get(word, type=int) for word in ("added", "changed", "same")],
    )
