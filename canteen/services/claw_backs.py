"""Claw-backs: a funder wants back what it paid wrongly of a claim. One person writes the demand down, another
decides; the meals' shares become corrections that the canteen bears (domain.md §4).

Set off, they are lines of the next claim; paid back, they are a negative payment of the claim itself.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClawBack
from canteen.models.claims import Claim, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.meals import Meal
from canteen.models.sites import Canteen, Funder
from canteen.rules.corrections import claw_back
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.roles import Place
from canteen.till.claim_money import get_funder, settle_claim
from canteen.till.claims import hold_claim
from canteen.till.corrections import Asked, Decided, ask, book, hold_correction, hold_meals, refuse
from canteen.till.net_meals import list_net
from canteen.trail.audit import append_audit

WAYS = {
    "set_off": ("下次申报中扣减", "Set off in the next claim"),
    "pay_back": ("退款", "Paid back"),
}


@dataclass(frozen=True, slots=True)
class ClawBackAsked:
    """A demand as somebody writes it down: the claim's number, the funder's code, the receipts of the
    meals whose share the funder wants back, the letter."""

    uid: str
    claim: str
    funder: str
    way: str
    reason: str
    document: str | None
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClawBackLine:
    """A demand as the claim's page lists it."""

    id: int
    funder_name: str
    way: str
    reason: str
    document: str | None
    receipts: list[str]
    fen: int
    asked_at: datetime
    asked_by: str
    decided_by: str | None
    is_approved: bool | None


def ask_claw_back(
    session: Session, *, asked: ClawBackAsked, by: str, origin: str | None, now: datetime
) -> None:
    """Write a demand down with a correction for each meal it names; the same uid again is the same.

    Conflict `claw_back_unpaid` of a claim that nobody approved; Refused `claw_back_line` for a receipt
    of which the claim asked this funder nothing, or of which nothing is left."""
    if not asked.reason.strip() or not asked.receipts:
        raise Invalid(
            "claw_back_empty",
            "要写明原因和收据号",
            "Name the receipts, and say why",
            field="reason" if asked.receipts else "receipts",
        )
    claim, _ = hold_claim(session, asked.claim)
    funder = get_funder(session, asked.funder)
    known = session.scalars(select(ClawBack).where(ClawBack.uid == asked.uid)).one_or_none()
    if known is not None:
        return
    if claim.state not in ("approved", "paid"):
        raise Conflict(
            "claw_back_unpaid",
            "这份申报还没有批准，不用追回",
            "Nothing was approved of this claim that could be demanded back",
        )
    meals = _find_meals(session, claim, funder, asked.receipts)
    demand = ClawBack(
        uid=asked.uid,
        claim_id=claim.id,
        funder_id=funder.id,
        way=asked.way,
        reason=asked.reason,
        document=asked.document,
        asked_at=now,
        asked_by=by,
    )
    session.add(demand)
    session.flush()
    for receipt, meal_id in meals.items():
        _ask_correction(session, claim, funder, demand, receipt, meal_id)
    append_audit(
        session, actor=by, origin=origin, action="claw_back.ask", object_kind="claim",
        object_id=claim.number, now=now,
        after={"funder": funder.code, "way": asked.way, "receipts": list(asked.receipts)},
    )  # fmt: skip


def _find_meals(
    session: Session, claim: Claim, funder: Funder, receipts: Sequence[str]
) -> dict[str, int]:
    """Receipt → meal, of those that the claim asks this funder a share of."""
    rows = session.execute(
        select(Meal.receipt, Meal.id)
        .join(ClaimLine, ClaimLine.meal_id == Meal.id)
        .where(*_of_share(claim, funder), Meal.receipt.in_(receipts))
    )
    found = {row.receipt: row.id for row in rows}
    for receipt in receipts:
        if receipt not in found:
            raise _no_line(receipt)
    return found


def _ask_correction(
    session: Session, claim: Claim, funder: Funder, demand: ClawBack, receipt: str, meal_id: int
) -> None:
    meal = hold_meals(session, [meal_id])[meal_id]
    net = list_net(session, [meal_id])[meal_id]
    lines = session.execute(
        select(ClaimLine.rule, ClaimLine.payer).where(
            *_of_share(claim, funder), ClaimLine.meal_id == meal_id
        )
    )
    claimed = {(line.rule, line.payer) for line in lines}
    taken = {
        share.key: share.fen
        for share in net.shares
        if share.funder_id == funder.id and (share.rule, share.payer) in claimed and share.fen > 0
    }
    if not taken:
        raise _no_line(receipt)
    told = {"claim": claim.number, "document": demand.document}
    ask(
        session,
        meal,
        claw_back(net, taken),
        Asked(
            uid=str(uuid5(NAMESPACE_URL, f"{demand.uid}:{receipt}")),
            reason=demand.reason,
            explanation=json.dumps(told, ensure_ascii=False),
            by=demand.asked_by,
            now=demand.asked_at,
            claw_back_id=demand.id,
        ),
    )


def _of_share(claim: Claim, funder: Funder) -> tuple[ColumnElement[bool], ...]:
    """A line of the claim that asks the funder a meal's share, as booked or as a correction gave it."""
    return (
        ClaimLine.claim_id == claim.id,
        ClaimLine.funder_id == funder.id,
        ClaimLine.kind.in_(("share", "correction")),
        ClaimLine.fen > 0,
    )


def _no_line(receipt: str) -> Refused:
    return Refused(
        "claw_back_line",
        f"{receipt}：这份申报没有这一家的补贴可追",
        f"{receipt}: the claim holds no share of this funder that could be taken back",
        field="receipts",
    )


def decide_claw_back(
    session: Session,
    *,
    claw_back_id: int,
    is_approved: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A second person agrees (each correction is booked) or not (none is).

    Conflict `claw_back_decided`; Refused `claw_back_second_person`."""
    demand = session.get(ClawBack, claw_back_id)
    if demand is None:
        raise NotFound("claw_back_unknown", "没有这件追回", "No such demand")
    number = session.execute(select(Claim.number).where(Claim.id == demand.claim_id)).scalar_one()
    claim, _ = hold_claim(session, number)
    if demand.asked_by == by:
        raise Refused(
            "claw_back_second_person",
            "提出的人不能自己批准，要另一个人",
            "Who asked does not decide: a second person does",
        )
    decided = session.execute(
        update(ClawBack)
        .where(ClawBack.id == claw_back_id, ClawBack.decided_at.is_(None))
        .values(decided_at=now, decided_by=by, is_approved=is_approved)
        .returning(ClawBack.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None:
        raise Conflict("claw_back_decided", "这件事已经办过了", "This has been decided already")
    uids = session.scalars(
        select(Correction.uid)
        .where(Correction.claw_back_id == claw_back_id)
        .order_by(Correction.id)
    ).all()
    for uid in uids:
        correction, meal = hold_correction(session, uid)
        words = Decided(None, by, now)
        if is_approved:
            book(session, correction, meal, words)
        else:
            refuse(session, correction, words)
    if demand.claim_id == claim.id:
        settle_claim(session, claim, now)
    append_audit(
        session, actor=by, origin=origin, object_kind="claim", object_id=number, now=now,
        action="claw_back.approve" if is_approved else "claw_back.refuse",
        after={"corrections": len(uids)},
    )  # fmt: skip


def find_claw_back_place(session: Session, *, claw_back_id: int) -> Place | None:
    """Where a demand stands, to check the asker's scope; None: there is none."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(Claim, Claim.canteen_id == Canteen.id)
        .join(ClawBack, ClawBack.claim_id == Claim.id)
        .where(ClawBack.id == claw_back_id)
    ).one_or_none()
    return None if row is None else Place(row.area_code, row.code)


def list_claw_backs(session: Session, *, number: str) -> list[ClawBackLine]:
    """The demands about a claim, oldest first."""
    rows = session.execute(
        select(ClawBack, Funder.name)
        .join(Claim, Claim.id == ClawBack.claim_id)
        .join(Funder, Funder.id == ClawBack.funder_id)
        .where(Claim.number == number)
        .order_by(ClawBack.id)
    ).all()
    taken: dict[int | None, list[tuple[str, int]]] = defaultdict(list)
    for claw_back_id, receipt, fen in session.execute(
        select(Correction.claw_back_id, Meal.receipt, Correction.subsidy_fen)
        .join(Meal, Meal.id == Correction.meal_id)
        .where(Correction.claw_back_id.in_([row.ClawBack.id for row in rows]))
        .order_by(Meal.receipt)
    ):
        taken[claw_back_id].append((receipt, -fen))
    return [
        ClawBackLine(
            row.ClawBack.id,
            row.name,
            row.ClawBack.way,
            row.ClawBack.reason,
            row.ClawBack.document,
            [receipt for receipt, _ in taken[row.ClawBack.id]],
            sum(fen for _, fen in taken[row.ClawBack.id]),
            row.ClawBack.asked_at,
            row.ClawBack.asked_by,
            row.ClawBack.decided_by,
            row.ClawBack.is_approved,
        )
        for row in rows
    ]
