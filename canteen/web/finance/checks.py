"""How strict each area is with the checks before a claim: block, ask for an answer, or note."""

from flask import Response, render_template, request

from canteen.rules.claim_checks import CHECKS
from canteen.rules.claim_findings import LEVELS
from canteen.rules.roles import PERMISSIONS, Place, may
from canteen.services import claim_checks
from canteen.services.claim_checks import TEXT_LENGTH_MAX
from canteen.web.acting import acting
from canteen.web.auth import get_signed_in, missing, require
from canteen.web.canteens import see_other
from canteen.web.finance import blueprint
from canteen.web.forms import Form
from canteen.web.house import database

VIEW, POLICY = "claim.view", "check.policy"
CODES = [check.code for check in CHECKS]


@blueprint.get("/checks")
def checks() -> str:
    require(VIEW)
    return _page(Form())


@blueprint.post("/checks/policy")
def checks_policy() -> Response | tuple[str, int]:
    person = require(POLICY)
    form = Form(request.form)
    area = form.text("area", most=12)
    check, level = form.choice("check", CODES), form.choice("level", LEVELS)
    reason = form.text("reason", most=TEXT_LENGTH_MAX)
    if area and not may(person.grants, POLICY, Place(area)):
        raise missing()
    if not form.faults:
        with form.refusals():
            database().run(
                claim_checks.set_policy,
                area=area,
                check=check,
                level=level,
                reason=reason,
                **acting(),
            )
            return see_other("finance.checks")
    return _page(form), 422


def _page(form: Form) -> str:
    policies = database().read(claim_checks.list_policies, areas=_list_areas(VIEW))
    own = _list_areas(POLICY)
    in_force: dict[str, list[claim_checks.Policy]] = {}
    seen = set()
    for policy in policies:
        if (policy.area, policy.check) not in seen:
            seen.add((policy.area, policy.check))
            in_force.setdefault(policy.check, []).append(policy)
    return render_template(
        "finance/checks.html",
        form=form,
        checks=CHECKS,
        levels=LEVELS,
        in_force=in_force,
        policies=policies,
        areas=database().read(claim_checks.list_areas, areas=own) if own else [],
    )


def _list_areas(permission: str) -> list[str]:
    """The areas of the signed-in person's grants that give this; "" is everywhere."""
    return [
        "" if grant.scope_kind == "everywhere" else grant.scope
        for grant in get_signed_in().grants
        if grant.scope_kind != "canteen" and permission in PERMISSIONS.get(grant.role, ())
    ]
