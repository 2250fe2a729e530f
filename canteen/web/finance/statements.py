"""Bank statements: a file looked at first and then taken; each movement matched to a claim by a person."""

from collections.abc import Sequence
from uuid import uuid4

from flask import Response, render_template, request

from canteen.files.rosters import read_table
from canteen.rules.bank_statement import RowFault, read_statement
from canteen.rules.money import FUNDER_YUAN_MAX, yuan_text
from canteen.rules.payment_matching import Candidate
from canteen.rules.roles import may
from canteen.rules.statement_columns import find_columns
from canteen.services import advances, bank_statements, statement_asides
from canteen.services.bank_statements import MovementLine, TriedLine
from canteen.services.places import CanteenLine
from canteen.web import funder_words
from canteen.web.acting import acting
from canteen.web.auth import get_canteen, get_signed_in, missing
from canteen.web.canteens import choose_canteen, see_other
from canteen.web.claim_money import (
    NOTE_LENGTH_MAX,
    PAY,
    PURPOSE_LENGTH_MAX,
    UID_LENGTH_MAX,
    VIEW,
)
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext
from canteen.web.numbers import read_number
from canteen.web.uploads import take_file

#: a claim's number and a funder's code
CLAIM_LENGTH_MAX = 120


@blueprint.get("/statements")
def statements_choose() -> str | Response:
    return choose_canteen(VIEW, "finance.statements_show", gettext("Bank statements"))


@blueprint.get("/statements/<code>")
def statements_show(code: str) -> str:
    return _page(get_canteen(VIEW, code), Form())


@blueprint.post("/statements/<code>")
def statements_send(code: str) -> Response | str | tuple[str, int]:
    """A file of the bank: read and shown row by row, and taken whole when that is asked for."""
    canteen = get_canteen(PAY, code)
    form = Form(request.form)
    file = take_file(form, "file")
    tried: list[TriedLine] = []
    faults: Sequence[RowFault] = ()
    if not form.faults and file is not None:
        with form.refusals():
            read = read_statement(read_table(file.data, find_columns))
            faults = read.faults
            if form.yes("take"):
                database().run(
                    bank_statements.take_statement,
                    canteen=code,
                    name=file.name,
                    data=file.data,
                    movements=read.take_whole(),
                    **acting(),
                )
                return see_other("finance.statements_show", code=code)
            tried = database().read(
                bank_statements.try_statement, canteen=code, movements=read.movements
            )
            if not tried and not faults:
                form.fault("file", "文件里没有流水", "There is no movement in the file")
    return _page(canteen, form, tried=tried, unread=faults), 422 if form.faults else 200


@blueprint.post("/statements/<code>/<number:line_id>/payment")
def statements_match(code: str, line_id: int) -> Response | tuple[str, int]:
    """The movement pays a claim."""
    canteen = get_canteen(PAY, code)
    form = Form(request.form)
    number, _, funder = form.text("claim", most=CLAIM_LENGTH_MAX).partition(" ")
    note = form.text("note", most=NOTE_LENGTH_MAX, is_needed=False) or None
    uid, fen = form.text("uid", most=UID_LENGTH_MAX), form.yuan("fen", most=FUNDER_YUAN_MAX)
    line = _get_line(code, line_id)
    if not form.faults and fen is not None:
        with form.refusals():
            database().run(
                bank_statements.match_payment,
                canteen=code,
                line_id=line_id,
                claim=number,
                funder=funder,
                fen=fen if line.fen > 0 else -fen,
                note=note,
                uid=uid,
                **acting(),
            )
            return see_other("finance.statements_show", code=code)
    return _page(canteen, form, line_id), 422


@blueprint.post("/statements/<code>/<number:line_id>/advance")
def statements_advance(code: str, line_id: int) -> Response | tuple[str, int]:
    """The movement is an advance, or the rest of one given back."""
    canteen = get_canteen(PAY, code)
    form = Form(request.form)
    funder = form.choice("funder", dict(database().read(advances.list_funders)))
    purpose = form.text("purpose", most=PURPOSE_LENGTH_MAX)
    uid = form.text("uid", most=UID_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(
                bank_statements.match_advance,
                canteen=code,
                line_id=line_id,
                funder=funder,
                purpose=purpose,
                uid=uid,
                **acting(),
            )
            return see_other("finance.statements_show", code=code)
    return _page(canteen, form, line_id), 422


@blueprint.post("/statements/<code>/<number:line_id>/aside")
def statements_set_aside(code: str, line_id: int) -> Response | tuple[str, int]:
    """The movement concerns no claim."""
    canteen = get_canteen(PAY, code)
    form = Form(request.form)
    reason = form.text("reason", most=NOTE_LENGTH_MAX)
    _get_line(code, line_id)
    if not form.faults:
        with form.refusals():
            database().run(
                statement_asides.set_aside, canteen=code, line_id=line_id, reason=reason, **acting()
            )
            return see_other("finance.statements_show", code=code)
    return _page(canteen, form, line_id), 422


@blueprint.post("/statements/<code>/aside/<number:aside_id>/back")
def statements_take_back(code: str, aside_id: int) -> Response:
    """It waits to be matched again."""
    get_canteen(PAY, code)
    if aside_id not in [aside.id for one in _list_lines(code) for aside in one.asides]:
        raise missing()
    database().run(statement_asides.take_back_aside, canteen=code, aside_id=aside_id, **acting())
    return see_other("finance.statements_show", code=code)


def _list_lines(code: str) -> list[MovementLine]:
    return database().read(bank_statements.list_movements, canteen=code)


def _get_line(code: str, line_id: int) -> MovementLine:
    line = next((one for one in _list_lines(code) if one.id == line_id), None)
    if line is None:
        raise missing()
    return line


def _candidates(code: str) -> list[Candidate]:
    return database().read(bank_statements.list_candidates, canteen=code)


def _page(
    canteen: CanteenLine,
    form: Form,
    line_id: int | None = None,
    tried: Sequence[TriedLine] = (),
    unread: Sequence[RowFault] = (),
) -> str:
    lines = _list_lines(canteen.code)
    line = _find(lines, line_id)
    return render_template(
        "finance/statements.html",
        canteen=canteen,
        form=form,
        tried=tried,
        unread=unread,
        unmatched=[one for one in lines if one.left_fen],
        matched=[one for one in lines if one.matched],
        asides=[(one, aside) for one in lines for aside in one.asides],
        line=line,
        fen=yuan_text(abs(_guess(line))) if line else "",
        may_pay=may(get_signed_in().grants, PAY, canteen.place),
        uid=uuid4(),
        words=funder_words,
        funders=database().read(advances.list_funders),
        candidates=_candidates(canteen.code),
    )


def _find(lines: Sequence[MovementLine], line_id: int | None) -> MovementLine | None:
    """The movement that is being matched: of the form sent, or named in the address while anything of it
    is left."""
    wanted = line_id or read_number("line")
    if wanted is None:
        return None
    found = next((one for one in lines if one.id == wanted and (line_id or one.left_fen)), None)
    if found is None and line_id is None:
        raise missing()
    return found


def _guess(line: MovementLine) -> int:
    """How much of it the best claim takes: what is left, or no more than that claim owes."""
    if not line.proposals:
        return line.left_fen
    return min(line.left_fen, line.proposals[0].candidate.open_fen, key=abs)
