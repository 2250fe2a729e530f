"""Lists of other registers (动态监测比对): sent, matched by ID number, accepted or declined row by row."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, render_template, request

from canteen import clock
from canteen.files.rosters import read_table
from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.days import local_date
from canteen.rules.register_lists import FIELDS, SOURCES, Terms, find_list_header
from canteen.rules.roles import Place, may
from canteen.rules.roster_columns import plain_label
from canteen.services import register_decisions, register_findings, register_matching
from canteen.services.register_matching import SentList
from canteen.web import list_words, register_words
from canteen.web.acting import acting
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.register_reach import list_areas
from canteen.web.uploads import take_file

PERMISSION = "register.match"
DOCUMENT_LENGTH_MAX = 100
NOTE_LENGTH_MAX = 120
#: facts are written for so many findings at once, so that no counter waits long
AT_ONCE = 100
#: categories that other registers keep lists of; the dates of the rest are our own
CATEGORIES = (
    "dibao", "dibao_margin", "tekun", "low_income", "youfu", "only_child_lost", "disability",
    "heavy_disability", "disability_care", "nursing_home",
)  # fmt: skip


@blueprint.get("/register-lists")
def register_lists() -> str:
    return _page(Form())


@blueprint.post("/register-lists")
def register_lists_send() -> Response | tuple[str, int]:
    form = Form(request.form)
    require(PERMISSION)
    area = form.choice("area", [code for code, _ in _areas()])
    source = form.choice("source", SOURCES)
    document = form.text("document", most=DOCUMENT_LENGTH_MAX, is_needed=False)
    category = form.choice("category", CATEGORIES, is_needed=False) or None
    as_of = form.day("as_of")
    is_complete = form.yes("is_complete")
    if is_complete and category is None:
        form.fault(
            "category", "全的名单要说明是哪一类", "Say which category the list is complete for"
        )
    file = take_file(form, "file")
    if not form.faults and file is not None and as_of is not None:
        terms = Terms(source, as_of, category, is_complete)
        sent = SentList(area, file.name, file.data, terms, document or None, {})
        with form.refusals():
            judged = _judge(sent)
            list_id = database().run(
                register_matching.send_list, sent=sent, judged=judged, **acting()
            )
            return see_other("community.register_lists_show", list_id=list_id)
    return _page(form), 422


@blueprint.get("/register-lists/<number:list_id>")
def register_lists_show(list_id: int) -> str:
    return _show(_get_list(list_id), Form())


@blueprint.post("/register-lists/<number:list_id>")
def register_lists_decide(list_id: int) -> Response | tuple[str, int]:
    """One row by its own button, the chosen ones, or all that are not contested."""
    _get_list(list_id)
    form = Form(request.form)
    act = form.choice("act", ("accept", "accept_all", "decline"), is_needed=False)
    ids = _chosen_ids()
    note = form.text("note", most=NOTE_LENGTH_MAX, is_needed=act == "decline")
    if act == "accept_all":
        ids = database().read(register_findings.list_acceptable, file_id=list_id)
    if not ids:
        form.fault("", "先勾选要定的行", "Choose the rows first")
    if not form.faults:
        with form.refusals():
            if act == "decline":
                database().run(
                    register_decisions.decline,
                    file_id=list_id,
                    finding_ids=ids,
                    note=note,
                    **acting(),
                )
            else:
                _accept(list_id, ids)
    return _again(list_id, form)


@blueprint.post("/register-lists/<number:list_id>/columns")
def register_lists_columns(list_id: int) -> Response | tuple[str, int]:
    """What the columns mean, as a person chose; the list is judged again."""
    _get_list(list_id)
    form = Form(request.form)
    with form.refusals():
        sent = database().read(register_matching.load_sent, file_id=list_id)
        page = database().read(register_findings.show_list, file_id=list_id)
        chosen = {
            plain_label(label): form.choice(f"column-{place}", FIELDS, is_needed=False)
            for place, (label, _) in enumerate(page.columns)
        }
        again = replace(sent, chosen=chosen)
        judged = _judge(again)
        database().run(
            register_matching.judge_again, file_id=list_id, sent=again, judged=judged, **acting()
        )
    return _again(list_id, form)


@blueprint.post("/register-lists/<number:list_id>/away")
def register_lists_put_away(list_id: int) -> Response | tuple[str, int]:
    _get_list(list_id)
    form = Form(request.form)
    with form.refusals():
        database().run(register_decisions.put_away, file_id=list_id, **acting())
    return _again(list_id, form)


@blueprint.get("/register-lists/<number:list_id>/<number:finding_id>")
def register_lists_meals(list_id: int, finding_id: int) -> str:
    """The meals already served that a change speaks of."""
    _get_list(list_id)
    concerned = database().read(
        register_findings.show_concerned, file_id=list_id, finding_id=finding_id
    )
    return render_template(
        "community/register_list_meals.html", concerned=concerned, said=list_words, w=register_words
    )


def _areas() -> Sequence[tuple[str, str]]:
    return database().read(register_findings.list_areas, areas=list_areas(PERMISSION))


def _get_list(list_id: int) -> int:
    """The list, if the person may match lists of its area; 404 otherwise."""
    person = require(PERMISSION)
    area = database().read(
        register_findings.find_area_of_file, file_id=list_id, kind="register_list"
    )
    if area is None or not may(person.grants, PERMISSION, Place(area)):
        raise missing()
    return list_id


def _judge(sent: SentList) -> register_matching.Judged:
    grid = read_table(sent.data, find_list_header)
    return database().read(register_matching.judge_list, sent=sent, grid=grid, now=clock.instant())


def _chosen_ids() -> list[int]:
    """The ids of the ticked boxes, or those of the row whose own button was pressed."""
    texts = request.form.get("only", "").split(",") if "only" in request.form else None
    return [
        int(text)
        for text in (request.form.getlist("finding") if texts is None else texts)
        if text.isascii() and text.isdecimal() and len(text) < 16
    ]


def _accept(list_id: int, ids: Sequence[int]) -> None:
    for first in range(0, len(ids), AT_ONCE):
        lot = ids[first : first + AT_ONCE]
        database().run(register_decisions.accept, file_id=list_id, finding_ids=lot, **acting())


def _page(form: Form) -> str:
    require(PERMISSION)
    areas = _areas()
    return render_template(
        "community/register_lists.html",
        form=form,
        areas=areas,
        sources=[(code, pick(*names)) for code, names in SOURCES.items()],
        categories=[(code, pick(*REGISTER_CATEGORIES[code])) for code in CATEGORIES],
        today=local_date(clock.instant()),
        lists=database().read(register_findings.list_lists, areas=list_areas(PERMISSION)),
        said=list_words,
    )


def _again(list_id: int, form: Form) -> Response | tuple[str, int]:
    """The list after an act, or what was wrong with it."""
    if form.faults:
        return _show(list_id, form), 422
    return see_other("community.register_lists_show", list_id=list_id)


def _show(list_id: int, form: Form) -> str:
    return render_template(
        "community/register_list.html",
        form=form,
        page=database().read(register_findings.show_list, file_id=list_id),
        fields=[(field, list_words.field(field)) for field in FIELDS],
        said=list_words,
        w=register_words,
    )
