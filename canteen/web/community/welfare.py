"""Who has not come: visits owed, what was found at each step, and the morning's list to print."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.attendance import ABSENT_OPEN_DAYS, MEALS_A_WEEK_MIN
from canteen.rules.days import local_date
from canteen.rules.roles import may
from canteen.rules.welfare import CAUSES, CONTACTS, FOUND
from canteen.services import welfare, welfare_list, welfare_watch
from canteen.services.welfare_list import Check
from canteen.web import register_words
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.door_page import list_reach
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.printing import FORMATS, printed
from canteen.web.register_reach import get_elder, list_areas

PERMISSION = "welfare.write"
#: who may see a number in full
CALL = "elder.unmask"
NUMBER_LENGTH_MAX = 20


@blueprint.get("/welfare")
def welfare_owed() -> str:
    require(PERMISSION)
    return _list(Form())


@blueprint.post("/welfare")
def welfare_open() -> Response | tuple[str, int]:
    """Somebody asked to look in on an elder."""
    require(PERMISSION)
    form = Form(request.form)
    number = form.text("number", most=NUMBER_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            check_id = database().run(
                welfare.open_check, number=get_elder(PERMISSION, number), **acting()
            )
            return see_other("community.welfare_show", check_id=check_id)
    return _list(form), 422


@blueprint.get("/welfare/morning.<form>")
def welfare_print(form: str) -> Response:
    require(PERMISSION)
    if form not in FORMATS:
        raise missing()
    book = database().read(
        welfare_list.morning_book, areas=list_areas(PERMISSION), now=clock.instant()
    )
    return printed(book, form)


@blueprint.get("/welfare/<number:check_id>")
def welfare_show(check_id: int) -> str:
    return _show(_get(check_id), Form())


@blueprint.post("/welfare/<number:check_id>/notes")
def welfare_note(check_id: int) -> Response | tuple[str, int]:
    check = _get(check_id)
    form = Form(request.form)
    contact, found = form.choice("contact", CONTACTS), form.choice("found", FOUND)
    note = form.text("note", most=welfare.NOTE_LENGTH_MAX, is_needed=False)
    follow_up_on = form.day("follow_up_on", is_needed=False)
    if not form.faults:
        with form.refusals():
            database().run(
                welfare.write_note,
                check_id=check_id,
                contact=contact,
                found=found,
                note=note,
                follow_up_on=follow_up_on,
                closes=form.yes("closes"),
                **acting(),
            )
            return see_other("community.welfare_show", check_id=check_id)
    return _show(check, form), 422


@blueprint.post("/welfare/<number:check_id>/phones")
def welfare_phones(check_id: int) -> str:
    """The numbers in full with a way to call them; who looked is written down."""
    check = _get(check_id)
    require(CALL, check.place)
    phones = database().run(welfare.show_phones, check_id=check_id, **acting())
    return _show(check, Form(), phones=phones)


def _get(check_id: int) -> Check:
    """The visit, if the person may write of it there."""
    person = require(PERMISSION)
    check = database().read(welfare_list.find_check, check_id=check_id, now=clock.instant())
    if check is None or not may(person.grants, PERMISSION, check.place):
        raise missing()
    return check


def _list(form: Form) -> str:
    now = clock.instant()
    areas = list_areas(PERMISSION)
    return render_template(
        "community/welfare.html",
        form=form,
        checks=database().read(welfare_list.list_checks, areas=areas, now=now),
        closed=database().read(welfare_list.list_checks, areas=areas, now=now, is_open=False),
        left_out=database().read(
            welfare_watch.list_left_out,
            canteens=[canteen.code for canteen in list_reach(PERMISSION)],
            at=now,
        ),
        meals_a_week=MEALS_A_WEEK_MIN,
        open_days=ABSENT_OPEN_DAYS,
        **_words(),
    )


def _show(check: Check, form: Form, **more: object) -> str:
    return render_template(
        "community/welfare_check.html",
        check=check,
        form=form,
        may_call=may(get_signed_in().grants, CALL, check.place),
        options={
            "contact": [(code, pick(*words)) for code, words in CONTACTS.items()],
            "found": [(code, pick(found.zh, found.en)) for code, found in FOUND.items()],
        },
        **_words(),
        **more,
    )


def _words() -> dict[str, object]:
    return {
        "w": register_words,
        "causes": CAUSES,
        "contacts": CONTACTS,
        "found": FOUND,
        "today": local_date(clock.instant()),
    }
