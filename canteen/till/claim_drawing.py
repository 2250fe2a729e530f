"""Drawing a claim: which lines it holds, what is held out of it, and what it adds up to.

The only maker of claim lines. Shares and corrections go in as the database finds them, row by row but
in one statement: a claim of a city's canteen may hold a million. The caller holds the canteen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, null, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.models.corrections import Correction, CorrectionShare
from canteen.models.meals import IS_EATEN, Meal, Share
from canteen.models.sites import Funder
from canteen.rules.claim_findings import CheckResult
from canteen.rules.claim_periods import ClaimPeriod, claim_number
from canteen.rules.claim_totals import ClaimTotals
from canteen.rules.lifecycles import CLAIM, move
from canteen.till.claim_grants import list_grants
from canteen.till.claim_judging import judge_claim
from canteen.till.claim_scope import (
    in_scope,
    is_owed,
    is_set_off,
    is_unclaimed,
    is_unheld,
    key,
    scope_of,
)
from canteen.till.claim_services import Line, items_of_correction, list_services
from canteen.till.places import CanteenPlace

#: what a line says of its source, in the order of the queries below
COLUMNS = (
    "claim_id", "n", "kind", "source", "meal_id", "correction_id", "rule", "payer", "payer_name",
    "funder_id", "scheme_version_id", "served_on", "booked_on", "fen",
)  # fmt: skip
FIGURES = (
    "price_fen", "elder_fen", "discount_fen", "subsidy_fen", "services_fen", "grants_fen",
    "corrections_fen", "total_fen", "meals", "persons", "lines",
)  # fmt: skip


def open_draft(
    session: Session,
    place: CanteenPlace,
    period: ClaimPeriod,
    funder: Funder | None,
    *,
    supplement: int,
    version: int,
    by: str,
    now: datetime,
) -> Claim:
    """A draft with no line yet."""
    claim = Claim(
        number=claim_number(place.code, period.code, funder.code if funder else None, supplement),
        version=version,
        canteen_id=place.id,
        period=period.code,
        first_on=period.first,
        last_on=period.last,
        funder_id=funder.id if funder else None,
        supplement=supplement,
        state="draft",
        drawn_at=now,
        drawn_by=by,
        **dict.fromkeys(FIGURES, 0),
    )
    session.add(claim)
    session.flush()
    return claim


def draw_claim(
    session: Session, claim: Claim, place: CanteenPlace, *, by: str, now: datetime
) -> list[CheckResult]:
    """Draw a draft as things stand now; what a check keeps out is held out until a person decides. What
    the checks find in it."""
    claim.state = move(CLAIM, claim.state, "draw")
    claim.checks = claim.checked_at = claim.checked_by = None
    claim.stale_at = claim.stale_reason = None
    claim.drawn_at, claim.drawn_by = now, by
    session.flush()
    _draw_lines(session, claim, place)
    results = judge_claim(session, claim.id, now)
    if _hold_found(session, claim, results, by, now):
        _draw_lines(session, claim, place)
        results = judge_claim(session, claim.id, now)
    return results


def hold_items(
    session: Session,
    claim: Claim,
    items: Mapping[str, tuple[str | None, str]],
    by: str,
    now: datetime,
) -> None:
    """Hold these out of the claim: item → (the check that found it or None, why)."""
    session.execute(
        insert(ClaimHold),
        [
            {
                "canteen_id": claim.canteen_id, "item": item, "claim_id": claim.id,
                "check_code": code, "reason": reason, "held_at": now, "held_by": by,
            }
            for item, (code, reason) in items.items()
        ],
    )  # fmt: skip


def _hold_found(
    session: Session, claim: Claim, results: Sequence[CheckResult], by: str, now: datetime
) -> bool:
    """Hold out what the checks keep out, but for what a person has decided about already."""
    found = {
        (result.code, row.item): finding.zh
        for result in results
        if result.holds_out
        for finding in result.findings
        for row in finding.rows
        if row.item is not None
    }
    if not found:
        return False
    rows = session.execute(
        select(ClaimHold.item, ClaimHold.check_code, ClaimHold.lifted_at).where(
            ClaimHold.canteen_id == claim.canteen_id
        )
    ).all()
    decided = {(row.check_code, row.item) for row in rows}
    standing = {row.item for row in rows if row.lifted_at is None}
    items: dict[str, tuple[str | None, str]] = {
        item: (code, reason)
        for (code, item), reason in found.items()
        if (code, item) not in decided and item not in standing
    }
    if items:
        hold_items(session, claim, items, by, now)
    return bool(items)


def clear_lines(session: Session, claim: Claim) -> None:
    """Take every line out of a draft: free for another claim."""
    session.execute(delete(ClaimLine).where(ClaimLine.claim_id == claim.id))


def _draw_lines(session: Session, claim: Claim, place: CanteenPlace) -> None:
    clear_lines(session, claim)
    for select_lines in (_select_shares, _select_corrections):
        query = select_lines(claim, _count(session, claim))
        session.execute(insert(ClaimLine).from_select(COLUMNS, query, include_defaults=False))
    lines: list[Line] = [
        *list_services(session, scope_of(claim), place),
        *list_grants(session, claim.period, claim.funder_id, place),
    ]
    if lines:
        session.execute(
            insert(ClaimLine),
            [
                {"claim_id": claim.id, "n": n, **line}
                for n, line in enumerate(lines, start=_count(session, claim) + 1)
            ],
        )
    totals = add_lines(session, claim.id)
    for name in FIGURES:
        setattr(claim, name, getattr(totals, name))
    session.flush()


def _count(session: Session, claim: Claim) -> int:
    last = select(func.coalesce(func.max(ClaimLine.n), 0)).where(ClaimLine.claim_id == claim.id)
    return session.execute(last).scalar_one()


def _select_shares(claim: Claim, after: int) -> Select[Any]:
    """Shares of meals that stand, by booked day."""
    source = key("share", Share.meal_id, Share.rule, Share.payer)
    order = (Meal.booked_on, Meal.id, Share.rule, Share.payer)
    return (
        select(
            literal(claim.id), after + func.row_number().over(order_by=order), literal("share"),
            source, Meal.id, null(), Share.rule, Share.payer, Share.payer_name, Share.funder_id,
            Meal.scheme_version_id, Meal.served_on, Meal.booked_on, Share.fen,
        )
        .join(Share, Share.meal_id == Meal.id)
        .where(
            Meal.canteen_id == claim.canteen_id,
            IS_EATEN,
            in_scope(scope_of(claim), Meal.booked_on),
            is_owed(scope_of(claim), Share.funder_id),
            is_unclaimed(source),
            is_unheld(key("meal", Meal.id)),
        )
    )  # fmt: skip


def _select_corrections(claim: Claim, after: int) -> Select[Any]:
    """Shares that approved corrections took back or gave, by booked day."""
    one, share = Correction, CorrectionShare
    source = key("correction", one.id, share.rule, share.payer, share.scheme_version_id)
    order = (one.booked_on, one.id, share.rule, share.payer, share.scheme_version_id)
    return (
        select(
            literal(claim.id), after + func.row_number().over(order_by=order),
            literal("correction"), source, one.meal_id, one.id, share.rule, share.payer,
            share.payer_name, share.funder_id, share.scheme_version_id, Meal.served_on,
            one.booked_on, share.fen,
        )
        .join(one, one.id == share.correction_id)
        .join(Meal, Meal.id == one.meal_id)
        .where(
            one.canteen_id == claim.canteen_id,
            in_scope(scope_of(claim), one.booked_on),
            is_owed(scope_of(claim), share.funder_id),
            is_unclaimed(source),
            is_unheld(*items_of_correction()),
            is_set_off(one.claw_back_id),
        )
    )  # fmt: skip


def add_lines(session: Session, claim_id: int) -> ClaimTotals:
    """The figures of a claim as its lines add up."""
    sums = {
        row.kind: (int(row.fen), row.lines)
        for row in session.execute(
            select(
                ClaimLine.kind, func.sum(ClaimLine.fen).label("fen"), func.count().label("lines")
            )
            .where(ClaimLine.claim_id == claim_id)
            .group_by(ClaimLine.kind)
        )
    }
    claimed = (
        select(ClaimLine.meal_id)
        .where(ClaimLine.claim_id == claim_id, ClaimLine.kind == "share")
        .distinct()
        .subquery()
    )
    meals = session.execute(
        select(
            func.count(),
            func.count(Meal.elder_id.distinct()),
            *(func.coalesce(func.sum(column), 0)
              for column in (Meal.price_fen, Meal.elder_fen, Meal.discount_fen)),
        ).join(claimed, claimed.c.meal_id == Meal.id)
    ).one()  # fmt: skip
    nothing = (0, 0)
    return ClaimTotals(
        price_fen=int(meals[2]),
        elder_fen=int(meals[3]),
        discount_fen=int(meals[4]),
        subsidy_fen=sums.get("share", nothing)[0],
        services_fen=sums.get("service", nothing)[0],
        grants_fen=sums.get("grant", nothing)[0],
        corrections_fen=sums.get("correction", nothing)[0],
        meals=meals[0],
        persons=meals[1],
        lines=sum(lines for _, lines in sums.values()),
    )
