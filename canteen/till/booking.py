"""Booking a meal that has passed its tests: receipt, rows, entries and the purse, all or nothing."""

import json
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.meals import Meal, Share
from canteen.rules.postings import Payment, meal_postings
from canteen.rules.split import Split
from canteen.till import ledger
from canteen.till.meal_requests import Priced, Request, Served
from canteen.till.purses import mark_below_floor
from canteen.till.quotes import Terms
from canteen.till.receipts import draw_receipt
from canteen.till.schemes_in_force import InForce


def book_meal(
    session: Session,
    request: Request,
    now: datetime,
    terms: Terms,
    priced: Priced,
    divided: Split,
    payment: Payment,
    in_force: InForce | None,
) -> Served:
    """Book a meal that may be served: receipt, meal, shares, entries, purse, in that order."""
    canteen = request.canteen
    from_purse_fen = payment.purse_fen + request.fee_fen
    assert request.elder is not None or not from_purse_fen, "a guest has no purse"
    assert payment.elder_fen == divided.elder_fen, (payment, divided)
    assert divided.elder_fen + divided.subsidy_fen + divided.discount_fen == terms.price_fen
    floor_fen = -canteen.overdraft_fen
    left_fen = request.balance_fen - from_purse_fen
    below_floor = bool(from_purse_fen) and left_fen < floor_fen
    booked_on, receipt = draw_receipt(session, canteen, terms.served_on)
    meal_id = _insert_meal(
        session, request, now, terms, priced, divided, payment, in_force,
        booked_on=booked_on, receipt=receipt, below_floor=below_floor,
    )  # fmt: skip
    names, receivables = _insert_shares(session, meal_id, divided, in_force)
    ledger.post(
        session,
        kind="meal",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=request.uid,
        meal_id=meal_id,
        postings=meal_postings(
            price_fen=terms.price_fen,
            payment=payment,
            receivables=receivables,
            discount_fen=divided.discount_fen,
            fee_fen=request.fee_fen,
            elder_id=request.elder.id if request.elder else None,
            counter_id=request.counter_id,
            booked_on=booked_on,
        ),
        now=now,
        floor_fen=None if request.is_unguarded else floor_fen,
    )
    if below_floor and request.elder is not None:
        mark_below_floor(session, request.elder.id, now)
    outcome, reason = _outcome(request, divided, in_force)
    return Served(
        meal_id,
        request.uid,
        outcome,
        reason,
        receipt,
        terms.served_on,
        booked_on,
        terms.mealtime,
        terms.portion,
        terms.channel,
        priced.label_zh,
        priced.label_en,
        divided,
        payment,
        names,
        None if request.elder is None else left_fen,
        _notes(request, divided, payment, left_fen, below_floor=below_floor),
    )


def _insert_meal(
    session: Session,
    request: Request,
    now: datetime,
    terms: Terms,
    priced: Priced,
    divided: Split,
    payment: Payment,
    in_force: InForce | None,
    *,
    booked_on: date,
    receipt: str,
    below_floor: bool,
) -> int:
    explanation = [
        {"rule": r.rule, "applied": r.applied, "code": r.code, "facts": dict(r.facts)}
        for r in divided.reasons
    ]
    meal_id: int = session.execute(
        insert(Meal)
        .values(
            uid=request.uid,
            elder_id=request.elder.id if request.elder else None,
            is_guest=request.elder is None,
            canteen_id=request.canteen.id,
            counter_id=request.counter_id,
            swipe_id=request.swipe_id,
            served_on=terms.served_on,
            booked_on=booked_on,
            mealtime=terms.mealtime,
            portion=terms.portion,
            channel=terms.channel,
            read_at=request.read_at,
            booked_at=now,
            is_late=request.is_late,
            is_manual=request.is_manual,
            manual_reason=request.manual_reason,
            booked_by=request.booked_by,
            label_zh=priced.label_zh,
            label_en=priced.label_en,
            price_fen=terms.price_fen,
            elder_fen=divided.elder_fen,
            subsidy_fen=divided.subsidy_fen,
            discount_fen=divided.discount_fen,
            purse_fen=payment.purse_fen,
            cash_fen=payment.cash_fen,
            external_fen=payment.external_fen,
            rounding_fen=payment.rounding_fen,
            external_reference=request.keyed.reference,
            price_id=priced.price_id,
            scheme_version_id=in_force.version_id if in_force and request.elder else None,
            explanation=json.dumps(explanation, ensure_ascii=False),
            receipt=receipt,
            below_floor=below_floor,
            delivery_fee_fen=request.fee_fen,
            is_kept=request.is_kept,
        )
        .returning(Meal.id)
    ).scalar_one()
    return meal_id


def _insert_shares(
    session: Session, meal_id: int, divided: Split, in_force: InForce | None
) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """Store the shares; the payers' names for the answer, and what each funder owes."""
    names: dict[str, str] = {}
    receivables: list[tuple[int, int]] = []
    rows: list[dict[str, object]] = []
    for share in divided.shares:
        assert in_force is not None
        payer = in_force.scheme.payers[share.payer]
        names[share.payer] = payer.name
        funder_id = None if payer.is_canteen else in_force.funders[share.payer]
        if funder_id is not None:
            receivables.append((funder_id, share.fen))
        rows.append(
            {
                "meal_id": meal_id,
                "rule": share.rule,
                "payer": share.payer,
                "payer_kind": share.payer_kind,
                "payer_name": payer.name,
                "funder_id": funder_id,
                "quota_scope": in_force.scheme.quota_scope,
                "quota_group": share.group,
                "fen": share.fen,
            }
        )
    if rows:
        session.execute(insert(Share), rows)
    return names, receivables


def _outcome(request: Request, divided: Split, in_force: InForce | None) -> tuple[str, str | None]:
    """subsidised when any payer gave; else full_price and the plainest reason for it."""
    if divided.shares:
        return "subsidised", None
    if request.elder is None:
        return "full_price", "guest"
    if in_force is None:
        return "full_price", "no_scheme"
    codes = {reason.code for reason in divided.reasons}
    if "second_portion" in codes:
        return "full_price", "second_portion"
    if codes & {"quota_meals", "quota_fen_used", "ordinal"}:
        return "full_price", "quota_used"
    return "full_price", "not_subsidised"


def _notes(
    request: Request, divided: Split, payment: Payment, left_fen: int, *, below_floor: bool
) -> tuple[str, ...]:
    notes = []
    if below_floor:
        notes.append("below_floor")
    elif request.elder is not None and payment.purse_fen and left_fen < 0:
        notes.append("overdrawn")
    elif payment.purse_fen and left_fen < 2 * divided.elder_fen:
        notes.append("low_balance")
    if request.is_late:
        notes.append("late")
    return tuple(notes)
