"""Files of claims to take away: asked for, watched while they are made, stopped, downloaded.

A small one comes at once; a large one is made beside the service, and its page says how far it is. Every
address names what it is about, so two tabs never get each other's month. SOURCE: field case O-080.
"""

from uuid import uuid4

from flask import Response, redirect, render_template, request, url_for

from canteen import clock
from canteen.rules.errors import NotFound
from canteen.rules.roles import may
from canteen.services import claim_choosing, claim_exports
from canteen.services.claim_choosing import Chosen, Places
from canteen.services.claim_exports import FORMS, Export, File
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteen_reach import read_reach
from canteen.web.claim_making import start_export
from canteen.web.claim_rights import get_claim
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.printing import FORMATS, ROOT, disposition

PERMISSION = "claim.export"
PERIOD_LENGTH_MAX = 7
TEXT_MAX = 80


@blueprint.post("/claims/<number>/<number:version>/exports")
def exports_ask(number: str, version: int) -> Response:
    """A file of one claim."""
    get_claim(PERMISSION, number)
    fields = Form(request.form)
    form = fields.choice("form", FORMS, is_needed=False) or "xlsx"
    if fields.faults:
        raise missing()
    chosen = database().read(claim_choosing.choose_claim, number=number, version=version)
    return _ask(chosen, form)


@blueprint.get("/exports")
def exports() -> str:
    """Claims of a district or an operator together."""
    require(PERMISSION)
    return render_template("finance/exports.html", reach=read_reach(PERMISSION), form=Form())


@blueprint.post("/exports")
def exports_group() -> Response | tuple[str, int]:
    """One file of the claims of a district or an operator."""
    require(PERMISSION)
    reach, form = read_reach(PERMISSION), Form(request.form)
    period = form.text("period", most=PERIOD_LENGTH_MAX)
    area = form.choice("area", [code for code, _ in reach.areas], is_needed=False)
    operator = form.choice("operator", reach.operators, is_needed=False)
    payer = form.text("payer", most=TEXT_MAX, is_needed=False)
    wanted = form.choice("form", FORMS, is_needed=False) or "xlsx"
    if bool(area) == bool(operator):
        form.fault("area", "选一个区域，或者一个运营方", "Choose an area or an operator")
    if not form.faults:
        with form.refusals():
            chosen = database().read(
                claim_choosing.choose_group,
                canteens=[one.code for one in reach.canteens],
                period=period,
                area=area or None,
                operator=operator or None,
                payer=payer or None,
            )
            return _ask(chosen, wanted)
    return render_template("finance/exports.html", reach=reach, form=form), 422


@blueprint.get("/exports/verify.py")
def exports_verifier() -> Response:
    """The program that adds a workbook up again, for whoever audits it."""
    require(PERMISSION)
    program = (ROOT / "reports" / "verify.py").read_bytes()
    response = Response(program, content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = disposition("verify.py")
    return response


@blueprint.get("/exports/<uid>")
def exports_show(uid: str) -> str:
    """How far an export is."""
    return render_template("finance/export.html", export=_get(uid))


@blueprint.post("/exports/<uid>/stop")
def exports_stop(uid: str) -> Response:
    """Nobody wants it any more."""
    export = _get(uid)
    database().run(claim_exports.stop, uid=export.uid, now=clock.instant())
    return _to(export)


@blueprint.get("/exports/<uid>/file")
def exports_file(uid: str) -> Response:
    """The file that was made."""
    export = _get(uid)
    return _download(database().run(claim_exports.hand_out, uid=export.uid, **acting()))


def _ask(chosen: Chosen, form: str) -> Response:
    """Have it made: at once if it is small, else its page."""
    _check(chosen.places)
    by, now = get_signed_in().actor, clock.instant()
    export = database().run(
        claim_exports.ask,
        uid=str(uuid4()),
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form=form,
        by=by,
        now=now,
    )
    if export.state == "waiting":
        start_export(export.uid, wait=export.is_small)
        export = _get(export.uid)
    if export.state != "done":
        return _to(export)
    return _download(database().run(claim_exports.hand_out, uid=export.uid, **acting()))


def _to(export: Export) -> Response:
    made = redirect(url_for("finance.exports_show", uid=export.uid), 303)
    assert isinstance(made, Response)
    return made


def _get(uid: str) -> Export:
    """An export within reach; what is not answers as if it were none."""
    require(PERMISSION)
    try:
        export = database().read(claim_exports.show, uid=uid, now=clock.instant())
    except NotFound:
        raise missing() from None
    _check(export.places)
    return export


def _check(places: Places) -> None:
    grants = require(PERMISSION).grants
    if not all(may(grants, PERMISSION, place) for place in places):
        raise missing()


def _download(file: File) -> Response:
    """The file part by part: none of a large one waits in memory."""
    opened = database()
    parts = (
        opened.read(claim_exports.read_part, place=file.place, n=n)
        for n in range(1, file.parts + 1)
    )
    response = Response(parts, content_type=FORMATS[file.form][0])
    response.headers["Content-Disposition"] = disposition(file.name)
    response.content_length = file.size
    return response
