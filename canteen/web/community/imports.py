"""Importing a roster in four steps: the file, its columns, its rows checked and mended, and written.

Nothing is written before the fourth; what is written is safe, and the rest stays here.
"""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.errors import Refused
from canteen.rules.roles import Place, may
from canteen.rules.roster_columns import find_field, plain_label
from canteen.rules.roster_fixes import Fixes
from canteen.rules.roster_register import Reach
from canteen.rules.roster_text import cell_text
from canteen.rules.roster_values import mask
from canteen.services import register_findings, roster_files, roster_import
from canteen.services.roster_import import ROWS_AT_ONCE
from canteen.web import register_words, roster_words
from canteen.web.acting import acting
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.printing import printed
from canteen.web.register_reach import list_areas
from canteen.web.rejected_rows import make_rejected_book
from canteen.web.roster_judging import Judged, is_decision, judge_sent, read_sent
from canteen.web.uploads import take_file

PERMISSION = "roster.import"
VALUE_LENGTH_MAX = 200
#: rows shown at once; the rest wait behind them
ROWS_SHOWN = 100
FORMATS = ("xlsx", "csv")
TYPED, DECIDED = "type-", "decide-"


@blueprint.get("/import")
def imports() -> str:
    return _start(Form())


@blueprint.post("/import")
def imports_send() -> Response | tuple[str, int]:
    require(PERMISSION)
    form = Form(request.form)
    areas = list_areas(PERMISSION)
    communities = database().read(roster_files.list_communities, areas=areas)
    area = form.choice("area", [code for code, _ in communities])
    file = take_file(form, "file")
    if not form.faults and file is not None:
        with form.refusals():
            read_sent(file.data, {}, Fixes())
            file_id = database().run(
                roster_files.keep_roster,
                area_code=area,
                areas=areas,
                name=file.name,
                data=file.data,
                **acting(),
            )
            return see_other("community.imports_columns", file_id=file_id)
    return _start(form), 422


@blueprint.get("/import/<number:file_id>/columns")
def imports_columns(file_id: int) -> str:
    return _columns(_get_roster(file_id), Form())


@blueprint.post("/import/<number:file_id>/columns")
def imports_columns_choose(file_id: int) -> Response | tuple[str, int]:
    """What each column means. Where a person chose otherwise than we guessed, the community's next
    roster is read so too."""
    _get_roster(file_id)
    form = Form(request.form)
    judged = judge_sent(file_id)
    allowed = dict(roster_words.field_choices() + roster_words.category_choices())
    columns = judged.file.header.columns
    chosen: dict[str, str] = {}
    for place, column in enumerate(columns):
        field = form.choice(f"column-{place}", {**allowed, column.field or "": ""}, is_needed=False)
        chosen.setdefault(plain_label(column.label), field)
    if not form.faults:
        with form.refusals():
            assert judged.sent.data is not None, "it was just read"
            read_sent(judged.sent.data, chosen, judged.sent.fixes)
            other = {
                label: field
                for label, field in chosen.items()
                if field != (find_field(label) or "") or label in judged.sent.chosen
            }
            act = acting()
            database().run(
                roster_files.choose_columns,
                file_id=file_id,
                columns=chosen,
                remembered=other,
                by=act["by"],
                now=act["now"],
            )
            return see_other("community.imports_show", file_id=file_id)
    return _columns(file_id, form), 422


@blueprint.get("/import/<number:file_id>")
def imports_show(file_id: int) -> Response | str:
    """The rows checked; a roster that is written or being written shows that instead."""
    sent = database().read(roster_files.load_roster, file_id=_get_roster(file_id))
    if sent.state != "open":
        return see_other("community.imports_done", file_id=file_id)
    return _check(judge_sent(file_id), Form())


@blueprint.post("/import/<number:file_id>/rows/<number:row>")
def imports_mend(file_id: int, row: int) -> Response | tuple[str, int]:
    """One row: mended, decided, left out or taken back in."""
    _get_roster(file_id)
    form = Form(request.form)
    act = form.choice("act", ("mend", "skip", "back"), is_needed=False)
    typed = {
        name.removeprefix(TYPED): form.text(name, most=VALUE_LENGTH_MAX, is_needed=False)
        for name in request.form
        if name.startswith(TYPED) and _is_field(name.removeprefix(TYPED))
    }
    said = {
        name.removeprefix(DECIDED): value
        for name, value in request.form.items()
        if name.startswith(DECIDED) and is_decision(name.removeprefix(DECIDED))
    }
    filled = {field: text for field, text in typed.items() if text}
    gone_on = frozenset(code for code, value in said.items() if value == "go")
    is_left = "leave" in said.values() and not (filled or gone_on)
    if act not in ("skip", "back") and not (filled or gone_on or is_left):
        form.fault("", "写上改成什么，或者跳过这行", "Write what it should be, or skip the row")
    if not form.faults:
        with form.refusals():
            if act == "back":
                database().run(roster_files.restore_row, file_id=file_id, row=row)
            elif act == "skip" or is_left:
                database().run(roster_files.skip_row, file_id=file_id, row=row)
            else:
                database().run(
                    roster_files.mend_row,
                    file_id=file_id,
                    row=row,
                    typed=filled,
                    confirmed=gone_on,
                )
    if form.faults:
        return _check(judge_sent(file_id), form), 422
    return see_other("community.imports_show", file_id=file_id, _anchor="rows")


@blueprint.post("/import/<number:file_id>/write")
def imports_write(file_id: int) -> Response | tuple[str, int]:
    """Write the good rows: at once, or of a large roster by the jobs beside the service."""
    _get_roster(file_id)
    form, judged, act = Form(request.form), judge_sent(file_id), acting()
    with form.refusals():
        if len(judged.file.rows) > ROWS_AT_ONCE:
            _refuse_at_mealtime()
            database().run(roster_files.begin_applying, file_id=file_id, by=act["by"])
        else:
            _write(judged)
    if form.faults:
        return _check(judged, form), 409
    return see_other("community.imports_done", file_id=file_id)


@blueprint.get("/import/<number:file_id>/done")
def imports_done(file_id: int) -> str:
    """What was written, or how far it is; and what waits to be mended."""
    sent = database().read(roster_files.load_roster, file_id=_get_roster(file_id))
    return render_template("community/import_done.html", sent=sent, step=4)


@blueprint.post("/import/<number:file_id>/away")
def imports_put_away(file_id: int) -> Response:
    database().run(roster_files.put_away, file_id=_get_roster(file_id), **acting())
    return see_other("community.imports")


@blueprint.get("/import/<number:file_id>/rejected/<form>")
def imports_rejected(file_id: int, form: str) -> Response:
    """The rows that were not taken, to be mended in a spreadsheet and sent again."""
    _get_roster(file_id)
    if form not in FORMATS:
        raise missing()
    return printed(make_rejected_book(judge_sent(file_id)), form)


def _get_roster(file_id: int) -> int:
    """The roster, if the person may import for its community; 404 otherwise (O-087)."""
    person = require(PERMISSION)
    area = database().read(register_findings.find_area_of_file, file_id=file_id, kind="roster")
    if area is None or not may(person.grants, PERMISSION, Place(area)):
        raise missing()
    return file_id


def _is_field(name: str) -> bool:
    return name in roster_words.FIELDS or name in dict(roster_words.category_choices())


def _refuse_at_mealtime() -> None:
    """One file is one writer: a large roster would make the queue wait."""
    if database().dialect != "sqlite":
        return
    name = database().read(roster_import.find_open_canteen, now=clock.instant())
    if name is not None:
        raise Refused(
            "mealtime_open",
            f"{name}正在供餐；大名册请在餐后导入",
            f"{name} is serving a meal; import large rosters afterwards",
        )


def _write(judged: Judged) -> None:
    sent, act = judged.sent, acting()
    plan = database().run(
        roster_import.apply_roster,
        roster=judged.file,
        reach=Reach(sent.areas, sent.area_code),
        confirmed=sent.fixes.confirmed,
        file_name=sent.name,
        **act,
    )
    database().run(
        roster_files.settle,
        file_id=sent.id,
        counts=plan.counts,
        remaining=plan.counts["refuse"] + plan.counts["hold"],
        by=act["by"],
        now=act["now"],
    )


def _start(form: Form) -> str:
    require(PERMISSION)
    areas = list_areas(PERMISSION)
    return render_template(
        "community/import.html",
        form=form,
        communities=database().read(roster_files.list_communities, areas=areas),
        rosters=database().read(roster_files.list_rosters, areas=areas),
        step=1,
    )


def _columns(file_id: int, form: Form) -> str:
    judged = judge_sent(file_id)
    body = judged.grid.rows[judged.file.header.body :]
    shown = [
        (
            column,
            next(
                (
                    mask(_mask_as(column.field, text), text)
                    for row in body[:ROWS_SHOWN]
                    if (text := cell_text(row.cell(column.index)))
                ),
                "",
            ),
        )
        for column in judged.file.header.columns
    ]
    return render_template(
        "community/import_columns.html",
        form=form,
        sent=judged.sent,
        notes=judged.file.notes,
        columns=shown,
        fields=roster_words.field_choices(),
        categories=roster_words.category_choices(),
        word=roster_words,
        step=2,
    )


def _mask_as(field: str | None, text: str) -> str:
    """Digits of a column we do not know may be anybody's ID number or phone."""
    is_long = sum(character.isdigit() for character in text) > 8
    return "id_number" if field is None and is_long else field or ""


def _check(judged: Judged, form: Form) -> str:
    return render_template(
        "community/import_check.html",
        form=form,
        judged=judged,
        sent=judged.sent,
        counts=judged.plan.counts,
        stopped=len(judged.stopped),
        problems=judged.problems(ROWS_SHOWN),
        shown=min(len(judged.stopped), ROWS_SHOWN),
        changed=[item for item in judged.plan.items if item.action == "change"][:ROWS_SHOWN],
        noted=[
            (item, one)
            for item in judged.plan.items
            if item.action in ("add", "change", "same")
            for one in item.findings
        ][:ROWS_SHOWN],
        word=roster_words,
        w=register_words,
        step=3,
    )
