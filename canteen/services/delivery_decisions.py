"""What a person decides about deliveries: reports that contradict each other, and money of a failed one.

Nothing is charged before somebody has decided; a signed day is changed by nobody here.
"""

import json
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.delivery_reports import DECISIONS, FAILED_KINDS
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.till.corrections import Asked, ask_back
from canteen.till.day_state import hold_canteen
from canteen.till.delivery_doors import carry_out, deliver, fail, hold, settle, undo
from canteen.till.delivery_meals import is_signed, keep_part, list_standing, take_back
from canteen.till.net_meals import list_net
from canteen.trail.audit import append_audit, append_correction_line

REASON_LENGTH_MAX = 200


def decide(
    session: Session,
    *,
    report: str,
    decision: str,
    keep_reason: str = "",
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Settle a conflict: it was delivered, it failed (`keep_reason`: the elder's part stays paid), or
    nothing changes. Of a signed day nothing changes at once: what failed is asked for as corrections.

    NotFound `report_unknown`; Conflict `report_settled`; `delivery_no_run`, `price_missing` and
    `nothing_to_keep` leave it for a person; Invalid `decision`."""
    if decision not in DECISIONS:
        raise Invalid("decision", "请选怎么定", "Choose what it was", field="decision")
    told, delivery = _hold_conflict(session, report)
    before, why = delivery.state, keep_reason.strip()[:REASON_LENGTH_MAX]
    if is_signed(session, delivery.canteen_id, delivery.day):
        if decision == "failed" and before == "delivered":
            _ask_back(session, delivery, told, why, by, origin, now)
    elif decision == "delivered" and before != "delivered":
        _make_delivered(session, delivery, told, by, now)
    elif decision == "failed" and before in ("out", "delivered", "failed"):
        _make_failed(session, delivery, told, by, now)
        if why and delivery.keep_reason is None:
            keep_part(session, delivery, with_fee=False, by=by, now=now)
            delivery.keep_reason = why
    settle(session, [delivery])
    told.decision, told.decided_at, told.decided_by = decision, now, by
    session.flush()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="delivery.decide",
        object_kind="delivery",
        object_id=delivery.uid,
        before={"state": before},
        after={"state": delivery.state, "report": report, "decision": decision},
        now=now,
    )


def _ask_back(
    session: Session,
    delivery: Delivery,
    told: DeliveryReport,
    keep_reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Its day is signed: a second person decides about each of its meals that nobody took back before."""
    basis = json.dumps({"delivery": delivery.uid, "report": told.id, "kind": told.kind})
    why = "；".join(filter(None, ("送餐没送成", told.note, keep_reason)))
    meals = list_standing(session, delivery.id)
    nets = list_net(session, [meal.id for meal in meals])
    for meal in meals:
        if not nets[meal.id].meals:
            continue
        uid = str(uuid5(NAMESPACE_OID, f"delivery correction {told.id} {meal.uid}"))
        correction = ask_back(
            session,
            meal,
            Asked(uid, why, basis, by, now),
            keeps_part=bool(keep_reason),
            keeps_fee=False,
        )
        append_correction_line(
            session, "ask", correction.uid, meal.receipt, {"kind": correction.kind, "reason": why},
            by=by, origin=origin, now=now,
        )  # fmt: skip


def keep(
    session: Session,
    *,
    delivery: str,
    reason: str,
    with_fee: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep the elder's part (and the fee) of a failed delivery, for a reason.

    Invalid `reason`; Conflict `delivery_not_failed`, `already_kept`, `nothing_to_keep`, `day_signed`."""
    why = reason.strip()[:REASON_LENGTH_MAX]
    if not why:
        raise Invalid("reason", "请写原因", "Write the reason", field="reason")
    held = _hold_failed(session, delivery)
    if held.keep_reason is not None:
        raise Conflict("already_kept", "已经留下了", "It is kept already")
    keep_part(session, held, with_fee=with_fee, by=by, now=now)
    held.keep_reason = why
    _finish(session, held, "delivery.keep", {"reason": why, "with_fee": with_fee}, by, origin, now)


def give_back(
    session: Session, *, delivery: str, by: str, origin: str | None, now: datetime
) -> None:
    """What was kept of a failed delivery goes back to her after all.

    Conflict `delivery_not_failed`, `nothing_kept`, `day_signed`."""
    held = _hold_failed(session, delivery)
    if held.keep_reason is None:
        raise Conflict("nothing_kept", "没有留下什么", "Nothing is kept")
    take_back(session, held, reason="given_back", by=by, now=now)
    held.keep_reason = None
    _finish(session, held, "delivery.give_back", {}, by, origin, now)


def _hold_conflict(session: Session, report: str) -> tuple[DeliveryReport, Delivery]:
    row = session.execute(
        select(Delivery.uid, Canteen.code)
        .join(DeliveryReport, DeliveryReport.delivery_id == Delivery.id)
        .join(Canteen, Canteen.id == Delivery.canteen_id)
        .where(DeliveryReport.id == report, DeliveryReport.outcome == "conflict")
    ).one_or_none()
    if row is None:
        raise NotFound("report_unknown", "没有这条要核对的上报", "No such report to settle")
    hold_canteen(session, row.code)  # first in the lock order: a signed day makes corrections
    delivery = hold(session, row.uid)
    told = session.get_one(DeliveryReport, report)
    if told.decided_at is not None:
        raise Conflict("report_settled", "已经有人定了", "Somebody has settled it already")
    return told, delivery


def _hold_failed(session: Session, uid: str) -> Delivery:
    held = hold(session, uid)
    if held.state != "failed":
        raise Conflict(
            "delivery_not_failed", "这一份不是没送成的", "This delivery did not fail: nothing to do"
        )
    _check_open(session, held)
    return held


def _check_open(session: Session, delivery: Delivery) -> None:
    if is_signed(session, delivery.canteen_id, delivery.day):
        raise Conflict(
            "day_signed",
            "这一天已签结，只能做更正",
            "The day is signed off: only a correction is possible",
        )


def _make_delivered(
    session: Session, delivery: Delivery, told: DeliveryReport, by: str, now: datetime
) -> None:
    """Whatever it was: carried out and delivered. Had she eaten already, it is a second portion."""
    if delivery.state == "failed":
        undo(session, delivery, by=by, now=now)
    elif delivery.state != "out":
        at = told.reported_at if local_date(told.reported_at) == delivery.day else now
        if local_date(at) != delivery.day:
            raise Refused(
                "delivery_not_today", "只能送当天的餐", "Only today's meals can be carried",
                day=delivery.day,
            )  # fmt: skip
        carry_out(session, delivery, at=at, by=by, now=now)
    deliver(
        session, delivery, at=told.reported_at, receiver=told.receiver,
        volunteer_id=told.volunteer_id, now=now,
    )  # fmt: skip


def _make_failed(
    session: Session, delivery: Delivery, told: DeliveryReport, by: str, now: datetime
) -> None:
    if delivery.state == "failed":
        if told.kind in FAILED_KINDS:
            delivery.fail_code = told.kind
        return
    code = told.kind if told.kind in FAILED_KINDS else "other"
    if delivery.state == "delivered":
        undo(session, delivery, by=by, now=now)
    fail(session, delivery, code=code, at=told.reported_at, by=by, now=now)


def _finish(
    session: Session,
    delivery: Delivery,
    action: str,
    after: dict[str, object],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    settle(session, [delivery])
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=action,
        object_kind="delivery",
        object_id=delivery.uid,
        after=after,
        now=now,
    )
