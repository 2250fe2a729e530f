"""One claim: its page, and every step of it with a form of its own, so that nothing happens unasked.

Whoever acts says what she saw: when the claim has changed since, nothing happens and the page says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request

from canteen.rules.capitals import in_capitals
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.money import yuan_text
from canteen.services import claim_checks, claim_drafts, claim_pages, claim_steps
from canteen.services.claim_pages import LinePart, RowsAsked
from canteen.services.claim_steps import CutAsked
from canteen.services.claim_view import ClaimPage
from canteen.web import claim_words
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in
from canteen.web.canteens import see_other
from canteen.web.claim_page import ITEMS_MAX, At, draw_claim, item_of, load_claim
from canteen.web.claim_rights import get_claim
from canteen.web.finance import blueprint
from canteen.web.forms import WHOLE_FORM, Form
from canteen.web.house import database
from canteen.web.i18n import gettext

WRITE, APPROVE, ANSWER = "claim.write", "claim.approve", "check.answer"
WORDS_LENGTH_MAX, KEY_LENGTH_MAX = 500, 200
#: marks a sentence for the catalogues; it is translated when it is shown
N_ = str
Parts = Mapping[str, LinePart]
Act = Callable[[Form, ClaimPage, Sequence[ClaimRow], Parts], None]


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step's form: who may take it, what it is called and does, what is to be written.

    `per_line`: what each picked line is asked for: nothing, a reason, or a cut with its reason."""

    permission: str
    title: str
    about: str
    button: str
    words: str
    act: Act
    is_needed: bool = True
    per_line: str = ""
    needs_rows: bool = False
    is_danger: bool = False


@blueprint.get("/claims/<number>")
def claims_show(number: str) -> str:
    return draw_claim(number)


@blueprint.post("/claims/<number>/check")
def claims_check(number: str) -> Response | tuple[str, int]:
    """Draw it anew where something changed, and check it; what stops it stands on the page then."""
    get_claim(WRITE, number)
    form = Form()
    with form.refusals():
        database().run(claim_steps.check, number=number, **acting())
    return _back(number, form)


@blueprint.post("/claims/<number>/redraw")
def claims_redraw(number: str) -> Response | tuple[str, int]:
    get_claim(WRITE, number)
    claim, form = load_claim(number).head, Form()
    with form.refusals():
        database().run(
            claim_drafts.draft,
            canteen=claim.canteen,
            period=claim.period.code,
            payer=claim.funder,
            **acting(),
        )
    return _back(number, form)


@blueprint.post("/claims/<number>/answer")
def claims_answer(number: str) -> Response | tuple[str, int]:
    place, form = get_claim(ANSWER, number), Form(request.form)
    key = form.text("key", most=KEY_LENGTH_MAX)
    answer = form.text("answer", most=WORDS_LENGTH_MAX)
    if not form.faults:
        with form.refusals():
            database().run(
                claim_checks.write_remark,
                canteen=str(place.canteen_code),
                key=key,
                text=answer,
                **acting(),
            )
    return _back(number, form)


def _back(number: str, form: Form) -> Response | tuple[str, int]:
    if form.faults:
        return draw_claim(number, form), 422
    return see_other("finance.claims_show", number=number)


def _submit(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], _parts: Parts) -> None:
    note = form.typed.get("words", "")
    database().run(claim_steps.submit, number=page.head.number, note=note, **acting())


def _withdraw(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], _parts: Parts) -> None:
    reason = form.typed["words"]
    database().run(claim_steps.withdraw, number=page.head.number, reason=reason, **acting())


def _return(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], parts: Parts) -> None:
    remarks = {
        source: text
        for source, part in parts.items()
        if (text := form.text(f"why-{part.n}", most=WORDS_LENGTH_MAX, is_needed=False))
    }
    if not form.faults:
        database().run(
            claim_steps.return_claim,
            number=page.head.number,
            reason=form.typed["words"],
            remarks=remarks,
            **acting(),
        )


def _approve(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], parts: Parts) -> None:
    cuts = []
    for source, part in parts.items():
        fen = form.yuan(f"cut-{part.n}", is_needed=False)
        if fen and fen > abs(part.fen):
            most = yuan_text(abs(part.fen))
            form.fault(f"cut-{part.n}", f"最多 {most} 元", f"At most {most} yuan")
        elif fen:
            why = form.text(f"why-{part.n}", most=WORDS_LENGTH_MAX)
            cuts.append(CutAsked(source, fen if part.fen > 0 else -fen, why))
    if not form.faults:
        database().run(claim_steps.approve, number=page.head.number, cuts=cuts, **acting())


def _hold(form: Form, page: ClaimPage, rows: Sequence[ClaimRow], _parts: Parts) -> None:
    reason = form.typed["words"]
    items = list(dict.fromkeys(row.item for row in rows))
    database().run(
        claim_drafts.hold, number=page.head.number, items=items, reason=reason, **acting()
    )


def _lift(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], _parts: Parts) -> None:
    database().run(
        claim_drafts.lift,
        canteen=page.head.canteen,
        item=request.args.get("item", ""),
        reason=form.typed["words"],
        **acting(),
    )


def _discard(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], _parts: Parts) -> None:
    reason = form.typed["words"]
    database().run(claim_drafts.discard, number=page.head.number, reason=reason, **acting())


def _remark(form: Form, page: ClaimPage, _rows: Sequence[ClaimRow], _parts: Parts) -> None:
    database().run(
        claim_drafts.remark,
        number=page.head.number,
        source=request.args.get("source"),
        text=form.typed["words"],
        **acting(),
    )


STEPS: Mapping[str, StepPage] = {
    "submit": StepPage(
        WRITE,
        N_("Submit the claim"),
        N_(
            "From here on neither its figures nor its lines change, and every export is the same file."
        ),
        N_("Submit"),
        N_("Note to the funders, when something needs saying"),
        _submit,
        is_needed=False,
    ),
    "withdraw": StepPage(
        WRITE,
        N_("Withdraw the claim"),
        N_("It comes back before it is approved; the next version is drawn and keeps its remarks."),
        N_("Withdraw"),
        N_("Why"),
        _withdraw,
    ),
    "return": StepPage(
        APPROVE,
        N_("The funder returned the claim"),
        N_("The next version is drawn and carries what is written here, also of single lines."),
        N_("Return it"),
        N_("What the funder said"),
        _return,
        per_line="reason",
    ),
    "approve": StepPage(
        APPROVE,
        N_("Record the approval"),
        N_("Whole, or with what was cut of the lines picked; the canteen bears a cut."),
        N_("Record approval"),
        "",
        _approve,
        is_needed=False,
        per_line="cut",
    ),
    "hold": StepPage(
        WRITE,
        N_("Hold rows out"),
        N_("They are not claimed now, keep this mark, and are offered again once it is lifted."),
        N_("Hold out"),
        N_("Why"),
        _hold,
        needs_rows=True,
    ),
    "lift": StepPage(
        WRITE,
        N_("Let it into claims again"),
        N_("The canteen’s drafts are to be drawn anew then."),
        N_("Let in again"),
        N_("Why"),
        _lift,
    ),
    "discard": StepPage(
        WRITE,
        N_("Discard the draft"),
        N_("What it holds is free for another draft; this one stays to be read."),
        N_("Discard"),
        N_("Why"),
        _discard,
        is_danger=True,
    ),
    "remark": StepPage(
        WRITE,
        N_("Write a remark"),
        N_("It stays with the claim and its next versions; nobody can delete it."),
        N_("Keep the remark"),
        N_("Remark"),
        _remark,
    ),
}


def _add_step(name: str, step: StepPage) -> None:
    def page(number: str) -> str:
        get_claim(step.permission, number)
        return _draw_step(name, load_claim(number), Form())

    def take(number: str) -> Response | tuple[str, int]:
        get_claim(step.permission, number)
        return _take_step(name, number)

    blueprint.add_url_rule(f"/claims/<number>/{name}", f"claims_{name}", page, methods=["GET"])
    blueprint.add_url_rule(f"/claims/<number>/{name}", f"claims_{name}_try", take, methods=["POST"])


for _name, _step in STEPS.items():
    _add_step(_name, _step)


def _take_step(name: str, number: str) -> Response | tuple[str, int]:
    step, page, form = STEPS[name], load_claim(number), Form(request.form)
    rows, parts = _read_picked(page)
    if step.words:
        form.text("words", most=WORDS_LENGTH_MAX, is_needed=step.is_needed)
    if form.typed.get("seen") != _seen(page):
        form.fault(
            WHOLE_FORM,
            "这份申报刚才变了，请按现在的样子再看一遍",
            "The claim has changed meanwhile: look at it as it is now",
        )
    if step.needs_rows and not rows:
        form.fault(WHOLE_FORM, "先在明细里选几笔", "Pick some rows first")
    if not form.faults:
        with form.refusals():
            step.act(form, page, rows, parts)
    if form.faults:
        return _draw_step(name, page, form), 422
    return see_other("finance.claims_show", number=number)


def _seen(page: ClaimPage) -> str:
    """What a form was drawn over: another version, other figures or another state is another claim."""
    claim = page.head
    return f"{claim.version}:{claim.state}:{claim.total_fen}:{claim.figures['lines']}"


def _read_picked(page: ClaimPage) -> tuple[Sequence[ClaimRow], Parts]:
    """The rows that the address picks, and their lines by source."""
    items = tuple(request.args.getlist("item")[:ITEMS_MAX])
    if not items:
        return (), {}
    at = At(number=page.head.number, version=page.head.version)
    listed = database().read(claim_pages.list_rows, **at, asked=RowsAsked(items=items))
    sources = [source for row in listed.rows for source in row.sources]
    return listed.rows, database().read(claim_pages.list_parts, **at, sources=sources)


def _draw_step(name: str, page: ClaimPage, form: Form) -> str:
    rows, parts = _read_picked(page)
    claim = page.head
    is_own = name == "approve" and claim.submitted_by == get_signed_in().actor
    return render_template(
        "finance/claim_step.html",
        name=name,
        step=STEPS[name],
        claim=claim,
        form=form,
        rows=rows,
        parts=parts,
        seen=_seen(page),
        capitals=f"人民币{in_capitals(claim.total_fen)}",
        items=request.args.getlist("item")[:ITEMS_MAX],
        source=request.args.get("source"),
        described=database().read(
            claim_pages.describe_items,
            number=claim.number,
            items=[*request.args.getlist("item")[:1], item_of(request.args.get("source", ""))],
        ),
        item_of=item_of,
        why_not=gettext("You submitted it: a second person records the approval") if is_own else "",
        w=claim_words,
        length_max=WORDS_LENGTH_MAX,
    )
