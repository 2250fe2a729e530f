"""The register (名册): the list with its search and filters, and the page of one elder."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.identity import is_personal
from canteen.services import enrolments, register_list
from canteen.services.register_list import FILTERS, RegisterAsked
from canteen.web import register_words
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.door_page import list_reach
from canteen.web.elder_view import show_elder
from canteen.web.house import database
from canteen.web.register_reach import find_kept_page, get_elder, list_areas

VIEW = "elder.view"
TEXT_LENGTH_MAX = 60


@blueprint.get("/elders")
def elders() -> str:
    """The list. A whole ID number or phone never stands in an address: those come by the form."""
    text = request.args.get("q", "")[:TEXT_LENGTH_MAX]
    return _list("" if is_personal(text) else text, request.args.get("f", "all"))


@blueprint.post("/elders")
def elders_find() -> str | Response:
    """The search form. What names a person by number is looked up at once and appears nowhere."""
    text = request.form.get("q", "").strip()[:TEXT_LENGTH_MAX]
    if not is_personal(text):
        return see_other("community.elders", q=text or None, f=request.form.get("f") or None)
    found = database().read(
        register_list.list_register,
        asked=RegisterAsked(list_areas(VIEW), text),
        now=clock.instant(),
    )
    if found.found == 1:
        return see_other("community.elders_show", number=found.lines[0].number)
    return _list(text, "all")


def _list(text: str, chosen: str) -> str:
    page = request.args.get("page", "1")
    asked = RegisterAsked(
        list_areas(VIEW),
        text,
        chosen if chosen in FILTERS else "all",
        int(page) if page.isdecimal() and len(page) < 7 else 1,
    )
    now = clock.instant()
    canteens = tuple(canteen.code for canteen in list_reach(VIEW))
    return render_template(
        "community/elders.html",
        waiting=database().read(enrolments.count_waiting, canteens=canteens),
        listed=database().read(register_list.list_register, asked=asked, now=now),
        # An ID number is not drawn again into the page, nor into the links to the next ones.
        text="" if is_personal(text) else text,
        asked=asked,
        filters=FILTERS,
        today=local_date(now),
        w=register_words,
    )


@blueprint.get("/elders/<number>")
def elders_show(number: str) -> str | Response:
    return find_kept_page(get_elder(VIEW, number)) or show_elder(number)
