"""Moves between communities, and rows that are one person: asked, confirmed, merged."""

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.roles import Place, may
from canteen.services import elder_desk, merges, moves
from canteen.web import register_words
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext
from canteen.web.register_reach import get_elder, list_areas

VIEW, WRITE = "elder.view", "elder.write"
EVERYWHERE = ("",)


@blueprint.get("/moves")
def elders_moves() -> str:
    return _moves_page(Form())


@blueprint.post("/moves/<number:move_id>/<decision>")
def elders_move_decide(move_id: int, decision: str) -> Response | tuple[str, int]:
    """The side whose turn it is confirms; either side may refuse."""
    require(WRITE)
    asked, turn = database().read(moves.get_sides, move_id=move_id)
    mine = {code for code in (asked, turn) if may(get_signed_in().grants, WRITE, Place(code))}
    if decision == "confirm":
        mine &= {turn}
    if not mine or decision not in ("confirm", "refuse"):
        raise missing()
    form = Form(request.form)
    note = form.text("note", most=200) if decision == "refuse" else ""
    if not form.faults:
        with form.refusals():
            if decision == "refuse":
                act(moves.refuse_move, move_id=move_id, note=note)
                return see_other("community.elders_moves")
            act(moves.confirm_move, move_id=move_id)
            return see_other("community.elders_moves")
    return _moves_page(form), 422


@blueprint.get("/elders/<number>/move")
def elders_move_ask(number: str) -> str:
    return _ask_page(get_elder(WRITE, number), Form())


@blueprint.post("/elders/<number>/move")
def elders_move_ask_try(number: str) -> Response | tuple[str, int]:
    get_elder(WRITE, number)
    form = Form(request.form)
    to_code = form.text("to_code", most=12)
    moves_on, reason = form.day("moves_on"), form.text("reason", most=100)
    return submit(
        number, form, _ask_page, moves.ask_to_leave,
        to_code=to_code, moves_on=moves_on, reason=reason,
    )  # fmt: skip


@blueprint.post("/moves/join")
def elders_move_join() -> Response | tuple[str, int]:
    """Her ID number was typed for a new registration and is on another community's register."""
    require(WRITE)
    form = Form(request.form)
    id_number, to_code = form.text("id_number", most=30), form.text("community", most=12)
    if not any(to_code.startswith(area) for area in list_areas(WRITE)):
        raise missing()
    moves_on = form.day("moves_on") or local_date(clock.instant())
    if not form.faults:
        with form.refusals():
            act(
                moves.ask_to_join,
                id_number=id_number,
                to_code=to_code,
                moves_on=moves_on,
                reason=gettext("registered in the new community"),
            )
            return see_other("community.elders_moves")
    return _moves_page(form), 422


@blueprint.get("/merges")
def elders_merges() -> str:
    return _merges_page(Form())


@blueprint.post("/merges")
def elders_merge() -> Response | tuple[str, int]:
    require(WRITE)
    form = Form(request.form)
    kept, merged = form.text("kept", most=40), form.text("merged", most=40)
    reason = form.text("reason", most=100)
    if not form.faults:
        get_elder(WRITE, kept)
        get_elder(WRITE, merged)
        with form.refusals():
            act(merges.merge_elders, kept=kept, merged=merged, reason=reason)
            return see_other("community.elders_show", number=kept)
    return _merges_page(form), 422


def _moves_page(form: Form) -> str:
    require(VIEW)
    areas = list_areas(VIEW)
    return render_template(
        "community/moves.html",
        moves=database().read(moves.list_moves, areas=areas),
        areas=areas,
        form=form,
        w=register_words,
    )


def _merges_page(form: Form) -> str:
    require(VIEW)
    return render_template(
        "community/merges.html",
        pairs=database().read(merges.list_pairs, areas=list_areas(VIEW)),
        form=form,
    )


def _ask_page(number: str, form: Form) -> str:
    communities = database().read(elder_desk.list_communities, areas=EVERYWHERE)
    asks = (
        Ask("to_code", gettext("To the community"), options=communities),
        Ask(
            "moves_on",
            gettext("The first day there"),
            "date",
            value=local_date(clock.instant()).isoformat(),
        ),
        Ask("reason", gettext("Why"), most=100),
    )
    notes = (gettext("The other community confirms. Her purse, cards and history go with her."),)
    title = gettext("Move to another community")
    return ask_page(number, ElderForm(title, gettext("Ask for it"), asks, notes), form)
