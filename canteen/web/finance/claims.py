"""Finance's list of claims: what is claimed and not received, what comes next, and drafts drawn for one
canteen, an area or an operator at once."""

from collections.abc import Sequence

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.capitals import in_capitals
from canteen.rules.claim_periods import ClaimPeriod, month_of, parse_period
from canteen.rules.days import local_date
from canteen.rules.errors import CanteenError
from canteen.services import claim_drafts, claim_view
from canteen.services.canteen_groups import GroupedCanteen
from canteen.services.claim_view import ClaimsPage
from canteen.web import claim_words
from canteen.web.acting import acting
from canteen.web.auth import require
from canteen.web.canteen_reach import Reach, read_reach
from canteen.web.canteens import see_other
from canteen.web.claim_rights import list_rights
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick

VIEW, WRITE = "claim.view", "claim.write"
#: columns of funders in the list; where there are more, the claim's own page has them
FUNDERS_MAX = 4


@blueprint.get("/claims")
def claims() -> str:
    require(VIEW)
    return _draw(Form(), [])


@blueprint.post("/claims")
def claims_draw() -> Response | tuple[str, int]:
    """Draw the drafts of a period, each for itself: what cannot be drawn for one does not stop others."""
    require(WRITE)
    form, reach = Form(request.form), read_reach(WRITE)
    period = _read_period(form)
    chosen = _read_whom(form, reach)
    payer = form.text("of_funder", is_needed=False)
    failed: list[tuple[str, str]] = []
    if period is not None and not form.faults:
        for canteen in chosen:
            try:
                database().run(
                    claim_drafts.draft,
                    canteen=canteen.code,
                    period=period.code,
                    payer=payer or None,
                    **acting(),
                )
            except CanteenError as error:
                failed.append((canteen.name, pick(error.zh, error.en)))
        if not failed:
            only = {"canteen": chosen[0].code} if len(chosen) == 1 else {}
            return see_other("finance.claims", period=period.code, **only)
    return _draw(form, failed), 422


def _read_period(form: Form) -> ClaimPeriod | None:
    typed = form.text("of_period", most=7)
    if form.faults:
        return None
    try:
        return parse_period(typed)
    except CanteenError as error:
        form.fault("of_period", error.zh, error.en)
        return None


def _read_whom(form: Form, reach: Reach) -> Sequence[GroupedCanteen]:
    targets = _list_targets(reach)
    chosen = form.choice("of_whom", [value for value, _ in targets])
    kind, _, value = chosen.partition(":")
    return [
        one
        for one in reach.canteens
        if (kind == "canteen" and one.code == value)
        or (kind == "area" and one.place.area_code.startswith(value))
        or (kind == "operator" and one.operator == value)
    ]


def _list_targets(reach: Reach) -> list[tuple[str, str]]:
    """Whom drafts can be drawn for: each canteen, all of an area, all of an operator."""
    every = gettext("all of %(name)s")
    return [
        *((f"canteen:{one.code}", one.name) for one in reach.canteens),
        *((f"area:{code}", every % {"name": name}) for code, name in reach.areas),
        *((f"operator:{name}", every % {"name": name}) for name in reach.operators),
    ]


def _draw(form: Form, failed: Sequence[tuple[str, str]]) -> str:
    reach, now = read_reach(VIEW), clock.instant()
    page = database().read(
        claim_view.list_claims,
        areas=reach.within,
        canteen=reach.canteen or None,
        operator=reach.operator or None,
        now=now,
    )
    period, funder = request.args.get("period", ""), request.args.get("funder", "")
    shown = [
        one
        for one in page.claims
        if period in ("", one.period.code)
        and (not funder or funder in {owed.funder for owed in one.owed})
    ]
    sums: dict[str, int] = {}
    for owed in (owed for one in shown for owed in one.owed):
        sums[owed.funder_name] = sums.get(owed.funder_name, 0) + owed.asked_fen
    return render_template(
        "finance/claims.html",
        form=form,
        failed=failed,
        reach=reach,
        page=page,
        claims=[(one, {owed.funder_name: owed.asked_fen for owed in one.owed}) for one in shown],
        periods=list(dict.fromkeys(one.period.code for one in page.claims)),
        period=period,
        funders=_list_funders(page),
        funder=funder,
        columns=list(sums) if len(sums) <= FUNDERS_MAX else [],
        sums=sums,
        meals=sum(one.figures["meals"] for one in shown),
        total_fen=sum(one.total_fen for one in shown),
        cut_fen=sum(one.cut_fen for one in shown),
        capitals=in_capitals,
        targets=_list_targets(reach),
        suggested=month_of(local_date(now)).previous.code,
        w=claim_words,
        **list_rights(),
    )


def _list_funders(page: ClaimsPage) -> list[tuple[str, str]]:
    return sorted({(one.funder, one.funder_name) for claim in page.claims for one in claim.owed})
